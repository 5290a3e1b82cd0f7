"""Figures of entries at many points of what is uncertain in them, as columns: a row a point.

A point gives each unknown a value: a draw, a corner, an end, a step between two ends. Entries
are worked out at all points at once by their formulas, those of an account that was just made as
those of a saved result, so that there is one way to a figure at a point.

This module imports numpy: only what asks for points imports it.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from hashlib import sha256
from itertools import accumulate, pairwise
from typing import Any, NamedTuple, TypeAlias

import numpy as np

from carbonctl.analysis.terms import Term, Uncertain, derive, exact
from carbonctl.numbers.formulas import Formula

DRAWS = 10_000

Column: TypeAlias = Any  # an array of numbers
Values: TypeAlias = Callable[[Column], Column]  # of the unknowns in some slots: a row a point


def draws(unknowns: Collection[Uncertain]) -> dict[Uncertain, Column]:
    """Return `DRAWS` equally likely values of each unknown.

    Each is drawn from a triangle between its bounds with its best estimate as the peak: one
    value from each of `DRAWS` parts of equal probability, in an order of its own that is
    the same in every call and on both sides of a comparison.
    """
    levels = (np.arange(DRAWS) + 0.5) / DRAWS
    drawn = {}
    for unknown in unknowns:
        seed = int.from_bytes(sha256(repr(unknown).encode()).digest()[:8])
        order = np.random.default_rng(seed).permutation(DRAWS)
        drawn[unknown] = _triangle(unknown, levels[order])
    return drawn


def _triangle(unknown: Uncertain, levels: Column) -> Column:
    """Return the quantiles of a triangular distribution."""
    least, peak, most = unknown.low, unknown.best, unknown.high
    width = most - least
    turn = (peak - least) / width
    rising = least + np.sqrt(levels * width * (peak - least))
    falling = most - np.sqrt((1 - levels) * width * (most - peak))
    return np.where(levels < turn, rising, falling)


def samples(terms: Sequence[Term]) -> Column:
    """Return `DRAWS` equally likely sums of some terms, or one where nothing is uncertain."""
    drawn = draws({unknown for term in terms for unknown in term.ranged.values()})
    total = np.zeros(DRAWS if drawn else 1)
    with np.errstate(all="ignore"):  # the caller reports what is not finite
        for term in terms:
            total = total + term.at(drawn)
    return total


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
        columns = [np.broadcast_to(term.at(values), rows).tolist() for term in terms]
    return [exact(row) for row in zip(*columns, strict=True)] if columns else [0.0] * rows


class _Block(NamedTuple):
    """Terms with one formula over the same names, a column each."""

    formula: Formula
    derived: tuple[str, ...]
    sign: Column
    known: dict[str, Column]
    slots: dict[str, Column]

    def at(self, rows: Column, values: Values) -> Column:
        """Return some of the terms at some points: a row a point."""
        names = {name: numbers[rows] for name, numbers in self.known.items()}
        names |= {name: values(slots[rows]) for name, slots in self.slots.items()}
        return self.sign[rows] * self.formula.at(derive(names, self.derived))


class Terms:
    """Terms of several groups, each with unknowns of its own, at points.

    Each term has something uncertain; what is an unknown of two groups is two. ``slots`` has for
    each group the slot of each of its unknowns, and ``low``, ``best`` and ``high`` are those of
    the unknown in each slot.
    """

    def __init__(self, groups: Sequence[Sequence[Term]]) -> None:
        self.terms = [term for group in groups for term in group]
        self.slots: list[dict[Uncertain, int]] = []
        unknowns: list[Uncertain] = []
        places: dict[Any, list[int]] = {}
        slots_of: list[dict[Uncertain, int]] = []  # each term's group's
        for group in groups:
            slots: dict[Uncertain, int] = {}
            self.slots.append(slots)
            for term in group:
                for unknown in term.ranged.values():
                    if unknown not in slots:
                        slots[unknown] = len(unknowns)
                        unknowns.append(unknown)
                key = (id(term.formula), *term.ranged, None, *term.known)
                places.setdefault(key, []).append(len(slots_of))
                slots_of.append(slots)
        self.low, self.best, self.high = (
            np.array([getattr(u, key) for u in unknowns]) for key in ("low", "best", "high")
        )
        self.blocks: list[_Block] = []
        self.block_of, self.row_of = np.zeros((2, len(self.terms)), dtype=int)
        for own in places.values():
            self.block_of[own] = len(self.blocks)
            self.row_of[own] = np.arange(len(own))
            self.blocks.append(_block([self.terms[n] for n in own], [slots_of[n] for n in own]))

    def at(self, places: Column, values: Values) -> Column:
        """Return the terms at some places: a row a point."""
        whose = self.block_of[places]
        order, blocks = [], []
        with np.errstate(all="ignore"):
            for number in np.unique(whose):
                there = np.flatnonzero(whose == number)
                order.append(there)
                blocks.append(self.blocks[number].at(self.row_of[places[there]], values))
        return np.concatenate(blocks, axis=1)[:, np.argsort(np.concatenate(order))]

    def sums(self, parts: Sequence[Sequence[int]], values: Values) -> Column:
        """Return the exactly rounded sum of the terms at each part's places: a row a point."""
        places = np.array([place for part in parts for place in part])
        spans = list(pairwise(accumulate(map(len, parts), initial=0)))
        rows = self.at(places, values).tolist()
        return np.array([[exact(row[first:last]) for first, last in spans] for row in rows])


def _block(terms: Sequence[Term], slots: Sequence[dict[Uncertain, int]]) -> _Block:
    first = terms[0]
    assert first.formula is not None
    return _Block(
        first.formula,
        first.derived,
        np.array([term.sign for term in terms]),
        {name: np.array([term.known[name] for term in terms]) for name in first.known},
        {
            name: np.array([own[t.ranged[name]] for t, own in zip(terms, slots, strict=True)])
            for name in first.ranged
        },
    )
