"""The smallest battery, or plant, with which a load reaches a share of hourly carbon-free energy.

The share rises with each size, so a bracket finds it: it is cut where the line through its ends
meets the target, or in the middle where that is slow. What is returned reaches the target: the
upper end of the last bracket, never a point within.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np

from carbonctl.site.battery import Battery, resized, run
from carbonctl.site.coverage import energy_mwh, hourly_cfe

PRECISION = 1e-6  # of the size
_SLOW = 3  # cuts by lines
REACHED = 1e-12  # by which a share may miss its target: the rounding of sums
ENERGY, POWER, HOURS = "energy over the period", "power of the battery", "hours without generation"


class Sizing(NamedTuple):
    """The smallest size that reaches a target, or why none does.

    Attributes
    ----------
    size : float or None
        [MWh] usable of a battery, [MW] of a plant; None where no size reaches the target.
    hourly_cfe : float
        Share reached with it; the best within reach where there is none.
    without : float
        Share reached at size 0.
    limit : str or None
        What keeps every size below the target: `ENERGY`, `POWER` or `HOURS`.
    """

    size: float | None
    hourly_cfe: float
    without: float
    limit: str | None


def size_battery(
    battery: Battery,
    load_mw: Any,
    delivered_mw: Any,
    target: float,
    *,
    keep_power: bool = True,
    step_h: float = 1.0,
) -> Sizing:
    """Return the smallest usable energy with which a battery reaches a target.

    Parameters
    ----------
    battery : Battery
        Its efficiencies and powers. Its energy counts only where the powers go with it.
    load_mw, delivered_mw : array
        What the facility draws, and generation after losses [MW]; (steps,).
    target : float
        Share of hourly carbon-free energy, 0 to 1.
    keep_power : bool
        Whether each size has the battery's powers, or its powers per energy.
    step_h : float
        Length of a step [h].

    Raises
    ------
    ValueError
        For a target outside 0 to 1, a battery without energy whose powers go with it, or as
        `carbonctl.site.battery.run`.
    """
    load, delivered = np.asarray(load_mw, float), np.asarray(delivered_mw, float)
    if not keep_power and not battery.usable_mwh > 0:
        raise ValueError("a battery whose power goes with its energy needs both")
    demand_mwh = energy_mwh(load, step_h)

    def share(usable_mwh: float, basis: Battery = battery) -> float:
        sized = resized(basis, usable_mwh, keep_power=keep_power)
        passed = run(sized, load, delivered, step_h=step_h)
        return float(hourly_cfe(passed.unmet_mwh, demand_mwh))

    net = delivered - load
    widest_mw = float(np.max(np.abs(net)))
    # No battery stores more over a period than its surplus, nor needs more for its power.
    most_mwh = float(energy_mwh(np.maximum(net, 0.0), step_h))
    most_mwh += widest_mw * _hours_of_power(battery, keep_power)
    sized = smallest(share, target, first=widest_mw * step_h, most=most_mwh)
    if sized.size is not None or not keep_power:
        return sized
    unlimited = replace(battery, charge_mw=np.inf, discharge_mw=np.inf)
    reached = share(most_mwh, unlimited) >= target - REACHED
    return sized._replace(limit=POWER if reached else ENERGY)


def size_plant(
    shape: Any,
    load_mw: Any,
    other_mw: Any,
    target: float,
    *,
    battery: Battery | None = None,
    step_h: float = 1.0,
) -> Sizing:
    """Return the smallest capacity with which a plant reaches a target [MW].

    Parameters
    ----------
    shape : array
        Its generation after losses per capacity [MW per MW]; (steps,).
    load_mw, other_mw : array
        What the facility draws, and the generation of all other plants after losses [MW]; (steps,).
    target : float
        Share of hourly carbon-free energy, 0 to 1.
    battery : Battery, optional
        Takes part, cyclic.
    step_h : float
        Length of a step [h].

    Raises
    ------
    ValueError
        For a target outside 0 to 1, a plant that generates nothing, or as
        `carbonctl.site.battery.run`.
    """
    load, other, per_mw = (np.asarray(each, float) for each in (load_mw, other_mw, shape))
    if not np.any(per_mw > 0):
        raise ValueError("the plant generates nothing in all steps")
    demand_mwh = energy_mwh(load, step_h)
    storing = battery or Battery(0.0, 0.0, 0.0)

    def share(capacity_mw: float) -> float:
        passed = run(storing, load, other + capacity_mw * per_mw, step_h=step_h)
        return float(hourly_cfe(passed.unmet_mwh, demand_mwh))

    # With this capacity each step with any generation serves the load and charges the battery.
    peak_mw = float(np.max(load))
    most_mw = (peak_mw + float(storing.limits_mw()[0])) / float(np.min(per_mw[per_mw > 0]))
    sized = smallest(share, target, first=peak_mw / float(np.max(per_mw)), most=most_mw)
    return sized if sized.size is not None else sized._replace(limit=HOURS)


def smallest(
    share_of: Callable[[float], float], target: float, *, first: float, most: float
) -> Sizing:
    """Return the smallest size whose share reaches a target.

    Parameters
    ----------
    share_of : callable
        Share of hourly carbon-free energy of a size; it never falls as the size rises.
    target : float
        0 to 1.
    first : float
        A size to begin with, above 0; it is doubled until the target is reached.
    most : float
        Beyond this size the share rises no more.

    Raises
    ------
    ValueError
        For a target outside 0 to 1.
    """
    if not 0 <= target <= 1:
        raise ValueError("a target is a share of the demand, from 0 % to 100 %")
    needed = target - REACHED
    without = share_of(0.0)
    if without >= needed:
        return Sizing(0.0, without, without, None)
    low, below, high = 0.0, without, min(first, most)
    reached = share_of(high)
    while reached < needed:
        if high >= most:
            return Sizing(None, max(reached, without), without, ENERGY)
        low, below, high = high, reached, min(2 * high, most)
        reached = share_of(high)
    bracket = _Bracket(low, below - target, high, max(reached - target, 0.0))
    while bracket.high - bracket.low > PRECISION * bracket.high:
        size = bracket.cut()
        share = share_of(size)
        if share >= needed:
            reached = share
            bracket.lower(size, max(share - target, 0.0))
        else:
            bracket.raise_to(size, share - target)
    return Sizing(bracket.high, reached, without, None)


class _Bracket:
    """Two sizes, the lower one below the target and the higher one at it or above.

    An end that stays twice counts half as much (the Illinois method), and where three cuts have
    not halved the bracket the next is in its middle.
    """

    def __init__(self, low: float, under: float, high: float, over: float) -> None:
        self.low, self.under, self.high, self.over = low, under, high, over
        self.moved = ""
        self.wide, self.cuts = high - low, 0

    def cut(self) -> float:
        """Return the size to try next, a little inside of the bracket."""
        width = self.high - self.low
        if 2 * width <= self.wide:
            self.wide, self.cuts = width, 0
        self.cuts += 1
        if self.cuts > _SLOW:
            self.wide, self.cuts = width, 0
            return (self.low + self.high) / 2
        inside = min(PRECISION * self.high, width) / 2
        size = self.low - self.under * width / (self.over - self.under)
        return min(max(size, self.low + inside), self.high - inside)

    def lower(self, size: float, over: float) -> None:
        """Take a size that reaches the target, by how far, as the higher end."""
        self.under *= 0.5 if self.moved == "high" else 1.0
        self.high, self.over, self.moved = size, over, "high"

    def raise_to(self, size: float, under: float) -> None:
        """Take a size that misses the target, by how far (below 0), as the lower end."""
        self.over *= 0.5 if self.moved == "low" else 1.0
        self.low, self.under, self.moved = size, under, "low"


def _hours_of_power(battery: Battery, keep_power: bool) -> float:
    """Return the energy per power that a battery needs so that its energy limits no power [h]."""
    hours = 0.0
    if battery.taper:
        slower = min(battery.taper.charge_per_h, battery.taper.discharge_per_h)
        lag_h = max(battery.taper.charge_lag_h, battery.taper.discharge_lag_h)
        hours = (1 / slower + 1 + lag_h) / battery.discharge_efficiency
    if not keep_power:
        rate = min(battery.charge_mw, battery.discharge_mw) / battery.usable_mwh
        hours += 1 / rate if rate > 0 else 0.0
    return hours
