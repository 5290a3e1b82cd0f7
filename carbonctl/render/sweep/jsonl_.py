"""JSON Lines: the CSV's rows, an object each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from carbonctl.analysis.sweep import Row, Subject
from carbonctl.render import Style, Verdicts
from carbonctl.render.by_row import encode
from carbonctl.render.sweep import cells, columns_of

if TYPE_CHECKING:
    from carbonctl.ledger.result import About


class Renderer:
    """Writes each point as one line."""

    head = ""

    def __init__(self, subject: Subject, style: Style) -> None:
        self.subject = subject
        self.columns = columns_of(subject)
        self.lines: list[str] = []

    def add(self, rows: Sequence[Row]) -> None:
        """Add a line for each point."""
        for row in rows:
            cells_of = zip(self.columns, cells(self.subject, row), strict=True)
            self.lines.append(f"{encode(dict(cells_of))}\n")

    def take(self) -> str:
        """Return the lines that were added since the last time."""
        text = "".join(self.lines)
        self.lines = []
        return text

    def finish(self, about: About, verdicts: Verdicts = ()) -> str:
        """Return all lines."""
        return self.take()
