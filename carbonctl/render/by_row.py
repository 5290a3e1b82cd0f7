"""Results whose figures are columns, written row by row as each row's own result would be.

Beside its columns such a result holds words that differ from row to row: names, labels. In its
texts a mark stands for each (`mark`), which no other text holds.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator
from itertools import repeat
from typing import Any

# A letter that is printed, so that it may stand in a name, and that nobody writes.
MARK = "\ua66e"
_MARKED = re.compile(f"({MARK}[0-9]+{MARK})")

encode = json.JSONEncoder(ensure_ascii=False, allow_nan=False).encode


def mark(number: int) -> str:
    """Return what stands in texts for a word that differs from row to row."""
    return f"{MARK}{number}{MARK}"


class Rows:
    """How many rows there are, and the words of each.

    Parameters
    ----------
    count : int
        The rows.
    words : dict
        For each mark what returns its words, one a row; called once, where it is needed.
    """

    def __init__(self, count: int, words: dict[str, Callable[[], list[str]]]) -> None:
        self.count = count
        self.makers = words
        self.made: dict[str, list[str]] = {}
        self.written: dict[int, tuple[Any, list[str]]] = {}

    def words(self, mark: str) -> list[str]:
        """Return the words of a mark, one a row."""
        if mark not in self.made:
            self.made[mark] = self.makers[mark]()
        return self.made[mark]

    def text(self, text: str) -> list[str] | None:
        """Return what a text is in each row; None where it is the same in all."""
        if MARK not in text:
            return None
        pieces = _MARKED.split(text)
        if len(pieces) == 3 and not pieces[0] and not pieces[2]:
            return self.words(pieces[1])
        parts: list[Iterable[str]] = [repeat(piece) for piece in pieces]
        parts[1::2] = map(self.words, pieces[1::2])
        return ["".join(row) for row in zip(*parts, strict=False)]

    def cell(self, cell: Any) -> Iterable[Any]:
        """Return what a cell of a table is in each row."""
        if isinstance(cell, str):
            words = self.text(cell)
            return repeat(cell) if words is None else words
        if getattr(cell, "is_column", False):
            found: list[Any] = cell.tolist()
            return found
        return repeat(cell)

    def cells(self, rows: Iterable[tuple[Any, ...]]) -> Iterator[tuple[tuple[Any, ...], ...]]:
        """Yield for each row what the rows of a table with columns are."""
        for _, *found in zip(
            range(self.count),
            *(zip(*map(self.cell, row), strict=False) for row in rows),
            strict=False,
        ):
            yield tuple(found)

    def json(self, document: Any) -> list[str]:
        """Return a document as JSON in each row."""
        parts: list[Any] = []
        self._write(document, parts.append)
        merged: list[Iterable[str]] = []
        fixed: list[str] = []
        for part in parts:
            if isinstance(part, str) and MARK not in part:
                fixed.append(part)
                continue
            merged.append(repeat("".join(fixed)))
            fixed = []
            merged += self._pieces(part)
        merged.append(repeat("".join(fixed)))
        return ["".join(row) for _, *row in zip(range(self.count), *merged, strict=False)]

    def _pieces(self, part: Any) -> Iterator[Iterable[str]]:
        """Yield what stands in each row for a figure, or for a text with marks in it."""
        if not isinstance(part, str):
            key = id(part)
            if key not in self.written:  # the column is kept, so that no other has its id
                rows = part.tolist() if hasattr(part, "tolist") else part.rows
                self.written[key] = part, list(map(encode, rows))
            yield self.written[key][1]
            return
        for place, piece in enumerate(_MARKED.split(part)):
            yield [encode(word)[1:-1] for word in self.words(piece)] if place % 2 else repeat(piece)

    def _write(self, thing: Any, out: Callable[[Any], None]) -> None:
        """Write a document as `encode` does; what differs from row to row as it is."""
        if isinstance(thing, dict):
            before = "{"
            for key, value in thing.items():
                out(f"{before}{encode(key)}: ")
                self._write(value, out)
                before = ", "
            out("}" if thing else "{}")
        elif hasattr(thing, "tolist") or hasattr(thing, "rows"):  # a column, or its texts
            out(thing)
        elif isinstance(thing, list | tuple):
            before = "["
            for value in thing:
                out(before)
                self._write(value, out)
                before = ", "
            out("]" if thing else "[]")
        else:
            out(encode(thing))
