"""Entries of rows whose figures are summed: each has the means that give its sum.

A mean is weighted by what it is multiplied with: the PUE of an entry by its energy, the intensity
by that times the PUE. An entry of host power has other ones than that of devices, where the rows
that load their devices most are not those of the longest time.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from carbonctl.batch.fleet.rates import Rater, base_points, varying
from carbonctl.batch.fleet.reading import slopes
from carbonctl.batch.fleet.structures import AMOUNTS, KEYS, Structure, amounts_of, workload
from carbonctl.batch.fleet.summed import (
    INTENSITY,
    LIFETIME,
    PRODUCTS,
    PUE,
    UTILIZATION,
    corners,
    inverse,
    names,
    of_structure,
    with_figures,
)
from carbonctl.ledger.entry import Entry

_QUANTITY, _CARBON = range(2)
# What each mean is to give.
_GIVES = {PUE: _QUANTITY, INTENSITY: _CARBON, LIFETIME: _CARBON, UTILIZATION: _CARBON}
_NOTHING = 1e-9  # of a figure: what it depends on no more
Means = tuple[tuple[str, float], ...]


class MeanEntries:
    """Makes the entries of cells whose figures are summed.

    Parameters
    ----------
    rater : Rater
        Makes accounts.
    """

    def __init__(self, rater: Rater) -> None:
        self.rater = rater
        self.known: dict[Any, Any] = {}

    def of(self, structure: Structure, sums: Sequence[float], rows: int) -> list[Entry]:
        """Return the entries of a cell.

        Parameters
        ----------
        structure : Structure
            Of the cell.
        sums : sequence of float
            By `carbonctl.batch.fleet.summed.PLACES`.
        rows : int
            How many it is over.
        """
        if structure.key not in self.known:
            self.known[structure.key] = self._figures(structure)
        figures = self.known[structure.key]
        by_product = np.reshape(sums, (len(PRODUCTS), len(AMOUNTS)))
        made: dict[Means, tuple[Entry, ...]] = {}
        entries = []
        for number in range(figures.shape[2]):
            means, used = _means(structure, figures[:, :, number], by_product)
            if means not in made:
                made[means] = self._account(structure, means, by_product[0])
            entries.append(_marked(made[means][number], used, rows))
        return entries

    def _account(self, structure: Structure, means: Means, amounts: Any) -> tuple[Entry, ...]:
        plain = with_figures(structure, dict(means))
        spec = workload(
            plain, amounts_of(amounts), self.rater.sayings, self.rater.per_system(plain)
        )
        return self.rater.account(spec).entries

    def _figures(self, structure: Structure) -> Any:
        """Return quantity and carbon of each entry of a unit: by product, these, entry, amount."""
        some = corners(structure)
        points = base_points(some[0])
        accounts = self.rater.accounts([
            workload(corner, point, self.rater.sayings, self.rater.per_system(corner))
            for corner in some for point in points
        ])  # fmt: skip
        numbers = np.array([
            [account.of(tuple(map(_numbers, account.result.booked)))]
            for account in accounts if account.result is not None
        ], dtype=float).reshape(len(some), len(points), -1)  # fmt: skip
        steps = np.array([[getattr(points[0], name) for name in varying(structure)]])
        grown = slopes(numbers, np.repeat(steps, len(some), axis=0))
        by_product = np.tensordot(inverse(structure), grown, 1)
        shape = (len(some), -1, 2, by_product.shape[-1])
        made = by_product.reshape(shape).transpose(0, 2, 1, 3)
        wide = np.zeros((*made.shape[:-1], len(AMOUNTS)))
        wide[..., [AMOUNTS.index(name) for name in varying(structure)]] = made
        return wide


def _numbers(entry: Entry) -> tuple[Any, Any]:
    return tuple(math.nan if n is None else n for n in (entry.quantity, entry.kgco2e))  # type: ignore[return-value]


def _means(structure: Structure, figures: Any, sums: Any) -> tuple[Means, list[str]]:
    """Return the means that an entry has, and those of them that it depends on.

    Parameters
    ----------
    structure : Structure
        What the rows have in common.
    figures : array
        Its quantity and its carbon of a unit: by product, these, amount.
    sums : array
        By product and amount.
    """
    some = of_structure(structure)
    at = [PRODUCTS.index(product) for product in some]
    true = (figures * sums[at][:, None]).sum(axis=(0, 2))
    of_amounts = (figures * sums[0]).sum(axis=2)  # by product, at a figure of 1
    largest = int(np.argmax(np.abs(sums[0])))
    means = {
        name: float(sums[PRODUCTS.index((name,)), largest] / sums[0, largest])
        for name in names(structure)
    }
    used = []
    for name in names(structure):
        which = _GIVES[name]
        rest, each = (
            sum(own[which] * math.prod(means[other] for other in product if other != name)
                for product, own in zip(some, of_amounts, strict=True)
                if (name in product) == is_in)
            for is_in in (False, True)
        )  # fmt: skip
        if abs(each * means[name]) > _NOTHING * abs(rest):
            means[name] = float((true[which] - rest) / each)
            used.append(name)
    return tuple(means.items()), used


def _marked(entry: Entry, used: Sequence[str], rows: int) -> Entry:
    """Return an entry whose means are marked as such."""
    keys = {KEYS.get(name, name) for name in used}
    if not keys:
        return entry
    note = f"weighted mean of {rows:,} rows"
    inputs = tuple(
        value._replace(status="derived", note=note) if value.name in keys else value
        for value in entry.inputs
    )
    is_stronger = entry.status in ("given", "catalog")
    return entry._replace(inputs=inputs, status="derived" if is_stronger else entry.status)
