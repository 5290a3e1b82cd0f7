"""Reads what a unit of each amount causes out of accounts whose rows are points of structures.

The points of a structure are those at which each of its amounts is doubled in turn. Where they are
rows of one account, all structures in it are read at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np

from carbonctl.analysis.accounts import PointAccount
from carbonctl.errors import Caution
from carbonctl.ledger.entry import EMBODIED, OPERATIONAL, Entry
from carbonctl.ledger.result import Assumption, Result
from carbonctl.ledger.unknowns import Key, Uncertain, unknown_of
from carbonctl.numbers.intervals import has_rows
from carbonctl.numbers.words import Words

# The sums that a unit of each amount adds to; the others of a total follow from these.
SUMS = ("energy_kwh", "operational_kgco2e", "operational_market_kgco2e", "embodied_kgco2e",
        "water_l")  # fmt: skip
_COLUMNS = (("energy_kwh", OPERATIONAL), ("kgco2e", OPERATIONAL), ("kgco2e_market", OPERATIONAL),
            ("kgco2e", EMBODIED), ("water_l", OPERATIONAL))  # fmt: skip

Labels = Callable[[Entry], tuple[str, ...]]
Parts = dict[tuple[str, ...], "Rates"]


class Rates(NamedTuple):
    """What a unit of each amount causes.

    Attributes
    ----------
    sums : array
        A row for each of `SUMS`, a column for each of the amounts that vary; NaN where unknown.
    median : array or None
        The total carbon with all that is uncertain at its median; None where it is unknown.
    moves : dict
        What each unknown does to that, at its low and at its high end.
    """

    sums: Any
    median: Any
    moves: dict[Key, tuple[Any, Any]]


class Points(NamedTuple):
    """The accounts of a structure, and by how much the amount of each differs from the first."""

    accounts: Sequence[PointAccount]
    steps: Sequence[float]


class _Move(NamedTuple):
    """What an unknown does to a sum, a row each.

    ``keys`` are those of the rows, of one row where it is the same in all.
    """

    keys: list[Key]
    ends: Any

    def key(self, row: int) -> Key:
        """Return that of a row."""
        return self.keys[row] if len(self.keys) > 1 else self.keys[0]


class _Part(NamedTuple):
    """The figures of some entries of an account, a row each; the median is None where unknown."""

    labels: tuple[str, ...]
    sums: Any
    median: Any
    moves: list[_Move]


class _Figures(NamedTuple):
    """The figures of one point."""

    sums: Any
    median: float | None
    moves: dict[Key, tuple[float, float]]


class Reading(NamedTuple):
    """What is read of a structure.

    Attributes
    ----------
    parts : dict
        Its rates by the labels of the entries that they are of.
    assumptions, warnings : tuple
        Of its account.
    """

    parts: Parts
    assumptions: tuple[Assumption, ...]
    warnings: tuple[Caution, ...]


def readings(structures: Sequence[Points], labels: Labels | None) -> list[Reading]:
    """Return what the accounts of some structures say of each.

    Parameters
    ----------
    structures : sequence of Points
        Their accounts, none refused.
    labels : callable or None
        From an entry to the labels by which results are grouped.
    """
    known = _accounts(structures, labels)
    parts: list[Parts] = [{} for _ in structures]
    together: dict[tuple[int, int], list[int]] = {}
    for place, points in enumerate(structures):
        results = [id(account.result) for account in points.accounts]
        if len(set(results)) == 1:
            together.setdefault((results[0], len(results)), []).append(place)
            continue
        figures = [known[id(one.result)].at(one.row or 0) for one in points.accounts]
        for some in figures[0]:
            parts[place][some] = _slow([figure[some] for figure in figures], points.steps)
    for (result, _), places in together.items():
        rated = known[result].rates([structures[place] for place in places])
        for place, own in zip(places, rated, strict=True):
            parts[place] = own
    firsts = [points.accounts[0] for points in structures]
    return [
        Reading(own, known[id(first.result)].assumptions(first), first.warnings)
        for own, first in zip(parts, firsts, strict=True)
    ]


def _accounts(structures: Sequence[Points], labels: Labels | None) -> dict[int, _Account]:
    """Return the accounts of some structures by the identity of their results."""
    some = [account for points in structures for account in points.accounts]
    rows: dict[int, int] = {}
    for account in some:
        key = id(account.result)
        rows[key] = max(rows.get(key, 0), account.row or 0)
    by_result = {id(account.result): account for account in some}
    return {key: _Account(one, rows[key] + 1, labels) for key, one in by_result.items()}


class _Account:
    """The figures of one account in all its rows.

    Parameters
    ----------
    account : PointAccount
        One of its points.
    count : int
        How many rows it has.
    labels : callable or None
        From an entry to its labels.
    """

    def __init__(self, account: PointAccount, count: int, labels: Labels | None) -> None:
        assert account.result is not None
        self.result: Result = account.result
        self.words = account.words or Words(count, {})
        self.count = count
        groups: dict[tuple[str, ...], list[int]] = {}
        for number, entry in enumerate(self.result.booked):
            groups.setdefault(labels(entry) if labels else (), []).append(number)
        self.varied = {
            n for n, some in enumerate(self.result.assumptions)
            if any(has_rows(part) or self._is_marked(part) for part in some)
        }  # fmt: skip
        self.parts = [self._part(some, places) for some, places in groups.items()]

    def _is_marked(self, part: Any) -> bool:
        return isinstance(part, str) and self.words.text(part) is not None

    def assumptions(self, account: PointAccount) -> tuple[Assumption, ...]:
        """Return what is assumed at one of its points."""
        return tuple(
            account.of(some) if n in self.varied else some
            for n, some in enumerate(self.result.assumptions)
        )

    def _part(self, labels: tuple[str, ...], places: Sequence[int]) -> _Part:
        """Return the figures of the entries at some places of the ledger."""
        booked, moves = self.result.booked, self.result.moves
        entries = [booked[place] for place in places]
        sums = np.stack([
            self._sum([getattr(entry, column) for entry in entries if entry.boundary == boundary])
            for column, boundary in _COLUMNS
        ], axis=1)  # fmt: skip
        medians = [moves.medians[place] for place in places]
        if any(median is None for median in medians):
            return _Part(labels, sums, None, [])
        made = []
        for unknown, move in moves.sum(places).moves.items():
            number, name = moves.first[unknown]
            value = next(value for value in booked[number].inputs if value.name == name)
            ends = np.stack([self._column(move.low), self._column(move.high)], axis=1)
            made.append(_Move(self._keys(unknown_of(value)), ends))
        return _Part(labels, sums, self._sum(medians), made)

    def _sum(self, numbers: Sequence[Any]) -> Any:
        """Return a sum in each row, NaN where a number is unknown."""
        if any(number is None for number in numbers):
            return np.full(self.count, np.nan)
        return self._column(sum(numbers))

    def _column(self, number: Any) -> Any:
        return np.broadcast_to(np.asarray(number, dtype=float), self.count)

    def _keys(self, unknown: Uncertain) -> list[Key]:
        """Return the keys of an unknown, a row each; one where they are the same."""
        words, (text, *ends) = self.words.text(unknown.unknown), (unknown.unknown, *unknown[1:4])
        if words is None and (unknown.is_shared or not any(map(has_rows, ends))):
            return [unknown.key]
        columns: list[Any] = [words or [text] * self.count]
        if not unknown.is_shared:
            columns += [self._column(end).tolist() for end in ends]
        return list(zip(*columns, strict=True))

    def at(self, row: int) -> dict[tuple[str, ...], _Figures]:
        """Return the figures of a row by the labels of its entries."""
        out = {}
        for part in self.parts:
            median = None if part.median is None else part.median[row]
            moves: dict[Key, tuple[float, float]] = {}
            for move in part.moves:
                low, high = move.ends[row]
                before = moves.get(move.key(row), (0.0, 0.0))
                moves[move.key(row)] = (before[0] + low, before[1] + high)
            out[self._labels(part, row)] = _Figures(part.sums[row], median, moves)
        return out

    def _labels(self, part: _Part, row: int) -> tuple[str, ...]:
        return tuple(self.words.at(label, row) for label in part.labels)

    def rates(self, structures: Sequence[Points]) -> Iterator[Parts]:
        """Yield the rates of structures whose points are all rows of it, equally many of each."""
        rows = np.array([[one.row or 0 for one in points.accounts] for points in structures])
        steps = np.array([points.steps for points in structures])
        made = [self._of_part(part, rows, steps) for part in self.parts]
        for place, own in enumerate(rows.tolist()):
            yield {
                self._labels(part, own[0]): rated(place, own)
                for part, rated in zip(self.parts, made, strict=True)
            }

    def _of_part(self, part: _Part, rows: Any, steps: Any) -> Callable[[int, list[int]], Rates]:
        """Return what gives the rates of a structure by its place, and its rows."""
        sums = slopes(part.sums[rows], steps)
        median = None if part.median is None else slopes(part.median[rows][..., None], steps)
        moves = [(move, slopes(move.ends[rows], steps)) for move in part.moves]
        are_same = _are_same(part, rows)

        def rated(place: int, own: list[int]) -> Rates:
            if median is None:
                return Rates(sums[place], None, {})
            keys = [move.key(own[0]) for move, _ in moves]
            if not are_same[place] or len(set(keys)) < len(keys):
                labels = self._labels(part, own[0])
                return _slow([self.at(row)[labels] for row in own], steps[place])
            ends = {key: tuple(some[place]) for key, (_, some) in zip(keys, moves, strict=True)}
            return Rates(sums[place], median[place][0], ends)

        return rated


def _are_same(part: _Part, rows: Any) -> Any:
    """Return of each structure whether its unknowns are the same in all its rows."""
    same = np.ones(len(rows), dtype=bool)
    for move in part.moves:
        if len(move.keys) > 1:
            numbers: dict[Key, int] = {}
            of_row = np.array([numbers.setdefault(key, len(numbers)) for key in move.keys])
            same &= (of_row[rows] == of_row[rows[:, :1]]).all(axis=1)
    return same


def _slow(points: Sequence[_Figures], steps: Sequence[float]) -> Rates:
    """Return what a unit of each amount causes, from the figures of the points of one structure."""
    own = np.array(steps)[None]
    sums = slopes(np.array([[point.sums for point in points]]), own)[0]
    if any(point.median is None for point in points):
        return Rates(sums, None, {})
    median = slopes(np.array([[[point.median] for point in points]]), own)[0][0]
    moves = {}
    for key in points[0].moves:
        ends = np.array([[point.moves.get(key, (0.0, 0.0)) for point in points]])
        low, high = slopes(ends, own)[0]
        moves[key] = (low, high)
    return Rates(sums, median, moves)


def slopes(numbers: Any, steps: Any) -> Any:
    """Return by how much figures grow with each amount.

    Parameters
    ----------
    numbers : array
        By structure, point and figure.
    steps : array
        By structure and amount.

    Returns
    -------
    array
        By structure, figure and amount.
    """
    more = numbers[:, 1:] - numbers[:, :1]
    first = numbers[:, :1] - more.sum(axis=1, keepdims=True)
    grown = np.concatenate([first, more], axis=1) / steps[:, :, None]
    return grown.transpose(0, 2, 1)
