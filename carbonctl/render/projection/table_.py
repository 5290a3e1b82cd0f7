"""A projection as a table for a terminal: a row a step, with a bar of its electricity."""

from __future__ import annotations

from typing import NamedTuple

from carbonctl.analysis.gates import Verdict
from carbonctl.analysis.projection.report import Report
from carbonctl.analysis.projection.rows import ProjectionRow
from carbonctl.ledger.result import About
from carbonctl.render import CAUTION, Style, human_numbers
from carbonctl.render.own_records import below
from carbonctl.render.plain import finished
from carbonctl.render.projection.lines import headline, remarks, rows_shown, solved, spread
from carbonctl.render.sheet import Screen, Sheet, Text
from carbonctl.render.verdicts import draw

_BAR, _WIDE_BAR, _WIDE = 8, 20, 110
# From how wide a screen there is room for a column.
_EFFICIENCY_FROM, _PARTS_FROM, _BAR_FROM, _IDLE_BAR_FROM = 60, 72, 76, 84


class Column(NamedTuple):
    """One column: its head, its unit, from how wide a screen it is shown, and its cells."""

    head: str
    unit: str
    start: int
    cells: list[str]


def render(report: Report, about: About, verdicts: tuple[Verdict, ...], style: Style) -> str:
    """Return the headline, the table, and what is to be said of it."""
    screen = Screen(style)
    if report.solved is not None:
        screen.paragraph(solved(report), "bold")
    screen.paragraph(headline(report, report.name), "bold")
    if said := spread(report):
        screen.paragraph(said)
    screen.paragraph()
    _draw(report, screen, _WIDE_BAR if style.width >= _WIDE else _BAR)
    screen.paragraph()
    for line in remarks(report):
        screen.paragraph(line)
    for note in report.notes:
        screen.paragraph(f"Note: {note}", CAUTION)
    if verdicts:
        draw(screen, verdicts)
    return finished(below(screen.drawn(), about.own_records), style)


def _draw(report: Report, screen: Screen, width: int) -> None:
    totals = report.table.totals
    start = totals[0].energy_kwh
    most = max(row.energy_kwh for row in totals)
    shown = rows_shown(totals)
    sheet = Sheet(is_ruled=True, gap=3)
    sheet.add_column(report.step_name, wraps=False)
    columns = list(columns_of(report))
    for column in columns:
        sheet.add_column(
            column.head, unit=column.unit, is_right=True, wraps=False, start=column.start
        )
    sheet.add_column("Energy of", unit="the start", is_right=True, wraps=False, start=_PARTS_FROM)
    has_idle = any(report.table.idle)
    sheet.add_column(wraps=False, start=_IDLE_BAR_FROM if has_idle else _BAR_FROM)
    for place in shown:
        row = totals[place]
        sheet.add_row(
            row.year,
            *(column.cells[place] for column in columns),
            human_numbers.percent(row.energy_kwh, start),
            Text(human_numbers.bar(row.energy_kwh, most, width), "cyan"),
        )
    sheet.draw(screen)


def columns_of(report: Report) -> list[Column]:
    """Return the columns of figures, each in one unit."""
    totals = report.table.totals
    made = [
        Column("Demand", "", 0, [_factor(row.demand) for row in totals]),
        Column("Efficiency", "", _EFFICIENCY_FROM, [_factor(x) for x in report.efficiency]),
        _amounts("Energy", "energy_kwh", "kWh", totals, 0),
        _amounts("Operational", "operational_kgco2e", "kgCO2e", totals, 0),
    ]
    if report.has_embodied:
        key = f"embodied_{report.wanted.embodied}_kgco2e"
        made.append(_amounts("Embodied", key, "kgCO2e", totals, _WIDE))
        made.append(_amounts("Total", "total_kgco2e", "kgCO2e", totals, 0))
    if any(report.table.idle):
        cells = [human_numbers.percent(idle, 1) if idle else "0 %" for idle in report.table.idle]
        made.append(Column("Idle", "", _PARTS_FROM, cells))
    return made


def _amounts(head: str, key: str, unit: str, rows: list[ProjectionRow], start: int) -> Column:
    figures = [getattr(row, key) for row in rows]
    most = max((abs(figure) for figure in figures if figure is not None), default=0.0)
    size, name = human_numbers.scale(most, unit)
    places = human_numbers.decimals(most / size)
    return Column(head, name, start, [human_numbers.fixed(x, places, size) for x in figures])


def _factor(number: float | None) -> str:
    if number is None:
        return ""
    return f"{number:.3f}" if number < 1000 else human_numbers.rounded(number)
