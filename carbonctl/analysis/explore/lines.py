"""The carbon of designs as lines ``a + b·x`` over an axis, with the range of where two cross.

====================  ==========================================  ===============================
axis x                a                                           b
====================  ==========================================  ===============================
intensity             embodied carbon of the work                 electricity [kWh]
volume                embodied carbon of the machines             operational carbon of a unit
intensity × volume    embodied carbon of the machines             electricity of a unit
lifetime              embodied carbon of the machines             operational carbon of a year
utilization           embodied carbon at 100 %, over x            all other carbon, times x
====================  ==========================================  ===============================

Over utilization it is ``a/x + b`` that counts; times x, the same design is lowest.

This module imports numpy: only what explores designs imports it.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import product
from typing import Any, NamedTuple, Protocol

import numpy as np

from carbonctl.analysis.design.bounds import scan
from carbonctl.analysis.design.ingredients import DesignFigures, Ingredients, ingredients
from carbonctl.analysis.explore import axes as x
from carbonctl.analysis.explore import columns as c
from carbonctl.analysis.explore.table import TIME, YEAR_H, TableDesigns
from carbonctl.analysis.explore.workload import WorkloadDesigns
from carbonctl.analysis.sweep.measures import Unit
from carbonctl.errors import UsageError
from carbonctl.ledger.entry import EMBODIED
from carbonctl.ledger.result import Result

PRODUCT = "intensity x volume"
Ends = tuple[float, float]


class Lines(NamedTuple):
    """Lines of all designs; NaN is unknown."""

    intercepts: Any
    slopes: Any


class Source(Protocol):
    """What lines are made of."""

    def lines(self, axis: str, lifetime: float | None = None) -> Lines:
        """Return the lines of all designs over an axis, at a lifetime [years] where one is given.

        Raises
        ------
        UsageError
            Where they are unknown for all, naming what to give.
        """

    def crossing(self, axis: str, first: int, second: int, lifetime: float | None = None) -> Ends:
        """Return the range of where the lines of two designs cross."""


class WorkloadLines:
    """Lines of the designs of a workload."""

    def __init__(self, designs: WorkloadDesigns) -> None:
        self.designs = designs
        self.unit = Unit(designs.accounts, designs.paths)
        self.known: dict[int, Ingredients] = {}

    def lines(self, axis: str, lifetime: float | None = None) -> Lines:
        """Return the lines of all designs over an axis; see `Source`."""
        if axis == x.INTENSITY and lifetime is None:
            return Lines(self.designs.designs.figures[c.EMBODIED].best, self.designs.electricity())
        pairs = [
            (math.nan, math.nan)
            if outcome.error is not None
            else self._line(place, axis, lifetime)(None)
            for place, outcome in enumerate(self.designs.outcomes)
        ]
        made = Lines(*(np.array(side, float) for side in zip(*pairs, strict=True)))
        if np.isnan(made.intercepts + made.slopes).all():
            raise UsageError(f"--over {axis}: {_NEEDS[axis]}")
        return made

    def crossing(self, axis: str, first: int, second: int, lifetime: float | None = None) -> Ends:
        """Return the range of where two lines cross: each unknown moves in both at once."""
        sides = [self._line(place, axis, lifetime) for place in (first, second)]
        unknowns = self._ingredients(first).unknowns | self._ingredients(second).unknowns

        def at(values: Any) -> dict[str, float | None]:
            (a, b), (c_, d) = (side(values) for side in sides)
            return {"x": _crossing(a, b, c_, d)}

        figure = scan(at, unknowns)["x"]
        if figure is None or figure.low is None or figure.high is None:
            return 0.0, math.inf
        return max(0.0, figure.low), figure.high

    def _ingredients(self, design: int) -> Ingredients:
        if design not in self.known:
            self.known[design] = ingredients(self.designs.result(design))
        return self.known[design]

    def _line(
        self, design: int, axis: str, lifetime: float | None
    ) -> Callable[[Any], tuple[float, float]]:
        """Return a function that gives the line of a design for values of what is uncertain."""
        own, result = self._ingredients(design), self.designs.result(design)
        amount = self.unit.amount(self.designs.points[design])
        busy = _busy(result) if axis == x.UTILIZATION else 1.0
        is_owned = bool(self.designs.owned[design])

        def at(values: Any) -> tuple[float, float]:
            a, b = _of(axis, own.at(values), amount, lifetime, busy)
            if a is None or b is None:
                return math.nan, math.nan
            return (0.0 if is_owned else a), b

        return at


_NEEDS = {
    x.INTENSITY: "the machines have no lifetime",
    x.VOLUME: "the workload needs a `functional_unit`, and machines with a lifetime and a time",
    PRODUCT: "the workload needs a `functional_unit`, and machines with a lifetime and a time",
    x.LIFETIME: "the machines have no lifetime, or nothing says how long the work takes",
    x.UTILIZATION: "no machine has a utilization",
}


def _of(
    axis: str, figures: DesignFigures, amount: float | None, lifetime: float | None, busy: float
) -> tuple[float | None, float | None]:
    """Return the line of a design over an axis; None where a figure of it is unknown."""
    energy, used, embodied = figures[:3]
    hours, held = figures.elapsed_h, figures.held_kgco2e_h
    machines = None if held is None or not hours else held / hours
    if axis == x.INTENSITY:
        share = None if held is None or lifetime is None else held / (lifetime * YEAR_H)
        return (embodied if lifetime is None else share), energy
    if axis == x.UTILIZATION:
        if embodied is None or used is None or figures.borne_kgco2e is None:
            return None, None
        return figures.borne_kgco2e * busy, embodied - figures.borne_kgco2e + used
    if axis == x.LIFETIME:
        return machines, None if used is None or not hours else used / hours * YEAR_H
    per = energy if axis == PRODUCT else used
    return machines, None if per is None or not amount else per / amount


def _busy(result: Result) -> float:
    """Return the share of its life that machines do useful work, weighted by their carbon."""
    shares = [
        (entry.kgco2e, next((v.best for v in entry.inputs if v.name == "utilization"), 1.0))
        for entry in result.booked
        if entry.boundary == EMBODIED and entry.kgco2e
    ]
    whole = math.fsum(kg for kg, _ in shares)
    return math.fsum(kg * share for kg, share in shares) / whole if whole else math.nan


class TableLines:
    """Lines of the designs of a table."""

    def __init__(self, designs: TableDesigns) -> None:
        self.designs = designs

    def lines(self, axis: str, lifetime: float | None = None) -> Lines:
        """Return the lines of all designs over an axis; see `Source`."""
        return Lines(*(side[0] for side in self._bounds(axis, lifetime)))

    def crossing(self, axis: str, first: int, second: int, lifetime: float | None = None) -> Ends:
        """Return the range of where two lines cross: the ends of the corners of both."""
        intercepts, slopes = self._bounds(axis, lifetime)
        corners = [
            [float(end[design]) for end in ends]
            for design in (first, second)
            for ends in (intercepts, slopes)
        ]
        places = [_crossing(*corner) for corner in product(*corners)]
        known = [math.inf if place is None else place for place in places]
        return max(0.0, min(known)), max(known)

    def _bounds(self, axis: str, lifetime: float | None) -> tuple[list[Any], list[Any]]:
        """Return best estimates and bounds of intercepts and of slopes."""
        designs, shared = self.designs, self.designs.shared
        made, energy, intensity = designs.made, designs.energy(), designs.intensity()
        if made is None or energy is None:
            raise UsageError(f"--over {axis}: columns `embodied` and `energy` are needed")
        ends = ("best", "low", "high")
        by = self._whole(axis, lifetime)
        if axis in (x.VOLUME, x.LIFETIME, x.UTILIZATION) and intensity is None:
            raise UsageError(f"--over {axis}: give `intensity`, as in `intensity: 400 g/kWh`")
        per = {
            x.INTENSITY: 1.0,
            PRODUCT: 1 / shared.volume,
            x.VOLUME: intensity if intensity is None else intensity / shared.volume,
            x.LIFETIME: intensity if not shared.years else intensity / shared.years,
            x.UTILIZATION: intensity,
        }[axis]
        return (
            [getattr(made, end) * by for end in ends],
            [getattr(energy, end) * per for end in ends],
        )

    def _whole(self, axis: str, lifetime: float | None) -> Any:
        """Return by what the embodied carbon of one design is multiplied, on an axis."""
        designs, shared = self.designs, self.designs.shared
        is_owned = np.array(designs.table.owned)
        if axis == x.UTILIZATION:
            if not designs.is_share:
                raise UsageError(
                    f"--over {axis}: a column `{TIME}` and `lifetime` are needed: the work takes "
                    "up a share of each machine"
                )
            return designs.per_whole() * shared.utilization
        if axis == x.LIFETIME:
            if shared.years is None:
                raise UsageError(f"--over {axis}: give `years`, over which the energy is used")
            return np.where(is_owned, 0.0, 1.0)
        if axis in (x.VOLUME, PRODUCT) and designs.is_share:
            raise UsageError(
                f"--over {axis}: machines are shared here, so no volume pays for one; leave out "
                f"`{TIME}`, or ask --over intensity"
            )
        if lifetime is None:
            return designs.per_whole()
        hours = lifetime * YEAR_H
        if designs.is_share:
            used = designs.table.figures[TIME].best / 3600 / (hours * shared.utilization)
            return np.where(is_owned, 0.0, used)
        if shared.years is None:
            raise UsageError(f"--over {axis}: give `years`, how long the work goes on")
        return np.where(is_owned, 0.0, math.ceil(shared.years / lifetime - 1e-9))


def _crossing(
    intercept: float, slope: float, other_intercept: float, other_slope: float
) -> float | None:
    """Return where two lines cross; None where they do not."""
    if math.isnan(intercept + slope + other_intercept + other_slope) or slope == other_slope:
        return None
    place = (other_intercept - intercept) / (slope - other_slope)
    return place if place > 0 else None
