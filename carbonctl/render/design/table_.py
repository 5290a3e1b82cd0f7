"""Design metrics below a table for people."""

from carbonctl.analysis.design.metrics import Metrics
from carbonctl.render import CAUTION
from carbonctl.render import design as said
from carbonctl.render.sheet import Screen, Sheet, Text

_GAP = 2


def draw(screen: Screen, metrics: Metrics, width: int) -> None:
    """Draw the base and as many alternatives beside it as there is room for, then the next."""
    screen.paragraph()
    screen.paragraph("Design metrics", "bold")
    shown = said.rows(metrics)
    name = max(len(row.name) for row in shown)
    cell = max(len(cell) for row in shown for cell in row.cells)
    room = max(1, (width - name) // (cell + _GAP))
    for some in said.in_parts(metrics, max(1, room - 1)):
        screen.paragraph()
        _table(screen, metrics, shown, (0, *some) if room > 1 else some)
    for line in said.legend(metrics, str):
        screen.paragraph()
        screen.paragraph(line, "dim")
    for note in said.notes(metrics):
        screen.paragraph()
        screen.paragraph(f"Note: {note}", CAUTION)


def _table(
    screen: Screen, metrics: Metrics, rows: list[said.MetricRow], places: tuple[int, ...]
) -> None:
    table = Sheet(is_ruled=True)
    table.add_column(wraps=False)
    for place in places:
        table.add_column(said.heading(metrics, place), is_right=True, wraps=False)
    for row in rows:
        cells = [row.cells[place] for place in places]
        style = "dim" if row.is_minor else ""
        if any(cells):
            table.add_row(*(Text(cell, style) for cell in (row.name, *cells)))
    table.draw(screen)
