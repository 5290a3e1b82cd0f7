"""Levers as Markdown: one headline, the table, and what is said of it as a list."""

from __future__ import annotations

from carbonctl.analysis.gates import Verdict
from carbonctl.analysis.levers.report import Report
from carbonctl.analysis.levers.rows import LeverRow
from carbonctl.analysis.levers.suggest import Suggested
from carbonctl.ledger.result import About
from carbonctl.render import Style
from carbonctl.render.escaping import markdown as escape
from carbonctl.render.human_numbers import mass, percent, signed
from carbonctl.render.levers.lines import assumed, headline, remarks, suggested_headline
from carbonctl.render.own_records import below
from carbonctl.render.verdicts import bullets

_HEADS = ("Lever", "After", "Saved", "Of the original", "Operational", "Embodied", "Alone",
          "If left out", "Touches")  # fmt: skip


def render(report: Report, about: About, verdicts: tuple[Verdict, ...], style: Style) -> str:
    """Return the text; everything that comes from a file is escaped."""
    sides = [":--", *["--:"] * (len(_HEADS) - 2), ":--"]
    original = report.original
    lines = [
        f"### {headline(report, escape(report.name))}", "", _line(_HEADS), _line(sides),
        _line([original.lever, _mass(original.total_after_kgco2e), *[""] * 7]),
    ]  # fmt: skip
    for line in report.lines:
        lines.append(_line([*_cells(line.row), escape(line.touches)]))
    lines.append("")
    lines += [f"- {escape(said)}" for said in remarks(report)]
    lines += [f"- Note: {escape(note)}" for note in report.notes]
    if verdicts:
        lines += ["", "#### Gates", "", *bullets(verdicts, escape)]
    return below("\n".join([*lines, ""]), about.own_records, is_markdown=True)


def suggestions(some: Suggested, about: About, style: Style) -> str:
    """Return suggested levers as a table, and what each takes for granted."""
    lines = [f"### {escape(suggested_headline(some))}", ""]
    if some.lines:
        heads = ("Lever", "Saved", "Of the total", "90 of 100 cases", "Market-based")
        lines += [_line(heads), _line([":--", *["--:"] * (len(heads) - 1)])]
    for line in some.lines:
        row = line.row
        share = "" if row.saved_pct is None else signed_share(row.saved_pct)
        ends = (row.saved_low_kgco2e, row.saved_high_kgco2e)
        bounds = "" if None in ends else " to ".join(map(_mass, ends))
        cells = [f"{row.order} {escape(row.lever)}", _mass(row.saved_kgco2e), share, bounds,
                 _mass(row.operational_market_saved_kgco2e)]  # fmt: skip
        lines.append(_line(cells))
    lines.append("")
    lines += [f"- {escape(said)}" for said in assumed(some)]
    return below("\n".join([*lines, ""]), about.own_records, is_markdown=True)


def _cells(row: LeverRow) -> list[str]:
    share = "" if row.saved_pct is None else signed_share(row.saved_pct)
    return [
        f"{row.order} {escape(row.lever)}", _mass(row.total_after_kgco2e), _mass(row.saved_kgco2e),
        share, _mass(row.operational_saved_kgco2e), _mass(row.embodied_saved_kgco2e),
        _mass(row.alone_kgco2e), _mass(row.left_out_kgco2e),
    ]  # fmt: skip


def signed_share(pct: float) -> str:
    """Return a share [%], with a minus where it is none of a saving."""
    size = percent(abs(pct), 100)
    return "0 %" if not pct else f"−{size}" if pct < 0 else size


def _mass(kg: float | None) -> str:
    if kg is None:
        return ""
    return mass(kg) if kg >= 0 else signed(kg, mass)


def _line(cells: list[str] | tuple[str, ...]) -> str:
    return f"| {' | '.join(cells)} |"
