"""Runs of energy and error as Markdown."""

from __future__ import annotations

from carbonctl.render import Style
from carbonctl.render.escaping import markdown as escape
from carbonctl.render.own_records import below
from carbonctl.render.scaling import Shown
from carbonctl.render.scaling.table_ import error
from carbonctl.render.scaling.words import MARK, amount, headline, remarks
from carbonctl.render.verdicts import bullets

_HEADS = ("Point", "Energy", "Error", "Frontier")


def render(shown: Shown, style: Style) -> str:
    """Return the text; everything that comes from a file is escaped."""
    answer, points = shown.answer, shown.answer.points
    lines = [f"### {escape(headline(answer))}", ""]
    if points is not None:
        lines += [_line(_HEADS), _line((":--", "--:", "--:", ":-:"))]
        for point, is_on in zip(points.points, answer.on_frontier, strict=True):
            mark = MARK if is_on else ""
            cells = (escape(point.label), amount(points, point.energy), error(point), mark)
            lines.append(_line(cells))
        lines.append("")
    lines += [f"- {escape(said)}" for said in remarks(answer)]
    if shown.verdicts:
        lines += ["", "#### Gates", "", *bullets(shown.verdicts, escape)]
    return below("\n".join([*lines, ""]), shown.about.own_records, is_markdown=True)


def _line(cells: tuple[str, ...]) -> str:
    return f"| {' | '.join(cells)} |"
