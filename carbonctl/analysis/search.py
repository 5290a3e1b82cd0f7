"""The ends of sums of terms, searched for in all groups of all sums at once.

This module imports numpy: only what has something uncertain in it imports it.
"""

import math
from collections.abc import Callable, Sequence
from itertools import accumulate, pairwise
from typing import NamedTuple, TypeAlias

import numpy as np

from carbonctl.analysis.points import Column, Terms
from carbonctl.analysis.terms import Uncertain
from carbonctl.analysis.trees import MOST_EVALUATIONS, Group, Leaf, Sums, lowest

Line: TypeAlias = Callable[[Sequence[Column]], Column]

_MOST_AT_ONCE = 1 << 20  # figures that are worked out at once
_STEPS = 40  # of a search between two ends: each leaves 0.62 of the interval
_STRAIGHT = 1e-12
_GOLDEN = (math.sqrt(5) - 1) / 2


class _Job(NamedTuple):
    """An unknown along which a sum is searched, and the places of the terms that have it."""

    group: int
    slot: int
    places: list[int]


class Search:
    """Bounds groups of terms, all at once."""

    def __init__(self, groups: Sequence[Group]) -> None:
        self.groups = groups
        self.terms = Terms([group.terms for group in groups])
        self.evaluations = [group.evaluations for group in groups]
        ends = accumulate((len(group.terms) for group in groups), initial=0)
        self.places = [range(*span) for span in pairwise(ends)]  # of the terms of each group

    def ends(self) -> list[tuple[float, float]]:
        """Return the lowest and the highest sum of each group; no numbers where one is none."""
        corners = self._corners()
        best, rounds = self._sums(self.terms.best), self._rounds()
        lows, highs = (self._least(sign, corners, best, rounds) for sign in (1.0, -1.0))
        return [
            (low, -high)
            if all(math.isfinite(number) for leaf in group.leaves for number in corners[id(leaf)])
            else (math.nan, math.nan)
            for group, low, high in zip(self.groups, lows, highs, strict=True)
        ]  # fmt: skip

    def _corners(self) -> Sums:
        """Return the sums of each leaf at all its corners."""
        leaves: dict[int, list[tuple[Leaf, range]]] = {}
        bits = np.zeros(len(self.terms.low), dtype=int)
        place = 0
        for slots, group in zip(self.terms.slots, self.groups, strict=True):
            for leaf in group.leaves:
                places = range(place, place := place + len(leaf.terms))
                leaves.setdefault(leaf.corners, []).append((leaf, places))
                for bit, unknown in enumerate(leaf.unknowns):
                    bits[slots[unknown]] = bit
        corner_sums: Sums = {}
        for corners, some in leaves.items():
            points = np.arange(corners)[:, None]

            def values(slots: Column, points: Column = points) -> Column:
                is_high = points >> bits[slots] & 1
                return np.where(is_high, self.terms.high[slots], self.terms.low[slots])

            sizes = np.cumsum([corners * len(places) for _, places in some]) // _MOST_AT_ONCE
            for size in np.unique(sizes):
                part = [some[n] for n in np.flatnonzero(sizes == size)]
                sums = self.terms.sums([places for _, places in part], values)
                corner_sums.update(
                    (id(leaf), own) for (leaf, _), own in zip(part, sums.T.tolist(), strict=True)
                )
        return corner_sums

    def _sums(self, values: Column) -> Column:
        """Return the sum of each group where each unknown has a value."""
        for number, group in enumerate(self.groups):
            self.evaluations[number] += len(group.terms)
        return self.terms.sums(self.places, lambda slots: values[None, slots])[0]

    def _rounds(self) -> list[list[_Job]]:
        """Return the unknowns of several terms, in rounds of unknowns that share no term."""
        rounds: list[list[_Job]] = []
        for number, (slots, places) in enumerate(zip(self.terms.slots, self.places, strict=True)):
            having: dict[Uncertain, list[int]] = {}
            for place in places:
                for unknown in dict.fromkeys(self.terms.terms[place].ranged.values()):
                    having.setdefault(unknown, []).append(place)
            last = dict.fromkeys(places, -1)
            for unknown, own in having.items():
                if len(own) == 1:
                    continue
                turn = max(last[place] for place in own) + 1
                last.update(dict.fromkeys(own, turn))
                if turn == len(rounds):
                    rounds.append([])
                rounds[turn].append(_Job(number, slots[unknown], own))
        return rounds

    def _least(
        self, sign: float, corners: Sums, best: Column, rounds: list[list[_Job]]
    ) -> list[float]:
        """Return the least of each group's signed sum: at a corner, or along lines from there."""
        values = self.terms.best.copy()
        numbers = []
        for slots, group, number in zip(self.terms.slots, self.groups, best, strict=True):
            (end,) = lowest(group.tree, corners, sign)
            numbers.append(min(end.number, sign * number))
            for unknown, value in end.at.items():
                values[slots[unknown]] = value
        refined = sign * self._sums(values)
        for jobs in rounds:
            self._move([job for job in jobs if self._is_open(job.group)], values, sign, refined)
        return [
            min(number, refined[group]) if self._is_open(group) else number
            for group, number in enumerate(numbers)
        ]

    def _is_open(self, group: int) -> bool:
        """Whether a group has not taken too many evaluations."""
        return self.evaluations[group] <= MOST_EVALUATIONS

    def _move(self, jobs: list[_Job], values: Column, sign: float, least: Column) -> None:
        """Move each job's unknown to where its signed sum is least, if that is any lower."""

        def along(some: list[_Job]) -> Line:
            """Return what gives the sums of jobs over their unknowns, which share no term."""
            slots, places = [job.slot for job in some], [job.places for job in some]

            def line(points: Sequence[Column]) -> Column:
                at = np.tile(values, (len(points), 1))
                at[:, slots] = points
                for job in some:
                    self.evaluations[job.group] += len(job.places) * len(points)
                return sign * self.terms.sums(places, lambda wanted: at[:, wanted])

            return line

        if not jobs:
            return
        slots = np.array([job.slot for job in jobs])
        low, high = self.terms.low[slots], self.terms.high[slots]
        half = (low + high) / 2
        with np.errstate(all="ignore"):
            mean = np.where(low > 0, 2 / (1 / low + 1 / high), half)
        now, left, right, *middles = along(jobs)([values[slots], low, high, half, mean])
        sizes = [math.fsum(abs(self.terms.terms[n].number) for n in job.places) for job in jobs]
        bends = [abs(left + right - 2 * middle) for middle in middles]
        turning = np.flatnonzero(~(np.min(bends, axis=0) <= _STRAIGHT * np.array(sizes)))
        if not len(turning):
            return
        some = [jobs[n] for n in turning]
        at, numbers = _golden(along(some), low[turning], high[turning])
        for job, value, gain in zip(some, at, numbers - now[turning], strict=True):
            if gain < 0:
                least[job.group] += gain
                values[job.slot] = value


def _golden(line: Line, low: Column, high: Column) -> tuple[Column, Column]:
    """Return where each sum is least between two ends, and that, by golden section."""
    for _ in range(_STEPS):
        width = _GOLDEN * (high - low)
        first, second = high - width, low + width
        at_first, other = line([first, second])
        low, high = np.where(at_first < other, low, first), np.where(at_first < other, second, high)
    middle = (low + high) / 2
    return middle, line([middle])[0]
