"""Flexible load in tiers: how much may wait, how long, and the backlog that this allows.

A step has the length Δ [h]. The demand ``D`` [MW] arrives step by step; a tier is the share ``s``
of it that may run in other steps. Its backlog is what has arrived and has not run yet,

    Q_t = Q_{t−1} + (s·D_t − y_t)·Δ,   y_t ≥ 0,   low_t ≤ Q_t ≤ high_t   [MWh]

with ``y`` what runs of it. A backlog below 0 is work that ran before it arrived. The data repeat:
the first step follows the last.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float64]
Places: TypeAlias = NDArray[np.intp]

DEFER, WITHIN, WINDOW = KINDS = ("defer", "within", "window")
MONDAY_S = 4 * 86_400  # 1970-01-05T00:00Z: windows are counted from a Monday at midnight
HOUR_S = 3600
_ROUNDING = 1e-9  # relative; the sum of shares or hours divided by steps may be off by so much


class Tier(NamedTuple):
    """A share of the demand that may run in other steps than it arrives in.

    Attributes
    ----------
    share : float
        Of the demand, 0 to 1.
    kind : str
        "defer": later only. "within": sooner or later. "window": anywhere in its window of the
        UTC calendar.
    hours : float
        By how long it may run later (defer) or sooner or later (within), or the length of
        its windows (window) [h].
    """

    share: float
    kind: str
    hours: float


def check(tiers: Sequence[Tier], peak_mw: float, capacity_mw: Any) -> None:
    """Refuse what no schedule can keep.

    Parameters
    ----------
    tiers : sequence of Tier
        All of the site.
    peak_mw : float
        Highest demand of a step [MW].
    capacity_mw : float or array of shape (designs,)
        Most that may run in a step [MW].

    Raises
    ------
    ValueError
        For a share or hours out of range, shares over 100 % together, and a capacity under the
        peak of the demand.
    """
    for tier in tiers:
        if tier.kind not in KINDS:
            raise ValueError(f"no kind of flexibility {tier.kind!r}: write {', '.join(KINDS)}")
        if not 0 <= tier.share <= 1:
            raise ValueError(f"the share of a tier is 0 to 100 %, not {100 * tier.share:g} %")
        if not 0 <= tier.hours < math.inf:
            raise ValueError(f"{tier.kind} takes 0 h or more, not {tier.hours:g} h")
    total = math.fsum(tier.share for tier in tiers)
    if total > 1 + _ROUNDING:
        raise ValueError(f"the shares of the tiers add up to {100 * total:g} %, over 100 %")
    least = float(np.min(capacity_mw))
    if not least >= peak_mw * (1 - _ROUNDING):
        raise ValueError(
            f"the capacity, {least:g} MW, is under the peak of the demand, {peak_mw:g} MW"
        )


def whole_steps(hours: float, step_h: float) -> int:
    """Return how many steps lie within some hours: 90 min of hourly steps are 1."""
    return math.floor(hours / step_h * (1 + _ROUNDING))


def window_starts(count: int, step_h: float, window_h: float, start_s: int = MONDAY_S) -> Places:
    """Return the first step of each window of the UTC calendar.

    Windows are counted from Monday, 1970-01-05T00:00Z: those of a day begin at midnight, those
    of a week on Mondays. The first and the last may be cut short by the ends of the data.

    Parameters
    ----------
    count : int
        Number of steps.
    step_h, window_h : float
        Length of a step and of a window [h].
    start_s : int
        Start of the first step, seconds since 1970-01-01T00:00Z.

    Returns
    -------
    array of int, shape (windows,)
        Rising; the first is 0.

    Raises
    ------
    ValueError
        Where a window has no whole number of steps, or begins inside of a step.
    """
    step_s, window_s = round(step_h * HOUR_S), round(window_h * HOUR_S)
    length, rest = divmod(window_s, step_s)
    if rest or not length:
        raise ValueError(f"a window of {window_h:g} h has no whole number of steps of {step_h:g} h")
    into, rest = divmod((start_s - MONDAY_S) % window_s, step_s)
    if rest:
        raise ValueError(f"windows of {window_h:g} h begin inside of steps of {step_h:g} h")
    starts = np.arange(-into % length, count, length)
    return starts if starts.size and starts[0] == 0 else np.concatenate(([0], starts))


def window_numbers(starts: Places, count: int) -> Places:
    """Return the number of the window that each step is in, from 0; shape (steps,)."""
    return np.repeat(np.arange(len(starts)), np.diff(starts, append=count))


class Window(NamedTuple):
    """A tier of windows: how much of each step may move [MW], and the first steps of windows."""

    flexible_mw: Floats
    starts: Places

    def between(self, first: int, end: int) -> Window:
        """Return the windows of some steps, which begin and end with one."""
        inside = (self.starts >= first) & (self.starts < end)
        return Window(self.flexible_mw[first:end], self.starts[inside] - first)


class FlexibleDemand(NamedTuple):
    """A demand and the tiers of it that are flexible.

    Attributes
    ----------
    demand_mw : array of float, shape (steps,)
        Demand [MW].
    tiers : tuple of Tier
        Flexible shares of the demand.
    step_h : float
        Length of a step [h].
    start_s : int
        Start of the first step, seconds since 1970-01-01T00:00Z; only windows need it.
    """

    demand_mw: Floats
    tiers: Sequence[Tier]
    step_h: float
    start_s: int = MONDAY_S

    def check(self, capacity_mw: Any) -> None:
        """Refuse what no schedule can keep.

        Parameters
        ----------
        capacity_mw : float or array of shape (designs,)
            Most that may run in a step [MW].

        Raises
        ------
        ValueError
            As `check`.
        """
        check(self.tiers, float(self.demand_mw.max()), capacity_mw)

    def windows(self) -> list[Window]:
        """Return the tiers of windows, the shortest first.

        Raises
        ------
        ValueError
            As `window_starts`.
        """
        count = len(self.demand_mw)
        tiers = sorted((tier for tier in self.tiers if tier.kind == WINDOW), key=lambda t: t.hours)
        return [
            Window(
                tier.share * self.demand_mw,
                window_starts(count, self.step_h, tier.hours, self.start_s),
            )
            for tier in tiers
        ]

    def waiting(self) -> list[Tier]:
        """Return the tiers that can wait for generation: by a step at least."""
        return [
            tier
            for tier in self.tiers
            if tier.kind != WINDOW and tier.share and whole_steps(tier.hours, self.step_h)
        ]

    def waiting_mw(self) -> Floats:
        """Return what arrives in each step of the tiers that wait [MW]; shape (steps,)."""
        return self._waiting_share() * self.demand_mw

    def kept_free_mw(self) -> Floats:
        """Return what windows leave of the capacity in each step [MW].

        It is what may fall due, which is a share of the peak, less that share of the demand.
        """
        return self._waiting_share() * (float(self.demand_mw.max()) - self.demand_mw)

    def _waiting_share(self) -> float:
        return math.fsum(tier.share for tier in self.waiting())


def bounds(tier: Tier, flexible: FlexibleDemand) -> tuple[Floats, Floats]:
    """Return the least and the highest backlog of a tier at the end of each step.

    Parameters
    ----------
    tier : Tier
        The tier.
    flexible : FlexibleDemand
        The demand that it is a share of.

    Returns
    -------
    tuple of two arrays, shape (steps,)
        [MWh]. defer: 0 and the arrivals of the last W hours. within: less the arrivals of the
        next W hours, and those of the last. window: less the arrivals of the rest of the window,
        and those so far; both 0 at its end.

    Raises
    ------
    ValueError
        As `window_starts`.
    """
    step_h = flexible.step_h
    arrivals = tier.share * step_h * flexible.demand_mw
    if tier.kind == WINDOW:
        starts = window_starts(len(arrivals), step_h, tier.hours, flexible.start_s)
        return _bounds_of_windows(arrivals, starts)
    steps = whole_steps(tier.hours, step_h)
    high = sums_of_last(arrivals, steps)
    low = np.zeros_like(high) if tier.kind == DEFER else -np.roll(high, -steps)
    return low, high


def _bounds_of_windows(arrivals: Floats, starts: Places) -> tuple[Floats, Floats]:
    high, low = np.empty_like(arrivals), np.empty_like(arrivals)
    for first, end in zip(starts, [*starts[1:], len(arrivals)], strict=True):
        so_far = np.cumsum(arrivals[first:end])
        high[first:end] = so_far
        low[first:end] = so_far - so_far[-1]
        high[end - 1] = 0.0
    return low, high


def sums_of_last(values: Floats, steps: int) -> Floats:
    """Return the sum of the last ``steps`` values at each one, itself counted; they repeat."""
    count = len(values)
    rounds, rest = divmod(steps, count)
    sums = np.concatenate(([0.0], np.cumsum(values)))
    # In this order, no later value is in the arithmetic of an earlier sum.
    recent: Floats = sums[1:] - np.concatenate((np.zeros(rest), sums[1 : count - rest + 1]))
    recent[:rest] += sums[-1] - sums[count - rest + 1 :]
    recent += rounds * sums[-1]
    return recent


def beside(steps: Floats, designs: Floats) -> Floats:
    """Return figures of steps with an axis more where figures of designs have it."""
    return steps[:, None] if designs.ndim > steps.ndim else steps
