"""Runs as columns: lists of floats without numpy, or arrays; an unknown number is NaN."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, TypeAlias

from carbonctl.numbers.intervals import is_array

Numbers: TypeAlias = Any  # a list of floats, or an array of them; NaN where unknown
Places: TypeAlias = Any  # a list of whole numbers, or an array of them


class Labels(NamedTuple):
    """A column of texts: the place of each row's text among those that differ.

    Attributes
    ----------
    codes : list or array of int
        By row.
    names : tuple of str
        The texts; an empty one where a row says nothing.
    """

    codes: Places
    names: tuple[str, ...]

    def of(self, row: int) -> str:
        """Return the text of a row."""
        return self.names[int(self.codes[row])]


class Table(NamedTuple):
    """A table as it was given: the names of its columns, and the cells of each row."""

    header: tuple[str, ...]
    rows: list[Sequence[str]]


class Runs(NamedTuple):
    """Some runs.

    Attributes
    ----------
    size : int
        How many.
    numbers : dict
        Columns by role, in kgCO2e, kWh, h, W and g/kWh.
    half_digit : callable
        From a role and a row to half a unit of the last digit that is printed there, in the unit of
        the role.
    groups : dict
        The texts of each column by which runs are grouped, by what it is called.
    names : callable
        From a row to what it is called.
    quality : Labels or None
        What the quality of each run is called.
    skipped : int
        Rows that are left out, as they cannot be read.
    table : Table or None
        The table as it was given, where that is wanted.
    """

    size: int
    numbers: dict[str, Numbers]
    half_digit: Callable[[str, int], float]
    groups: dict[str, Labels]
    names: Callable[[int], str]
    quality: Labels | None
    skipped: int = 0
    table: Table | None = None

    def has(self, *roles: str) -> bool:
        """Whether there is a column of each of some roles."""
        return all(role in self.numbers for role in roles)


def filled(first: Numbers | None, second: Numbers | None) -> Numbers | None:
    """Return a column with what it lacks from another one; either may be missing as a whole."""
    if first is None or second is None:
        return second if first is None else first
    if is_array(first):
        import numpy as np

        return np.where(np.isnan(first), second, first)
    return [b if math.isnan(a) else a for a, b in zip(first, second, strict=True)]


def times(scale: float, *columns: Numbers | None) -> Numbers | None:
    """Return the product of columns over a scale; None where one of them is missing."""
    if any(column is None for column in columns):
        return None
    if is_array(columns[0]):
        product: Any = columns[0]
        for column in columns[1:]:
            product = product * column
        return product / scale
    return [math.prod(row) / scale for row in zip(*columns, strict=True)]


def known(*columns: Numbers | None, above: float = -math.inf) -> Places:
    """Return the rows in which columns are all known, and above a number; none of a missing one."""
    if any(column is None for column in columns):
        return []
    columns_known: list[Numbers] = list(columns)
    if is_array(columns_known[0]):
        import numpy as np

        return np.flatnonzero(np.logical_and.reduce([own > above for own in columns_known]))
    rows = enumerate(zip(*columns_known, strict=True))
    return [place for place, row in rows if all(number > above for number in row)]


def take(column: Numbers, rows: Places) -> Numbers:
    """Return some rows of a column, which come in their order: as many as there are are all."""
    if len(rows) == len(column):
        return column
    return column[rows] if is_array(column) else [column[row] for row in rows]


def parts(labels: Labels) -> list[Places]:
    """Return the rows of each text, in the order of the names."""
    if is_array(labels.codes):
        import numpy as np

        order = np.argsort(labels.codes, kind="stable")
        ends = np.cumsum(np.bincount(labels.codes, minlength=len(labels.names)))
        split: list[Places] = np.split(order, ends[:-1])
        return split
    rows: list[Places] = [[] for _ in labels.names]
    for row, code in enumerate(labels.codes):
        rows[code].append(row)
    return rows


def listed(column: Numbers) -> list[Any]:
    """Return a column as a list."""
    values: list[Any] = column.tolist() if is_array(column) else list(column)
    return values
