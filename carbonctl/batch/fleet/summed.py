"""Figures that each row has of its own, summed as given where there are too many of them.

Rows with a PUE, an intensity, a lifetime or a utilization of their own make structures of their
own. Beyond so many cells of these the figures leave the structures, and amounts are also added up
times the figures: what rows cause is proportional to the one and the other. Which rows are summed
depends on the rows alone, so that every engine gives the same result.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from functools import reduce
from operator import mul
from typing import Any, NamedTuple

import numpy as np

from carbonctl.account.node import LONGEST_LIFE_H, SHORTEST_LIFE_H
from carbonctl.account.site import SUSPICIOUS_PUE
from carbonctl.batch.fleet.blocks import Block
from carbonctl.batch.fleet.reading import Rates
from carbonctl.batch.fleet.structures import AMOUNTS, ENERGY, FIGURES, Structure

PUE, INTENSITY, LIFETIME, UTILIZATION = SUMMED = (
    "pue", "carbon_intensity_kgco2e_per_kwh", "lifetime_h", "utilization",
)  # fmt: skip
EACH = math.inf  # among the figures of a structure: each of its rows has its own
MOST_OWN = 10_000  # cells with such figures, beyond which these are summed
PRODUCTS = ((), (PUE,), (INTENSITY,), (PUE, INTENSITY),
            (LIFETIME,), (UTILIZATION,), (LIFETIME, UTILIZATION))  # fmt: skip
# What is added up: amounts, then the same times each product of figures.
PLACES = tuple(" × ".join((amount, *product)) for product in PRODUCTS for amount in AMOUNTS)
# Two values of each, as what carbon is proportional to: powers of two, which divide exactly.
_ENDS = {PUE: (1.0, 2.0), INTENSITY: (0.25, 0.5), LIFETIME: (2.0**-16, 2.0**-15),
         UTILIZATION: (2.0, 4.0)}  # fmt: skip
_DIVISORS = frozenset({LIFETIME, UTILIZATION})
# Others have a warning each, and structures of their own.
_USUAL = {PUE: (1.0, SUSPICIOUS_PUE), INTENSITY: (0.0, math.inf),
          LIFETIME: (SHORTEST_LIFE_H, LONGEST_LIFE_H), UTILIZATION: (0.01, 1.0)}  # fmt: skip


class Split(NamedTuple):
    """Figures of rows, or of structures.

    Attributes
    ----------
    kept : dict of array
        What stays in the structures: `EACH` where a figure is summed.
    times : dict of array
        What amounts are multiplied with; NaN where a figure is not summed.
    """

    kept: dict[str, Any]
    times: dict[str, Any]


def split(figures: Mapping[str, Any], is_facility: Any) -> Split:
    """Return which of some figures are summed.

    Parameters
    ----------
    figures : mapping
        By the names of `SUMMED`, NaN where none is given.
    is_facility : array of bool
        Which rows are energy that was measured with the PUE in it.
    """
    kept, times = {}, {}
    with np.errstate(invalid="ignore", divide="ignore"):
        for name, column in figures.items():
            least, most = _USUAL[name]
            is_summed = (column >= least) & (column <= most)
            kept[name] = np.where(is_summed, EACH, column)
            is_divisor = is_facility if name == PUE else name in _DIVISORS
            factor = np.where(is_divisor, 1 / column, column)
            times[name] = np.where(is_summed, factor, np.nan)
    return Split(kept, times)


def products(amounts: Mapping[str, Any], times: Mapping[str, Any]) -> dict[str, Any]:
    """Return amounts times the products of figures, by `PLACES`: 0 where a figure is not summed."""
    made: dict[str, Any] = {}
    for product in PRODUCTS[1:]:
        if times.keys() >= {*product}:
            factor = reduce(mul, (times[name] for name in product))
            factor = np.where(np.isnan(factor), 0.0, factor)
            made |= {" × ".join((name, *product)): own * factor for name, own in amounts.items()}
    return made


# ---- rows ----------------------------------------------------------------------------------


def own_cells(block: Block, at: Any, group_of: Any, structure_of: Any) -> int:
    """Return how many cells of a block have figures of their own that can be summed.

    Parameters
    ----------
    block : Block
        The rows.
    at : array of int
        Those that count.
    group_of, structure_of : array of int
        The group and the structure of each of these.
    """
    own = [block.columns[name][at] for name in SUMMED if name in block.columns]
    if not own or not len(at):
        return 0
    keys = group_of * (int(structure_of.max()) + 1) + structure_of
    return len(np.unique(keys[~np.all(np.isnan(own), axis=0)]))


def without_figures(
    block: Block, amounts: Mapping[str, Any], is_energy: Any
) -> tuple[Block, dict[str, Any]]:
    """Return a block without the figures that are summed, and amounts with those times these."""
    own = {name: block.columns[name] for name in SUMMED if name in block.columns}
    kept, times = split(own, is_energy & block.text("energy_boundary").equals("facility"))
    columns = {**block.columns, **kept}
    return block._replace(columns=columns), {**amounts, **products(amounts, times)}


# ---- structures ----------------------------------------------------------------------------


def has_own(structure: Structure) -> bool:
    """Whether the rows of a structure have figures of their own that could be summed."""
    return any(not math.isnan(figure) for figure in _figures(structure)) and not names(structure)


def names(structure: Structure) -> tuple[str, ...]:
    """Return the figures that are summed in a structure."""
    return tuple(
        name for name, figure in zip(SUMMED, _figures(structure), strict=True) if figure == EACH
    )


def _figures(structure: Structure) -> list[float]:
    return [structure.figures[place] for place in _AT]


_AT = [FIGURES.index(name) for name in SUMMED]


def is_facility(structure: Structure) -> bool:
    """Whether its rows are energy that was measured with the PUE in it."""
    return structure.word("kind") == ENERGY and structure.word("energy_boundary") == "facility"


def with_figures(structure: Structure, factors: Mapping[str, float]) -> Structure:
    """Return a structure with figures by what its amounts are multiplied with.

    What rounding does to a mean is made good: a PUE is not below 1, a utilization not above.
    """
    figures = [*structure.figures]
    for name, factor in factors.items():
        is_divisor = is_facility(structure) if name == PUE else name in _DIVISORS
        least, most = _USUAL[name]
        figure = 1 / factor if is_divisor else factor
        figures[FIGURES.index(name)] = min(max(least, figure), most)
    return structure._replace(figures=tuple(figures))


def families(structures: Sequence[Structure]) -> tuple[list[Structure], Any, dict[str, Any]]:
    """Return structures without figures of their own, which of them each is, and the figures.

    The figures are what amounts are multiplied with, as `Split` has them.
    """
    own = np.array([_figures(one) for one in structures]).reshape(-1, len(SUMMED)).T
    facility = np.array([is_facility(one) for one in structures], dtype=bool)
    kept, times = split(dict(zip(SUMMED, own, strict=True)), facility)
    places: dict[Any, int] = {}
    made: list[Structure] = []
    of = []
    for one, *rest in zip(structures, *(kept[name].tolist() for name in SUMMED), strict=True):
        figures = [*one.figures]
        for place, figure in zip(_AT, rest, strict=True):
            figures[place] = figure
        family = one._replace(figures=tuple(figures))
        place = places.setdefault(family.key, len(made))
        if place == len(made):
            made.append(family)
        of.append(place)
    return made, np.array(of, dtype=np.int64), times


# ---- what a unit causes --------------------------------------------------------------------


def of_structure(structure: Structure) -> list[tuple[str, ...]]:
    """Return the products of figures that carbon of a structure is proportional to."""
    summed = {*names(structure)}
    return [product for product in PRODUCTS if summed.issuperset(product)]


def corners(structure: Structure) -> list[Structure]:
    """Return structures with figures from whose accounts that of any others follows."""
    summed = names(structure)
    if not summed:
        return [structure]
    return [
        with_figures(structure, {name: _end(structure, name, product) for name in summed})
        for product in of_structure(structure)
    ]


def _end(structure: Structure, name: str, corner: tuple[str, ...]) -> float:
    end = _ENDS[name][name in corner]
    return 1 / end if name == PUE and is_facility(structure) else end


def inverse(structure: Structure) -> Any:
    """Return what makes figures at the corners into those of a unit of each product."""
    some = of_structure(structure)
    return np.linalg.inv(np.array([
        [math.prod(_end(structure, name, corner) for name in product) for product in some]
        for corner in some
    ]))  # fmt: skip


def combined(structure: Structure, rates: Sequence[Rates]) -> Rates:
    """Return the rates of a structure from those of its corners: by products, then by amounts."""
    matrix = inverse(structure)

    def of(numbers: Sequence[Any]) -> Any:
        made = np.tensordot(matrix, np.stack([np.asarray(some) for some in numbers]), 1)
        return np.concatenate([*made], axis=-1)

    if any(rate.median is None for rate in rates):
        return Rates(of([rate.sums for rate in rates]), None, {})
    nothing = np.zeros_like(rates[0].median)
    keys = dict.fromkeys(key for rate in rates for key in rate.moves)
    moves = {
        key: tuple(of([rate.moves.get(key, (nothing, nothing))[end] for rate in rates])
                   for end in (0, 1))
        for key in keys
    }  # fmt: skip
    return Rates(
        of([rate.sums for rate in rates]),
        of([rate.median for rate in rates]),
        moves,
    )


def places_of(structure: Structure, varying: Sequence[str]) -> list[int]:
    """Return the places in `PLACES` of what the rates of a structure are of, in their order."""
    return [
        PRODUCTS.index(product) * len(AMOUNTS) + AMOUNTS.index(name)
        for product in of_structure(structure)
        for name in varying
    ]
