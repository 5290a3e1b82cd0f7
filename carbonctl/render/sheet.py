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

_LEAST = 8  # characters of a column whose words run on
_GAP = 2
_WORD = re.compile(r"\S+\s*")


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


class _Column(NamedTuple):
    """One column: its head, what stands in it at the bottom, and how it is laid out."""

    head: Cell
    foot: Cell
    is_right: bool
    wraps: bool
    style: str
    least: int


Content = Text | str | Cell


def paragraph(console: Console, text: Text) -> None:
    """Draw a text in lines that end at spaces."""
    for line in _wrapped(_on_one_line(text), console.width):
        _draw(console, line)


def _on_one_line(text: Text) -> Text:
    """Return a text without line breaks, which could look like lines of ours."""
    flat = text.copy()
    flat.plain = text.plain.replace("\n", " ")
    return flat


def _wrapped(text: Text, width: int) -> list[Text]:
    """Return the lines of a text; only a word that is longer goes over the width."""
    plain = text.plain
    if plain.isascii() and len(plain) <= width and "\n" not in plain:
        text.rstrip()
        return [text]
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
    if console.color_system is None:  # the same text, many times as fast
        console.file.write(f"{line.plain}\n")
        return
    console.print(line, overflow="ignore", no_wrap=True, crop=False)


class Sheet:
    """A table that is drawn when all its rows are known.

    Parameters
    ----------
    is_ruled : bool
        Whether a line parts the heads from the rows, and the heads are bold.
    gap : int
        Characters between two columns, where there is room.
    """

    def __init__(self, *, is_ruled: bool = False, gap: int = _GAP) -> None:
        self.is_ruled = is_ruled
        self.gap = gap
        self.columns: list[_Column] = []
        self.rows: list[list[Cell]] = []

    def add_column(
        self,
        head: str = "",
        *,
        unit: str = "",
        foot: str = "",
        is_right: bool = False,
        wraps: bool = True,
        style: str = "",
        least: int = 0,
    ) -> None:
        """Add a column of ``least`` characters or more; one that does not wrap is never narrow."""
        title = Text(head, style="bold" if self.is_ruled else "dim")
        if unit:
            title.append(f"\n{unit}", style="dim")
        bottom = Text(foot, style="bold")
        self.columns.append(
            _Column(
                Cell(title), Cell(bottom), is_right, wraps, style, max(least, Cell(title).whole)
            )
        )

    def add_row(self, *contents: Content) -> None:
        """Add a row, with a cell for each column."""
        cells = map(_cell, contents)
        self.rows.append([cell._replace(text=_on_one_line(cell.text)) for cell in cells])

    def draw(self, console: Console) -> None:
        """Draw the table within the width of a console."""
        heads = [column.head for column in self.columns]
        feet = [column.foot for column in self.columns]
        widths, gap = self._widths([*self.rows, feet], console.width)
        starts = [sum(widths[:place]) + gap * place for place in range(len(widths))]
        shape = list(zip(self.columns, starts, widths, strict=True))
        lines = _lines(_level(heads), shape) if any(cell.text for cell in heads) else []
        if self.is_ruled:
            lines.append(Text("─" * (starts[-1] + widths[-1])))
        for row in self.rows:
            lines += _lines(row, shape)
        if any(cell.text for cell in feet):
            lines += [Text(), *_lines(feet, shape)]
        for line in lines:
            _draw(console, line)

    def _widths(self, rows: list[list[Cell]], room: int) -> tuple[list[int], int]:
        """Return the width of each column and the gap between two.

        A column has what its lines need, or where there is no room what its words need, or
        less where there is none for them either: the first columns first.
        """
        widths, words, floors = list[int](), list[int](), list[int]()
        for column, *cells in zip(self.columns, *rows, strict=True):
            width = max(column.least, *(cell.whole for cell in cells))
            longest = max(column.least, *(cell.longest for cell in cells))
            floor = min(longest, max(column.least, _LEAST)) if floors else column.least
            widths.append(width)
            words.append(longest if column.wraps else width)
            floors.append(floor if column.wraps else width)
        gaps = len(widths) - 1
        gap = min(self.gap, _GAP)
        least = words if sum(words) + gap * gaps <= room else floors
        if sum(least) + self.gap * gaps <= room:
            gap = self.gap
        room -= gap * gaps
        _shrink(widths, words, room)
        for place, floor in enumerate(floors):
            widths[place] -= max(0, min(sum(widths) - room, widths[place] - floor))
        return widths, gap


def _level(heads: list[Cell]) -> list[Cell]:
    """Return heads that end on one line."""
    most = max(head.text.plain.count("\n") for head in heads)
    return [
        Cell(Text("\n" * (most - head.text.plain.count("\n"))).append_text(head.text))
        for head in heads
    ]


def _shrink(widths: list[int], least: list[int], room: int) -> None:
    """Make the widest columns narrower until they fit, none below its least."""
    while sum(widths) > room:
        wide = [place for place in range(len(widths)) if widths[place] > least[place]]
        if not wide:
            return
        widths[max(wide, key=widths.__getitem__)] -= 1


def _lines(cells: list[Cell], shape: list[tuple[_Column, int, int]]) -> list[Text]:
    """Return the lines of a row, its columns with their starts and widths.

    A cell that runs on ends a band of cells; those to its right begin below.
    """
    lines: list[Text] = []
    band: list[Text] = []
    for cell, (column, start, width) in zip(cells, shape, strict=True):
        parts = _parts(cell, width, column)
        band += [Text() for _ in range(len(parts) - len(band))]
        for line, part in zip(band, parts, strict=False):
            slack = max(0, width - part.cell_len) if column.is_right else 0
            line.append(" " * (start + slack - line.cell_len)).append_text(part)
        if any(part.cell_len > width for part in parts):
            lines, band = lines + band, []
    return lines + band


def _parts(cell: Cell, width: int, column: _Column) -> list[Text]:
    """Return the lines of a cell, each with its indent."""
    if not cell.text:
        return []
    text = cell.text.copy()
    text.style = text.style or column.style
    return [
        Text(" " * cell.indent).append_text(line) for line in _wrapped(text, width - cell.indent)
    ]


def _text(content: Text | str) -> Text:
    return Text(content) if isinstance(content, str) else content


def _cell(content: Content) -> Cell:
    return content if isinstance(content, Cell) else Cell(_text(content))
