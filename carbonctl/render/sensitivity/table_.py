"""The table of `sensitivity`: a row for each unknown, with a bar of its swing."""

from __future__ import annotations

from collections.abc import Sequence

from carbonctl.analysis.sensitivity import Row, Sensitivity
from carbonctl.analysis.sensitivity.model import SOBOL
from carbonctl.ledger.result import About
from carbonctl.render import CAUTION, Style, human_numbers
from carbonctl.render.own_records import below
from carbonctl.render.plain import finished
from carbonctl.render.sensitivity import TOP, lines
from carbonctl.render.sheet import Screen, Sheet, Text

_NAME, _GAP = 15, 2
_BAR, _LEAST_BAR = 20, 6
_IN, _SWING = "In", "Swing"
# Which columns are left out where there is no room, the first ones first.
_LEFT_OUT = ((_IN,), ("at p5", "at p95", "at low", "at high"), ("Rank",))


def render(
    answers: Sequence[Sensitivity], about: About, style: Style, *, form: str, top: int
) -> str:
    """Return one table below the other."""
    screen = Screen(style)
    for place, answer in enumerate(answers):
        if place:
            screen.paragraph()
        of_table = lines.scale(answer)
        head = Text(answer.workload, "bold").append(lines.headline(answer, of_table))
        screen.paragraph(head)
        draw(screen, answer, of_table, top)
        command = lines.explain(answer)
        if command:
            screen.lines.append(command)  # on one line, to be copied
    return finished(below(screen.drawn(), about.own_records), style)


def draw(
    screen: Screen, answer: Sensitivity, of_table: lines.Scale, top: int, title: str = lines.TITLE
) -> None:
    """Draw the rows of an answer, and what is said below them."""
    for note in answer.notes:
        screen.paragraph(f"Note: {note}", CAUTION)
    if not answer.rows:
        screen.paragraph(lines.empty(answer))
        return
    _sheet(answer, answer.rows[:top], of_table, title, screen.width).draw(screen)
    for text in lines.below(answer, of_table, top):
        screen.paragraph(text)


def draw_difference(screen: Screen, answer: Sensitivity) -> None:
    """Draw what decides a difference."""
    of_table = lines.scale(answer, is_signed=True)
    draw(screen, answer, of_table, TOP, lines.OF_DIFFERENCE)


def _sheet(
    answer: Sensitivity, rows: tuple[Row, ...], of_table: lines.Scale, title: str, width: int
) -> Sheet:
    columns = lines.columns(answer, rows, of_table)
    is_short = SOBOL in answer.methods  # there is no room to say entries in each row
    counts = [f"{row.entries:,}" if is_short else lines.entries(row) for row in rows]
    columns.append(lines.Column(_IN, counts, "entries" if is_short else ""))
    labels = lines.labels(answer.rows)[: len(rows)]
    columns = _fitting(columns, width - max(_NAME, len(title)))
    room = width - max(map(len, [title, *labels])) - sum(map(_size, columns)) - _GAP
    largest = max((row.swing or 0.0 for row in answer.rows), default=0.0)
    sheet = Sheet()
    sheet.add_column(title, least=_NAME)
    cells: list[list[str]] = [labels]
    for column in columns:
        is_right = column.head != _IN or is_short
        sheet.add_column(column.head, unit=column.unit, is_right=is_right, wraps=False)
        cells.append(column.cells)
        if column.head == _SWING and room >= _LEAST_BAR:
            bar = min(_BAR, room)
            sheet.add_column(wraps=False, least=bar, style="green")
            cells.append([human_numbers.bar(row.swing, largest, bar) for row in rows])
    for row_cells in zip(*cells, strict=True):
        sheet.add_row(*row_cells)
    return sheet


def _fitting(columns: list[lines.Column], room: int) -> list[lines.Column]:
    """Return the columns for which there is room; a figure is never cut, its column is left out."""
    for heads in _LEFT_OUT:
        if sum(map(_size, columns)) <= room:
            break
        columns = [column for column in columns if column.head not in heads]
    return columns


def _size(column: lines.Column) -> int:
    """Return how many characters a column takes, with the gap before it."""
    return _GAP + max(map(len, [column.head, column.unit, *column.cells]))
