"""Flexible load of all tiers together, for one design or for many.

Windows are planned first. They leave room in the capacity for what may fall due in a step of the
tiers that wait, so that those keep their deadlines whatever comes. Then the rest waits for
generation. The battery comes after: it takes the surplus left and serves the deficit left. What
waits knows no battery: work that meets its deadline in a step without generation may need more
power than the battery has, though it would have had enough before.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from functools import reduce
from itertools import islice, pairwise, tee
from typing import Any, NamedTuple

import numpy as np

from carbonctl.site.backlog import FlexibleDemand, Floats, Window, beside
from carbonctl.site.policy import Deferral, defer
from carbonctl.site.windows import moved_to_surplus, refilled


def shifted(
    flexible: FlexibleDemand, generation_mw: Floats, intensity: Floats, capacity_mw: Any
) -> Floats:
    """Return what runs in each step where flexible load follows generation.

    Parameters
    ----------
    flexible : FlexibleDemand
        Demand and its tiers.
    generation_mw : array of float, shape (steps,) or (steps, designs)
        Own generation [MW].
    intensity : array of float, shape (steps,)
        Of the grid [g/kWh]; only windows need it.
    capacity_mw : float or array of shape (designs,)
        Most that may run in a step [MW].

    Returns
    -------
    array of float, the shape of the generation
        [MW]; its sum is that of the demand.

    Raises
    ------
    ValueError
        As `FlexibleDemand.check` and `window_starts`.
    """
    flexible.check(capacity_mw)
    span = _Span(
        beside(flexible.demand_mw, generation_mw) + np.zeros_like(generation_mw),
        generation_mw,
        intensity,
        capacity_mw - beside(flexible.kept_free_mw(), generation_mw),
        ~generation_mw.any(axis=0),
    )
    load = _planned(span, flexible.windows())
    if not flexible.waiting():
        return load
    firm = load - beside(flexible.waiting_mw(), load)
    return defer(flexible, generation_mw, capacity_mw, firm_mw=firm).load_mw


KEPT = 2_000_000  # figures: 16 MB


class DesignLoads:
    """What runs in each step, for as many designs as are asked for at a time.

    What runs is kept between passes where it is at most `KEPT` figures. Else nothing is kept but a
    step, or a window, and each pass works it out again.

    Parameters
    ----------
    flexible : FlexibleDemand
        Demand and its tiers.
    intensity : array of float, shape (steps,)
        Of the grid [g/kWh]; only windows need it.
    capacity_mw : array of float, shape (designs,)
        Most that may run in a step [MW].
    generation_mw : callable
        Gives, for a slice of the designs, own generation of each step [MW]: arrays of the shape
        (designs of the slice,). It is called once a pass.

    Raises
    ------
    ValueError
        As `shifted`.
    """

    def __init__(
        self,
        flexible: FlexibleDemand,
        intensity: Floats,
        capacity_mw: Floats,
        generation_mw: Callable[[slice], Iterable[Floats]],
    ) -> None:
        flexible.check(capacity_mw)
        self.flexible, self.intensity = flexible, intensity
        self.capacity_mw, self.generation_mw = capacity_mw, generation_mw
        self.windows = flexible.windows()
        self._current: _Chunk | None = None

    def __call__(self, designs: slice) -> Iterator[Floats]:
        """Return what runs in each step [MW]: arrays of the shape (designs of the slice,)."""
        if self._current is None or self._current.designs != designs:
            self._current = None  # frees what is kept of the last ones
            self._current = self._begun(designs)
        kept = self._current.kept
        return iter(kept) if kept else self._one_pass(self._current)

    def _begun(self, designs: slice) -> _Chunk:
        """Return the designs of a slice, with what waits at the start of their data."""
        capacity = self.capacity_mw[designs]
        policy = Deferral(self.flexible, capacity, designs=len(capacity))
        idle = np.zeros(len(capacity), bool)
        if self.windows:
            for own in self.generation_mw(designs):
                idle |= own != 0
            idle = ~idle
        kept: list[Floats] = []
        chunk = _Chunk(designs, policy, idle, kept)
        keeps = len(capacity) * len(self.flexible.demand_mw) <= KEPT

        def one_pass() -> None:
            kept.clear()
            loads = self._one_pass(chunk)
            if keeps:
                kept.extend(loads)
            else:
                deque(loads, maxlen=0)

        if policy.shares:
            policy.settle(one_pass)
        elif keeps:
            one_pass()
        return chunk

    def _one_pass(self, chunk: _Chunk) -> Iterator[Floats]:
        generation = self.generation_mw(chunk.designs)
        if not self.windows:
            return chunk.policy.one_pass(generation)
        planned = self._in_windows(generation, chunk)
        if not chunk.policy.shares:
            return (load for _, load in planned)
        rows, again = tee(planned)
        arriving = zip(again, self.flexible.waiting_mw().tolist(), strict=True)
        return chunk.policy.one_pass(
            (own for own, _ in rows), (load - waits for (_, load), waits in arriving)
        )

    def _in_windows(
        self, generation: Iterable[Floats], chunk: _Chunk
    ) -> Iterator[tuple[Floats, Floats]]:
        """Yield generation and the load planned of each step, a window read at a time."""
        rows, demand = iter(generation), self.flexible.demand_mw
        free = self.flexible.kept_free_mw()
        edges = reduce(np.intersect1d, [window.starts for window in self.windows]).tolist()
        for first, end in pairwise([*edges, len(demand)]):
            own = np.array(list(islice(rows, end - first)))
            span = _Span(
                demand[first:end, None] + np.zeros_like(own),
                own,
                self.intensity[first:end],
                chunk.policy.capacity_mw - free[first:end, None],
                chunk.idle,
            )
            load = _planned(span, [window.between(first, end) for window in self.windows])
            yield from zip(own, load, strict=True)


class _Chunk(NamedTuple):
    """Designs that go together; their policy has what waits at the start of their data."""

    designs: slice
    policy: Deferral
    idle: Any  # whether a design has no generation
    kept: list[Floats]  # what runs in each step, or nothing


class _Span(NamedTuple):
    """Some steps of one or more designs, as `carbonctl.site.windows` takes them."""

    load_mw: Floats
    generation_mw: Floats
    intensity: Floats
    capacity_mw: Any
    idle: Any


def _planned(span: _Span, windows: Iterable[Window]) -> Floats:
    """Move the load of tiers, one after the other, within their windows."""
    load, own, intensity, capacity, idle = span
    for movable, starts in windows:
        after = moved_to_surplus(load, movable, own, intensity, capacity, starts)
        if np.any(idle):
            cleanest = refilled(load, movable, intensity, capacity, starts)
            after = np.where(idle, cleanest, after)
        load = after
    return load
