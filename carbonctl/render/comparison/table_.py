"""A comparison as a table for people."""

from collections.abc import Sequence

from carbonctl.analysis.compare import Comparison, Delta, Report
from carbonctl.analysis.gates import Verdict
from carbonctl.ledger.result import About
from carbonctl.render import CAUTION, Style, comparison_text, human_numbers
from carbonctl.render.own_records import below
from carbonctl.render.plain import finished
from carbonctl.render.sheet import Screen, Sheet, Text
from carbonctl.render.verdicts import draw

_NAME = 15
_MOST_CHANGES = 20
_RANKS_FROM = 72
# Columns for which there is room: of both sides, and of whether an entry is new or gone.
_BOTH_SIDES_FROM, _KIND_FROM = 58, 52
_COLUMNS = (  # title, unit, and the screen from which there is room
    ("Base", "kg", _BOTH_SIDES_FROM), ("Head", "kg", _BOTH_SIDES_FROM), ("Change", "kg", 0),
    ("", "%", 0), ("", "", _KIND_FROM),
)  # fmt: skip


def render(report: Report, verdicts: Sequence[Verdict], about: About, style: Style) -> str:
    """Return the text: each alternative in turn, ranked where there are several."""
    screen = Screen(style)
    if len(report.alternatives) > 1:
        _ranking(screen, report)
        screen.paragraph()
    for place, comparison in enumerate(report.alternatives):
        if place:
            screen.paragraph()
        _Block(screen, comparison, style).show()
    if report.metrics is not None:
        from carbonctl.render.design import table_

        table_.draw(screen, report.metrics, style.width)
    if verdicts:
        draw(screen, verdicts)
    return finished(below(screen.drawn(), about.own_records), style)


def _ranking(screen: Screen, report: Report) -> None:
    """Draw the alternatives, best first; a figure is never cut, its column is left out."""
    table = Sheet(is_ruled=True, gap=3)
    table.add_column(is_right=True, wraps=False)
    table.add_column("Alternative", least=_NAME)
    for head, start in (("Total", 0), ("Change", _RANKS_FROM), ("", _RANKS_FROM)):
        table.add_column(head, is_right=True, wraps=False, start=start)
    base = report.alternatives[0].total["total_kgco2e"].base
    table.add_row("", f"{report.base.label} (base)", human_numbers.mass(base), "", "")
    for rank, comparison in enumerate(report.alternatives, 1):
        delta = comparison.total["total_kgco2e"]
        moves = comparison_text.moves(delta)
        table.add_row(str(rank), comparison.head.label, human_numbers.mass(delta.head), *moves)
    table.draw(screen)


class _Block:
    """One alternative beside the base."""

    def __init__(self, screen: Screen, comparison: Comparison, style: Style) -> None:
        self.screen = screen
        self.one = comparison
        self.style = style
        sizes = [abs(x) for d in (comparison.total["total_kgco2e"],
                                  comparison.total["operational_kgco2e"])
                 for x in (d.base, d.head) if x]  # fmt: skip
        self.size, self.unit = human_numbers.scale(max(sizes, default=0.0), "kgCO2e")
        self.places = human_numbers.decimals(max(sizes, default=0.0) / self.size)

    def show(self) -> None:
        head, base = self.one.head.label, self.one.base.label
        self.screen.paragraph(f"{head} beside {base}", "bold")
        self.screen.paragraph(comparison_text.headline(self.one))
        for note in self.one.notes:
            self.screen.paragraph(f"Note: {note}", CAUTION)
        if self.one.is_same:
            return
        self.screen.paragraph()
        self.rows()
        self.screen.paragraph()
        for name, said in comparison_text.remarks(self.one):
            self.screen.paragraph(f"{name}: {said}")
        self.listed("Inputs that differ", comparison_text.inputs(self.one))
        self.listed("Assumed figures that differ", comparison_text.changes(self.one))
        if self.one.sensitivity is not None:
            from carbonctl.render.sensitivity import table_

            self.screen.paragraph()
            table_.draw_difference(self.screen, self.one.sensitivity)

    def rows(self) -> None:
        table = Sheet(is_ruled=True, gap=3)
        table.add_column("Phase", foot=comparison_text.total_of(self.one), least=_NAME)
        feet = self.cells(self.one.total["total_kgco2e"], "")
        for (title, unit, start), foot in zip(_COLUMNS, feet, strict=True):
            shown = self.unit if unit == "kg" else unit
            table.add_column(title, unit=shown, foot=foot, is_right=True, wraps=False, start=start)
        for line in comparison_text.lines(self.one):
            style = "" if line.is_phase else "dim"
            cells = [Text(cell, style) for cell in self.cells(line.delta, line.change)]
            table.add_row(Text(line.name, style, 0 if line.is_phase else 2), *cells)
        table.draw(self.screen)

    def cells(self, delta: Delta, change: str) -> list[str]:
        def show(value: float | None) -> str:
            return human_numbers.fixed(value, self.places, self.size)

        return [
            show(delta.base),
            show(delta.head),
            human_numbers.signed(delta.difference, show),
            human_numbers.change(delta.percent).removesuffix(" %"),
            comparison_text.said_of(change),
        ]

    def listed(self, heading: str, rows: Sequence[tuple[str, ...]]) -> None:
        """Show figures that differ: path, before, after, and whose doing it is."""
        if not rows:
            return
        self.screen.heading(heading)
        table = Sheet()
        table.add_columns("left", "right", "left", "left")
        for path, before, after, *cause in rows[:_MOST_CHANGES]:
            whose = Text(f"({cause[0]})" if cause else "", "dim")
            table.add_row(path, before, f"→ {after}", whose)
        table.draw(self.screen)
        if len(rows) > _MOST_CHANGES:
            more = len(rows) - _MOST_CHANGES
            self.screen.paragraph(f"and {more} more (--format json has them all)")
