"""Reads tables of delimited text with pyarrow, some lines at a time.

Lines in which nothing is doubtful go to pyarrow. Others, such as those with quotes that hold ends
of lines, are read by the csv module: records, lines and refusals are as without pyarrow.
"""

from __future__ import annotations

import csv
from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence
from io import StringIO
from typing import Any

import numpy as np
import pyarrow as pa
from pyarrow import csv as pa_csv

from carbonctl.batch.fleet.arrow import (
    Arrays,
    Piece,
    blocks,
    is_finite,
    is_null,
    one_array,
    values_of,
)
from carbonctl.batch.fleet.gathered import Positions
from carbonctl.batch.fleet.plain import is_plain
from carbonctl.batch.fleet.threads import Submit, working
from carbonctl.errors import InputError
from carbonctl.inputs.jobs.findings import Findings
from carbonctl.inputs.jobs.reading import Source
from carbonctl.inputs.jobs.records import (
    EMPTY_ROW,
    Record,
    cells_of,
    delimiter_of,
    header_of,
    odd_width,
)

_CHUNK = 1 << 20  # characters that are read at once
_TEXT, _NUMBER = pa.string(), pa.float64()
_KEY = pa.dictionary(pa.int32(), pa.string())
_MOST_SKIPPED = 64  # chunks without a trial


class CsvTable:
    """A table of delimited text, read by columns.

    Parameters
    ----------
    source : Source
        The table.
    findings : Findings
        Takes rows that cannot be read.
    jobs : int
        How many threads work: one goes on with what the others have read.
    delimiter : str
        What is between cells; by the name, or the header, unless given.
    width : int
        How many cells the header has, where it was read elsewhere: `header` does it otherwise.
    """

    def __init__(
        self, source: Source, findings: Findings, jobs: int = 1, delimiter: str = "", width: int = 0
    ) -> None:
        self.jobs = jobs
        self.source = source
        self.findings = findings
        self.delimiter = delimiter or delimiter_of(source)
        self.text = _Text(source)
        self.width = width
        self.line = 1  # the number of the next one

    def header(self) -> list[str]:
        """Return the names of the columns.

        Raises
        ------
        InputError
            Where there is none, or it cannot be read.
        """
        reader = self._records(self.text.take(), one=True)
        _, cells = header_of(reader, self.source, self.findings)
        self.width = len(cells)
        return list(cells)

    def gathered(self, positions: Positions) -> Iterator[Arrays]:
        """Yield the rows behind the header in blocks.

        Raises
        ------
        InputError
            Where they cannot be read any further.
        """
        return blocks(self._pieces(positions))

    def _pieces(self, positions: Positions) -> Iterator[Piece]:
        reader = _Reader(positions, self.width, self.delimiter)
        with working(self.jobs - 1) as submit:
            for text, read in self._read(reader, submit):
                if read is None:
                    yield self._by_csv(text, positions.all)
                    continue
                piece, lines, empty = read
                if empty:
                    self.findings.skip(EMPTY_ROW, empty)
                piece.lines[:] += self.line
                self.line += lines
                yield piece
        self.text.fail()

    def _read(self, reader: _Reader, submit: Submit) -> Iterator[tuple[str, Any]]:
        """Yield the text and what pyarrow makes of it, read ahead by other threads."""
        ahead: deque[tuple[str, Callable[[], Any]]] = deque()
        while True:
            while len(ahead) < self.jobs and (text := self.text.take()):
                ahead.append((text, submit(reader.read, text)))
            if not ahead:
                return
            text, result = ahead.popleft()
            read = result()
            if read is None:  # a record may go on in what follows
                self.text.put_back("".join(text for text, _ in ahead))
                ahead.clear()
            yield text, read

    def _by_csv(self, text: str, positions: Sequence[int]) -> Piece:
        """Return the records that begin in some text; the last may end behind it."""
        lines: list[int] = []
        columns: list[list[str]] = [[] for _ in positions]
        odd = []
        try:
            for line, cells in self._records(text):
                if len(cells) != self.width:
                    odd.append((len(lines), odd_width(cells, self.width)))
                lines.append(line)
                for column, position in zip(columns, positions, strict=True):
                    column.append(cells[position] if len(cells) == self.width else "")
        except InputError as error:  # what is before it comes first
            self.text.failure = error
        arrays = {
            position: pa.array(column, _TEXT)
            for position, column in zip(positions, columns, strict=True)
        }
        return Piece(np.array(lines, dtype=np.int64), arrays, odd)

    def _records(self, text: str, *, one: bool = False) -> Iterator[Record]:
        """Yield the records of some text; what is behind the last, or the first, is left."""
        lines = _Lines(text, self.text)
        start = self.line
        for record in cells_of(lines, self.source, self.findings, self.delimiter, start):
            self.line = start + lines.given
            if one or lines.is_over:
                self.text.put_back(lines.rest())
                yield record
                return
            yield record
        self.line = start + lines.given


class _Text:
    """The text of a table, some lines at a time."""

    def __init__(self, source: Source) -> None:
        self.blocks = source.blocks()
        self.back = ""
        self.failure: InputError | None = None

    def take(self) -> str:
        """Return the next lines; an empty text where no more can be read."""
        parts, size = [self.back], len(self.back)
        self.back = ""
        while size < _CHUNK and self.failure is None:
            try:
                block = next(self.blocks, "")
            except InputError as error:
                self.failure = error
                break
            if not block:
                break
            parts.append(block)
            size += len(block)
        return "".join(parts)

    def put_back(self, text: str) -> None:
        """Give back what was not read."""
        self.back = text + self.back

    def fail(self) -> None:
        """Raise what went wrong."""
        if self.failure is not None:
            raise self.failure


class _Lines:
    """The lines of some text, and of what follows where a record goes on."""

    def __init__(self, text: str, more: _Text) -> None:
        self.buffer = StringIO(text, newline="\n")
        self.size = len(text)
        self.read = 0
        self.more = more
        self.given = 0

    @property
    def is_over(self) -> bool:
        """Whether all of the text was given."""
        return self.read >= self.size

    def __iter__(self) -> Iterator[str]:
        while True:
            for line in self.buffer:
                self.given += 1
                self.read += len(line)
                yield line
            text = self.more.take()
            if not text:
                self.more.fail()
                return
            self.buffer = StringIO(text, newline="\n")
            self.size += len(text)

    def rest(self) -> str:
        """Return what was not given."""
        return self.buffer.read()


class _Doubtful(Exception):
    """The csv module has to read it."""


class _Reader:
    """Reads whole lines with pyarrow, where that gives what the csv module would."""

    def __init__(self, positions: Positions, width: int, delimiter: str) -> None:
        self.positions = positions
        self.width = width
        self.delimiter = delimiter
        self.types = {
            position: _KEY if position in positions.texts
            else _NUMBER if position in positions.numbers - positions.times else _TEXT
            for position in positions.all
        }  # fmt: skip
        self.skipped: Counter[int] = Counter()  # chunks until numbers are looked for again
        self.failed: Counter[int] = Counter()  # how often there were other things

    def read(self, text: str) -> tuple[Piece, int, int] | None:
        """Return the rows of some lines, how many lines these are, and how many rows are empty.

        None where the csv module has to read them. Lines count from 0.
        """
        is_quoted = '"' in text
        try:
            data = text.encode()
            if self.width < 2 or not is_plain(text, data, self.delimiter):
                return None
            table, bad = self._table(data, is_quoted=is_quoted)
            rows = table.num_rows + len(bad)
            if is_quoted and rows != _lines_in(data):
                return None  # some rows are several lines
            return self._piece(text, table, bad, rows)
        except (_Doubtful, pa.ArrowInvalid, UnicodeEncodeError):
            return None

    def _table(self, data: bytes, *, is_quoted: bool) -> tuple[Any, list[Any]]:
        """Return a table of lines, and those of another width."""
        types = {}
        for position, kind in self.types.items():
            waits = kind is _NUMBER and self.skipped[position] > 0
            self.skipped[position] -= waits
            types[position] = _TEXT if waits else kind
        for _ in range(len(types) + 1):
            bad: list[Any] = []
            try:
                table = self._parsed(data, types, bad, is_quoted=is_quoted)
            except pa.ArrowInvalid as error:
                wrong = [_column_of(error)]
            else:
                wrong = [p for p, kind in types.items() if kind is _NUMBER
                         and not is_finite(table.column(str(p)))]  # fmt: skip
                if not wrong:
                    return table, bad
            for position in wrong:
                if types.get(position) is not _NUMBER:
                    raise _Doubtful
                types[position] = _TEXT
                self.failed[position] += 1
                self.skipped[position] = min(2 ** self.failed[position] - 2, _MOST_SKIPPED)
        raise _Doubtful

    def _parsed(self, data: bytes, types: Any, bad: list[Any], *, is_quoted: bool) -> Any:
        def keep(row: Any) -> str:
            bad.append(row)
            return "skip"

        return pa_csv.read_csv(
            pa.BufferReader(data),
            pa_csv.ReadOptions(
                use_threads=False, block_size=len(data) + 1,
                column_names=[str(position) for position in range(self.width)],
            ),
            pa_csv.ParseOptions(
                delimiter=self.delimiter, quote_char='"' if is_quoted else False,
                double_quote=is_quoted, newlines_in_values=is_quoted, ignore_empty_lines=False,
                invalid_row_handler=keep,
            ),
            pa_csv.ConvertOptions(
                column_types={str(position): kind for position, kind in types.items()},
                include_columns=[str(position) for position in types], null_values=[""],
                strings_can_be_null=False, check_utf8=False,
            ),
        )  # fmt: skip

    def _piece(self, text: str, table: Any, bad: list[Any], rows: int) -> tuple[Piece, int, int]:
        columns = {position: one_array(table.column(str(position))) for position in self.types}
        blank = np.flatnonzero(_blank(list(columns.values()), table.num_rows))
        if not bad and not len(blank):
            return Piece(np.arange(rows), columns), rows, 0
        places = np.delete(np.arange(rows), [row.number - 1 for row in bad])
        written = text.split("\n") if len(blank) else []
        drop, empty = [], 0
        for row in blank.tolist():
            cells = self._cells(written[places[row]])
            if not any(cells):
                drop.append(row)
                empty += bool(cells)
        at = {int(place): row for row, place in enumerate(places)}
        widths = {}
        for row in bad:
            cells = self._cells(row.text)
            if len(cells) == self.width:
                raise _Doubtful
            if any(cells):
                widths[row.number - 1] = odd_width(cells, self.width)
            empty += bool(cells) and not any(cells)
        gone = {int(places[row]) for row in drop}
        lines = [p for p in range(rows) if (p in at and p not in gone) or p in widths]
        indices = pa.array([at.get(place) for place in lines], pa.int64())
        taken = {position: column.take(indices) for position, column in columns.items()}
        odd = [(n, widths[place]) for n, place in enumerate(lines) if place in widths]
        return Piece(np.array(lines, dtype=np.int64), taken, odd), rows, empty

    def _cells(self, line: str) -> list[str]:
        reader = csv.reader([line], delimiter=self.delimiter, skipinitialspace=True)
        return next(reader, [])


def _lines_in(data: bytes) -> int:
    """Return how many lines some bytes are; the last may have no end."""
    ends = np.count_nonzero(np.frombuffer(data, np.uint8) == ord("\n"))
    return int(ends) + (not data.endswith(b"\n"))


def _column_of(error: pa.ArrowInvalid) -> int:
    """Return the position of the column that an error of conversion names; -1 for none."""
    _, sign, rest = str(error).partition("In CSV column #")
    number = rest.partition(":")[0]
    return int(number) if sign and number.isdecimal() else -1


def _blank(columns: Sequence[Any], rows: int) -> Any:
    """Return the rows in which no cell that is read holds anything."""
    blank = np.ones(rows, dtype=bool)
    for column in columns:
        if not blank.any():
            break
        if column.type == _NUMBER:
            blank &= is_null(column)
            continue
        keys = column if column.type == _KEY else column.dictionary_encode()
        is_blank = np.array([not text.strip(" ") for text in keys.dictionary.to_pylist()], bool)
        if is_blank.any():
            blank &= is_blank[values_of(keys.indices)]
        else:
            blank[:] = False
    return blank
