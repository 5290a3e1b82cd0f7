"""Reads the CSV tables of hardware_db; a faulty row raises InputError with its line."""

from __future__ import annotations

import csv
import io
import math
import os
import re
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import TypeAlias, TypeVar

from carbonctl.errors import InputError, Problem
from carbonctl.spec.files import read_input
from carbonctl.text import check_text

K = TypeVar("K")
T = TypeVar("T")
Row: TypeAlias = dict[str, str]
Cell: TypeAlias = tuple[Path, int, Row]  # a row with where it stands
_SIGNED = re.compile(r"[+-](?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
# What may begin a cell that is a formula, or a command of a workflow.
_ODD = re.compile(r'[\n,"]\s*(?:[=+@-]|::)|##\[')


def rows(path: Path) -> Iterator[tuple[int, Row]]:
    """Yield (line, row) of a table; nothing where the file is not there.

    Raises
    ------
    InputError
        For a row with more or fewer cells than the head, or a cell that a spreadsheet, a
        terminal or a workflow would act on.
    """
    if not os.path.lexists(path):
        return
    text = _decoded(read_input(path), path)
    is_odd = bool(_ODD.search(text)) or not text.replace("\n", "").isprintable()
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        head = next(reader, [])
        for cells in reader:
            if len(cells) != len(head):
                raise csv.Error("the row has another number of cells than the head")
            checked = map(_checked, cells) if is_odd else cells
            yield reader.line_num, dict(zip(head, checked, strict=True))
    except csv.Error as error:
        line = max(reader.line_num, 1)
        raise InputError([Problem(str(path), line, 1, f"not a CSV table: {error}")]) from None


def rows_with(path: Path, key: str) -> Iterator[tuple[int, Row]]:
    """Yield (line, row) of the rows whose first cell is a key; others are not read.

    It is for the tables that come with carbonctl: in them every row is one line.

    Raises
    ------
    InputError
        As `rows` does.
    """
    if not os.path.lexists(path):
        return
    text = _text(path)
    head = next(csv.reader([text.partition("\n")[0]]), [])
    at = text.find(f"\n{key},")
    line, counted = 1, 0
    while at >= 0:
        end = text.find("\n", at + 1)
        cells = next(csv.reader([text[at + 1 : end if end >= 0 else None]], strict=True))
        line += text.count("\n", counted, at + 1)
        counted = at + 1
        if len(cells) != len(head):
            said = "not a CSV table: the row has another number of cells than the head"
            raise InputError([Problem(str(path), line, 1, said)])
        yield line, dict(zip(head, cells, strict=True))
        at = text.find(f"\n{key},", at + 1)


@lru_cache(maxsize=16)
def _text(path: Path) -> str:
    return _decoded(read_input(path), path)


def read(path: Path, make: Callable[[Row], T], what: str = "") -> Iterator[T]:
    """Yield what a function makes of each row of a table; ``what`` begins the faults of others.

    Raises
    ------
    InputError
        With the line of a row that lacks a column, or of which it raises ValueError.
    """
    for line, row in rows(path):
        yield made((path, line, row), make, what)


def made(cell: Cell, make: Callable[[Row], T], what: str = "") -> T:
    """Return what a function makes of one row."""
    path, line, row = cell
    try:
        return make(row)
    except KeyError as error:
        said = f"the column `{error.args[0]}` is missing"
    except ValueError as error:
        said = str(error)
    raise InputError([Problem(str(path), line, 1, f"{what}{said}")])


def first(
    folders: Iterable[Path], name: str, make: Callable[[Row], tuple[K, T | None]], what: str = ""
) -> dict[K, T]:
    """Return what a function makes of the rows of a table in some folders, by its key.

    The first of each key holds; None is left out.
    """
    by_key: dict[K, T] = {}
    for folder in folders:
        for key, value in read(folder / name, make, what):
            if value is not None:
                by_key.setdefault(key, value)
    return by_key


def _decoded(data: bytes, path: Path) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise InputError([Problem(str(path), line, 1, f"not a CSV table: {error}")]) from None


def _checked(cell: str) -> str:
    """Return a cell that is safe to show; -0 as 0."""
    if _SIGNED.fullmatch(cell):
        return cell if float(cell) else "0"
    try:
        check_text(cell, "a cell")
    except ValueError as error:
        raise csv.Error(str(error)) from None
    return cell


def number(text: str, least: float = 0.0) -> float | None:
    """Read a finite number that is not below ``least``; an empty cell is unknown."""
    if not text:
        return None
    number = float(text)
    if not (math.isfinite(number) and number >= least):
        raise ValueError(f"`{text}` is not a number of {least:g} or more")
    return number


def whole(text: str) -> int | None:
    """Read a whole number; an empty cell is unknown."""
    return int(text) if text else None
