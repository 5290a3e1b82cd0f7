"""The header and the rows of a file, as text."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from typing import Any, NamedTuple

from carbonctl.catalog.hourly.faults import Faults
from carbonctl.errors import InputError, Problem

OTHER_SEPARATORS = (";", "\t", "|")


class Table(NamedTuple):
    """A file as columns of text.

    Attributes
    ----------
    head : tuple of str
        What its columns are called.
    columns : sequence of sequences
        The cells of each column, text or, in JSON, numbers; all of one length.
    rows : int
        That length.
    faults : Faults
        What is wrong with it so far.
    unit : str
        The unit that the file itself names beside its columns, where it does.
    kind : str
        The signal that it names.
    """

    head: tuple[str, ...]
    columns: Sequence[Sequence[Any]]
    rows: int
    faults: Faults
    unit: str = ""
    kind: str = ""


def decoded(data: bytes, shown: str) -> str:
    """Return the text of a file.

    Raises
    ------
    InputError
        With the line that is no UTF-8.
    """
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise InputError([Problem(shown, line, None, f"not a UTF-8 text: {error}")]) from None


def of_csv(text: str, shown: str) -> Table:
    """Return a table of comma-separated values.

    Empty lines are skipped.

    Raises
    ------
    InputError
        Where there is no row of data, or with every row of another length than the header's.
    """
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        head, *rows = list(reader) or [[]]
    except csv.Error as error:
        said = f"not a CSV table: {error}"
        raise InputError([Problem(shown, max(reader.line_num, 1), None, said)]) from None
    if len(head) == 1:
        separator = next((sign for sign in OTHER_SEPARATORS if sign in head[0]), "")
        if separator:
            said = f"columns are separated by {separator!r}: write commas"
            raise InputError([Problem(shown, 1, None, said)])
    lines: Sequence[int] = range(2, len(rows) + 2)
    if not all(rows):
        lines = [line for line, row in zip(lines, rows, strict=True) if row]
        rows = [row for row in rows if row]
    if not rows:
        raise InputError([Problem(shown, 1, None, "no rows of data")])
    faults = Faults(shown, lines)
    return _with_columns(head, rows, faults)


def _with_columns(head: list[str], rows: list[list[str]], faults: Faults) -> Table:
    if set(map(len, rows)) != {len(head)}:
        for number, row in enumerate(rows):
            if len(row) != len(head):
                faults.add(number, f"{len(row)} cells, but the header has {len(head)}")
        faults.check()
    columns = list(zip(*rows, strict=True))
    return Table(tuple(name.strip() for name in head), columns, len(rows), faults)
