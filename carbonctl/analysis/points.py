"""Figures of entries at many points of what is uncertain in them, as columns: a row a point.

A point gives each unknown a value: a draw, a corner, an end, a step between two ends. Entries
are worked out at all points at once by their formulas, those of an account that was just made as
those of a saved result, so that there is one way to a figure at a point.

This module imports numpy: only what asks for points imports it.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from hashlib import sha256
from itertools import pairwise
from typing import Any, NamedTuple, TypeAlias

import numpy as np

from carbonctl.analysis.terms import Term, Uncertain, derive, exact
from carbonctl.numbers.formulas import Formula

DRAWS = 10_000
_MOST_AT_ONCE = 1 << 20  # figures that are worked out at once

Column: TypeAlias = Any  # an array of numbers
# The values of an unknown: from the slots of unknowns and the places of terms to a column each.
Values: TypeAlias = Callable[[Column, Column], Column]


def draws(unknowns: Collection[Uncertain]) -> dict[Uncertain, Column]:
    """Return `DRAWS` equally likely values of each unknown.

    Each is drawn from a triangle between its bounds with its best estimate as the peak: one
    value from each of `DRAWS` parts of equal probability, in an order of its own that is
    the same in every call and on both sides of a comparison.
    """
    levels = (np.arange(DRAWS) + 0.5) / DRAWS
    found = {}
    for unknown in unknowns:
        seed = int.from_bytes(sha256(repr(unknown).encode()).digest()[:8])
        order = np.random.default_rng(seed).permutation(DRAWS)
        found[unknown] = _triangle(unknown, levels[order])
    return found


def _triangle(unknown: Uncertain, levels: Column) -> Column:
    """Return the quantiles of a triangular distribution."""
    least, peak, most = unknown.low, unknown.best, unknown.high
    width = most - least
    turn = (peak - least) / width
    rising = least + np.sqrt(levels * width * (peak - least))
    falling = most - np.sqrt((1 - levels) * width * (most - peak))
    return np.where(levels < turn, rising, falling)


def samples(terms: Sequence[Term]) -> Column:
    """Return equally likely sums of some terms, over the `draws` of what is uncertain.

    Returns
    -------
    ndarray
        Of `DRAWS` sums, or of one where nothing is uncertain.
    """
    drawn = draws({unknown for term in terms for unknown in term.ranged.values()})
    total = np.zeros(DRAWS if drawn else 1)
    with np.errstate(all="ignore"):  # what is not finite is told by whoever asked
        for term in terms:
            total = total + term.at(drawn)
    return total


def column(numbers: Sequence[float]) -> Column:
    """Return a column of some numbers."""
    return np.array(numbers)


def corners(unknowns: Sequence[Uncertain]) -> dict[Uncertain, Column]:
    """Return the values of some unknowns at every corner of their bounds."""
    points = np.arange(1 << len(unknowns))
    return {
        unknown: np.where(points >> place & 1, unknown.high, unknown.low)
        for place, unknown in enumerate(unknowns)
    }


def sums(terms: Sequence[Term], values: Mapping[Uncertain, Column]) -> list[float]:
    """Return the exactly rounded sum of some terms at each point.

    No number, or none that is finite, where a term cannot be worked out.
    """
    rows = len(next(iter(values.values())))
    with np.errstate(all="ignore"):
        found = [np.broadcast_to(term.at(values), rows).tolist() for term in terms]
    return [exact(row) for row in zip(*found, strict=True)] if found else [0.0] * rows


class _Block(NamedTuple):
    """Terms with one formula over the same names, a column each."""

    formula: Formula | None
    derived: tuple[str, ...]
    sign: Column
    number: Column
    known: dict[str, Column]
    slots: dict[str, Column]

    def at(self, rows: Column, places: Column, values: Values) -> Column:
        """Return some of the terms at some points: a row a point."""
        if self.formula is None:
            return self.sign[rows] * self.number[rows]
        names = {name: numbers[rows] for name, numbers in self.known.items()}
        for name, slots in self.slots.items():
            names[name] = values(slots[rows], places)
        return self.sign[rows] * self.formula.at(derive(names, self.derived))


class Terms:
    """Terms of several groups, each with unknowns of its own, at points.

    Parameters
    ----------
    groups : sequence of sequence of Term
        What is an unknown of two groups is two.

    Attributes
    ----------
    terms : list of Term
        All of them.
    slots : list of dict
        For each group, the slot of each of its unknowns.
    low, best, high : ndarray
        Of the unknown in each slot.
    bits : ndarray of int
        Which bit of the number of a corner says at which end the unknown is.
    """

    def __init__(self, groups: Sequence[Sequence[Term]]) -> None:
        self.terms = [term for group in groups for term in group]
        self.slots: list[dict[Uncertain, int]] = []
        unknowns: list[Uncertain] = []
        members: dict[Any, tuple[list[int], list[dict[Uncertain, int]]]] = {}
        place = 0
        for group in groups:
            slots: dict[Uncertain, int] = {}
            self.slots.append(slots)
            for term in group:
                for unknown in term.ranged.values():
                    if unknown not in slots:
                        slots[unknown] = len(unknowns)
                        unknowns.append(unknown)
                key = (id(term.formula), *term.ranged, None, *term.known)
                own, theirs = members.setdefault(key, ([], []))
                own.append(place)
                theirs.append(slots)
                place += 1
        self.low, self.best, self.high = (
            np.array([getattr(u, key) for u in unknowns]) for key in ("low", "best", "high")
        )
        self.bits = np.zeros(len(unknowns), dtype=int)
        self.blocks: list[_Block] = []
        self.block_of, self.row_of = np.zeros(place, dtype=int), np.zeros(place, dtype=int)
        for own, theirs in members.values():
            self.block_of[own] = len(self.blocks)
            self.row_of[own] = np.arange(len(own))
            self.blocks.append(_block([self.terms[n] for n in own], theirs))

    def at(self, places: Column, values: Values) -> Column:
        """Return the terms at some places: a row a point."""
        whose, found = self.block_of[places], {}
        with np.errstate(all="ignore"):
            for number in np.unique(whose):
                there = np.flatnonzero(whose == number)
                rows = self.row_of[places[there]]
                found[number] = there, self.blocks[number].at(rows, there, values)
        points = max(np.atleast_2d(numbers).shape[0] for _, numbers in found.values())
        all_of_them = np.empty((points, len(places)))
        for there, numbers in found.values():
            all_of_them[:, there] = numbers
        return all_of_them

    def sums(
        self, places: Column, spans: Sequence[tuple[int, int]], values: Values
    ) -> list[list[float]]:
        """Return the sums of terms between some of the places: a list a point."""
        rows = self.at(places, values).tolist()
        return [[exact(row[first:last]) for first, last in spans] for row in rows]

    def at_values(self, spans: Sequence[tuple[int, int]], values: Column) -> list[float]:
        """Return sums of terms where each unknown has a value."""
        places = np.arange(len(self.terms))
        return self.sums(places, spans, lambda slots, _: values[None, slots])[0]

    def at_corners(
        self, corners: int, spans: Sequence[tuple[int, int]]
    ) -> Iterator[tuple[float, ...]]:
        """Yield the sums of terms between some places at so many corners."""
        points = np.arange(corners)[:, None]

        def values(slots: Column, _: Column) -> Column:
            return np.where(points >> self.bits[slots] & 1, self.high[slots], self.low[slots])

        sizes = np.cumsum([corners * (last - first) for first, last in spans])
        for part in np.unique(sizes // _MOST_AT_ONCE):
            some = [spans[n] for n in np.flatnonzero(sizes // _MOST_AT_ONCE == part).tolist()]
            places, own = _joined([range(*span) for span in some])
            yield from zip(*self.sums(places, own, values), strict=True)

    def along(
        self, jobs: Sequence[tuple[int, Sequence[int]]], values: Column
    ) -> Callable[[Sequence[Sequence[float]]], list[list[float]]]:
        """Return what gives sums of terms over one unknown each, the others having values.

        Parameters
        ----------
        jobs : sequence of (int, sequence of int)
            The slot of the unknown, and the places of the terms.
        values : ndarray
            Of the other unknowns.
        """
        places, spans = _joined([own for _, own in jobs])
        job_of = np.repeat(np.arange(len(jobs)), [len(own) for _, own in jobs])
        varied = np.array([slot for slot, _ in jobs])[job_of]

        def at(points: Sequence[Sequence[float]]) -> list[list[float]]:
            numbers = np.array(points)

            def value(slots: Column, there: Column) -> Column:
                moved = numbers[:, job_of[there]]
                return np.where(slots == varied[there], moved, values[slots])

            return self.sums(places, spans, value)

        return at


def _block(terms: Sequence[Term], slots: Sequence[dict[Uncertain, int]]) -> _Block:
    first = terms[0]
    return _Block(
        first.formula,
        first.derived,
        np.array([term.sign for term in terms]),
        np.array([term.number for term in terms]),
        {name: np.array([term.known[name] for term in terms]) for name in first.known},
        {
            name: np.array([own[t.ranged[name]] for t, own in zip(terms, slots, strict=True)])
            for name in first.ranged
        },
    )


def _joined(parts: Sequence[Sequence[int]]) -> tuple[Column, list[tuple[int, int]]]:
    """Return numbers one after the other, and where each part of them stands."""
    ends = np.cumsum([0, *map(len, parts)]).tolist()
    return np.array([number for part in parts for number in part]), list(pairwise(ends))
