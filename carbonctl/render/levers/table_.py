"""Levers as a table for a terminal: what is left after each, what it saves, alone and left out."""

from __future__ import annotations

from carbonctl.analysis.gates import Verdict
from carbonctl.analysis.levers.report import LeverLine, Report
from carbonctl.analysis.levers.rows import LeverRow
from carbonctl.analysis.levers.suggest import Suggested
from carbonctl.ledger.result import About
from carbonctl.render import CAUTION, Style, human_numbers
from carbonctl.render.levers.lines import (
    as_written,
    assumed,
    headline,
    remarks,
    saved_range,
    suggested_headline,
)
from carbonctl.render.own_records import below
from carbonctl.render.plain import finished
from carbonctl.render.sheet import Content, Screen, Sheet, Text
from carbonctl.render.verdicts import draw

_NAME = 12
_BAR = 10
# Columns, and from how wide a screen there is room for them.
_PARTS_FROM, _BAR_FROM, _TOUCHES_FROM = 110, 76, 140
_RANGE_FROM, _MARKET_FROM = 60, 100


def render(report: Report, about: About, verdicts: tuple[Verdict, ...], style: Style) -> str:
    """Return the headline, the table, and what is to be said of it."""
    screen = Screen(style)
    screen.paragraph(headline(report, report.name), "bold")
    screen.paragraph()
    _Table(report).draw(screen)
    said = list(remarks(report))
    if said or report.notes:
        screen.paragraph()
    for line in said:
        screen.paragraph(line)
    if style.width < _TOUCHES_FROM:
        screen.paragraph(
            "Touches: " + "; ".join(f"{x.row.lever}: {x.touches}" for x in report.lines)
        )
    for note in report.notes:
        screen.paragraph(f"Note: {note}", CAUTION)
    if verdicts:
        draw(screen, verdicts)
    return finished(below(screen.drawn(), about.own_records), style)


def suggestions(some: Suggested, about: About, style: Style) -> str:
    """Return suggested levers: what each saves by itself, and what it takes for granted."""
    screen = Screen(style)
    screen.paragraph(suggested_headline(some), "bold")
    if some.lines:
        screen.paragraph()
        _draw_suggestions(some, screen)
        screen.paragraph()
        for said in assumed(some):
            screen.paragraph(said)
        screen.paragraph()
        screen.paragraph("Each is an account made again with it alone; they do not add up.")
        screen.paragraph("One is kept in the file as a line under `levers:`, for example")
        screen.lines.append(f"  {as_written(some.lines[0].keys)}")
    return finished(below(screen.drawn(), about.own_records), style)


def _draw_suggestions(some: Suggested, screen: Screen) -> None:
    rows = [line.row for line in some.lines]
    figures = [(row.saved_kgco2e, row.operational_market_saved_kgco2e) for row in rows]
    largest = max(abs(figure) for pair in figures for figure in pair if figure is not None)
    size, unit = human_numbers.scale(largest, "kgCO2e")
    places = human_numbers.decimals(largest / size)
    total = some.original.total_before_kgco2e
    sheet = Sheet(is_ruled=True, gap=3)
    sheet.add_column("Lever", least=_NAME)
    for head, below_it, start in (
        ("Saved", unit, 0), ("of the", "total", 0), ("in 90 of", "100 cases", _RANGE_FROM),
        ("Market-based", unit, _MARKET_FROM),
    ):  # fmt: skip
        sheet.add_column(head, unit=below_it, is_right=True, wraps=False, start=start)
    sheet.add_column(wraps=False, start=_BAR_FROM)
    for row in rows:
        saved = row.operational_saved_kgco2e if row.saved_kgco2e is None else row.saved_kgco2e
        sheet.add_row(
            f"{row.order} {row.lever}",
            human_numbers.fixed(saved, places, size) if saved else "0",
            _share(row),
            saved_range(row, size, places) if saved else "",
            human_numbers.fixed(row.operational_market_saved_kgco2e, places, size),
            Text(human_numbers.bar(saved, total, _BAR), "cyan"),
        )
    sheet.draw(screen)


class _Table:
    """The table of one report, all its masses in one unit."""

    def __init__(self, report: Report) -> None:
        self.report = report
        rows = [report.original, *(line.row for line in report.lines)]
        figures = [
            x for row in rows for x in (row.total_after_kgco2e, row.operational_saved_kgco2e)
        ]
        sizes = [abs(figure) for figure in figures if figure]
        largest = max(sizes, default=0.0)
        self.size, self.unit = human_numbers.scale(largest, "kgCO2e")
        self.places = human_numbers.decimals(largest / self.size)

    def draw(self, screen: Screen) -> None:
        sheet = Sheet(is_ruled=True, gap=3)
        is_known = self.report.total.total_after_kgco2e is not None
        sheet.add_column("Lever", least=_NAME)
        parts = _PARTS_FROM if is_known else 0
        for head, unit, start in (
            ("After", self.unit, 0), ("Saved", self.unit, 0), ("of the", "original", 0),
            ("Operational", self.unit, parts), ("Embodied", self.unit, _PARTS_FROM),
            ("Alone", self.unit, 50), ("If left", "out", 60),
        ):  # fmt: skip
            sheet.add_column(head, unit=unit, is_right=True, wraps=False, start=start)
        sheet.add_column(wraps=False, start=_BAR_FROM)
        sheet.add_column("Touches", start=_TOUCHES_FROM)
        original = self.report.original
        sheet.add_row(original.lever, self.mass(original.total_after_kgco2e), *[""] * 8)
        for line in self.report.lines:
            sheet.add_row(*self.cells(line))
        sheet.draw(screen)

    def cells(self, line: LeverLine) -> list[Content]:
        row = line.row
        before = self.report.total.total_before_kgco2e
        saved = row.saved_kgco2e
        style = "red" if saved is not None and saved < 0 else ""
        bar = human_numbers.bar(saved, before, _BAR)
        return [
            f"{row.order} {row.lever}",
            self.mass(row.total_after_kgco2e),
            Text(self.mass(saved), style),
            _share(row),
            self.mass(row.operational_saved_kgco2e),
            self.mass(row.embodied_saved_kgco2e),
            self.mass(row.alone_kgco2e),
            self.mass(row.left_out_kgco2e),
            Text(bar, "cyan"),
            line.touches,
        ]

    def mass(self, kg: float | None) -> str:
        """Return a mass in the unit of the table; nothing where it is unknown."""
        if kg is None:
            return ""
        text = human_numbers.fixed(abs(kg), self.places, self.size)
        is_nothing = not kg or text.strip("0.") == ""
        return "0" if is_nothing else f"{'−' if kg < 0 else ''}{text}"


def _share(row: LeverRow) -> str:
    """Return a saving in percent of the original; nothing of an original that is zero."""
    if row.saved_pct is None:
        return ""
    size = human_numbers.percent(abs(row.saved_pct), 100)
    return f"−{size}" if row.saved_pct < 0 else size if row.saved_pct else "0 %"
