"""The totals of groups of cells, with their ranges: amounts times what a unit of each causes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from carbonctl.batch.fleet.rates import Accounted
from carbonctl.batch.fleet.reading import SUMS, Rates
from carbonctl.batch.fleet.structures import AMOUNTS
from carbonctl.ledger.entry import Totals
from carbonctl.ledger.fleet import Group
from carbonctl.ledger.ranges import Move, Sum
from carbonctl.ledger.unknowns import Key
from carbonctl.numbers.columns import Column, split

_DEVICE_H = 1 + AMOUNTS.index("device_h")


class Terms(NamedTuple):
    """Amounts times rates: one line for each cell and each label of its entries.

    Attributes
    ----------
    group : array of int
        The group of each line.
    sums : array
        `SUMS` of each line; NaN where unknown.
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
        The places of their amounts in `AMOUNTS`.
    """

    def __init__(self, rates: Sequence[Rates], varying: Sequence[list[int]]) -> None:
        count, width = len(rates), len(AMOUNTS)
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

    def terms(self, group: Any, structure: Any, amounts: Any) -> Terms:
        """Return amounts times the rates of their structures, a line each."""

        def times(rates: Any) -> Any:
            return np.einsum("ij,ij->i", rates[structure], amounts)

        sums = np.stack([times(self.sums[:, k]) for k in range(len(SUMS))], axis=1)
        moves = [
            (self.which[structure, k], times(self.low[:, k]), times(self.high[:, k]))
            for k in range(self.which.shape[1])
        ]
        return Terms(group, sums, times(self.median), moves)


def grouped(terms: Terms, count: int, unknowns: int) -> list[Totals]:
    """Return the totals of each of ``count`` groups of lines.

    ``unknowns`` is how many there are. What is unknown in a line is unknown in its group.
    """
    sums = np.zeros((count, len(SUMS)))
    np.add.at(sums, terms.group, terms.sums)
    median = np.zeros(count)
    np.add.at(median, terms.group, terms.median)
    low, high = (np.zeros((count, unknowns)) for _ in range(2))
    for which, down, up in terms.moves:
        is_one = which >= 0
        at = (terms.group[is_one], which[is_one])
        np.add.at(low, at, down[is_one])
        np.add.at(high, at, up[is_one])
    ends = _ends(median, low, high)
    return [
        _totals(row, end) for row, end in zip(sums.tolist(), ends, strict=True)
    ]


def each(terms: Terms) -> list[Totals]:
    """Return the totals of each line by itself."""
    moves = [(down, up) for _, down, up in terms.moves]
    low = np.stack([down for down, _ in moves], axis=1) if moves else np.zeros((len(terms.sums), 0))
    high = np.stack([up for _, up in moves], axis=1) if moves else low
    ends = _ends(terms.median, low, high)
    return [_totals(row, end) for row, end in zip(terms.sums.tolist(), ends, strict=True)]


def _ends(median: Any, low: Any, high: Any) -> list[tuple[float | None, float | None]]:
    """Return the 90 % range of each of some sums; none where it is unknown."""
    ends: list[tuple[float | None, float | None]] = [(None, None)] * len(median)
    known = np.flatnonzero(~np.isnan(median))
    used = np.flatnonzero((low != 0).any(axis=0) | (high != 0).any(axis=0))

    def some(rows: Any) -> Any:
        moves = {
            int(place): Move(Column(low[rows, place]), Column(high[rows, place])) for place in used
        }
        return Sum(Column(median[rows]), moves).ends()

    for rows, (bottom, top) in split(known, some) if len(known) else ():
        if bottom is not None:
            pairs = zip(_listed(bottom, rows), _listed(top, rows), strict=True)
            for row, end in zip(rows.tolist(), pairs, strict=True):
                ends[row] = end
    return ends


def _listed(numbers: Any, rows: Any) -> list[float]:
    return np.broadcast_to(np.asarray(numbers), len(rows)).tolist()  # type: ignore[no-any-return]


def _totals(sums: Sequence[float], ends: tuple[float | None, float | None]) -> Totals:
    energy, operational, market, embodied, water = (
        None if number != number else number for number in sums
    )
    return Totals(
        energy, operational, market, embodied,
        _plus(operational, embodied), _plus(market, embodied), *ends, water,
    )  # fmt: skip


def _plus(one: float | None, other: float | None) -> float | None:
    return None if one is None or other is None else one + other


Label = Callable[[int, int, tuple[str, ...]], tuple[str, ...]]


def groups(
    cells: tuple[Any, Any, Any],
    accounted: Sequence[Accounted],
    varying: Sequence[list[int]],
    label: Label,
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
    """
    group, structure, sums = cells
    parts = [(n, labels, rates) for n, some in enumerate(accounted)
             for labels, rates in some.parts.items()]  # fmt: skip
    linear = Linear([rates for *_, rates in parts], [varying[n] for n, *_ in parts])
    of_structure: dict[int, list[int]] = {}
    for place, (n, *_) in enumerate(parts):
        of_structure.setdefault(n, []).append(place)
    lines: list[tuple[int, int, int]] = []  # the group, the part, the cell
    places: dict[tuple[str, ...], int] = {}
    counted: dict[int, set[int]] = {}
    for cell, (one, other) in enumerate(zip(group.tolist(), structure.tolist(), strict=True)):
        for part in of_structure[other]:
            labels = label(one, other, parts[part][1])
            place = places.setdefault(labels, len(places))
            counted.setdefault(place, set()).add(cell)
            lines.append((place, part, cell))
    at = np.array(lines, dtype=np.int64).reshape(-1, 3)
    amounts = sums[at[:, 2], 1:]
    terms = linear.terms(at[:, 0], at[:, 1], amounts)
    totals = grouped(terms, len(places), len(linear.unknowns))
    whole = grouped(terms._replace(group=np.zeros(len(at), dtype=np.int64)), 1,
                    len(linear.unknowns))[0]  # fmt: skip
    made = []
    for labels, place in places.items():
        own = sorted(counted[place])
        made.append(
            Group(labels, int(sums[own, 0].sum()), float(sums[own, _DEVICE_H].sum()), totals[place])
        )
    every = Group((), int(sums[:, 0].sum()), float(sums[:, _DEVICE_H].sum()), whole)
    return made, every
