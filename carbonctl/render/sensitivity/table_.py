"""What decides a figure, as a table for people: a row an unknown, with a bar of its swing."""

from __future__ import annotations

from collections.abc import Sequence

from carbonctl.analysis.sensitivity import Row, Sensitivity
from carbonctl.analysis.sensitivity.model import SOBOL, SWING
from carbonctl.ledger.result import About
from carbonctl.render import CAUTION, Style, human_numbers
from carbonctl.render.own_records import below
from carbonctl.render.plain import finished
from carbonctl.render.sensitivity import TOP, lines
from carbonctl.render.sheet import Screen, Sheet, Text

_NAME = 15
_BAR, _LEAST_BAR = 20, 6
# Columns for which there is room, by the columns of the screen; a figure is never cut.
_ENDS_FROM, _RANK_FROM, _ENTRIES_FROM = 58, 50, 66
_STARTS = dict.fromkeys(("at p5", "at p95", "at low", "at high"), _ENDS_FROM) | {"Rank": _RANK_FROM}


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
            screen.paragraph(command, "dim")
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
    counts = [str(row.entries) if is_short else lines.entries(row) for row in rows]
    labels = [lines.label(row) for row in rows]
    sizes = [
        max(map(len, [title, *labels])),
        *(max(map(len, [column.head, *column.cells])) for column in columns),
        max(map(len, [*counts, *(("entries",) if is_short else ())])),
    ]
    bar = min(_BAR, width - sum(sizes) - 2 * len(sizes)) if SWING in answer.methods else 0
    sheet = Sheet()
    sheet.add_column(title, least=_NAME)
    for column in columns:
        start = _STARTS.get(column.head, 0)
        sheet.add_column(column.head, is_right=True, wraps=False, start=start)
        if column.head == "Swing" and bar >= _LEAST_BAR:
            sheet.add_column(wraps=False, least=bar, style="green")
    unit = "entries" if is_short else ""
    sheet.add_column("In", unit=unit, is_right=is_short, wraps=False, start=_ENTRIES_FROM)
    largest = max((row.swing or 0.0 for row in answer.rows), default=0.0)
    for place, row in enumerate(rows):
        cells: list[str] = []
        for column in columns:
            cells.append(column.cells[place])
            if column.head == "Swing" and bar >= _LEAST_BAR:
                cells.append(human_numbers.bar(row.swing, largest, bar))
        sheet.add_row(labels[place], *cells, counts[place])
    return sheet
