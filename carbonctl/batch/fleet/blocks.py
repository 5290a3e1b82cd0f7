"""Columns of a block of rows: texts by their codes, and numbers.

Blocks are cut by the position of their rows. They are the same for any number of processes, and
so are the sums.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC
from typing import Any, NamedTuple

import numpy as np

ROWS = 131_072  # of a block
NAN = math.nan


class Texts(NamedTuple):
    """A column of texts.

    Attributes
    ----------
    codes : array of int
        For each row the place of its text in ``values``.
    values : sequence of str
        The texts that differ; an empty one is unknown.
    """

    codes: Any
    values: Sequence[str]

    def each(self, change: Callable[[str], str]) -> Texts:
        """Return the column with each text changed."""
        return encoded_again(self.codes, [change(value) for value in self.values])

    def at(self, row: int) -> str:
        """Return the text of a row."""
        return self.values[int(self.codes[row])]

    def equals(self, text: str) -> Any:
        """Return in which rows a text stands."""
        return self.where(text.__eq__)

    def is_other(self, allowed: Sequence[str]) -> Any:
        """Return in which rows a text stands that is none of some."""
        return self.where(lambda text: bool(text) and text not in allowed)

    def where(self, test: Callable[[str], bool]) -> Any:
        """Return in which rows the text passes a test."""
        return np.array([test(value) for value in self.values], dtype=bool)[self.codes]


def encoded(texts: Iterable[str]) -> Texts:
    """Return texts as a column."""
    places: dict[str, int] = {}
    codes = [places.setdefault(text, len(places)) for text in texts]
    return Texts(np.array(codes, dtype=np.int32), list(places))


def encoded_again(codes: Any, values: Sequence[str]) -> Texts:
    """Return a column some of whose values may be equal, with each of them once."""
    places: dict[str, int] = {}
    moved = np.array([places.setdefault(value, len(places)) for value in values], dtype=np.int32)
    return Texts(moved[codes] if len(moved) else codes, list(places))


def constant(text: str, rows: int) -> Texts:
    """Return a column with the same text in every row."""
    return Texts(np.zeros(rows, dtype=np.int32), [text])


class Fault(NamedTuple):
    """A cell that is no number of its column."""

    row: int
    value: str
    message: str


def number(text: str, *, is_share: bool = False) -> float:
    """Return the number that a cell holds; NaN where it is empty.

    Raises
    ------
    ValueError
        Where it holds something else.
    """
    cell = text.strip()
    if not cell:
        return NAN
    if is_share and cell.endswith("%"):
        return number(cell[:-1].rstrip()) / 100
    if "_" in cell or not cell.isascii():
        raise ValueError(text)
    value = float(cell)
    if not math.isfinite(value):
        raise ValueError(text)
    return value


def numbers(texts: Texts, *, is_share: bool = False) -> tuple[Any, list[Fault]]:
    """Return a column of texts as numbers, NaN where there is none, and what is no number."""
    known = np.empty(len(texts.values))
    wrong: dict[int, str] = {}
    for place, text in enumerate(texts.values):
        try:
            known[place] = number(text, is_share=is_share)
        except ValueError:
            known[place] = NAN
            wrong[place] = text
    column = known[texts.codes] if len(texts.values) else np.full(len(texts.codes), NAN)
    faults = []
    if wrong:
        rows = np.flatnonzero(np.isin(texts.codes, list(wrong)))
        faults = [
            Fault(row, texts.at(row), f"{texts.at(row)!r} is not a number") for row in rows.tolist()
        ]
    return column, faults


class Block(NamedTuple):
    """Some rows of a table.

    Attributes
    ----------
    file : str
        What messages call the input.
    columns : dict
        By canonical name: `Texts`, an array of numbers in the unit of the name, or of times.
    tags : dict of Texts
        By the name of a tag.
    lines : array
        The line on which each row begins.
    headers : dict
        What the input calls a column, by its canonical name.
    more : dict of Texts
        Other keys of the spec that rows give, by their paths; of a template, its placeholders.
    """

    file: str
    columns: dict[str, Any]
    tags: dict[str, Texts]
    lines: Any
    headers: dict[str, str]
    more: dict[str, Texts] = {}  # noqa: RUF012

    @property
    def rows(self) -> int:
        """How many rows it has."""
        return len(self.lines)

    def place(self, row: int) -> tuple[str, int | str]:
        """Return the file and the line of a row."""
        line = self.lines[row]
        return self.file, line if isinstance(line, str) else int(line)

    def header(self, name: str) -> str:
        """Return what the input calls a column."""
        return self.headers.get(name, name)

    def text(self, name: str) -> Texts:
        """Return a column of texts; empty ones where there is none."""
        column = self.columns.get(name)
        return column if isinstance(column, Texts) else constant("", self.rows)

    def number(self, name: str) -> Any:
        """Return a column of numbers; NaN where there is none."""
        column = self.columns.get(name)
        return np.full(self.rows, NAN) if column is None else column

    def shown(self, name: str, row: int) -> str:
        """Return what stands in a cell, as messages show it."""
        column = self.columns.get(name)
        if column is None:
            return ""
        if isinstance(column, Texts):
            return column.at(row)
        if column.dtype.kind == "M":
            moment = column[row].item()
            return "" if moment is None else str(moment.replace(tzinfo=UTC).isoformat())
        value = float(column[row])
        return "" if math.isnan(value) else f"{value:g}"


_TABLE = 1 << 22  # combinations that are looked up in a table rather than sorted


class _Room(threading.local):
    """Numbers that are used again: to get a table from the system takes longer than to use it."""

    def __init__(self) -> None:
        self.numbers = np.empty(0, dtype=np.int32)

    def of(self, size: int) -> Any:
        """Return so many of them, with anything in them."""
        if size > len(self.numbers):
            self.numbers = np.empty(size, dtype=np.int32)
        return self.numbers[:size]


_room = _Room()


def unique_rows(columns: Sequence[Any], rows: int | None = None) -> tuple[Any, Any]:
    """Return the first row of each combination of some columns of codes, and which each row has.

    Parameters
    ----------
    columns : sequence of Texts or array
        Arrays hold codes from 0, or conditions.
    rows : int, optional
        How many rows there are, where there may be no column.

    Returns
    -------
    first : array of int
        A row for each combination, in the order in which they come.
    inverse : array of int
        For each row the place of its combination.
    """
    combined, size = None, 1
    for column in columns:
        codes, count = _counted(column)
        rows = len(codes)
        if count == 1:
            continue
        if combined is not None and size * count > _TABLE:
            first, combined = _first_of(combined, size)
            size = len(first)
        size *= count
        wide = np.int32 if size < 2**31 else np.int64
        mine = codes.astype(wide)
        combined = mine if combined is None else combined.astype(wide, copy=False) * count + mine
    if combined is None:
        count = rows or 0
        return np.zeros(min(count, 1), dtype=np.int64), np.zeros(count, dtype=np.int64)
    return _first_of(combined, size)


def _counted(column: Any) -> tuple[Any, int]:
    """Return the codes of a column, and a number that all of them are below."""
    if isinstance(column, Texts):
        return column.codes, max(len(column.values), 1)
    if column.dtype == bool:
        return column, 2 if column.any() and not column.all() else 1
    return column, int(column.max()) + 1 if len(column) else 1


def _first_of(codes: Any, size: int) -> tuple[Any, Any]:
    """Return the first row of each code, in the order of rows, and its place for each row."""
    if size > max(_TABLE, 2 * len(codes)):
        _, first, inverse = np.unique(codes, return_index=True, return_inverse=True)
        order = np.argsort(first, kind="stable")
        rank = np.empty_like(order)
        rank[order] = np.arange(len(order))
        return first[order], rank[inverse]
    rows = np.arange(len(codes), dtype=np.int32)
    table = _room.of(size)
    table[codes[::-1]] = rows[::-1]  # of several rows the last stays: the first of all
    firsts = table[codes]
    first = np.flatnonzero(firsts == rows)
    table[codes[first]] = rows[: len(first)]
    return first, table[codes]


def distinct(codes: Any, size: int) -> tuple[Any, Any]:
    """Return the codes that there are, in their order, and for each row the place of its code.

    Parameters
    ----------
    codes : array of int
        From 0.
    size : int
        What all of them are below.
    """
    if size > max(_TABLE, 2 * len(codes)):
        values, inverse = np.unique(codes, return_inverse=True)
        return values, inverse
    is_there = np.zeros(size, dtype=bool)
    is_there[codes] = True
    values = np.flatnonzero(is_there)
    places = _room.of(size)
    places[values] = np.arange(len(values), dtype=np.int32)
    return values, places[codes]


def codes_of(figures: Any) -> Any:
    """Return the codes of a column of numbers; those that are NaN are alike."""
    return np.unique(figures, return_inverse=True)[1]
