"""Tables and paragraphs for people, in which no word is broken.

Lines end at spaces. A word that is too long for its column runs on to the right, and what
stands beside it begins a line below.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

_LEAST = 10  # columns of a cell whose words run on
_WORD = re.compile(r"\S+\s*")


class _Column(NamedTuple):
    """One column: its head, what stands in it at the bottom, and how it is laid out."""

    head: Text
    foot: Text
    is_right: bool
    wraps: bool
    style: str
    least: int


class Cell(NamedTuple):
    """A text, and how far it is indented."""

    text: Text
    indent: int = 0

    @property
    def longest(self) -> int:
        """The columns of its longest word."""
        return self.indent + max(map(cell_len, self.text.plain.split()), default=0)

    @property
    def whole(self) -> int:
        """The columns of its longest line."""
        return self.indent + max(map(cell_len, self.text.plain.split("\n")))


Content = Text | str | Cell


def paragraph(console: Console, text: Text) -> None:
    """Draw a text in lines that end at spaces."""
    for line in wrapped(text, console.width):
        _draw(console, line)


def wrapped(text: Text, width: int) -> list[Text]:
    """Return the lines of a text; only a word that is longer goes over the width."""
    lines: list[Text] = []
    for line in text.split("\n", allow_blank=True):
        starts, used = [], 0
        for word in _WORD.finditer(line.plain):
            if used and used + cell_len(word[0].rstrip()) > width:
                starts.append(word.start())
                used = 0
            used += cell_len(word[0])
        lines += line.divide(starts)
    for line in lines:
        line.rstrip()
    return lines


def _draw(console: Console, line: Text) -> None:
    console.print(line, overflow="ignore", no_wrap=True, crop=False)


class Sheet:
    """A table that is drawn when all its rows are known.

    Parameters
    ----------
    is_ruled : bool
        Whether lines part head and foot from the rows.
    gap : int
        Columns between two columns.
    """

    def __init__(self, *, is_ruled: bool = False, gap: int = 2) -> None:
        self.is_ruled = is_ruled
        self.gap = gap
        self.columns: list[_Column] = []
        self.rows: list[list[Cell]] = []

    def add_column(
        self,
        head: Text | str = "",
        *,
        foot: Text | str = "",
        is_right: bool = False,
        wraps: bool = True,
        style: str = "",
        least: int = 0,
    ) -> None:
        """Add a column; one that does not wrap keeps its lines whole, and ``least`` columns."""
        self.columns.append(_Column(_text(head), _text(foot), is_right, wraps, style, least))

    def add_row(self, *contents: Content) -> None:
        """Add a row, with a cell for each column."""
        self.rows.append([_cell(one) for one in contents])

    def draw(self, console: Console) -> None:
        """Draw the table within the width of a console."""
        heads = [Cell(column.head) for column in self.columns]
        feet = [Cell(column.foot) for column in self.columns]
        widths = self._widths([heads, *self.rows, feet], console.width)
        rule = "─" * (sum(widths) + self.gap * (len(widths) - 1))
        lines = self._lines(heads, widths) if any(cell.text for cell in heads) else []
        lines += [Text(rule)] if self.is_ruled else []
        for row in self.rows:
            lines += self._lines(row, widths)
        if any(cell.text for cell in feet):
            lines += [Text(rule)] * self.is_ruled + self._lines(feet, widths)
        for line in lines:
            _draw(console, line)

    def _widths(self, rows: list[list[Cell]], room: int) -> list[int]:
        """Return the width of each column: what its lines need, or less where there is no room."""
        room -= self.gap * (len(self.columns) - 1)
        cells = list(zip(*rows, strict=True))
        widths = [
            max(column.least, *(cell.whole for cell in some))
            for column, some in zip(self.columns, cells, strict=True)
        ]
        words = [
            max(column.least, *(cell.longest for cell in some)) if column.wraps else width
            for column, some, width in zip(self.columns, cells, widths, strict=True)
        ]
        _shrink(widths, words, room)
        for place, column in enumerate(self.columns):  # words run on, in the first columns first
            if column.wraps:
                least = max(column.least, cells[place][0].whole, _LEAST)
                widths[place] -= max(0, min(sum(widths) - room, widths[place] - least))
        return widths

    def _lines(self, cells: list[Cell], widths: list[int]) -> list[Text]:
        """Return the lines of a row; a cell that runs on ends a band of cells."""
        starts = [sum(widths[:place]) + self.gap * place for place in range(len(widths))]
        lines: list[Text] = []
        band: list[Text] = []
        for cell, width, start, column in zip(cells, widths, starts, self.columns, strict=True):
            parts = _wrapped(cell, width if column.wraps else cell.whole, column)
            for number, part in enumerate(parts):
                if number == len(band):
                    band.append(Text())
                slack = max(0, width - part.cell_len) if column.is_right else 0
                band[number].append(" " * (start + slack - band[number].cell_len)).append_text(part)
            if any(part.cell_len > width for part in parts):
                lines, band = lines + band, []
        return lines + band


def _shrink(widths: list[int], least: list[int], room: int) -> None:
    """Make the widest columns narrower until they fit, none below its least."""
    while sum(widths) > room:
        wide = [place for place in range(len(widths)) if widths[place] > least[place]]
        if not wide:
            return
        widths[max(wide, key=widths.__getitem__)] -= 1


def _wrapped(cell: Cell, width: int, column: _Column) -> list[Text]:
    """Return the lines of a cell, each with its indent."""
    if not cell.text:
        return []
    text = cell.text.copy()
    text.style = text.style or column.style
    return [
        Text(" " * cell.indent).append_text(line) for line in wrapped(text, width - cell.indent)
    ]


def _text(content: Text | str) -> Text:
    return Text(content) if isinstance(content, str) else content


def _cell(content: Content) -> Cell:
    return content if isinstance(content, Cell) else Cell(_text(content))
