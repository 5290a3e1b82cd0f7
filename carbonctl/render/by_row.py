"""Results whose figures are columns, written row by row as each row's own result would be.

Beside its columns such a result holds words that differ from row to row: names, labels
(`carbonctl.numbers.words`).
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from itertools import pairwise
from typing import Any

from carbonctl.ledger.sums import MATTER_MOST, Driver
from carbonctl.numbers.intervals import Mixed, decide
from carbonctl.numbers.words import MARK, MARKED, Words, mark

_FIGURE = re.compile(f'"{MARK}{MARK}([0-9]+){MARK}"')
_Encoder = partial(json.JSONEncoder, ensure_ascii=False, allow_nan=False)

encode = _Encoder().encode


class Member:
    """A part of a document that is written once for all places where it stands."""

    def __init__(self, document: dict[str, Any]) -> None:
        self.document = document


class Written:
    """A part of a document that is written in each row, ``rows``, as it stands there."""

    def __init__(self, rows: list[str]) -> None:
        self.rows = rows


class Rows(Words):
    """The words of each row, and what is written of its figures."""

    def __init__(self, count: int, words: Mapping[str, Callable[[], list[str]]]) -> None:
        super().__init__(count, words)
        self.written: dict[tuple[str, bytes], list[str]] = {}
        self.in_quotes: dict[tuple[int, Any], tuple[list[str], list[str]]] = {}
        self.members: dict[tuple[int, ...], tuple[Member, list[str]]] = {}

    def figures(self, column: Any) -> list[str]:
        """Return what is written of a column, or of the texts made of one, in JSON and CSV."""
        if isinstance(column, Member):
            return self.member(column)
        if isinstance(column, Written):
            return column.rows
        if not hasattr(column, "tolist"):
            return list(map(encode, column.rows))
        numbers = column.dtype.char, column.tobytes()
        if numbers not in self.written:  # several columns may hold the same numbers
            self.written[numbers] = list(map(repr, column.tolist()))
        return self.written[numbers]

    def member(self, member: Member) -> list[str]:
        """Return a part of a document in each row, the same for parts with the same values."""
        key = tuple(map(id, member.document.values()))
        if key not in self.members:  # the values stay, and so do their ids
            self.members[key] = member, self.filled(self.json(member.document))
        return self.members[key][1]

    def foremost(self, drivers: Sequence[Driver]) -> Written | list[dict[str, Any]]:
        """Return what matters most in each row, as `carbonctl.ledger.sums.foremost` finds it."""
        if not drivers:
            return []
        swings = [self.numbers(driver.swing_kgco2e) for driver in drivers]
        paths = [list(self.each(driver.path or "")) for driver in drivers]
        first = _foremost([swing[0] for swing in swings], [path[0] for path in paths])
        if _is_order(drivers, first):
            return [drivers[n]._asdict() for n in first]
        rows = zip(zip(*swings, strict=True), zip(*paths, strict=True), strict=True)
        chosen = [_foremost(*row) for row in rows]
        wanted = {n for row in chosen for n in row}
        texts = {n: self.filled(self.json(drivers[n]._asdict())) for n in wanted}
        return Written(
            [f"[{', '.join([texts[n][row] for n in some])}]" for row, some in enumerate(chosen)]
        )

    def numbers(self, column: Any) -> list[float]:
        """Return a number in each row."""
        return column.tolist() if hasattr(column, "tolist") else [column] * self.count

    def quoted(self, words: list[str], quote: Callable[[str], str]) -> list[str]:
        """Return words as they are quoted in an output."""
        key = id(words), quote
        if key not in self.in_quotes:
            self.in_quotes[key] = words, list(map(quote, words))  # they stay, and so does their id
        return self.in_quotes[key][1]

    def cells(
        self, cells: Iterable[Any], quote: Callable[[Any], str], between: str
    ) -> Iterator[str | list[str]]:
        """Yield the parts of a row of a table; ``quote`` writes a cell that is no column."""
        sign = ""
        for cell in cells:
            yield sign
            sign = between
            if hasattr(cell, "tolist"):
                yield self.figures(cell)
            else:
                words = self.text(cell) if isinstance(cell, str) else None
                yield quote(cell) if words is None else self.quoted(words, quote)

    def json(self, document: Any) -> Iterator[str | list[str]]:
        """Yield the parts of a document as `encode` writes it."""
        figures: list[Any] = []

        def marked(column: Any) -> str:
            figures.append(column)
            return f"{MARK}{mark(len(figures) - 1)}"

        text = _Encoder(default=marked).encode(document)
        for n, piece in enumerate(_FIGURE.split(text)):
            if n % 2:
                yield self.figures(figures[int(piece)])
                continue
            for place, part in enumerate(MARKED.split(piece)):
                yield self.quoted(self.words(part), _inside) if place % 2 else part


def _is_order(drivers: Sequence[Driver], first: Sequence[int]) -> bool:
    """Whether some of the drivers, and no others, are the foremost in every row in this order."""
    if len(first) < min(MATTER_MOST, len(drivers)):
        return False
    others = [n for n in range(len(drivers)) if n not in first]
    steps = [*pairwise(first), *((first[-1], other) for other in others)]
    swings = [driver.swing_kgco2e for driver in drivers]
    conditions = [swings[a] > swings[b] for a, b in steps] + [swings[first[-1]] > 0]
    try:
        return all(map(decide, conditions))
    except Mixed:
        return False


def _foremost(swings: Sequence[float], paths: Sequence[str]) -> list[int]:
    """Return the places of the largest swings, the largest first and equal ones by their paths."""
    order = sorted(range(len(swings)), key=swings.__getitem__, reverse=True)
    sizes = [swings[n] for n in order[: MATTER_MOST + 1]]
    if len(set(sizes)) < len(sizes):
        order.sort(key=lambda n: (-swings[n], paths[n]))
    return [n for n in order[:MATTER_MOST] if swings[n]]


def _inside(text: str) -> str:
    """Return a text as it stands within the quotes of JSON."""
    return encode(text)[1:-1]
