"""Design metrics below a table for people."""

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from carbonctl.compare.metrics import Metrics
from carbonctl.render import CAUTION
from carbonctl.render import metrics as said

_GAP = 2


def draw(console: Console, metrics: Metrics, width: int) -> None:
    """Draw the base and as many alternatives beside it as there is room for, then the next."""
    console.print()
    console.print(Text("Design metrics", style="bold"))
    shown = said.rows(metrics)
    name = max(len(row.name) for row in shown)
    cell = max(len(cell) for row in shown for cell in row.cells)
    room = max(1, (width - name) // (cell + _GAP))
    for some in said.in_parts(metrics, max(1, room - 1)):
        console.print()
        _table(console, metrics, shown, (0, *some) if room > 1 else some)
    for line in said.legend(metrics, str):
        console.print()
        console.print(Text(line, style="dim"), overflow="fold")
    for note in said.notes(metrics):
        console.print()
        console.print(Text(f"Note: {note}", style=CAUTION), overflow="fold")


def _table(
    console: Console, metrics: Metrics, rows: list[said.Row], places: tuple[int, ...]
) -> None:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 0, 0, 1), show_edge=False,
                  header_style="")  # fmt: skip
    table.add_column("", no_wrap=True)
    for place in places:
        name = said.heading(metrics, place)
        table.add_column(Text(name, style="bold"), justify="right", no_wrap=True)
    for row in rows:
        cells = [row.cells[place] for place in places]
        style = "dim" if row.is_minor else ""
        if any(cells):
            table.add_row(*(Text(cell, style=style) for cell in (row.name, *cells)))
    console.print(table)
