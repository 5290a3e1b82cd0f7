"""The rows behind the account of a fleet, each with what it causes, written as they come."""

from __future__ import annotations

import csv
import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from io import StringIO
from typing import Any

from carbonctl.ledger.entry import Totals
from carbonctl.ledger.fleet import Coded, RowBatch
from carbonctl.render import SEPARATORS
from carbonctl.render.by_row import encode
from carbonctl.render.escaping import harmless
from carbonctl.render.fleet import COMPLETE, tag_columns
from carbonctl.render.fleet.words import inert

FORMATS = ("csv", "tsv", "jsonl", "parquet")
_TEXTS = ("job", "start", "end", "state")
BEFORE = ("file", "line", *_TEXTS)
_TOTAL = Totals._fields.index("total_kgco2e")


def columns(tags: Sequence[str]) -> tuple[str, ...]:
    """Return the columns of rows with some tags, which are called as `tag_columns` says."""
    taken = (*BEFORE, COMPLETE, *Totals._fields)
    return (*BEFORE, *tag_columns(tags, taken), COMPLETE, *Totals._fields)


def write(
    form: str, batches: Iterable[RowBatch], tags: Sequence[str], *, header: bool = True
) -> Iterator[bytes]:
    """Yield an output in the making: what can be written after each batch.

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
        writer.writerows(_cells(batch, inert, "", ("false", "true")))
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
        rows = _cells(batch, str, None, (False, True))
        lines = (harmless(encode(dict(zip(head, row, strict=True)))) for row in rows)
        yield "".join(f"{line}\n" for line in lines).encode()


def _cells(
    batch: RowBatch, write: Callable[[str], str], empty: str | None, flags: tuple[Any, Any]
) -> Iterator[tuple[Any, ...]]:
    """Yield the rows of a batch.

    Each text that differs is written once. ``empty`` stands for one that is unknown, ``flags`` for
    what is not complete and what is.
    """
    count = len(batch.lines)

    def texts(column: Coded | None) -> list[str | None]:
        if column is None:
            return [empty] * count
        values = column.values
        values = values.to_pylist() if hasattr(values, "to_pylist") else values
        written = [write(text) if text else empty for text in values]
        return [written[code] for code in column.codes.tolist()]

    identity = (batch.job, batch.start, batch.end, batch.state)
    sums = [_numbers(numbers) for numbers in batch.sums]
    return zip(
        [write(batch.file)] * count,
        [write(line) if isinstance(line, str) else line for line in batch.lines.tolist()],
        *map(texts, (*identity, *batch.tags)),
        [flags[number is not None] for number in sums[_TOTAL]],
        *sums,
        strict=True,
    )


def _numbers(column: Any) -> list[float | None]:
    numbers: list[float] = column.tolist()
    return [None if math.isnan(number) else number for number in numbers]
