"""Lines of cloud bills: delimited text with line numbers, columns by name, numbers, times, tags.

A bill is one table of charges. Its columns have several names, by version and by the way in which
it was exported; each format says which ones it reads. Clouds bill in UTC, so a time without a zone
is UTC whatever the zone of the user.
"""

from __future__ import annotations

import csv
import json
import math
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, NamedTuple

from carbonctl.errors import InputError, Problem
from carbonctl.inputs.jobs.findings import Findings
from carbonctl.inputs.jobs.logs import Source
from carbonctl.inputs.jobs.records import broken, odd_width
from carbonctl.inputs.jobs.table import COLUMNS, Row
from carbonctl.numbers.units import DURATION, parse
from carbonctl.text import check_text

DELIMITERS = ",\t;|"
_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?")
_TIME_UNIT = re.compile(r"(?:(\d+)\s+|1/)?(days?|hours?|hrs?|minutes?|seconds?)", re.IGNORECASE)
_RESERVED = frozenset(COLUMNS)  # a tag of the same name is renamed

Names = Mapping[str, tuple[str, ...]]


class CellError(ValueError):
    """A cell that cannot be read.

    Attributes
    ----------
    column, value : str
        The name of its column, as the bill has it, and what stands there.
    """

    def __init__(self, column: str, value: str, message: str) -> None:
        super().__init__(message)
        self.column = column
        self.value = value


class Line(NamedTuple):
    """One charge.

    Attributes
    ----------
    number : int
        The line on which it begins, from 1.
    cells : mapping
        Its texts, without spaces around them, by the names that the format gives the columns.
    tags : mapping
        Cells that are tags by their column, where a format has such columns.
    headings : mapping
        How the bill calls the columns.
    """

    number: int
    cells: Mapping[str, str]
    tags: Mapping[str, str] = {}
    headings: Mapping[str, str] = {}

    def text(self, name: str, *others: str) -> str:
        """Return the first of these cells that holds anything; else an empty text."""
        held = self.cells.get(name, "")
        if held or not others:
            return held
        return next((self.cells[other] for other in others if self.cells.get(other)), "")

    def wrong(self, name: str, message: str) -> CellError:
        """Return the error that a cell is."""
        return CellError(self.headings.get(name, name), self.text(name), message)

    def quantity(self, name: str) -> float:
        """Return the number in a cell.

        Raises
        ------
        CellError
            Where it is none.
        """
        try:
            return number(self.text(name))
        except ValueError as error:
            raise self.wrong(name, str(error)) from None

    def period(self, row: Row) -> None:
        """Write when the charge began and ended, in the cells start and end, into its row.

        Raises
        ------
        CellError
            Where one is no time, or where it ended before it began.
        """
        times = {}
        for name in ("start", "end"):
            try:
                times[name] = moment(self.text(name))
            except ValueError as error:
                raise self.wrong(name, str(error)) from None
        try:
            period(row, times["start"], times["end"])
        except ValueError as error:
            raise self.wrong("end", str(error)) from None

    def reject(self, findings: Findings, file: str, error: ValueError) -> None:
        """Add this charge to those that cannot be counted."""
        column, value = "", self.text("resource")
        if isinstance(error, CellError):
            column, value = error.column, error.value
        findings.reject(file, self.number, column, value, str(error))


def delimiter_of(line: str) -> str:
    """Return what separates the cells of a header: the candidate that occurs most often."""
    return max(DELIMITERS, key=line.count)


def header_of(head: list[str], plain: Callable[[str], str]) -> set[str]:
    """Return the names of the columns in the first lines of a file, each made plain."""
    first = next((line for line in head if line.strip()), "")
    try:
        cells = next(csv.reader([first.lstrip("\ufeff")], delimiter=delimiter_of(first)), [])
    except csv.Error:
        return set()
    return {plain(cell) for cell in cells}


class ChargeTable:
    """A table of charges as delimited text.

    Parameters
    ----------
    source : Source
        The input.
    names : mapping
        For each column that is read, the names that it may have; the first that is there is
        read.
    plain : callable
        Makes the name of a column plain.
    needed : tuple of str
        The columns without which nothing can be counted.
    tag_of : callable, optional
        Returns the name of the tag that a column holds; empty where it holds none.

    Raises
    ------
    InputError
        Where the table is empty, lacks a column, or has one twice.
    """

    def __init__(
        self,
        source: Source,
        names: Names,
        plain: Callable[[str], str],
        needed: tuple[str, ...],
        tag_of: Callable[[str], str] = lambda _: "",
    ) -> None:
        self.name = source.name
        self._lines = source.lines()
        self._before = 0  # lines in front of those that the reader counts
        self._reader, header = self._begun()
        self.width = len(header)
        self.columns = _places(source.name, header, names, plain, needed)
        self._headings = {name: header[at] for name, at in self.columns.items()}
        self._tags = [(at, name) for at, cell in enumerate(header) if (name := tag_of(cell))]

    def _begun(self) -> tuple[Any, list[str]]:
        """Return the reader behind the header, and the header."""
        for line in self._lines:
            if line.strip():
                break
            self._before += 1
        else:
            raise InputError([Problem(self.name, 1, None, "is empty; a bill begins with a header")])
        first = line.lstrip("\ufeff")
        rest = chained(first, self._lines)
        reader = csv.reader(rest, delimiter=delimiter_of(first), strict=True)
        try:
            return reader, [cell.strip() for cell in next(reader)]
        except csv.Error as error:
            what, _ = broken(reader.line_num, error)
            raise InputError([Problem(self.name, 1, None, f"not a table: {what}")]) from None

    def lines(self, findings: Findings) -> Iterator[Line]:
        """Yield the charges; a row with more or fewer cells than the header is rejected."""
        while True:
            number = self._before + self._reader.line_num + 1
            try:
                cells = next(self._reader, None)
            except csv.Error as error:
                lines = self._before + self._reader.line_num - number + 1
                findings.reject(self.name, number, "", "", broken(lines, error)[0])
                continue
            if cells is None:
                return
            if len(cells) == self.width:
                yield self._line(number, cells)
            elif cells:
                told = odd_width(cells, self.width)
                findings.reject(self.name, number, "", cells[0][:60], told)

    def _line(self, number: int, cells: list[str]) -> Line:
        tags = {name: cells[at].strip() for at, name in self._tags} if self._tags else {}
        held = {name: cells[at].strip() for name, at in self.columns.items()}
        return Line(number, held, tags, self._headings)


def chained(first: str, rest: Iterator[str]) -> Iterator[str]:
    """Yield a line, and those behind it."""
    yield first
    yield from rest


def _places(
    file: str,
    header: list[str],
    names: Names,
    plain: Callable[[str], str],
    needed: tuple[str, ...],
) -> dict[str, int]:
    """Return where each column that is read stands."""
    there = [plain(cell) for cell in header]
    places: dict[str, int] = {}
    problems: list[Problem] = []
    for name, known in names.items():
        own = next((other for other in known if plain(other) in there), None)
        if own is None:
            if name in needed:
                told = f"no column {known[0]}, which is needed to count machines"
                problems.append(Problem(file, 1, None, told))
            continue
        if there.count(plain(own)) > 1:
            told = f"two columns are called {own}; leave one of them out"
            problems.append(Problem(file, 1, None, told))
        places[name] = there.index(plain(own))
    if problems:
        raise InputError(problems)
    return places


def number(text: str) -> float:
    """Return a number.

    Raises
    ------
    ValueError
        Where it is none, or is not finite.
    """
    if not _NUMBER.fullmatch(text):
        raise ValueError(f"{text!r} is not a number")
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(f"{text!r} is beyond any quantity")
    return value


@lru_cache(maxsize=512)
def hours_per_unit(unit: str) -> float | None:
    """Return the hours in one unit of time: ``Hrs``, ``10 Hours``, ``seconds``; else None."""
    fit = _TIME_UNIT.fullmatch(unit.strip())
    if fit is None:
        return None
    hours = parse(f"1 {fit[2].lower()}", DURATION)
    assert isinstance(hours, float)
    return int(fit[1] or 1) * hours


@lru_cache(maxsize=65536)
def moment(text: str) -> datetime | None:
    """Return a time; None where the text is empty. Without a zone it is UTC.

    Raises
    ------
    ValueError
        Where it is not a time as ISO 8601 has it, or BigQuery (``2026-03-01 00:00:00 UTC``).
    """
    if not text:
        return None
    plain = text[:-4] + "+00:00" if text.endswith(" UTC") else text
    try:
        time = datetime.fromisoformat(plain)
    except ValueError:
        raise ValueError(f"{text!r} is not a time; write it as 2026-03-01T00:00:00Z") from None
    return time if time.tzinfo else time.replace(tzinfo=UTC)


def period(row: Row, start: datetime | None, end: datetime | None) -> None:
    """Write when a charge began and ended into its row.

    Raises
    ------
    ValueError
        Where it ended before it began.
    """
    if start and end and end < start:
        raise ValueError(f"ends at {end.isoformat()}, before it starts at {start.isoformat()}")
    if start:
        row["start"] = start.isoformat()
    if end:
        row["end"] = end.isoformat()


@lru_cache(maxsize=4096)
def json_tags(text: str) -> Mapping[str, str]:
    """Return the tags that a cell holds: a JSON object, or a list of keys and values.

    Raises
    ------
    ValueError
        Where it is neither.
    """
    if not text or text in ("{}", "[]", "null", "-"):
        return {}
    try:
        held = json.loads(text)
    except (ValueError, RecursionError):
        raise ValueError("not JSON") from None
    if isinstance(held, list):
        held = {str(pair.get("key")): pair.get("value") for pair in held if isinstance(pair, dict)}
    if not isinstance(held, dict):
        raise ValueError("not an object of JSON")
    return {str(key): as_text(value) for key, value in held.items() if value not in (None, "")}


def as_text(value: object) -> str:
    """Return a value of JSON as a cell of text; empty for null."""
    if value is None:
        return ""
    return value.strip() if isinstance(value, str) else json.dumps(value)


def add_tags(row: Row, tags: Mapping[str, str]) -> None:
    """Write tags into a row, their names in lower case; the row's own columns are kept.

    A tag with the name of a column of the canonical table, such as ``state``, becomes
    ``tag_state``.

    Raises
    ------
    ValueError
        Where a name begins as a formula does, or holds control characters.
    """
    for key, value in tags.items():
        plain = key.strip().lower()
        if plain and value not in ("", "-"):
            check_text(plain, "the name of a tag")
            row.setdefault(f"tag_{plain}" if plain in _RESERVED else plain, value)
