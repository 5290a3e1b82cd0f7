"""Reads runs out of a table: a column of energy, one of error, and the columns of a law."""

from __future__ import annotations

import csv
import math
from collections.abc import Sequence
from io import StringIO
from typing import NamedTuple

from carbonctl.analysis.scaling.points import KWH, Point, Points
from carbonctl.errors import InputError, Problem
from carbonctl.inputs import reading
from carbonctl.numbers.power_laws import Law
from carbonctl.spec.tree import decode
from carbonctl.text import check_text, did_you_mean

_SHOWN = 40  # characters of a cell that a message shows
_NOTHING = ("", "nan", "na", "n/a", "null", "none", "-")
_LARGEST, _SMALLEST = 1e30, 1e-30
_KWH = "_kwh"
_LABELS = ("name", "label", "run", "model_name")
_SIZES = ("data", "model")


class Columns(NamedTuple):
    """Which columns are read: energy, error, and those that a law is of."""

    energy: str
    error: str
    law: Law | None = None


class Table(NamedTuple):
    """The points of a table, with the columns of each that a law is of, and all column names."""

    points: Points
    rows: tuple[dict[str, float], ...]
    columns: tuple[str, ...]


def is_table(data: bytes, name: str) -> bool:
    """Return whether an input is a table and not YAML: by its name, else by its first line.

    Empty lines and comments do not count.
    """
    if name.lower().endswith((".csv", ".tsv")):
        return True
    lines = (line for line in data.splitlines() if line.strip() and not line.startswith(b"#"))
    first = next(lines, b"")
    return not name.lower().endswith((".yaml", ".yml", ".json")) and b"," in first.split(b":")[0]


def read(path: str) -> tuple[bytes, str]:
    """Return the bytes of an input and what messages call it."""
    return reading.read(path)


def points_of(data: bytes, name: str, wanted: Columns) -> Table:
    """Return the points of a table with a header.

    A row without a number for its energy or error is left out and named.

    Raises
    ------
    InputError
        With every column that is missing, and every cell that is no number above 0.
    """
    text = decode(data, name)
    delimiter = "\t" if name.lower().endswith(".tsv") else ","
    lines = csv.reader(StringIO(text), delimiter=delimiter, strict=True)
    try:
        header = [cell.strip() for cell in next(lines, [])]
        places = _places(header, wanted, name)
        reader = _Reader(name, header, places, wanted)
        for row in lines:
            if any(cell.strip() for cell in row):
                reader.take(lines.line_num, [cell.strip() for cell in row])
    except csv.Error as error:
        said = f"cannot be read as a table ({error}); check its quotes"
        raise InputError([Problem(name, lines.line_num, 1, said)]) from None
    return reader.finish()


def _places(header: Sequence[str], wanted: Columns, name: str) -> dict[str, int]:
    """Return where the wanted columns stand."""
    problems = []
    if not any(header):
        raise InputError([Problem(name, 1, 1, "is empty; a header of column names is needed")])
    for column in sorted({column for column in header if column and header.count(column) > 1}):
        problems.append(Problem(name, 1, 1, f"two columns are called `{column}`; rename one"))
    for flag, column in (("--x", wanted.energy), ("--error", wanted.error)):
        if column not in header:
            near = did_you_mean(column, header) or f"; there are {', '.join(filter(None, header))}"
            problems.append(Problem(name, 1, 1, f"{flag}: no column `{column}`{near}"))
    if problems:
        raise InputError(problems)
    return {column: place for place, column in enumerate(header) if column}


class _Reader:
    """Takes rows one by one."""

    def __init__(
        self, name: str, header: Sequence[str], places: dict[str, int], wanted: Columns
    ) -> None:
        self.name, self.header, self.places, self.wanted = name, header, places, wanted
        used = wanted.law.names if wanted.law is not None else ()
        self.sizes = [column for column in places if column in (*used, *_SIZES)]
        self.label = next((column for column in _LABELS if column in places), None)
        self.points: list[Point] = []
        self.rows: list[dict[str, float]] = []
        self.omitted: list[str] = []
        self.problems: list[Problem] = []

    def take(self, line: int, row: Sequence[str]) -> None:
        """Take one row: a point, one that is left out, or problems."""
        if len(row) != len(self.header):
            said = f"has {len(row)} cells where the header has {len(self.header)}"
            self.problems.append(Problem(self.name, line, 1, said))
            return
        cells = {column: row[place] for column, place in self.places.items()}
        label = (cells[self.label] if self.label else "") or f"line {line}"
        try:
            check_text(label, "a name")
        except ValueError as error:
            self.problems.append(Problem(self.name, line, 1, str(error)))
            return
        used = (self.wanted.energy, self.wanted.error, *self.sizes)
        if any(cells[column].lower() in _NOTHING for column in used[:2]):
            self.omitted.append(label)
            return
        numbers = {column: self._number(cells[column], column, line) for column in used}
        known = {column: number for column, number in numbers.items() if number is not None}
        if len(known) < len(numbers):
            return
        data, model = (known.get(column) for column in _SIZES)
        self.points.append(Point(label, known[used[0]], known[used[1]], data, model))
        self.rows.append(known)

    def _number(self, cell: str, column: str, line: int) -> float | None:
        """Return a number above 0; None, and a problem, for anything else."""
        try:
            number = float(cell.replace("_", "x"))
        except ValueError:
            number = math.nan
        if _SMALLEST <= number <= _LARGEST:
            return number
        shown = cell[:_SHOWN] + ("…" if len(cell) > _SHOWN else "")
        said = f"{column}: `{shown}` is no number above 0"
        self.problems.append(Problem(self.name, line, self.places[column] + 1, said))
        return None

    def finish(self) -> Table:
        """Return the table, or all its problems."""
        if not self.points and not self.problems:
            self.problems.append(Problem(self.name, 1, 1, "holds no point; a row each is needed"))
        if self.problems:
            raise InputError(self.problems)
        energy = self.wanted.energy
        points = Points(
            tuple(self.points), energy, KWH if energy.endswith(_KWH) else "", self.wanted.error,
            tuple(self.omitted),
        )  # fmt: skip
        return Table(points, tuple(self.rows), tuple(self.places))
