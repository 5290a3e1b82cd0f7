"""Flexible load that waits for generation, by what is known so far alone.

In each step everything that arrives may wait. What runs of it is what must, since its deadline
ends, and what own generation has room for:

    y_t = max(due_t, 0, min(R_t − firm_t, backlog_t, capacity − firm_t))   [MW]

Earliest deadlines run first. With one tier ``defer W`` what is due is ``A_{t−W} − Y_{t−1}``: what
had arrived W hours ago less what has run. Nothing has to run before its deadline to keep the
capacity: no more falls due in a step than the flexible share of the peak of the demand, and the
capacity always has room for that beside the firm load. So what is due depends on the demand alone,
and all designs share it.

Figures of a step are floats, or arrays of shape (designs,): the kernel is the same.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from itertools import repeat
from typing import Any, NamedTuple

import numpy as np

from carbonctl.site.backlog import FlexibleDemand, Floats, beside, sums_of_last, whole_steps

MAX_PASSES = 100
_SETTLED = 1e-12  # of the peak of the demand: how far the backlogs at both ends may differ
_ROUNDING = 1e-9  # relative


class Waiting(NamedTuple):
    """What runs in each step where flexible load waits.

    Attributes
    ----------
    load_mw : array of float, shape (steps,) or (steps, designs)
        What runs [MW].
    backlog_mwh : array of float, same shape
        What waits at the end of each step [MWh].
    """

    load_mw: Floats
    backlog_mwh: Floats


class Deferral:
    """A policy and what waits between passes over the data.

    Each pass goes on with the backlog that the last whole one left; the first begins with none.

    Parameters
    ----------
    flexible : FlexibleDemand
        Demand and its tiers. A tier "within" waits as "defer" does: to run sooner, the future
        would have to be known. A tier "window" does not wait, and is firm here.
    capacity_mw : float or array of shape (designs,)
        Most that may run in a step [MW].
    designs : int, optional
        How many designs go together; without it a figure of a step is a float, not an array.

    Raises
    ------
    ValueError
        As `FlexibleDemand.check`.
    """

    def __init__(
        self,
        flexible: FlexibleDemand,
        capacity_mw: Any,
        *,
        designs: int | None = None,
    ) -> None:
        flexible.check(capacity_mw)
        self.demand_mw = demand_mw = flexible.demand_mw
        self.peak_mw = float(demand_mw.max())
        self.capacity_mw = float(capacity_mw) if designs is None else capacity_mw
        self.shares = _shares_by_steps(flexible)
        self.share = math.fsum(self.shares.values())
        self.firm_mw = demand_mw - self.share * demand_mw
        self.many = designs is not None
        levels = max(self.shares, default=0) + 1 if len(self.shares) > 1 else 1
        # What waits with a deadline within so many steps, all of it last [MW of one step].
        self.waiting = np.zeros((levels, designs) if designs is not None else levels)

    def settle(self, one_pass: Callable[[], object]) -> Floats:
        """Run passes until what waits at the end is what waited at the start.

        Parameters
        ----------
        one_pass : callable
            Goes through a pass, `one_pass`, with the generation from the first step on.

        Returns
        -------
        array of float
            What waited at the start of the last pass, as ``waiting``.

        Raises
        ------
        ArithmeticError
            Where that does not come about.

        Notes
        -----
        With one tier the backlog at the end is that at the start plus a figure, kept between two
        others. If two passes from none do not settle it, it rises pass by pass, perhaps by very
        little, up to where it gets from the fullest. So that is where the third begins.
        """
        for number in range(MAX_PASSES):
            before = self.waiting.copy()
            one_pass()
            moved = np.abs(self.waiting - before).max(axis=0) > _SETTLED * self.peak_mw
            if not np.any(moved):
                return before
            if number == 1:
                self.waiting[...] = np.where(moved, self._fullest(), self.waiting)
        raise ArithmeticError("what waits at the end of the data never was what waited before")

    def _fullest(self) -> Floats:
        """Return what waits at the start where nothing ran before its deadline."""
        kept = self.waiting.copy()
        self.waiting[...] = 0.0
        steps = len(self.demand_mw)
        for _ in range(-(-max(self.shares) // steps)):
            deque(self.one_pass(repeat(0.0, steps)), maxlen=0)
        fullest = self.waiting.copy()
        self.waiting[...] = kept
        return fullest

    def one_pass(
        self, generation_mw: Iterable[Any], firm_mw: Iterable[Any] | None = None
    ) -> Iterator[Any]:
        """Run over the data once.

        Parameters
        ----------
        generation_mw : iterable
            Own generation of each step [MW], from the first step on: floats, or arrays of shape
            (designs,). A figure is taken when its step is run, not before.
        firm_mw : iterable, optional
            What runs in its own step [MW], no more than the capacity less what may fall due, which
            is the share of the tiers of the peak; default: the demand less the share of the tiers.

        Yields
        ------
        float or array of shape (designs,)
            What runs in the step [MW].
        """
        firm = self.firm_mw.tolist() if firm_mw is None else firm_mw
        if len(self.shares) > 1:
            return self._by_deadline(generation_mw, firm)
        return self._in_order(generation_mw, firm)

    def _in_order(self, generation_mw: Iterable[Any], firm_mw: Iterable[Any]) -> Iterator[Any]:
        """One tier: what came first runs first, so that its sum is all that is kept."""
        least, most = (np.minimum, np.maximum) if self.many else (min, max)
        steps, share = next(iter(self.shares.items()), (0, 0.0))
        arrivals = share * self.demand_mw
        may_wait = sums_of_last(arrivals, steps).tolist()
        capacity, waiting = self.capacity_mw, self.waiting
        left = waiting[0] if self.many else float(waiting[0])
        for generation, firm, arriving, limit in zip(
            generation_mw, firm_mw, arrivals.tolist(), may_wait, strict=True
        ):
            ready = left + arriving
            due = most(ready - limit, 0.0)
            running = most(due, least(least(generation - firm, ready), capacity - firm))
            left = ready - running
            yield firm + running
        waiting[0] = left

    def _by_deadline(self, generation_mw: Iterable[Any], firm_mw: Iterable[Any]) -> Iterator[Any]:
        """Several tiers: earliest deadlines first.

        Row ``e mod rows`` has what waits with a deadline up to step e. What arrives is the same
        for all designs, so that it is not added to the rows: ``floors`` has what is missing in
        each, and no row falls below that.
        """
        least, most = (np.minimum, np.maximum) if self.many else (min, max)
        capacity, count = self.capacity_mw, len(self.waiting)
        rows, floors = self.waiting.copy(), np.zeros(count)
        lowest = floors[:, None] if self.many else floors
        arriving = self._arriving()
        row = 0
        for generation, firm, demand in zip(
            generation_mw, firm_mw, self.demand_mw.tolist(), strict=True
        ):
            floors -= demand * arriving[row]
            due, ready = rows[row] - floors[row], rows[row - 1] - floors[row - 1]
            running = most(due, least(least(generation - firm, ready), capacity - firm))
            rows -= running
            np.maximum(rows, lowest, out=rows)
            rows[row], floors[row] = ready - running, 0.0
            row = (row + 1) % count
            yield firm + running
        self.waiting[...] = np.roll(rows - lowest, -row, axis=0)

    def _arriving(self) -> Floats:
        """Return the share of the demand that each row takes in each step; shape (rows, rows)."""
        count = len(self.waiting)
        shares = np.zeros(count)
        for steps, share in self.shares.items():
            shares[steps:] += share
        return np.array([np.roll(shares, row) for row in range(count)])


def defer(
    flexible: FlexibleDemand,
    generation_mw: Floats,
    capacity_mw: Any,
    *,
    firm_mw: Floats | None = None,
    cyclic: bool = True,
) -> Waiting:
    """Return what runs in each step where flexible load waits for generation.

    Parameters
    ----------
    flexible : FlexibleDemand
        As `Deferral`.
    generation_mw : array of float, shape (steps,) or (steps, designs)
        Own generation [MW]; with designs where the capacity has them.
    capacity_mw : float or array of shape (designs,)
        Most that may run in a step [MW].
    firm_mw : array of float, shape (steps,) or that of the generation, optional
        What runs in its own step [MW]; default: the demand less the share of the tiers.
    cyclic : bool
        Whether the data repeat, so that as much runs as arrives. Otherwise nothing waits at the
        start, and some may be left at the end.

    Raises
    ------
    ValueError
        As `Deferral`, and where the firm load leaves too little of the capacity.
    """
    designs = generation_mw.shape[1] if generation_mw.ndim == 2 else None
    policy = Deferral(flexible, capacity_mw, designs=designs)
    firm = policy.firm_mw if firm_mw is None else firm_mw
    due = policy.share * policy.peak_mw
    if not np.all(firm.max(axis=0) + due <= np.asarray(capacity_mw) * (1 + _ROUNDING)):
        raise ValueError(
            f"the firm load leaves under {due:g} MW of the capacity, which may fall due in a step"
        )
    rows = [some.tolist() if some.ndim == 1 else some for some in (generation_mw, firm)]
    load = np.empty(generation_mw.shape)

    def one_pass() -> None:
        for step, running in enumerate(policy.one_pass(*rows)):
            load[step] = running

    if cyclic:
        waiting = policy.settle(one_pass)
    else:
        waiting = policy.waiting.copy()
        one_pass()
    arriving = beside(firm, load) + beside(policy.share * policy.demand_mw, load)
    backlog = waiting[-1] + np.cumsum(arriving - load, axis=0)
    return Waiting(load, np.maximum(backlog, 0.0) * flexible.step_h)


def _shares_by_steps(flexible: FlexibleDemand) -> dict[int, float]:
    """Return the share of the demand by how many steps it may wait, the shortest first."""
    shares: dict[int, float] = {}
    for tier in flexible.waiting():
        steps = whole_steps(tier.hours, flexible.step_h)
        shares[steps] = shares.get(steps, 0.0) + tier.share
    return dict(sorted(shares.items()))
