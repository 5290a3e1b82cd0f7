"""Reads Parquet with pyarrow: only the columns that a layout reads, as numbers where they are."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pyarrow as pa
from pyarrow import parquet

from carbonctl.batch.fleet.arrow import Arrays, Piece, blocks
from carbonctl.batch.fleet.blocks import ROWS
from carbonctl.batch.fleet.gathered import Positions
from carbonctl.batch.fleet.threads import working
from carbonctl.inputs.jobs.parquet import ParquetSource, as_text

_BUFFER = 1 << 20  # bytes of a column that are read at once: otherwise whole groups of rows are


class ParquetTable:
    """A Parquet file, read by columns.

    Parameters
    ----------
    source : ParquetSource
        The file.
    jobs : int
        How many threads work: with two, one reads ahead.
    span : (int, int), optional
        The rows that are read, from 0 and without the last; all of them unless given. Where it
        begins with a block of the file its blocks are those of the file.
    """

    def __init__(
        self, source: ParquetSource, jobs: int = 1, span: tuple[int, int] | None = None
    ) -> None:
        self.source = source
        self.jobs = jobs
        self.span = span

    def header(self) -> list[str]:
        """Return the names of the columns.

        Raises
        ------
        InputError
            Where it cannot be read.
        """
        with self.source.checked(), parquet.ParquetFile(self.source.path) as file:
            return list(file.schema_arrow.names)

    def row_groups(self) -> list[int]:
        """Return how many rows each group of rows has.

        Raises
        ------
        InputError
            Where it cannot be read.
        """
        with self.source.checked(), parquet.ParquetFile(self.source.path) as file:
            return _row_groups(file)

    def gathered(self, positions: Positions) -> Iterator[Arrays]:
        """Yield its rows in blocks.

        Raises
        ------
        InputError
            Where it cannot be read.
        """
        with self.source.checked():
            with parquet.ParquetFile(self.source.path) as file:
                schema = file.schema_arrow
            names = [schema.names[position] for position in positions.all]
            texts = [name for name in names if _is_string(schema.field(name).type)]
            only_times = positions.times - positions.texts - positions.numbers
            keyed = [name for name in texts if schema.names.index(name) not in only_times]
            with parquet.ParquetFile(
                self.source.path, read_dictionary=keyed, pre_buffer=False, buffer_size=_BUFFER
            ) as file:
                yield from blocks(self._pieces(file, positions.all, names))

    def _pieces(self, file: Any, positions: list[int], names: list[str]) -> Iterator[Piece]:
        start, stop = self.span or (0, file.metadata.num_rows)
        groups, row = _groups_of(_row_groups(file), start, stop)
        batches = file.iter_batches(
            ROWS, row_groups=groups, columns=names, use_threads=self.jobs > 1
        )
        with working(min(self.jobs - 1, 1)) as submit:
            result = submit(_next, batches)
            while row < stop and (batch := result()) is not None:
                result = submit(_next, batches)
                if batch.schema.names != names:
                    batch = batch.select(names)
                lines = np.arange(row + 1, row + 1 + batch.num_rows)
                piece = _piece(lines, positions, batch.columns)
                first, last = max(start - row, 0), min(stop - row, batch.num_rows)
                row += batch.num_rows
                if first < last:
                    yield piece if last - first == len(lines) else piece.cut(first, last)


def _piece(lines: Any, positions: list[int], columns: list[Any]) -> Piece:
    """Return some rows; those whose texts are none are refused."""
    read = [as_text(column) for column in columns]
    wrong = {row: what for _, rows in reversed(read) for row, what in rows.items()}
    texts = (column for column, _ in read)
    return Piece(lines, dict(zip(positions, texts, strict=True)), sorted(wrong.items()))


def _next(batches: Iterator[Any]) -> Any:
    return next(batches, None)


def _is_string(kind: Any) -> bool:
    return bool(pa.types.is_string(kind))


def _row_groups(file: Any) -> list[int]:
    metadata = file.metadata
    return [metadata.row_group(group).num_rows for group in range(metadata.num_row_groups)]


def _groups_of(rows: list[int], start: int, stop: int) -> tuple[list[int], int]:
    """Return the groups of rows in which a span is, and the first row of these."""
    begins = np.concatenate([[0], np.cumsum(rows)]).tolist()
    groups = [n for n in range(len(rows)) if begins[n] < stop and begins[n + 1] > start]
    return groups, begins[groups[0]] if groups else 0
