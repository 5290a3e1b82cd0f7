"""The totals of groups of cells, with their ranges: amounts times what a unit of each causes."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np

from carbonctl.batch.fleet.blocks import unique_rows
from carbonctl.batch.fleet.rates import Accounted
from carbonctl.batch.fleet.reading import SUMS, Rates
from carbonctl.batch.fleet.structures import AMOUNTS
from carbonctl.ledger.entry import Totals
from carbonctl.ledger.fleet import Group
from carbonctl.ledger.ranges import ranges_of
from carbonctl.ledger.unknowns import Key


class Terms(NamedTuple):
    """Amounts times rates: one line for each cell and each label of its entries.

    Attributes
    ----------
    group : array of int
        The group of each line.
    sums : array
        For each of `SUMS` that of the lines; NaN where unknown.
    median : array
        The total carbon with all that is uncertain at its median.
    moves : list of (unknown, low, high)
        For each place that an unknown has among those of a line: which one it is (-1 for none),
        and what it does.
    """

    group: Any
    sums: Any
    median: Any
    moves: list[tuple[Any, Any, Any]]


class Linear:
    """The rates of all structures as arrays, to be multiplied with amounts.

    Parameters
    ----------
    rates : sequence of Rates
        Of each structure, or part of it.
    varying : sequence of list of int
        The places of their amounts in `carbonctl.batch.fleet.summed.PLACES`.
    width : int
        How many of these there are.
    """

    def __init__(
        self, rates: Sequence[Rates], varying: Sequence[list[int]], width: int = len(AMOUNTS)
    ) -> None:
        count = len(rates)
        self.unknowns: dict[Key, int] = {}
        most = max((len(rate.moves) for rate in rates), default=0)
        self.sums = np.zeros((count, len(SUMS), width))
        self.median = np.full((count, width), np.nan)
        self.which = np.full((count, most), -1, dtype=np.int64)
        self.low = np.zeros((count, most, width))
        self.high = np.zeros((count, most, width))
        for number, (rate, places) in enumerate(zip(rates, varying, strict=True)):
            self.sums[number][:, places] = rate.sums
            if rate.median is not None:
                self.median[number] = 0.0
                self.median[number, places] = rate.median
            for slot, (key, (low, high)) in enumerate(rate.moves.items()):
                self.which[number, slot] = self.unknowns.setdefault(key, len(self.unknowns))
                self.low[number, slot, places] = low
                self.high[number, slot, places] = high
        self.has_any = [(rates != 0).any(axis=0) for rates in (self.sums, self.low, self.high)]

    def terms(self, group: Any, structure: Any, amounts: Any) -> Terms:
        """Return amounts times the rates of their structures, a line each."""
        used = np.flatnonzero((amounts != 0).any(axis=0))
        columns = [np.ascontiguousarray(amounts[:, place]) for place in used]

        def times(rates: Any, has_any: Any) -> Any:
            total = np.zeros(len(structure))
            for place, column in zip(used.tolist(), columns, strict=True):
                if has_any[place]:
                    total += rates[:, place].take(structure) * column
            return total

        has_any = self.has_any
        sums = np.stack([times(self.sums[:, k], has_any[0][k]) for k in range(len(SUMS))])
        moves = [
            (self.which[structure, k], times(self.low[:, k], low), times(self.high[:, k], high))
            for k, (low, high) in enumerate(zip(*has_any[1:], strict=True))
            if low[used].any() or high[used].any()
        ]
        median = times(self.median, np.ones(self.median.shape[1], dtype=bool))
        if not columns:
            median[np.isnan(self.median).any(axis=1)[structure]] = np.nan
        return Terms(group, sums, median, moves)


class Grouped:
    """The sums of groups of lines, to which lines are added.

    What is unknown in a line is unknown in its group.

    Parameters
    ----------
    count : int
        How many groups there are.
    unknowns : int
        How many unknowns move them.
    """

    def __init__(self, count: int, unknowns: int) -> None:
        self.sums = np.zeros((count, len(SUMS)))
        self.median = np.zeros(count)
        self.low, self.high = (np.zeros((count, unknowns)) for _ in range(2))

    def add(self, terms: Terms) -> None:
        """Add lines."""
        count = len(self.median)

        def summed(numbers: Any) -> Any:
            return np.bincount(terms.group, weights=numbers, minlength=count)

        for k in range(len(SUMS)):
            self.sums[:, k] += summed(terms.sums[k])
        self.median += summed(terms.median)
        for which, low, high in terms.moves:
            is_there = which >= 0
            at = (terms.group * self.low.shape[1] + which)[is_there]
            for total, moves in ((self.low, low), (self.high, high)):
                flat = total.reshape(-1)
                if total.size <= _DENSE * len(at):
                    flat += np.bincount(at, weights=moves[is_there], minlength=total.size)
                else:
                    np.add.at(flat, at, moves[is_there])

    def totals(self) -> list[Totals]:
        """Return the totals of each group."""
        used = np.flatnonzero((self.low != 0).any(axis=0) | (self.high != 0).any(axis=0))
        ends = _ends(self.median, self.low.T[used], self.high.T[used])
        listed = zip(*(end.tolist() for end in ends), strict=True)
        return [_totals(row, end) for row, end in zip(self.sums.tolist(), listed, strict=True)]

    def whole(self) -> Totals:
        """Return the totals of all groups together."""
        every = Grouped(1, 0)
        every.sums = self.sums.sum(axis=0, keepdims=True)
        every.median = self.median.sum(keepdims=True)
        every.low, every.high = (x.sum(axis=0, keepdims=True) for x in (self.low, self.high))
        return every.totals()[0]


_DENSE = 4  # sums for each line, up to which all of them are gone through
_LINES = 1 << 13  # that are multiplied at once


def each(terms: Terms) -> Any:
    """Return the totals of each line by itself.

    Returns
    -------
    array
        A line for each field of `Totals`, in their order; NaN is unknown.
    """
    lows, highs = ([move[side] for move in terms.moves] for side in (1, 2))
    bottom, top = _ends(terms.median, lows, highs)
    energy, operational, market, embodied, water = terms.sums
    return np.stack([
        energy, operational, market, embodied, operational + embodied, market + embodied,
        bottom, top, water,
    ])  # fmt: skip


def _ends(median: Any, lows: Iterable[Any], highs: Iterable[Any]) -> tuple[Any, Any]:
    """Return the 90 % range of each of some sums, from what each unknown does to all of them.

    Both ends are NaN where the range is unknown.
    """
    bottom, top = np.full(len(median), np.nan), np.full(len(median), np.nan)
    is_known = ~np.isnan(median)
    known = slice(None) if is_known.all() else np.flatnonzero(is_known)
    ends = ranges_of(median[known], [low[known] for low in lows], [high[known] for high in highs])
    is_finite = np.isfinite(ends[1])
    bottom[known], top[known] = (np.where(is_finite, end, np.nan) for end in ends)
    return bottom, top


def _totals(sums: Sequence[float], ends: Sequence[float]) -> Totals:
    energy, operational, market, embodied, water, low, high = (
        None if math.isnan(number) else number for number in (*sums, *ends)
    )
    return Totals(
        energy, operational, market, embodied,
        _plus(operational, embodied), _plus(market, embodied), low, high, water,
    )  # fmt: skip


def _plus(one: float | None, other: float | None) -> float | None:
    return None if one is None or other is None else one + other


Label = Callable[[int, int, tuple[str, ...]], tuple[str, ...]]


def groups(
    cells: tuple[Any, Any, Any],
    accounted: Sequence[Accounted],
    varying: Sequence[list[int]],
    label: Label,
    device_h: Any,
) -> tuple[list[Group], Group]:
    """Return the totals of groups of cells, in the order in which they come, and of all.

    Parameters
    ----------
    cells : tuple
        Of `carbonctl.batch.fleet.sums.Sums`: those that are not rejected.
    accounted : sequence of Accounted
        What is known of each structure.
    varying : sequence of list of int
        The places of the amounts of each structure.
    label : callable
        From the group and the structure of a cell and the labels of a part to those of a group.
    device_h : array
        The device-hours of each cell.
    """
    group, structure, sums = cells
    parts = [(n, labels, rates) for n, some in enumerate(accounted)
             for labels, rates in some.parts.items()]  # fmt: skip
    width = sums.shape[1] - 1
    linear = Linear([rates for *_, rates in parts], [varying[n] for n, *_ in parts], width)
    cell, part = _lines(structure, parts, len(accounted))
    place, labels = _labelled(group, parts, cell, part, label)
    grouped = Grouped(len(labels), len(linear.unknowns))
    for start in range(0, len(cell), _LINES):
        some = slice(start, start + _LINES)
        grouped.add(linear.terms(place[some], part[some], sums[cell[some], 1:]))
    counts = _counts(place, cell, (sums[:, 0], device_h), len(labels))
    made = [
        Group(own, int(rows), hours, totals)
        for own, (rows, hours), totals in zip(labels, counts, grouped.totals(), strict=True)
    ]
    every = Group((), int(sums[:, 0].sum()), float(device_h.sum()), grouped.whole())
    return made, every


def _lines(structure: Any, parts: Sequence[Any], structures: int) -> tuple[Any, Any]:
    """Return the cell and the part of each line: cells in their order, parts in theirs."""
    of = np.array([n for n, *_ in parts], dtype=np.int64)
    count = np.bincount(of, minlength=structures)
    before = np.cumsum(count) - count
    lines = count[structure]
    cell = np.repeat(np.arange(len(structure)), lines)
    nth = np.arange(len(cell)) - np.repeat(np.cumsum(lines) - lines, lines)
    return cell, before[structure[cell]] + nth


def _labelled(
    group: Any, parts: Sequence[Any], cell: Any, part: Any, label: Label
) -> tuple[Any, list[tuple[str, ...]]]:
    """Return the place of the labels of each line, and the labels in the order in which they come.

    The labels of a line are those of its group beside those of its part: where two parts have
    the same labels with one group, they do with each.
    """
    if not len(cell):
        return cell, []
    like: dict[tuple[str, ...], int] = {}
    some = int(group[0])
    alike = np.array([like.setdefault(label(some, n, own), len(like)) for n, own, _ in parts])
    first, inverse = unique_rows([group[cell], alike[part]])
    places: dict[tuple[str, ...], int] = {}
    at = []
    for line in first.tolist():
        n, own, _ = parts[int(part[line])]
        at.append(places.setdefault(label(int(group[cell[line]]), n, own), len(places)))
    return np.array(at, dtype=np.int64)[inverse], list(places)


def _counts(
    place: Any, cell: Any, numbers: Sequence[Any], groups: int
) -> list[tuple[float, float]]:
    """Return the rows and the device-hours of each group; a cell counts once in it."""
    is_again = np.zeros(len(cell), dtype=bool)
    if len(cell) and int(cell[-1]) + 1 < len(cell):  # a cell has several lines
        first, _ = unique_rows([cell, place])
        is_again[:] = True
        is_again[first] = False
    place, cell = place[~is_again], cell[~is_again]
    columns = (np.bincount(place, weights=some[cell], minlength=groups) for some in numbers)
    return [*zip(*(column.tolist() for column in columns), strict=True)]
