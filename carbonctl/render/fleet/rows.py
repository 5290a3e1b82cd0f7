"""The rows behind the account of a fleet, each with what it causes, written as they come."""

from __future__ import annotations

import csv
import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from io import StringIO
from itertools import repeat
from typing import Any

from carbonctl.ledger.entry import Totals
from carbonctl.ledger.fleet import RowBatch
from carbonctl.render import SEPARATORS
from carbonctl.render.by_row import encode
from carbonctl.render.escaping import harmless
from carbonctl.render.fleet import COMPLETE, tag_columns
from carbonctl.render.fleet.words import inert

FORMATS = ("csv", "tsv", "jsonl", "parquet")
_TEXTS = ("job", "start", "end", "state")
BEFORE = ("file", "line", *_TEXTS)
_ROWS = 8192  # that are written at once
_TOTAL = Totals._fields.index("total_kgco2e")


def columns(tags: Sequence[str]) -> tuple[str, ...]:
    """Return the columns of rows with some tags, which are called as `tag_columns` says."""
    taken = (*BEFORE, COMPLETE, *Totals._fields)
    return (*BEFORE, *tag_columns(tags, taken), COMPLETE, *Totals._fields)


def write(
    form: str, batches: Iterable[RowBatch], tags: Sequence[str], *, header: bool = True
) -> Iterator[bytes]:
    """Yield an output in the making, a part of it at a time.

    Parameters
    ----------
    form : str
        One of `FORMATS`.
    batches : iterable of RowBatch
        The rows; none of them are kept.
    tags : sequence of str
        The names of their tags.
    header : bool
        Whether CSV and TSV begin with the names of the columns.

    Raises
    ------
    MissingExtra
        For Parquet, where pyarrow is not installed.
    """
    if form == "parquet":
        from carbonctl.render.fleet import rows_parquet

        return rows_parquet.write(batches, tags, columns(tags))
    if form == "jsonl":
        return _json_lines(batches, columns(tags))
    return _separated(batches, columns(tags), SEPARATORS[form], header=header)


def _separated(
    batches: Iterable[RowBatch], head: Sequence[str], delimiter: str, *, header: bool
) -> Iterator[bytes]:
    """Yield lines whose cells are separated."""
    out = StringIO()
    writer = csv.writer(out, delimiter=delimiter, lineterminator="\n")
    if header:
        writer.writerow(map(inert, head))
    for batch in batches:
        for rows in _cells(batch, inert, "", ("false", "true")):
            writer.writerows(rows)
            yield _taken(out)
    yield _taken(out)


def _taken(out: StringIO) -> bytes:
    text = out.getvalue()
    out.seek(0)
    out.truncate()
    return text.encode()


def _json_lines(batches: Iterable[RowBatch], head: Sequence[str]) -> Iterator[bytes]:
    """Yield a line with an object for each row."""
    for batch in batches:
        for rows in _cells(batch, str, None, (False, True)):
            lines = (f"{encode(dict(zip(head, row, strict=True)))}\n" for row in rows)
            yield harmless("".join(lines)).encode()


def _cells(
    batch: RowBatch, write: Callable[[str], str], empty: str | None, flags: tuple[Any, Any]
) -> Iterator[Iterable[tuple[Any, ...]]]:
    """Yield the rows of a batch, some at a time.

    Each text that differs is written once. ``empty`` stands for one that is unknown, ``flags`` for
    what is not complete and what is.
    """
    identity = (batch.job, batch.start, batch.end, batch.state)
    columns = [_written(column, write, empty) for column in (*identity, *batch.tags)]
    file, count = write(batch.file), len(batch.lines)
    for start in range(0, count, _ROWS):
        some = slice(start, min(start + _ROWS, count))
        lines = batch.lines[some].tolist()
        sums = [_numbers(numbers[some]) for numbers in batch.sums]
        yield zip(
            repeat(file, len(lines)),
            (write(line) if isinstance(line, str) else line for line in lines),
            *(
                repeat(empty, len(lines))
                if column is None
                else map(column[1].__getitem__, column[0][some].tolist())
                for column in columns
            ),
            (flags[number is not None] for number in sums[_TOTAL]),
            *sums,
            strict=True,
        )


def _written(
    column: Any, write: Callable[[str], str], empty: str | None
) -> tuple[Any, list[str | None]] | None:
    """Return the texts of a column as they are written, and which of them stands in each row."""
    if column is None:
        return None
    if not hasattr(column, "values"):  # times
        import numpy as np

        from carbonctl.render.fleet.times import written

        texts = written(column).astype(str).tolist()
        return np.arange(len(texts)), [text or empty for text in texts]
    values = column.values
    values = values.to_pylist() if hasattr(values, "to_pylist") else values
    return column.codes, [write(text) if text else empty for text in values]


def _numbers(column: Any) -> list[float | None]:
    numbers: list[float] = column.tolist()
    return [None if math.isnan(number) else number for number in numbers]
