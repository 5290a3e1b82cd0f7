"""Records of Parquet files; pyarrow is imported here, and only when one is read."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from carbonctl.errors import InputError, Problem
from carbonctl.inputs.jobs.findings import Findings
from carbonctl.inputs.jobs.no_text import what_is_wrong
from carbonctl.inputs.reading import called
from carbonctl.ledger.frames import require
from carbonctl.numbers.units import format_number

_BATCH = 65_536


class ParquetSource:
    """A Parquet file.

    Parameters
    ----------
    path : str
        Where it is.
    name : str
        What messages call it; the path unless given.

    Raises
    ------
    MissingExtra
        Where pyarrow is not installed.
    """

    def __init__(self, path: str, name: str = "") -> None:
        require("Parquet", "pyarrow")
        self.path = path
        self.name = name or called(path)

    def records(self, findings: Findings) -> Iterator[tuple[int, Sequence[str]]]:
        """Yield the names of its columns as row 0, and then its rows, counted from 1.

        Parameters
        ----------
        findings : Findings
            Takes rows that are no text.

        Raises
        ------
        InputError
            Where it cannot be read.
        """
        with self.checked():
            yield from self._records(findings)

    @contextmanager
    def checked(self) -> Iterator[None]:
        """Say in words what goes wrong as it is read."""
        from pyarrow import ArrowException

        try:
            yield
        except (ArrowException, OSError, ValueError) as error:
            said = (str(error).splitlines() or [type(error).__name__])[0]
            message = f"cannot be read as Parquet: {said}"
            if "crypt" in said:
                message = "is encrypted, and cannot be read; write it without encryption"
            raise InputError([Problem(self.name, None, None, message)]) from None

    def _records(self, findings: Findings) -> Iterator[tuple[int, Sequence[str]]]:
        from pyarrow import parquet

        with parquet.ParquetFile(self.path) as file:
            yield 0, list(file.schema_arrow.names)
            row = 0
            for batch in file.iter_batches(_BATCH):
                read = [as_text(column) for column in batch.columns]
                wrong = {row: what for _, rows in reversed(read) for row, what in rows.items()}
                columns = [texts_of(column) for column, _ in read]
                for place, cells in enumerate(zip(*columns, strict=True)):
                    row += 1
                    if place in wrong:
                        findings.reject(self.name, row, "", "", wrong[place])
                    else:
                        yield row, cells


def as_text(column: Any) -> tuple[Any, dict[int, str]]:
    """Return a column, bytes as text, and in which rows these are none and why: null there."""
    import pyarrow as pa

    types, kind = pa.types, column.type
    if types.is_dictionary(kind):
        values, wrong = as_text(column.dictionary)
        if values is column.dictionary:
            return column, {}
        if not wrong:
            return pa.DictionaryArray.from_arrays(column.indices, values), {}
        return as_text(column.dictionary_decode())
    if not any(is_such(kind) for is_such in (
        types.is_string, types.is_large_string, types.is_string_view, types.is_binary,
        types.is_large_binary, types.is_binary_view, types.is_fixed_size_binary,
    )):  # fmt: skip
        return column, {}
    try:
        column.validate(full=True)
        text = column if types.is_large_string(kind) else column.cast(pa.string())
    except pa.ArrowInvalid:
        return _texts_among(column.cast(pa.large_binary()).to_pylist())
    return (column if text.type == kind else text), {}


def _texts_among(values: Sequence[bytes | None]) -> tuple[Any, dict[int, str]]:
    """Return those of some bytes that are text as a column, and why others are none."""
    import pyarrow as pa

    texts = [
        None if value is None else value.decode("utf-8", "surrogateescape") for value in values
    ]
    wrong = {row: why for row, text in enumerate(texts) if text and (why := what_is_wrong(text))}
    return pa.array([None if n in wrong else t for n, t in enumerate(texts)], pa.string()), wrong


def texts_of(column: Any) -> list[str]:
    """Return the values of a column as texts of cells; what is null is empty."""
    import pyarrow as pa

    kind = column.type
    if pa.types.is_timestamp(kind) and kind.unit == "ns":
        column = column.cast(pa.timestamp("us", kind.tz), safe=False)
    try:
        values = column.to_pylist()
    except (OverflowError, ValueError):  # a year or a zone that Python does not know
        in_utc = column.cast(pa.timestamp("us", "UTC"), safe=False)
        values = in_utc.cast(pa.string()).to_pylist()
    return ["" if value is None else _text(value) for value in values]


_WRITTEN: dict[type, Callable[[Any], str]] = {
    str: str,
    int: str,
    float: format_number,
    bool: lambda value: "true" if value else "false",
    Decimal: str,
    datetime: datetime.isoformat,
    date: date.isoformat,
    time: time.isoformat,
    timedelta: str,
}


def _text(value: Any) -> str:
    write = _WRITTEN.get(type(value))
    return write(value) if write else json.dumps(value, default=str, ensure_ascii=False)
