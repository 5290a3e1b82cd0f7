"""A comparison as a table for people."""

from collections.abc import Sequence

from carbonctl.analysis.compare import Comparison, Delta, Report
from carbonctl.analysis.gates import Verdict
from carbonctl.ledger.result import About
from carbonctl.render import CAUTION, Style, comparison_text, human_numbers
from carbonctl.render.gates_table import draw
from carbonctl.render.own_records import below
from carbonctl.render.plain import finished
from carbonctl.render.sheet import Cell, Screen, Sheet, Text

_NAME = 15
_MOST_CHANGES = 20
_RANKS_FROM = 72
# Columns for which there is room: of both sides, and of whether an entry is new or gone.
_BOTH_SIDES_FROM, _KIND_FROM = 58, 52


def render(report: Report, verdicts: Sequence[Verdict], about: About, style: Style) -> str:
    """Return the text: each alternative in turn, ranked where there are several."""
    screen = Screen(style)
    if len(report.alternatives) > 1:
        _ranking(screen, report, style.width)
        screen.paragraph()
    for place, one in enumerate(report.alternatives):
        if place:
            screen.paragraph()
        _Block(screen, one, style).show()
    if report.metrics is not None:
        from carbonctl.render.design import table_

        table_.draw(screen, report.metrics, style.width)
    if verdicts:
        draw(screen, verdicts)
    return finished(below(screen.drawn(), about.own_records), style)


def _ranking(screen: Screen, report: Report, width: int) -> None:
    """Draw the alternatives, best first; a figure is never cut, its column is left out."""
    heads = ["Total", "Change", ""]
    base = next(iter(report.alternatives)).total["total_kgco2e"].base
    rows = [["", f"{report.base.label} (base)", human_numbers.mass(base), "", ""]]
    for rank, one in enumerate(report.alternatives, 1):
        delta = one.total["total_kgco2e"]
        change = human_numbers.signed(delta.difference, human_numbers.mass)
        rows.append([str(rank), one.head.label, human_numbers.mass(delta.head), change,
                     human_numbers.change(delta.percent)])  # fmt: skip
    kept = 3 if width >= _RANKS_FROM else 1
    table = Sheet(is_ruled=True, gap=3)
    table.add_column(is_right=True, wraps=False)
    table.add_column("Alternative", least=_NAME)
    for head in heads[:kept]:
        table.add_column(head, is_right=True, wraps=False)
    for row in rows:
        table.add_row(*row[: 2 + kept])
    table.draw(screen)


class _Block:
    """One alternative beside the base."""

    def __init__(self, screen: Screen, one: Comparison, style: Style) -> None:
        self.screen = screen
        self.one = one
        self.style = style
        sizes = [abs(x) for d in (one.total["total_kgco2e"], one.total["operational_kgco2e"])
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

    def rows(self) -> None:
        table = Sheet(is_ruled=True, gap=3)
        table.add_column("Phase", foot=comparison_text.total_of(self.one), least=_NAME)
        total = self.cells(self.one.total["total_kgco2e"], "")
        for head, foot in zip(self.heads(), total, strict=True):
            title, unit = head.split("|")
            table.add_column(title, unit=unit, foot=foot, is_right=True, wraps=False)
        for line in comparison_text.lines(self.one):
            style = "" if line.is_phase else "dim"
            name = Text(line.name, style)
            cells = [Text(c, style) for c in self.cells(line.delta, line.change)]
            table.add_row(name if line.is_phase else Cell(name, 2), *cells)
        table.draw(self.screen)

    def heads(self) -> list[str]:
        """Return the heads of the columns for which there is room, each with its unit."""
        return self.shown([*(f"{name}|{self.unit}" for name in ("Base", "Head", "Change")),
                           "|%", "|"])  # fmt: skip

    def shown(self, cells: list[str]) -> list[str]:
        """Return the cells of the columns for which there is room."""
        if self.style.width >= _BOTH_SIDES_FROM:
            return cells
        return cells[2:] if self.style.width >= _KIND_FROM else cells[2:4]

    def cells(self, delta: Delta, change: str) -> list[str]:
        def show(value: float | None) -> str:
            return human_numbers.fixed(None if value is None else value / self.size, self.places)

        cells = [
            show(delta.base),
            show(delta.head),
            human_numbers.signed(delta.difference, show),
            human_numbers.change(delta.percent).removesuffix(" %"),
            comparison_text.said_of(change) if change else "",
        ]
        return self.shown(cells)

    def listed(self, heading: str, rows: Sequence[tuple[str, ...]]) -> None:
        """Show figures that differ: path, before, after, and whose doing it is."""
        if not rows:
            return
        self.screen.paragraph()
        self.screen.paragraph(heading, "bold")
        table = Sheet()
        for place in range(4):
            table.add_column(is_right=place == 1)
        for path, before, after, *cause in rows[:_MOST_CHANGES]:
            whose = Text(f"({cause[0]})" if cause else "", "dim")
            table.add_row(path, before, f"→ {after}", whose)
        table.draw(self.screen)
        if len(rows) > _MOST_CHANGES:
            self.screen.paragraph(
                f"and {len(rows) - _MOST_CHANGES} more (--format json has them all)"
            )
