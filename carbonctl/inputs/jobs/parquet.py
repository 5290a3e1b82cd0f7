"""Records of Parquet files; pyarrow is imported here, and only when one is read."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from carbonctl.errors import InputError, Problem
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

    def records(self) -> Iterator[tuple[int, Sequence[str]]]:
        """Yield the names of its columns as row 0, and then its rows, counted from 1.

        Raises
        ------
        InputError
            Where it cannot be read.
        """
        with self.checked():
            yield from self._records()

    @contextmanager
    def checked(self) -> Iterator[None]:
        """Say in words what goes wrong as it is read."""
        from pyarrow import ArrowException

        try:
            yield
        except (ArrowException, OSError, ValueError) as error:
            message = f"cannot be read as Parquet: {str(error).splitlines()[0]}"
            raise InputError([Problem(self.name, None, None, message)]) from None

    def _records(self) -> Iterator[tuple[int, Sequence[str]]]:
        from pyarrow import parquet

        with parquet.ParquetFile(self.path) as file:
            yield 0, list(file.schema_arrow.names)
            row = 0
            for batch in file.iter_batches(_BATCH):
                columns = [texts_of(column) for column in batch.columns]
                for cells in zip(*columns, strict=True):
                    row += 1
                    yield row, cells


def texts_of(column: Any) -> list[str]:
    """Return the values of a column as texts of cells; what is null is empty."""
    import pyarrow as pa

    if pa.types.is_timestamp(column.type) and column.type.unit == "ns":
        column = column.cast(pa.timestamp("us", column.type.tz), safe=False)
    return ["" if value is None else _text(value) for value in column.to_pylist()]


_WRITTEN: dict[type, Callable[[Any], str]] = {
    str: str,
    int: str,
    float: format_number,
    bool: lambda value: "true" if value else "false",
    Decimal: str,
    datetime: datetime.isoformat,
    date: date.isoformat,
}


def _text(value: Any) -> str:
    write = _WRITTEN.get(type(value))
    return write(value) if write else json.dumps(value, default=str, ensure_ascii=False)
