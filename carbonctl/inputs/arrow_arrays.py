"""Arrays of pyarrow as numpy has them, without pandas, which pyarrow's own way imports."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa

_WIDTHS: dict[Any, Any] = {
    pa.float64(): np.float64, pa.int64(): np.int64, pa.int32(): np.int32, pa.uint8(): np.uint8,
}  # fmt: skip


def values_of(column: Any) -> Any:
    """Return an array as numpy has it, not to be written to; a null may be any number there."""
    kind = _WIDTHS[column.type]
    if not len(column):
        return np.empty(0, kind)
    return np.frombuffer(column.buffers()[1], kind)[column.offset : column.offset + len(column)]


def one_array(column: Any) -> Any:
    """Return a column of chunks as one array."""
    if column.num_chunks == 1:
        return column.chunk(0)
    whole = column.combine_chunks()
    return whole.chunk(0) if isinstance(whole, pa.ChunkedArray) else whole


def floats_of(column: Any) -> Any:
    """Return an array of floats; NaN where it is null."""
    values = values_of(column)
    return np.where(is_null(column), np.nan, values) if column.null_count else values


def is_finite(column: Any) -> bool:
    """Whether all that there is in a column of chunks of floats is finite."""
    for array in column.chunks:
        read = floats_of(array)
        is_finite = np.isfinite(read)
        if not is_finite.all() and len(read) - int(is_finite.sum()) != array.null_count:
            return False
    return True


def is_null(column: Any) -> Any:
    """Return where an array is null."""
    return values_of(column.is_null().cast(pa.uint8())).astype(bool)
