"""Cuts inputs into pieces that other processes read, by position.

Parquet is cut at blocks, so that its sums are those of one process to the last bit; tables of
delimited text and JSON lines at ends of lines. Logs and compressed tables are one piece each.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

import numpy as np

from carbonctl.batch.fleet import tables
from carbonctl.batch.fleet.blocks import ROWS
from carbonctl.batch.fleet.gathered import positions
from carbonctl.batch.fleet.kernel import Part
from carbonctl.batch.fleet.read import AUTO, Reading, Table
from carbonctl.batch.fleet.tables import Ready
from carbonctl.errors import InputError, Problem
from carbonctl.inputs.jobs.byte_ranges import ByteRange, line_ends
from carbonctl.inputs.jobs.compression import is_compressed
from carbonctl.inputs.jobs.findings import Findings
from carbonctl.inputs.jobs.layout import Layout
from carbonctl.inputs.jobs.maps import TABLE
from carbonctl.inputs.jobs.parquet import ParquetSource
from carbonctl.inputs.jobs.reading import Source
from carbonctl.inputs.jobs.records import JSON_LINES, delimiter_of, of_json_lines, records
from carbonctl.ledger.fleet import Reject

_BLOCKS = 8  # of Parquet in a piece, at least
_BYTES = 32 << 20  # of delimited text in a piece


@dataclass(frozen=True)
class Whole:
    """A whole file, whose lines are counted.

    Attributes
    ----------
    path : str
        Where it is, from the root.
    name : str
        What messages call it.
    format : str
        What it is read as.
    """

    path: str
    name: str
    format: str

    def read(self, reading: Reading, findings: Findings) -> Iterator[Ready]:
        """Yield its rows in blocks."""
        how = replace(reading, format=self.format, engine=AUTO, jobs=1)
        return Table(Source(self.path, self.name), how).blocks(findings)


@dataclass(frozen=True)
class RowRange:
    """Rows of a Parquet file, from a block to the end of another.

    Attributes
    ----------
    path, name : str
        As those of `Whole`.
    layout : Layout
        Where everything is in its rows.
    start, stop : int
        Its rows, from 0 and without the last.
    """

    path: str
    name: str
    layout: Layout
    start: int
    stop: int

    def read(self, reading: Reading, findings: Findings) -> Iterator[Ready]:
        """Yield its rows in blocks."""
        from carbonctl.batch.fleet.arrow_parquet import ParquetTable

        table = ParquetTable(ParquetSource(self.path, self.name), span=(self.start, self.stop))
        for columns in table.gathered(positions(self.layout)):
            yield tables.of_columns(columns, self.layout, reading.fills, self.name, findings)


@dataclass(frozen=True)
class LineRange:
    """Lines of a table of delimited text, or of JSON, by bytes; the first one has its header.

    Attributes
    ----------
    path, name : str
        As those of `Whole`.
    layout : Layout
        Where everything is in its records.
    delimiter : str
        What is between cells; nothing in lines of JSON.
    start, stop : int
        Its bytes, without the last.
    """

    path: str
    name: str
    layout: Layout
    delimiter: str
    start: int
    stop: int

    def opened(self) -> ByteRange:
        """Return the lines."""
        return ByteRange(self.path, self.name, self.start, self.stop)

    def read(self, source: ByteRange, reading: Reading, findings: Findings) -> Iterator[Ready]:
        """Yield its rows in blocks; lines count from 1 at its beginning."""
        header = self.layout.header if self.start else ()
        where, fills = self.layout, reading.fills
        if not self.delimiter:
            reader = of_json_lines(source, findings, header)
            if not self.start:
                next(reader)
            yield from tables.of_records(reader, where, fills, self.name, findings)
            return
        from carbonctl.batch.fleet.arrow_csv import CsvTable

        table = CsvTable(source, findings, delimiter=self.delimiter, width=len(header))
        if not self.start:
            table.header()
        for columns in table.gathered(positions(where)):
            yield tables.of_columns(columns, where, fills, self.name, findings)

    def joined(self, other: LineRange) -> LineRange:
        """Return the lines together with those of a range that follows."""
        return replace(self, stop=other.stop)


Piece: TypeAlias = Whole | RowRange | LineRange


def pieces(table: Table, findings: Findings) -> Iterator[Piece]:
    """Yield the pieces of an input, in their order.

    Parameters
    ----------
    table : Table
        The input, of which nothing else is read then.
    findings : Findings
        Takes what is found on the way.

    Raises
    ------
    InputError
        Where it cannot be read.
    """
    path = _absolute(table)
    if not isinstance(table.source, Source):
        yield from _row_ranges(path, table, findings)
        return
    size = Path(path).stat().st_size
    if table.format != TABLE or size <= _BYTES or is_compressed(path):
        yield Whole(path, table.file, table.format)
        return
    delimiter = "" if table.source.extension in JSON_LINES else delimiter_of(table.source)
    # The reader of the first lines reports what is found in them.
    header = next(records(table.source, Findings()))[1]
    where = table.layout(header, findings)
    start = 0
    for stop in line_ends(path, size, _BYTES):
        yield LineRange(path, table.file, where, delimiter, start, stop)
        start = stop


def _absolute(table: Table) -> str:
    path = table.source.path
    if path is None or not Path(path).is_file():
        message = "other processes read files: this is none; --engine arrow reads it"
        raise InputError([Problem(table.file, None, None, message)])
    return str(Path(path).absolute())


def _row_ranges(path: str, table: Table, findings: Findings) -> Iterator[Piece]:
    """Yield ranges of rows that are at least as long as the groups that they are read by."""
    from carbonctl.batch.fleet.arrow_parquet import ParquetTable

    parquet = ParquetTable(table.source)
    where = table.layout(parquet.header(), findings)
    groups = parquet.row_groups()
    rows = sum(groups)
    apart = ROWS * max(_BLOCKS, -(-max(groups, default=0) // ROWS))
    for start in range(0, rows, apart):
        yield RowRange(path, table.file, where, start, min(start + apart, rows))


# ---- the places of lines that count from the beginning of a range --------------------------


class Places(NamedTuple):
    """Makes lines of a range into places of its file: ``@`` and the byte at which one begins."""

    source: ByteRange

    def of(self, line: Any) -> str:
        """Return the place of a line."""
        return f"@{self.source.offset(int(line))}"

    def part(self, part: Part) -> Part:
        """Return the sums of a block with places."""
        first: Any = np.array([self.of(line) for line in part.first], dtype=object)
        return part._replace(first=first, rejects=self.rejects(part.rejects))

    def rejects(self, rejects: list[Reject]) -> list[Reject]:
        """Return rejects with places."""
        return [reject._replace(line=self.of(reject.line)) for reject in rejects]

    def error(self, error: InputError) -> InputError:
        """Return what is wrong with places."""
        return InputError(
            problem if problem.line is None else problem._replace(
                file=f"{problem.file}{self.of(problem.line)}", line=None, col=None)
            for problem in error.problems
        )  # fmt: skip
