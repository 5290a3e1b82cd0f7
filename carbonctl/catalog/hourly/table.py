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
    if '"' not in text and (plain := _without_quotes(text, shown)):
        return plain
    head, rows = _rows(text, shown)
    lines: Sequence[int] = range(2, len(rows) + 2)
    if not all(rows):
        lines = [line for line, row in zip(lines, rows, strict=True) if row]
        rows = [row for row in rows if row]
    _check_head(head, len(rows), shown)
    faults = Faults(shown, lines)
    if set(map(len, rows)) != {len(head)}:
        for number, row in enumerate(rows):
            if len(row) != len(head):
                faults.add(number, f"{len(row)} cells, but the header has {len(head)}")
        faults.check()
    return Table(tuple(name.strip() for name in head), _columns(rows), len(rows), faults)


def _without_quotes(text: str, shown: str) -> Table | None:
    """Return a table in which no comma and no line end is quoted; None where rows are uneven.

    It takes half the time of the csv module.
    """
    text = text.replace("\r\n", "\n").rstrip("\n")
    head, *lines = text.split("\n")
    is_even = {line.count(",") for line in lines} == {head.count(",")}
    if not is_even or "," not in head or "\r" in text:
        return None
    names = tuple(name.strip() for name in head.split(","))
    cells = ",".join(lines).split(",")
    columns = [cells[at :: len(names)] for at in range(len(names))]
    return Table(names, columns, len(lines), Faults(shown, range(2, len(lines) + 2)))


def _rows(text: str, shown: str) -> tuple[list[str], list[list[str]]]:
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        head, *rows = list(reader) or [[]]
    except csv.Error as error:
        said = f"not a CSV table: {error}"
        raise InputError([Problem(shown, max(reader.line_num, 1), None, said)]) from None
    return head, rows


def _check_head(head: Sequence[str], rows: int, shown: str) -> None:
    separator = next((sign for sign in OTHER_SEPARATORS if len(head) == 1 and sign in head[0]), "")
    said = f"columns are separated by {separator!r}: write commas" if separator else ""
    if not rows:
        said = said or "no rows of data"
    if said:
        raise InputError([Problem(shown, 1, None, said)])


def _columns(rows: Sequence[Sequence[str]]) -> list[Sequence[str]]:
    return list(zip(*rows, strict=True))
