"""The points of a sweep for a terminal: a matrix whose cells are shaded, or rows with bars."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from carbonctl.analysis.sweep import Row, Subject
from carbonctl.render import Style, Verdicts, human_numbers
from carbonctl.render.own_records import below
from carbonctl.render.plain import finished
from carbonctl.render.sheet import Screen, Sheet, Text
from carbonctl.render.sweep.layout import MOST_VERDICTS, REFUSED, UNKNOWN, Cells, Points
from carbonctl.render.verdicts import draw

if TYPE_CHECKING:
    from carbonctl.ledger.result import About

_SHADES = "·░▒▓█"  # of fifths between the least and the largest figure
_BAR = 20  # columns of a bar that is full
_GAPS = (3, 2)  # columns between two of a matrix: what there is room for
_GAP = 3
_STYLES = {REFUSED: "red", UNKNOWN: "red"}


class Renderer:
    """Draws the points when all of them are known."""

    def __init__(self, subject: Subject, style: Style) -> None:
        self.points = Points(subject)
        self.style = style

    def add(self, rows: Sequence[Row]) -> None:
        """Take some points."""
        self.points.add(rows)

    def finish(self, about: About, verdicts: Verdicts = ()) -> str:
        """Return the table and what is said below it."""
        points, screen = self.points, Screen(self.style)
        cells = points.cells(is_matrix=points.may_be_matrix)
        if cells.is_matrix and _gap(cells, self.style.width) is None:
            cells = points.cells(is_matrix=False)
        screen.paragraph(points.title(is_matrix=cells.is_matrix), "bold")
        screen.paragraph()
        (_matrix if cells.is_matrix else _rows)(screen, cells, len(points.subject.paths))
        said = [points.ends_said(marks=_SHADES if cells.is_matrix else "")]
        if any(said := [*said, *points.more_said()]):
            screen.paragraph()
        for text in filter(None, said):
            screen.paragraph(text, "dim")
        if verdicts:
            draw(screen, verdicts[:MOST_VERDICTS], is_named=True)
            if len(verdicts) > MOST_VERDICTS:
                screen.paragraph(f"and {len(verdicts) - MOST_VERDICTS:,} more")
        return finished(below(screen.drawn(), about.own_records), self.style)


def _known(cells: Cells) -> list[float]:
    return [figure for line in cells.figures for figure in line if figure is not None]


def _shade(figure: float | None, ends: tuple[float, float] | None) -> str:
    """Return the mark of a figure between the least and the largest."""
    if ends is None:
        return ""
    if figure is None:
        return "  "
    low, high = ends
    return f" {_SHADES[min(int((figure - low) / (high - low) * len(_SHADES)), len(_SHADES) - 1)]}"


def _ends(cells: Cells) -> tuple[float, float] | None:
    """Return the least and the largest figure; None where they are one."""
    known = _known(cells)
    if not known or min(known) == max(known):
        return None
    return min(known), max(known)


def _gap(cells: Cells, room: int) -> int | None:
    """Return how many columns stand between two of a matrix; None where it is too wide."""
    mark = 0 if _ends(cells) is None else 2
    widths = [max(len(line[0]) for line in [cells.heads, *cells.lines])]
    widths += [
        max(len(cells.heads[n]), *(len(line[n]) + mark for line in cells.lines))
        for n in range(1, len(cells.heads))
    ]
    needed = {gap: sum(widths) + gap * (len(widths) - 1) for gap in _GAPS}
    return next((gap for gap in _GAPS if needed[gap] <= room), None)


def _matrix(screen: Screen, cells: Cells, _: int) -> None:
    """Draw a matrix: the first path down, the second across."""
    ends = _ends(cells)
    sheet = Sheet(is_ruled=True, gap=_gap(cells, screen.width) or _GAP)
    sheet.add_column(cells.heads[0], wraps=False)
    for head in cells.heads[1:]:
        sheet.add_column(head, is_right=True, wraps=False)
    for line, figures in zip(cells.lines, cells.figures, strict=True):
        shown = [
            Text(text, _STYLES.get(text, "")).append(_shade(figure, ends), "cyan")
            for text, figure in zip(line[1:], figures, strict=True)
        ]
        sheet.add_row(line[0], *shown)
    sheet.draw(screen)


def _rows(screen: Screen, cells: Cells, paths: int) -> None:
    """Draw a row a point; one figure has bars beside it, of the largest."""
    known = _known(cells)
    heads = [(head, "") for head in cells.heads]
    if _needed(heads, cells) > screen.width:
        heads = [_parted(head, "." if n < paths else "_") for n, head in enumerate(cells.heads)]
    width = min(_BAR, screen.width - _needed(heads, cells))
    has_bars = len(heads) == paths + 1 and bool(known) and min(known) >= 0 and width >= _BAR // 4
    most = max(known, default=0.0)
    sheet = Sheet(is_ruled=True, gap=_GAP)
    for place, (head, rest) in enumerate(heads):
        sheet.add_column(head, unit=rest, is_right=place >= paths, wraps=place < paths)
    if has_bars:
        sheet.add_column(wraps=False, style="cyan")
    for line, figures in zip(cells.lines, cells.figures, strict=True):
        bar = [human_numbers.bar(figures[0], most, width)] if has_bars else []
        sheet.add_row(*(Text(text, _STYLES.get(text, "")) for text in line), *bar)
    sheet.draw(screen)


def _parted(head: str, sign: str) -> tuple[str, str]:
    """Return a long path or key in two lines."""
    before, dot, last = head.rpartition(sign)
    return (before, f"{dot}{last}") if before else (head, "")


def _needed(heads: list[tuple[str, str]], cells: Cells) -> int:
    """Return the columns that rows need, with a gap behind each."""
    columns = zip(*cells.lines, strict=True)
    return sum(
        max(*map(len, head), *map(len, column)) + _GAP
        for head, column in zip(heads, columns, strict=True)
    )
