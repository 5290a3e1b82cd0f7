"""Words beside columns: texts that are another one in each row, such as the names of grids.

What is computed with columns holds such words too. In its texts a mark stands for each (`mark`),
which no other text holds.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from itertools import repeat

from carbonctl.errors import Caution

# A letter that is printed, so that it may stand in a name, and that nobody writes.
MARK = "\ua66e"
MARKED = re.compile(f"({MARK}[0-9]+{MARK})")
_ESCAPED = re.compile(r"\\[uU]0*[aA]66[eE]")


def mark(number: int) -> str:
    """Return what stands in texts for a word that differs from row to row."""
    return f"{MARK}{number}{MARK}"


def may_hold_marks(text: str) -> bool:
    """Return whether a text holds what marks are made of, so that none may be put into it."""
    return MARK in text or _ESCAPED.search(text) is not None


class Words:
    """How many rows there are, and the words of each.

    Parameters
    ----------
    count : int
        The rows.
    words : mapping
        For each mark what returns its words, one a row; called once, where it is needed.
    """

    def __init__(self, count: int, words: Mapping[str, Callable[[], list[str]]]) -> None:
        self.count = count
        self.makers = words
        self.made: dict[str, list[str]] = {}

    def words(self, mark: str) -> list[str]:
        """Return the words of a mark, one a row."""
        if mark not in self.made:
            self.made[mark] = self.makers[mark]()
        return self.made[mark]

    def text(self, text: str) -> list[str] | None:
        """Return what a text is in each row; None where it is the same in all."""
        if MARK not in text:
            return None
        pieces = MARKED.split(text)
        if pieces == ["", text, ""]:
            return self.words(text)
        return self.filled(
            [self.words(piece) if n % 2 else piece for n, piece in enumerate(pieces)]
        )

    def each(self, text: str) -> Iterable[str]:
        """Return what a text is, as often as there are rows."""
        return self.text(text) or repeat(text, self.count)

    def filled(self, parts: Iterable[str | list[str]]) -> list[str]:
        """Return a text in each row, from parts that are the same in all and parts that are not."""
        merged: list[Iterable[str]] = []
        fixed: list[str] = []
        for part in parts:
            if isinstance(part, str):
                fixed.append(part)
                continue
            if fixed:
                merged.append(repeat("".join(fixed), self.count))
            merged.append(part)
            fixed = []
        merged.append(repeat("".join(fixed), self.count))
        return list(map("".join, zip(*merged, strict=True)))

    def at(self, text: str, row: int) -> str:
        """Return what a text, or a caution, is in one row."""
        if MARK not in text and (type(text) is not Caution or MARK not in text.kind):
            return text
        if isinstance(text, Caution):
            message, path, kind = (
                self.at(some, row) for some in (text.message, text.path, text.kind)
            )
            return Caution(message, path, kind=kind, vital=text.vital)
        return MARKED.sub(lambda match: self.words(match[0])[row], text)
