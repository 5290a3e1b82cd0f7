"""Gathers everything that is wrong with a file, row by row."""

from __future__ import annotations

from collections.abc import Sequence

from carbonctl.errors import InputError, Problem

_MOST = 100  # problems that are listed; more are counted


class Faults:
    """The problems of one file.

    Parameters
    ----------
    shown : str
        What messages call the file.
    lines : sequence of int
        The line of each row of data.
    item : str
        What a row is called where it is no line: `data[{}]` of a JSON file.
    """

    def __init__(self, shown: str, lines: Sequence[int], item: str = "") -> None:
        self.shown = shown
        self.lines = lines
        self.item = item
        self._rows: list[tuple[int, str]] = []
        self._head: list[str] = []

    def __bool__(self) -> bool:
        return bool(self._rows or self._head)

    def add(self, row: int, message: str) -> None:
        """Note a problem of a row, counted from 0."""
        self._rows.append((row, message))

    def add_head(self, message: str) -> None:
        """Note a problem of the header, or of the whole file."""
        self._head.append(message)

    def check(self) -> None:
        """Raise InputError with all problems, if there are any.

        The same problem of rows that follow each other is one.
        """
        if self:
            raise InputError(self._problems())

    def _problems(self) -> list[Problem]:
        problems = [Problem(self.shown, 1, None, message) for message in self._head]
        problems += [self._problem(*run) for run in _runs(sorted(set(self._rows)))]
        more = len(problems) - _MOST
        if more > 0:
            problems[_MOST:] = [Problem(self.shown, None, None, f"{more:,} more problems")]
        return problems

    def _problem(self, first: int, last: int, message: str) -> Problem:
        if self.item:
            return Problem(self.shown, None, None, f"{self.item.format(first)}: {message}")
        if last > first:
            message = f"{message} ({last - first + 1:,} rows, to row {self.lines[last]})"
        return Problem(self.shown, self.lines[first], None, message)


def _runs(rows: Sequence[tuple[int, str]]) -> list[tuple[int, int, str]]:
    """Return the first row, the last row and the message of equal problems in a row."""
    runs: dict[str, list[list[int]]] = {}
    for row, message in rows:
        known = runs.setdefault(message, [])
        if known and known[-1][1] == row - 1:
            known[-1][1] = row
        else:
            known.append([row, row])
    return sorted((first, last, said) for said, known in runs.items() for first, last in known)
