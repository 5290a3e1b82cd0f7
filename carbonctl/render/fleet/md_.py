"""The account of a fleet as Markdown: the total, a row a group, what was assumed folded away."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from carbonctl.render.escaping import markdown as escape
from carbonctl.render.fleet import Report, layout
from carbonctl.render.fleet.assumed import assumed_rows
from carbonctl.render.fleet.layout import Figures, Row
from carbonctl.render.own_records import below
from carbonctl.render.verdicts import bullets


def render(report: Report) -> str:
    """Return one section."""
    fleet = report.fleet
    rows = layout.rows(report)
    figures = Figures(fleet, rows)
    lines = [
        f"### {escape(fleet.file)}", "",
        f"**{layout.total_said(fleet, figures)}**", "",
        *_table(fleet.by, rows, figures), "",
    ]  # fmt: skip
    if groups := layout.groups_said(report):
        lines += [escape(groups), ""]
    lines += [*_below(report, figures), "", *_assumed(report)]
    if report.verdicts:
        lines += ["#### Gates", "", *bullets(report.verdicts, escape), ""]
    return below("\n".join(lines), report.about.own_records, is_markdown=True)


def _table(by: Sequence[str], rows: Sequence[Row], figures: Figures) -> Iterator[str]:
    shown = list(figures.columns().values())
    labels = layout.heads(by) or [""]
    yield _line([*map(escape, labels), *(f"{c.head} {c.unit}".rstrip() for c in shown)])
    yield _line([":--"] * len(labels) + ["--:"] * len(shown))
    for place, row in enumerate(rows):
        yield _line([*map(escape, row.labels), *(escape(c.cells[place]) for c in shown)])
    others = [""] * (len(labels) - 1)
    yield _line(["**Total**", *others, *(escape(column.total) for column in shown)])


def _below(report: Report, figures: Figures) -> Iterator[str]:
    fleet = report.fleet
    for name, said in layout.more_said(fleet, figures):
        yield f"- {name}: {escape(said)}"
    yield f"- {escape(layout.coverage_said(report))}"
    rejects, more = layout.rejects_said(report)
    for line in rejects:
        yield f"  - at {escape(line)}"  # a name at the start of an item could begin a list
    if more:
        yield f"  - {escape(more)}"
    if not_covered := layout.not_covered_said(report):
        yield f"- Not covered: {escape(not_covered)}"
    for warning in fleet.warnings:
        yield f"- Warning: {escape(warning)}"


def _assumed(report: Report) -> Iterator[str]:
    """Yield what was assumed, folded away."""
    rows = assumed_rows(report.fleet)
    if not rows:
        return
    figures = "figure was" if len(rows) == 1 else "figures were"
    yield f"<details><summary>{len(rows):,} {figures} assumed</summary>"
    yield ""
    yield _line(["Figure", "Value", "Status", "Rows", "Source"])
    yield _line([":--", "--:", ":--", "--:", ":--"])
    for row in rows:
        source = ", ".join(map(report.style.cited, row.sources))
        cells = (row.label, row.said, row.status, f"{row.rows:,}", source)
        yield _line(map(escape, cells))
    yield ""
    yield "</details>"
    yield ""


def _line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"
