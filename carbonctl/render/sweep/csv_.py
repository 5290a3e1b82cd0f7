"""CSV: one row a point; LF, full precision, empty for unknown and for what is refused."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from types import SimpleNamespace
from typing import TYPE_CHECKING

from carbonctl.analysis.sweep import Row, Subject
from carbonctl.render import SEPARATORS, Style, Verdicts
from carbonctl.render.sweep import BEFORE, cells, columns_of

if TYPE_CHECKING:
    from carbonctl.ledger.result import About


class Renderer:
    """Writes points under one head."""

    delimiter = SEPARATORS["csv"]

    def __init__(self, subject: Subject, style: Style) -> None:
        self.subject = subject
        self.lines: list[str] = []
        out = SimpleNamespace(write=self.lines.append)
        self.writer = csv.writer(out, delimiter=self.delimiter, lineterminator="\n")
        self.writer.writerow(columns_of(subject))
        self.head = self.take()
        self.flag = 1 + len(subject.paths) + BEFORE.index("complete")

    def add(self, rows: Sequence[Row]) -> None:
        """Add a line for each point."""
        for row in rows:
            line = list(cells(self.subject, row))
            line[self.flag] = "true" if line[self.flag] else "false"
            self.writer.writerow(line)

    def take(self) -> str:
        """Return the lines that were added since the last time."""
        text = "".join(self.lines)
        self.lines.clear()
        return text

    def finish(self, about: About, verdicts: Verdicts = ()) -> str:
        """Return the whole table."""
        return self.head + self.take()
