"""A projection as CSV: a row a step and phase, then one of all phases together."""

from __future__ import annotations

from carbonctl.analysis.gates import Verdict
from carbonctl.analysis.projection.report import Report
from carbonctl.analysis.projection.rows import ProjectionRow
from carbonctl.ledger.result import About
from carbonctl.render import SEPARATORS, Style
from carbonctl.render.separated import separated

COLUMNS = ("file", "workload", *ProjectionRow._fields)


def render(
    report: Report,
    about: About,
    verdicts: tuple[Verdict, ...],
    style: Style,
    delimiter: str = SEPARATORS["csv"],
) -> str:
    """Return the table; what is unknown or is not counted is empty."""
    rows = ((report.file, report.name, *row) for row in report.table.rows)
    return separated((COLUMNS, *rows), delimiter)
