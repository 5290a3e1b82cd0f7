"""Columns of pyarrow as columns of blocks: the same as records of texts give, and sooner.

Pieces of a table come as they are read; blocks are cut of them by position. What pyarrow cannot
take as a number or a time is read as text, cell by cell.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, tzinfo
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from carbonctl.batch.fleet.blocks import NAN, ROWS, Fault, Texts, numbers, unique_rows
from carbonctl.batch.fleet.gathered import Readable, stripped
from carbonctl.batch.fleet.moments import moments_of
from carbonctl.inputs.jobs.parquet import texts_of

_MICROSECONDS = pa.timestamp("us")
_NO_TIME = np.datetime64("NaT", "us")
# Between these, a time is the same whether it is written and read again or not.
_FIRST, _LAST = np.datetime64("0001-01-03", "us"), np.datetime64("9999-12-29", "us")
_ZONES_IN_MINUTES = np.datetime64("1972-01-02", "us")  # since then, everywhere
# Texts of times whose parts are where they are looked for: what is at some places, by the length.
_SEPARATORS = {4: b"--", 7: b"--", 10: b"T ", 13: b"::", 16: b"::"}
_SHAPES: dict[int, dict[int, bytes]] = {
    10: {place: _SEPARATORS[place] for place in (4, 7)},
    19: _SEPARATORS,
    20: {**_SEPARATORS, 19: b"ZZ"},
    25: {**_SEPARATORS, 19: b"+-", 22: b"::"},
}


class Piece(NamedTuple):
    """Some rows of a table.

    Attributes
    ----------
    lines : array of int
        The line on which each begins.
    columns : dict
        Arrays of pyarrow by the position of the column; what is null is an empty cell.
    odd : list of (int, str)
        Rows that are refused, as those with more cells than the header has, and why.
    """

    lines: Any
    columns: dict[int, Any]
    odd: Sequence[tuple[int, str]] = ()

    def cut(self, start: int, stop: int) -> Piece:
        """Return some of its rows."""
        return Piece(
            self.lines[start:stop],
            {place: column.slice(start, stop - start) for place, column in self.columns.items()},
            [(row - start, what) for row, what in self.odd if start <= row < stop],
        )


def blocks(pieces: Iterable[Piece]) -> Iterator[Arrays]:
    """Yield the rows of pieces in blocks of `ROWS`.

    Raises
    ------
    InputError
        Where no more can be read, behind what was read before.
    """
    waiting: deque[Piece] = deque()
    rows = 0
    readable = Readable(pieces)
    for piece in readable:
        waiting.append(piece)
        rows += len(piece.lines)
        while rows >= ROWS:
            yield Arrays(_taken(waiting, ROWS))
            rows -= ROWS
    if rows:
        yield Arrays([*waiting])
    readable.end()


def _taken(waiting: deque[Piece], rows: int) -> list[Piece]:
    """Take some rows from the pieces that wait."""
    taken = []
    while rows:
        piece = waiting.popleft()
        count = len(piece.lines)
        if count > rows:
            waiting.appendleft(piece.cut(rows, count))
            piece, count = piece.cut(0, rows), rows
        if count:
            taken.append(piece)
        rows -= count
    return taken


class Arrays:
    """The columns of a block: `carbonctl.batch.fleet.gathered.Columns`."""

    def __init__(self, pieces: Sequence[Piece]) -> None:
        self.pieces = pieces
        self.lines = np.concatenate([piece.lines for piece in pieces])
        self.odd: list[tuple[int, str]] = []
        self.known: dict[int, Texts] = {}
        self.times: dict[int, tuple[Any, list[Fault]]] = {}
        start = 0
        for piece in pieces:
            self.odd += [(start + row, what) for row, what in piece.odd]
            start += len(piece.lines)

    @property
    def rows(self) -> int:
        """How many there are."""
        return len(self.lines)

    def texts(self, position: int) -> Texts:
        """Return a column of texts, without spaces around them."""
        if position not in self.known:
            arrays = [_as_texts(piece.columns[position]) for piece in self.pieces]
            self.known[position] = stripped(_encoded(arrays))
        return self.known[position]

    def numbers(self, position: int, *, is_share: bool) -> tuple[Any, list[Fault]]:
        """Return a column of numbers, NaN where there is none, and what is no number."""
        read, faults, start = [], list[Fault](), 0
        for piece in self.pieces:
            some, wrong = _numbers(piece.columns[position], is_share=is_share)
            read.append(some)
            faults += [fault._replace(row=start + fault.row) for fault in wrong]
            start += len(some)
        return read[0] if len(read) == 1 else np.concatenate(read), faults

    def moments(self, position: int, zone: tzinfo) -> tuple[Any, list[Fault]]:
        """Return a column of times of day, and what is none."""
        if position in self.times:  # the start of a job is its month too
            return self.times[position]
        read, faults, start = [], list[Fault](), 0
        for piece in self.pieces:
            some, wrong = _moments(piece.columns[position], zone)
            read.append(some)
            faults += [fault._replace(row=start + fault.row) for fault in wrong]
            start += len(some)
        whole = read[0] if len(read) == 1 else np.concatenate(read)
        self.times[position] = whole, faults
        return whole, faults


# ---- arrays --------------------------------------------------------------------------------

_WIDTHS: dict[Any, Any] = {
    pa.float64(): np.float64, pa.int64(): np.int64, pa.int32(): np.int32, pa.uint8(): np.uint8,
}  # fmt: skip


def values_of(column: Any) -> Any:
    """Return an array without nulls as numpy has it; pyarrow's own way imports pandas."""
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
    return values_of(column.fill_null(NAN) if column.null_count else column)


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


# ---- texts ---------------------------------------------------------------------------------

_FEW = 1024  # texts


def _is_text(kind: Any) -> bool:
    if pa.types.is_dictionary(kind):
        kind = kind.value_type
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))


def _as_texts(column: Any) -> Any:
    """Return a column as texts of cells."""
    return column if _is_text(column.type) else pa.array(texts_of(column), pa.string())


def _encoded(arrays: Sequence[Any]) -> Texts:
    """Return columns of texts as one, each text once."""
    kinds = {column.type for column in arrays}
    if len(kinds) > 1:
        arrays = [_plain(column) for column in arrays]
    column = pa.chunked_array(arrays)
    if pa.types.is_dictionary(column.type):
        column = one_array(column.unify_dictionaries())
    else:
        column = one_array(column).dictionary_encode()
    indices, values = column.indices, column.dictionary
    if len(values) > _FEW:  # those of all rows of a group, of which few may be used here
        indices = indices.dictionary_encode()
        values = values.take(indices.dictionary.drop_null())
        indices = indices.indices
    return _texts(indices, values.to_pylist())


def _texts(indices: Any, values: list[str]) -> Texts:
    """Return codes and their values as a column; what is null is an empty text."""
    if not indices.null_count:
        return Texts(values_of(indices), values)
    empty = values.index("") if "" in values else len(values)
    codes = values_of(indices.fill_null(empty))
    values = values if empty < len(values) else [*values, ""]
    first, inverse = unique_rows([Texts(codes, values)])
    return Texts(inverse, [values[code] for code in codes[first].tolist()])


def _plain(column: Any) -> Any:
    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    return column.cast(pa.large_string())


# ---- numbers -------------------------------------------------------------------------------


def _numbers(column: Any, *, is_share: bool) -> tuple[Any, list[Fault]]:
    kind = column.type
    if not (pa.types.is_integer(kind) or pa.types.is_floating(kind)):
        return numbers(stripped(_encoded([_as_texts(column)])), is_share=is_share)
    if not pa.types.is_float64(kind):
        column = column.cast(pa.float64(), safe=False)
    read = floats_of(column)
    is_finite = np.isfinite(read)
    if is_finite.all():
        return read, []
    is_wrong = ~is_finite
    if column.null_count:
        is_wrong &= ~is_null(column)
    if not is_wrong.any():
        return read, []
    faults = []
    for row in np.flatnonzero(is_wrong).tolist():
        text = texts_of(column.slice(row, 1))[0]
        faults.append(Fault(row, text, f"{text!r} is not a number"))
    return np.where(is_wrong, NAN, read), faults


# ---- times of day --------------------------------------------------------------------------


def _moments(column: Any, zone: tzinfo) -> tuple[Any, list[Fault]]:
    moments = _written(column, zone) if _is_text(column.type) else _typed(column, zone)
    if moments is not None:
        return moments, []
    return moments_of(stripped(_encoded([_as_texts(column)])), zone)


def _typed(column: Any, zone: tzinfo) -> Any:
    """Return times that are no texts; None where they have to be read as texts are."""
    kind = column.type
    if pa.types.is_timestamp(kind):
        if kind.tz is None and zone is not UTC:
            return None
        column = column.cast(pa.timestamp("us", kind.tz), safe=False).view(pa.int64())
    elif pa.types.is_date32(kind) and zone is UTC:
        kind = _MICROSECONDS
        column = column.cast(_MICROSECONDS).view(pa.int64())
    else:
        return None
    first = _FIRST if kind.tz in (None, "UTC") else _ZONES_IN_MINUTES
    return _between(column, first)


def _between(column: Any, first: Any) -> Any:
    """Return microseconds as times; None where one is out of the range that is surely right."""
    moments = _filled(column, np.iinfo(np.int64).min).view("M8[us]")
    least, most = moments.min(), moments.max()  # NaT where one is unknown
    if np.isnat(least):
        known = moments[~np.isnat(moments)]
        if not len(known):
            return moments
        least, most = known.min(), known.max()
    return moments if first <= least and most <= _LAST else None


def _filled(column: Any, value: Any) -> Any:
    if column.null_count:
        column = column.fill_null(pa.scalar(value, column.type))
    return values_of(column)


def _written(column: Any, zone: tzinfo) -> Any:
    """Return times that are texts; None where they are not all of one plain shape."""
    if not pa.types.is_string(column.type) or column.null_count or not len(column):
        return None
    length = _length_of_shape(column)
    has_zone = length in (20, 25)
    if not length or (not has_zone and zone is not UTC):
        return None
    try:
        read = pc.cast(column, pa.timestamp("us", "UTC") if has_zone else _MICROSECONDS)
    except pa.ArrowInvalid:
        return None
    return _between(read.view(pa.int64()), _FIRST)


def _length_of_shape(column: Any) -> int:
    """Return the length of texts that are all of one of `_SHAPES`; else 0."""
    signs = _of_one_length(column)
    if signs is None or signs.shape[1] not in _SHAPES:
        return 0
    for place, (one, other) in _SHAPES[signs.shape[1]].items():
        at = signs[:, place]
        if not ((at == one) | (at == other)).all():
            return 0
    return int(signs.shape[1])


def _of_one_length(column: Any) -> Any:
    """Return texts as an array of bytes, a row each; None where they are not equally long."""
    _, offsets, data = column.buffers()
    count = len(column)
    ends = np.frombuffer(offsets, np.int32)[column.offset : column.offset + count + 1]
    length = int(ends[1] - ends[0])
    if not length or int(ends[-1] - ends[0]) != length * count or (np.diff(ends) != length).any():
        return None
    start = int(ends[0])
    return np.frombuffer(data, np.uint8)[start : start + length * count].reshape(count, length)
