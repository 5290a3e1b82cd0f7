"""A projection as Markdown: one headline, the table, and what is said of it as a list."""

from __future__ import annotations

from carbonctl.analysis.gates import Verdict
from carbonctl.analysis.projection.report import Report
from carbonctl.ledger.result import About
from carbonctl.render import Style, human_numbers
from carbonctl.render.escaping import markdown as escape
from carbonctl.render.own_records import below
from carbonctl.render.projection.lines import headline, remarks, rows_shown, solved, spread
from carbonctl.render.projection.table_ import columns_of
from carbonctl.render.verdicts import bullets


def render(report: Report, about: About, verdicts: tuple[Verdict, ...], style: Style) -> str:
    """Return the text; everything that comes from a file is escaped."""
    columns = columns_of(report)
    totals = report.table.totals
    start = totals[0].energy_kwh
    heads = [f"{c.head} ({c.unit})" if c.unit else c.head for c in columns]
    lines = [
        f"### {headline(report, escape(report.name))}", "",
        _line([report.step_name, *heads, "Energy of the start"]),
        _line([":--", *["--:"] * (len(columns) + 1)]),
    ]  # fmt: skip
    for place in rows_shown(totals):
        share = human_numbers.percent(totals[place].energy_kwh, start)
        lines.append(_line([totals[place].year, *(c.cells[place] for c in columns), share]))
    said = [escape(solved(report)), spread(report), *remarks(report)]
    lines += ["", *(f"- {text}" for text in said if text)]
    lines += [f"- {escape(note)}" for note in report.notes]
    if verdicts:
        lines += ["", *bullets(verdicts, escape)]
    return below("\n".join([*lines, ""]), about.own_records, is_markdown=True)


def _line(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"
