"""Parquet: the CSV's rows with the types of their columns, null where unknown."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from carbonctl.analysis.sweep import Row, Subject
from carbonctl.ledger import frames
from carbonctl.render import Style, Verdicts
from carbonctl.render.sweep import ERROR, POINT, cells, columns_of

if TYPE_CHECKING:
    from carbonctl.ledger.result import About


class Renderer:
    """Collects the points into one table.

    Raises
    ------
    MissingExtra
        Where pandas or pyarrow is not installed.
    """

    def __init__(self, subject: Subject, style: Style) -> None:
        frames.require("Parquet", "pandas", "pyarrow")
        self.subject = subject
        self.rows: list[tuple[object, ...]] = []

    def add(self, rows: Sequence[Row]) -> None:
        """Add a row for each point."""
        self.rows += [cells(self.subject, row) for row in rows]

    def finish(self, about: About, verdicts: Verdicts = ()) -> bytes:
        """Return the whole file."""
        measures = dict.fromkeys((measure.name for measure in self.subject.measures), "float64")
        texts = dict.fromkeys((*self.subject.paths, ERROR), "string")
        types = {POINT: "Int64", **measures, **texts}
        return frames.parquet(frames.of_rows(columns_of(self.subject), self.rows, types))
