"""Delimited logs: cells by the name of their column, and the line on which each row begins."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple, TypeAlias

from carbonctl.errors import InputError, Problem
from carbonctl.inputs.jobs import cells
from carbonctl.inputs.jobs.findings import Findings
from carbonctl.inputs.jobs.logs import Source
from carbonctl.inputs.jobs.records import broken, odd_width

HEADER_AGAIN = "a header that is repeated"

# From the columns and the cells of a row with too few of them to a row that is whole, or None.
Mend: TypeAlias = Callable[[list[str], list[str]], list[str] | None]


class Record(NamedTuple):
    """A row: the line on which it begins, and its cells without space around them."""

    line: int
    cells: dict[str, str]

    def text(self, column: str) -> str:
        """Return a cell; empty where there is no such column."""
        return self.cells.get(column, "")

    def name(self, column: str) -> str:
        """Return a cell that is a name; CellError where it is one that is refused."""
        return cells.name(self.text(column), column)

    def number(self, column: str) -> float:
        """Return a cell that is a number of zero or more; CellError where it is not."""
        return cells.not_negative(self.text(column), column)


class Table(NamedTuple):
    """The columns of a log, in order, and its rows."""

    columns: list[str]
    records: Iterator[Record]


def fault(source: Source, line: int | None, message: str) -> InputError:
    """Return the error of a log that cannot be read as a whole."""
    return InputError([Problem(source.name, line, None, message)])


def read(
    source: Source, findings: Findings, needed: Sequence[str] = (), mend: Mend | None = None
) -> Table:
    """Read a log of comma-separated cells with a header.

    A row with another number of cells than the header, or with quotes that are broken, is
    rejected with the line on which it begins. A header that is repeated, as where two logs were
    joined, is skipped.

    Parameters
    ----------
    needed : sequence of str
        Columns without which the log cannot be read.
    mend : callable, optional
        Makes a row whole that has too few cells, where the format tells how.

    Raises
    ------
    InputError
        Where there is no header, a column is missing, or two have one name.
    """
    reader = _Reader(source, findings)
    header = next(reader.rows(), None)
    if header is None:
        raise fault(source, None, "is empty; a header of column names is needed")
    line, columns = header
    twice = sorted({column for column in columns if columns.count(column) > 1})
    if twice:
        raise fault(source, line, f"two columns are called {twice[0]!r}; rename one")
    missing = [column for column in needed if column not in columns]
    if missing:
        raise fault(source, line, f"has no column {missing[0]!r}; it needs {', '.join(needed)}")
    return Table(columns, _records(reader, columns, mend))


class _Reader:
    """Rows of cells with the line on which each begins; broken rows are rejected."""

    def __init__(self, source: Source, findings: Findings) -> None:
        self.source, self.findings = source, findings
        self._csv = csv.reader(source.lines(), skipinitialspace=True, strict=True)

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        while True:
            line = self._csv.line_num + 1
            try:
                row = next(self._csv)
            except StopIteration:
                return
            except csv.Error as error:
                lines = self._csv.line_num - line + 1
                self.reject(line, broken(lines, error)[0])
                continue
            if any(row):
                yield line, [cell.strip() for cell in row]

    def reject(self, line: int, message: str) -> None:
        self.findings.reject(self.source.name, line, "", "", message)


def _records(reader: _Reader, columns: list[str], mend: Mend | None) -> Iterator[Record]:
    for line, row in reader.rows():
        if row == columns:
            reader.findings.skip(HEADER_AGAIN)
            continue
        whole = mend(columns, row) if mend and len(row) < len(columns) else row
        if whole is None or len(whole) != len(columns):
            reader.reject(line, odd_width(row, len(columns)))
        else:
            yield Record(line, dict(zip(columns, whole, strict=True)))
