"""How long the work of a design takes, where that is asked for: an account of each by itself.

This module imports numpy: only what explores designs imports it.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import numpy as np

from carbonctl.analysis.design.bounds import scan
from carbonctl.analysis.design.ingredients import SYSTEMS, ingredients
from carbonctl.analysis.explore.columns import OWN, Figure
from carbonctl.analysis.explore.workload import WorkloadDesigns
from carbonctl.factors.energy_time import S_PER_H

TIME, DELAY = "time", "delay"
_METRICS = frozenset({"cdp", "tcdp", "cdp_kgco2e_s", "tcdp_kgco2e_s", "ncf", "zeus"})
_RATE, _TOKENS = "tokens_per_s", ("token", "tokens")
_NAMES = {TIME: "elapsed_h", DELAY: "delay_h"}


def needs_times(asked: Collection[str]) -> bool:
    """Whether a column that is asked for is a time, or a metric that is made of one."""
    return not {*_METRICS, *_NAMES}.isdisjoint(asked)


def times_of(designs: WorkloadDesigns, amounts: Any) -> dict[str, Figure]:
    """Return the time of the work and the delay of a functional unit [s], where they are known.

    Where only device time is known, it is tokens over tokens per second; without these, unknown.
    ``amounts`` are the functional units of each design.
    """
    count = len(designs.points)
    ends = {name: [np.full(count, np.nan) for _ in range(3)] for name in _NAMES}
    for place in range(count):
        if place in designs.designs.errors:
            continue
        own = ingredients(designs.result(place))
        if SYSTEMS in own.places:
            own = own._replace(spans=None)

        def at(values: Any, own: Any = own) -> dict[str, float | None]:
            figures = own.at(values)
            return {name: getattr(figures, key) for name, key in _NAMES.items()}

        for name, figure in scan(at, own.unknowns).items():
            if figure is None:
                continue
            low, high = figure.low, figure.high
            bounds = (figure.best,) * 2 if low is None or high is None else (low, high)
            for into, hours in zip(ends[name], (figure.best, *bounds), strict=True):
                into[place] = hours * S_PER_H
    _by_rate(ends[TIME], designs, amounts)
    return {
        name: Figure(name, name, OWN[name], *numbers)
        for name, numbers in ends.items()
        if not np.isnan(numbers[0]).all() and name not in designs.designs.figures
    }


def _by_rate(time: list[Any], designs: WorkloadDesigns, amounts: Any) -> None:
    """Fill in the times that follow from tokens, and from how many there are in a second."""
    rate, unit = designs.designs.figures.get(_RATE), designs.unit
    if rate is None or unit is None or unit["name"] not in _TOKENS:
        return
    unknown = np.isnan(time[0])
    for into, per_s in zip(time, (rate.best, rate.high, rate.low), strict=True):
        into[unknown] = (amounts / per_s)[unknown]
