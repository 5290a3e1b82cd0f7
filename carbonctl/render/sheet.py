"""Tables and paragraphs for people, in which no word is broken.

Lines end at spaces. A word that is too long for its column runs on to the right, and what
stands beside it begins a line below.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import accumulate
from typing import NamedTuple, TypeAlias

from rich.cells import cell_len

from carbonctl.render import Style

_LEAST = 8  # characters of a column whose words run on
_GAP = 2
_WORD = re.compile(r"\S+\s*")
_ONE_LINE = {**dict.fromkeys(map(ord, "\a\b\v\f\r")), ord("\n"): " "}
_CODES = {"bold": "1", "dim": "2", "red": "31", "green": "32", "magenta": "35", "cyan": "36"}
_REMEMBERED = 1024  # texts that are often the same in many results: citations, names


class Text:
    """A text of some parts, on one line: a line break in it could look like a line of ours.

    The style of the first part is words of `_CODES`, such as ``bold dim``. ``indent`` says how far
    the text is indented in its column; one that is whole runs on rather than being broken.
    """

    __slots__ = ("indent", "is_whole", "parts", "plain")

    def __init__(
        self, plain: str = "", style: str = "", indent: int = 0, *, is_whole: bool = False
    ) -> None:
        self.indent = indent
        self.is_whole = is_whole
        self.plain = plain if plain.isprintable() else plain.translate(_ONE_LINE)
        self.parts = [(self.plain, style)]

    def __bool__(self) -> bool:
        return bool(self.plain)

    def append(self, text: Text | str, style: str = "") -> Text:
        """Add parts behind the others, and return the whole."""
        more = text if isinstance(text, Text) else Text(text, style)
        self.plain += more.plain
        self.parts += more.parts
        return self

    def shown(self, start: int, end: int, style: str = "") -> str:
        """Return the characters from ``start`` to ``end``, in color.

        ``style`` is that of parts that have none.
        """
        shown, before = "", 0
        for plain, own in self.parts:
            part = plain[max(0, start - before) : max(0, end - before)]
            shown += _colored(part, own or style)
            before += len(plain)
        return shown


def _colored(text: str, style: str) -> str:
    if not (text and style):
        return text
    return f"\x1b[{';'.join(sorted({_CODES[word] for word in style.split()}))}m{text}\x1b[0m"


Content: TypeAlias = Text | str


class _Sized(NamedTuple):
    """A text, and how many columns it takes with its indent."""

    text: Text
    size: int

    @property
    def longest(self) -> int:
        """The columns of its longest word."""
        if self.text.is_whole:
            return self.size
        return self.text.indent + max(map(_size, self.text.plain.split()), default=0)


class _Column(NamedTuple):
    """One column: its head, what stands in it at the bottom, and how it is laid out."""

    head: tuple[_Sized, ...]
    foot: _Sized
    is_right: bool
    wraps: bool
    style: str
    least: int
    start: int


class Screen:
    """Lines for people, within the width of a style."""

    def __init__(self, style: Style) -> None:
        self.width = style.width
        self.color = style.color
        self.lines: list[str] = []

    def paragraph(self, text: Text | str = "", style: str = "", hanging: int = 0) -> None:
        """Draw a text in lines that end at spaces; an empty line where there is none.

        What a text is indented by, each of its lines is; those below the first by ``hanging`` more.
        """
        whole = text if isinstance(text, Text) else Text(text, style)
        indent = len(whole.plain) - len(whole.plain.lstrip(" "))
        margin, width = " " * indent, self.width - indent
        breaks = _breaks(whole.plain[indent:], width) or [(0, 0)]
        if hanging and len(breaks) > 1:
            at = breaks[1][0]
            below = _breaks(whole.plain[indent + at :], width - hanging)
            breaks = [breaks[0], *((start + at, end + at) for start, end in below)]
        for start, end in breaks:
            ends = start + indent, end + indent
            shown = whole.shown(*ends) if self.color else whole.plain[slice(*ends)]
            self.lines.append(f"{margin}{' ' * hanging if start else ''}{shown}" if shown else "")

    def heading(self, text: str) -> None:
        """Draw the head of what follows, below an empty line."""
        self.paragraph()
        self.paragraph(text, "bold")

    def drawn(self) -> str:
        """Return all lines."""
        return "".join(f"{line}\n" for line in self.lines)


class Sheet:
    """A table that is drawn when all its rows are known.

    Where it is ruled, a line parts the heads from the rows, and the heads are bold. ``gap`` is how
    many characters stand between two columns, where there is room.
    """

    def __init__(self, *, is_ruled: bool = False, gap: int = _GAP) -> None:
        self.is_ruled = is_ruled
        self.gap = gap
        self.columns: list[_Column] = []
        self.rows: list[list[_Sized]] = []

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
        start: int = 0,
    ) -> None:
        """Add a column of ``least`` characters or more; one that does not wrap is never narrow.

        It is left out of a screen with fewer columns than ``start``.
        """
        title = _head(head, unit, "bold" if self.is_ruled else "dim")
        least = max(least, title[0].size, title[-1].size)
        bottom = _sized(Text(foot, "bold"))
        self.columns.append(_Column(title, bottom, is_right, wraps, style, least, start))

    def add_columns(self, *sides: str, wraps: bool = True) -> None:
        """Add columns without heads: left or right."""
        for side in sides:
            self.add_column(is_right=side == "right", wraps=wraps)

    def add_row(self, *contents: Content) -> None:
        """Add a row, with a cell for each column."""
        self.rows.append([_sized(content) for content in contents])

    def draw(self, screen: Screen) -> None:
        """Draw the table within the width of a screen."""
        columns, rows = self.columns, self.rows
        kept = [n for n, column in enumerate(columns) if screen.width >= column.start]
        if len(kept) < len(columns):
            columns = [columns[n] for n in kept]
            rows = [[row[n] for n in kept] for row in rows]
        feet = [column.foot for column in columns]
        widths, gap = self._widths(columns, [*rows, feet], screen.width)
        starts = list(accumulate((width + gap for width in widths), initial=0))
        places = list(zip(columns, starts, widths, strict=False))
        heads = [column.head for column in columns]
        if any(cell.text for head in heads for cell in head):
            most = max(map(len, heads))
            level = [(_sized(""),) * (most - len(head)) + head for head in heads]
            for line in zip(*level, strict=True):
                screen.lines += _lines(line, places, color=screen.color) or [""]
        if self.is_ruled:
            screen.lines.append("─" * (starts[-1] - gap))
        for row in rows:
            screen.lines += _lines(row, places, color=screen.color)
        if any(cell.text for cell in feet):
            screen.lines += ["", *_lines(feet, places, color=screen.color)]

    def _widths(
        self, columns: list[_Column], rows: list[list[_Sized]], room: int
    ) -> tuple[list[int], int]:
        """Return the width of each column and the gap between two.

        A column has what its lines need, or where there is no room what its words need, or
        less where there is none for them either: the first columns first.
        """
        gaps = len(columns) - 1
        filled = list(zip(columns, *rows, strict=True))
        widths = [max(column.least, *[cell.size for cell in cells]) for column, *cells in filled]
        if sum(widths) + self.gap * gaps <= room:
            return widths, self.gap
        words, floors = list[int](), list[int]()
        for width, (column, *cells) in zip(widths, filled, strict=True):
            longest = max(column.least, *[cell.longest for cell in cells])
            floor = min(longest, max(column.least, _LEAST)) if floors else column.least
            words.append(longest if column.wraps else width)
            floors.append(floor if column.wraps else width)
        gap = min(self.gap, _GAP)
        least = words if sum(words) + gap * gaps <= room else floors
        if sum(least) + self.gap * gaps <= room:
            gap = self.gap
        room -= gap * gaps
        _shrink(widths, words, room)
        for place, floor in enumerate(floors):
            widths[place] -= max(0, min(sum(widths) - room, widths[place] - floor))
        return widths, gap


@lru_cache(_REMEMBERED)
def _head(head: str, unit: str, style: str) -> tuple[_Sized, ...]:
    """Return the lines of a head."""
    lines = [Text(head, style), *([Text(unit, f"{style} dim")] if unit else [])]
    return tuple(map(_sized, lines))


def _shrink(widths: list[int], least: list[int], room: int) -> None:
    """Make the widest columns narrower until they fit, none below its least."""
    while (excess := sum(widths) - room) > 0:
        wide = [place for place in range(len(widths)) if widths[place] > least[place]]
        if not wide:
            return
        top = max(widths[place] for place in wide)
        widest = [place for place in wide if widths[place] == top]
        level = max(
            widths[place] if widths[place] < top else least[place] for place in wide
        )  # to which they can be made narrower together
        step = min(excess // len(widest), top - level)
        for place in widest if step else widest[:excess]:
            widths[place] -= step or 1


def _lines(
    cells: Iterable[_Sized], places: Iterable[tuple[_Column, int, int]], *, color: bool
) -> list[str]:
    """Return the lines of a row.

    A cell that runs on ends a band of cells; those to its right begin below.
    """
    lines: list[str] = []
    band, used = list[str](), list[int]()
    for (text, whole), (column, start, width) in zip(cells, places, strict=True):
        plain, indent = text.plain, text.indent
        runs_on = False
        breaks = [(0, len(plain))] if text.is_whole else _breaks(plain, width - indent)
        for line, (first, end) in enumerate(breaks):
            part = plain[first:end]
            size = whole if part == plain else indent + _size(part)
            left = start + width - size if column.is_right and size < width else start
            shown = text.shown(first, end, column.style) if color else part
            if line == len(band):
                band.append(" " * (left + indent) + shown)
                used.append(left + size)
            else:
                band[line] += " " * (left + indent - used[line]) + shown
                used[line] = left + size
            runs_on = runs_on or size > width
        if runs_on:
            lines, band, used = lines + band, [], []
    return lines + band


def _breaks(plain: str, width: int) -> Sequence[tuple[int, int]]:
    """Return start and end of each line of a text; only a longer word goes over the width."""
    if not plain:
        return ()
    if len(plain) <= width and plain.isascii():
        return ((0, len(plain.rstrip())),)
    return _broken(plain, width)


@lru_cache(_REMEMBERED)
def _broken(plain: str, width: int) -> list[tuple[int, int]]:
    starts, used = [0], 0
    for word in _WORD.finditer(plain):
        if used and used + _size(word[0].rstrip()) > width:
            starts.append(word.start())
            used = 0
        elif not used:
            used = word.start()  # what a text that is indented begins with
        used += _size(word[0])
    ends = [*starts[1:], len(plain)]
    return [
        (start, start + len(plain[start:end].rstrip()))
        for start, end in zip(starts, ends, strict=True)
    ]


def _size(text: str) -> int:
    """Return how many columns of a terminal a text takes."""
    return len(text) if text.isascii() else cell_len(text)


def _sized(content: Content) -> _Sized:
    text = Text(content) if isinstance(content, str) else content
    return _Sized(text, text.indent + _size(text.plain))
