"""Writes draws: a column for each unknown and each sum, a row for each draw."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from io import StringIO
from pathlib import Path
from typing import Any

from carbonctl.outputs.writing import Target, export_chunks

_ROWS = 10_000  # that are written together


def target(path: str) -> Target:
    """Return where draws go: Parquet by its suffix, else CSV."""
    form = "parquet" if path.endswith(".parquet") else "csv"
    return Target(form, Path(path), append=False)


def write(path: str, columns: Mapping[str, Any], count: int) -> None:
    """Write draws.

    Parameters
    ----------
    path : str
        The file.
    columns : mapping
        An array by its name, one number where nothing is uncertain, None where it is unknown.
    count : int
        How many draws there are.

    Raises
    ------
    OutputError
        Where it cannot be written.
    MissingExtra
        For Parquet, where pandas or pyarrow is not installed.
    """
    to = target(path)
    if to.form == "parquet":
        from carbonctl.ledger import frames

        export_chunks(to, "", [frames.parquet(frames.of_arrays(columns, count))])
    else:
        export_chunks(to, _head(columns), _lines(columns, count))


def _head(columns: Mapping[str, Any]) -> str:
    head = StringIO()
    csv.writer(head, lineterminator="\n").writerow(columns)
    return head.getvalue()


def _lines(columns: Mapping[str, Any], count: int) -> Iterator[bytes]:
    for start in range(0, count, _ROWS):
        rows = min(_ROWS, count - start)
        cells = [_cells(numbers, start, rows) for numbers in columns.values()]
        yield "".join(f"{','.join(row)}\n" for row in zip(*cells, strict=True)).encode()


def _cells(numbers: Any, start: int, rows: int) -> list[str]:
    """Return some cells of a column."""
    if numbers is None:
        return [""] * rows
    if not hasattr(numbers, "tolist") or not numbers.ndim:
        return [repr(float(numbers))] * rows
    return list(map(repr, numbers[start : start + rows].tolist()))
