"""The rows behind the account of a fleet as Parquet, column by column.

Nothing here is done for a row or a cell by itself: a text that differs is looked at once a batch.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from carbonctl.ledger import frames
from carbonctl.ledger.entry import Totals
from carbonctl.ledger.fleet import Coded, RowBatch
from carbonctl.render.fleet.times import WIDTH, written

if TYPE_CHECKING:
    import pyarrow as pa

_TOTAL = Totals._fields.index("total_kgco2e")
_ROW_GROUP = 131_072  # rows from which a group of rows is written
_UNLIKE = "job"  # differs from row to row: a dictionary of it saves nothing


def write(batches: Iterable[RowBatch], tags: Sequence[str], head: Sequence[str]) -> Iterator[bytes]:
    """Yield a Parquet file in the making, a group of rows at a time: unknown is null.

    Parameters
    ----------
    batches : iterable of RowBatch
        The rows.
    tags : sequence of str
        The names of their tags.
    head : sequence of str
        The names of all columns.

    Raises
    ------
    MissingExtra
        Where pyarrow is not installed.
    """
    frames.require("Parquet", "pyarrow")
    sink, writer = _Sink(), None
    waiting: list[pa.Table] = []
    for batch in batches:
        waiting.append(_table(batch, head))
        writer = writer or _writer(sink, waiting[0].schema)
        if sum(table.num_rows for table in waiting) >= _ROW_GROUP:
            writer.write_table(_joined(waiting))
            waiting.clear()
            yield sink.take()
    if writer is None:
        waiting.append(_table(_nothing(len(tags)), head))
        writer = _writer(sink, waiting[0].schema)
    if waiting:
        writer.write_table(_joined(waiting))
    writer.close()
    yield sink.take()


class _Sink:
    """Takes the bytes of a file in the making, and gives them away."""

    closed = False

    def __init__(self) -> None:
        self.chunks: list[bytes] = []
        self.size = 0

    def write(self, data: Any) -> int:
        """Take some bytes."""
        chunk = bytes(data)
        self.chunks.append(chunk)
        self.size += len(chunk)
        return len(chunk)

    def tell(self) -> int:
        """Return how many bytes were taken."""
        return self.size

    def flush(self) -> None:
        """Do nothing: all is there."""

    def close(self) -> None:
        """Do nothing: what was written is still to be taken."""

    def readable(self) -> bool:
        """Say that nothing can be read."""
        return False

    def writable(self) -> bool:
        """Say that it can be written."""
        return True

    def seekable(self) -> bool:
        """Say that it is written from its start to its end."""
        return False

    def take(self) -> bytes:
        """Return what was written since the last time."""
        data = b"".join(self.chunks)
        self.chunks.clear()
        return data


def _writer(sink: _Sink, schema: pa.Schema) -> Any:
    """Return what writes tables of one schema; readers see texts, and no dictionaries."""
    from pyarrow import parquet
    from pyarrow.types import is_dictionary

    alike = [field.name for field in schema if is_dictionary(field.type) and field.name != _UNLIKE]
    return parquet.ParquetWriter(
        sink, schema, use_dictionary=alike, write_statistics=alike, store_schema=False
    )


def _joined(tables: Sequence[pa.Table]) -> pa.Table:
    """Return tables as one, each of its columns in one piece."""
    import pyarrow as pa

    if len(tables) == 1:
        return tables[0]
    return pa.concat_tables(tables).unify_dictionaries().combine_chunks()


def _table(batch: RowBatch, head: Sequence[str]) -> pa.Table:
    """Return a batch as a table."""
    import numpy as np
    import pyarrow as pa

    count = len(batch.lines)
    sums = np.asarray(batch.sums)

    def known(column: Coded | None) -> pa.Array:
        return _constant("", count) if column is None else _texts(column)

    columns = [
        _constant(batch.file, count), _lines(batch.lines),
        known(batch.job), _times(batch.start, count), _times(batch.end, count), known(batch.state),
        *map(_texts, batch.tags),
        pa.array(~np.isnan(sums[_TOTAL])),
        *(pa.array(numbers, from_pandas=True) for numbers in sums),
    ]  # fmt: skip
    return pa.table(columns, names=list(head))


def _lines(lines: Any) -> pa.Array:
    import numpy as np
    import pyarrow as pa

    numbers = np.asarray(lines)
    return (
        pa.array(lines.tolist(), pa.string())
        if numbers.dtype.kind in "UO"
        else pa.array(numbers, pa.int64())
    )


def _times(moments: Any, rows: int) -> pa.Array:
    """Return a column of times as texts, null where unknown."""
    import numpy as np
    import pyarrow as pa

    if moments is None:
        return pa.nulls(rows, pa.string())
    texts = written(moments)
    if texts.dtype.itemsize > WIDTH or np.isnat(moments).any():
        return pa.array([text or None for text in texts.astype(str).tolist()], pa.string())
    signs = pa.Array.from_buffers(pa.binary(WIDTH), rows, [None, pa.py_buffer(texts)])
    return signs.cast(pa.string())


def _texts(column: Coded) -> pa.Array:
    """Return a column of texts as codes of a dictionary, null where it is empty."""
    import numpy as np
    import pyarrow as pa
    from pyarrow import compute

    values = pa.array(column.values, pa.string())
    is_empty = compute.equal(values, "").to_numpy(zero_copy_only=False)
    mask = is_empty[column.codes] if is_empty.any() else None
    codes = pa.array(np.asarray(column.codes, dtype=np.int32), mask=mask)
    return pa.DictionaryArray.from_arrays(codes, values)


def _constant(text: str, rows: int) -> pa.Array:
    import numpy as np

    return _texts(_OfCodes(np.zeros(rows, dtype=np.int32), [text]))


class _OfCodes:
    """A column of texts made here."""

    def __init__(self, codes: Any, values: Sequence[str]) -> None:
        self.codes = codes
        self.values = values


def _nothing(tags: int) -> RowBatch:
    """Return a batch without rows."""
    import numpy as np

    none = np.empty(0, dtype=np.int64)
    nothing = _OfCodes(none, [])
    sums = np.empty((len(Totals._fields), 0))
    return RowBatch("", none, None, None, None, None, (nothing,) * tags, sums)
