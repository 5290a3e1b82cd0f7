"""The account of a fleet for a terminal: the total, a row a group, and what is behind it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from rich.cells import cell_len

from carbonctl.render import CAUTION, human_numbers
from carbonctl.render.fleet import Report, layout
from carbonctl.render.fleet.assumed import TITLE, assumed_rows, by_status, rows_said
from carbonctl.render.fleet.layout import Column, Figures, Row
from carbonctl.render.own_records import below
from carbonctl.render.plain import finished
from carbonctl.render.sheet import Screen, Sheet, Text
from carbonctl.render.verdicts import draw

_TOTAL = "Total"
_GAP = 3  # columns between two of a table, where there is room
_LEAST_GAP = 2
_BAR, _LEAST_BAR = 20, 5
_LABEL = 24  # columns that a label is given before figures are left out
# What is left out of a narrow screen, in this order; the total stays.
_LEFT_OUT = ("share", "energy", "device_h", "embodied", "operational", "jobs")


def render(report: Report) -> str:
    """Return the table, and what is said above and below it."""
    fleet, screen = report.fleet, Screen(report.style)
    rows = layout.rows(report)
    figures = Figures(fleet, rows)
    title = Text(fleet.file, "bold")
    screen.paragraph(title.append(f": {layout.total_said(fleet, figures)}"))
    screen.paragraph()
    _draw(screen, report, rows, figures)
    screen.paragraph()
    if groups := layout.groups_said(report):
        screen.paragraph(groups, "dim")
    for name, said in layout.more_said(fleet, figures):
        screen.paragraph(f"{name}: {said}", CAUTION if name == "Incomplete" else "")
    screen.paragraph(layout.coverage_said(report))
    rejects, more = layout.rejects_said(report)
    for line in filter(None, (*rejects, more)):
        screen.paragraph(line)
    if not_covered := layout.not_covered_said(report):
        screen.paragraph(f"Not covered: {not_covered}", CAUTION)
    (_sources if report.style.details else _statuses)(screen, report)
    if report.verdicts:
        draw(screen, report.verdicts)
    return finished(below(screen.drawn(), report.about.own_records), report.style)


class _Plan(NamedTuple):
    """What of a table has room: columns, how far apart, and how wide a bar is."""

    columns: Sequence[Column]
    are_stacked: bool
    gap: int
    bar: int = 0


def _plan(labels: Sequence[int], columns: dict[str, Column], room: int) -> _Plan:
    """Return what there is room for behind columns of labels of some widths."""
    every = list(columns.values())
    for are_stacked in (False, True):
        bar = room - _needed(labels, every, _GAP, are_stacked=are_stacked) - _GAP
        if bar >= _LEAST_BAR:
            return _Plan(every, are_stacked, _GAP, min(bar, _BAR))
        gap = _gap(labels, every, room, are_stacked=are_stacked)
        if gap is not None:
            return _Plan(every, are_stacked, gap)
    kept = dict(columns)
    gap = None
    for name in _LEFT_OUT:
        kept.pop(name, None)
        gap = _gap(labels, list(kept.values()), room, are_stacked=True)
        if gap is not None:
            break
    return _Plan(list(kept.values()), are_stacked=True, gap=gap or _LEAST_GAP)


def _gap(
    labels: Sequence[int], columns: Sequence[Column], room: int, *, are_stacked: bool
) -> int | None:
    """Return how far apart columns can be; None where they have no room."""
    gaps = (_GAP, _LEAST_GAP)
    fits = (gap for gap in gaps if _needed(labels, columns, gap, are_stacked=are_stacked) <= room)
    return next(fits, None)


def _needed(
    labels: Sequence[int], columns: Sequence[Column], gap: int, *, are_stacked: bool
) -> int:
    """Return the columns of a screen that labels and figures need, with a gap between two."""
    widths = [
        max(map(len, (*column.cells, column.total, *_head(column, are_stacked=are_stacked))))
        for column in columns
    ]
    return sum(labels) + sum(widths) + gap * (len(labels) + len(widths) - 1)


def _head(column: Column, *, are_stacked: bool) -> tuple[str, str]:
    """Return the head of a column and what stands below it."""
    if are_stacked:
        return column.head, column.unit
    return f"{column.head} {column.unit}".rstrip(), ""


def _draw(screen: Screen, report: Report, rows: Sequence[Row], figures: Figures) -> None:
    """Draw a row a group, and the total: below them, or alone where there are no groups."""
    heads = layout.heads(report.fleet.by)
    plan = _plan(_labels(heads, rows), figures.columns(), screen.width)
    bar = plan.bar if rows else 0
    sheet = Sheet(is_ruled=True, gap=plan.gap)
    for place, head in enumerate(heads or [""]):
        sheet.add_column(head, foot=_TOTAL if heads and not place else "")
    for column in plan.columns:
        head, unit = _head(column, are_stacked=plan.are_stacked)
        foot = column.total if heads else ""
        sheet.add_column(head, unit=unit, foot=foot, is_right=True, wraps=False)
    if bar:
        sheet.add_column(wraps=False, style="green")
    for place, (row, part) in enumerate(zip(rows, figures.parts(), strict=True)):
        shown = [_cell(column.cells[place]) for column in plan.columns]
        sheet.add_row(*row.labels, *shown, *([human_numbers.bar(*part, bar)] if bar else []))
    if not heads:
        sheet.add_row(_TOTAL, *(_cell(column.total) for column in plan.columns))
    sheet.draw(screen)


def _labels(heads: Sequence[str], rows: Sequence[Row]) -> list[int]:
    """Return the widths that columns of labels are given."""
    if not heads:
        return [len(_TOTAL)]
    widths = [
        max(cell_len(text) for text in (head, *(row.labels[place] for row in rows)))
        for place, head in enumerate(heads)
    ]
    widths[0] = max(widths[0], len(_TOTAL))
    return [min(width, _LABEL) for width in widths]


def _cell(text: str) -> Text:
    return Text(text, "red" if text == "unknown" else "")


def _statuses(screen: Screen, report: Report) -> None:
    """Say in a line for each status what was assumed."""
    lines = by_status(report.fleet)
    if not lines:
        return
    screen.paragraph()
    screen.paragraph(f"{TITLE}; --details lists each figure with its sources:", "dim")
    sheet = Sheet()
    sheet.add_column(wraps=False)
    sheet.add_column()
    for status, said in lines.items():
        sheet.add_row(Text(status, CAUTION if status == "archetype" else "dim"), Text(said, "dim"))
    sheet.draw(screen)


def _sources(screen: Screen, report: Report) -> None:
    """List every figure that was assumed, and where it came from."""
    rows = assumed_rows(report.fleet)
    if not rows:
        return
    screen.heading(TITLE)
    keys = dict.fromkeys(key for row in rows for key in row.sources)
    numbers = {key: number for number, key in enumerate(keys, 1)}
    sheet = Sheet()
    for is_right in (False, True, False, True, False):
        sheet.add_column(is_right=is_right)
    for row in rows:
        marks = human_numbers.runs(numbers[key] for key in row.sources)
        status = Text(row.status, CAUTION if row.status == "archetype" else "dim")
        cited = f"[{marks}]" if marks else ""
        sheet.add_row(row.label, row.said, status, rows_said(row.rows), cited)
    sheet.draw(screen)
    if numbers:
        screen.heading("Sources")
        sources = Sheet()
        sources.add_column(is_right=True, wraps=False)
        sources.add_column()
        for key, number in numbers.items():
            sources.add_row(f"[{number}]", report.style.cited(key))
        sources.draw(screen)
