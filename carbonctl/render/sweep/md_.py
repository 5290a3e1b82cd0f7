"""The points of a sweep as Markdown: a matrix of two paths, or a row a point."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from carbonctl.analysis.sweep import Row, Subject
from carbonctl.render import Style, Verdicts
from carbonctl.render.escaping import markdown as escape
from carbonctl.render.own_records import below
from carbonctl.render.sweep.layout import MOST_VERDICTS, Points
from carbonctl.render.verdicts import bullets

if TYPE_CHECKING:
    from carbonctl.ledger.result import About


class Renderer:
    """Writes one table when all points are known."""

    def __init__(self, subject: Subject, style: Style) -> None:
        self.points = Points(subject)

    def add(self, rows: Sequence[Row]) -> None:
        """Take some points."""
        self.points.add(rows)

    def finish(self, about: About, verdicts: Verdicts = ()) -> str:
        """Return the table, what is said below it, and the verdicts."""
        points = self.points
        cells = points.cells(is_matrix=points.may_be_matrix)
        texts = 1 if cells.is_matrix else len(points.subject.paths)
        sides = [":--" if place < texts else "--:" for place in range(len(cells.heads))]
        lines = [
            f"### {escape(points.title(is_matrix=cells.is_matrix))}", "",
            _row(map(escape, cells.heads)), _row(sides),
            *(_row(map(escape, line)) for line in cells.lines), "",
        ]  # fmt: skip
        for said in filter(None, [points.ends_said(), *points.more_said()]):
            lines += [escape(said), ""]
        if verdicts:
            lines += ["#### Gates", "", *bullets(verdicts[:MOST_VERDICTS], escape, is_named=True)]
            more = len(verdicts) - MOST_VERDICTS
            lines += [f"- and {more:,} more", ""] if more > 0 else [""]
        return below("\n".join(lines), about.own_records, is_markdown=True)


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"
