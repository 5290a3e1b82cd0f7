"""Levers as CSV: the workload as it is, a row a lever, and all of them together."""

from __future__ import annotations

from collections.abc import Iterable

from carbonctl.analysis.gates import Verdict
from carbonctl.analysis.levers.report import Report
from carbonctl.analysis.levers.rows import LeverRow
from carbonctl.analysis.levers.suggest import Suggested
from carbonctl.ledger.result import About
from carbonctl.render import SEPARATORS, Style
from carbonctl.render.separated import separated

COLUMNS = ("file", "workload", *LeverRow._fields)


def render(
    report: Report,
    about: About,
    verdicts: tuple[Verdict, ...],
    style: Style,
    delimiter: str = SEPARATORS["csv"],
) -> str:
    """Return the table; what is unknown or does not apply is empty."""
    rows = (report.original, *(line.row for line in report.lines), report.total)
    return _table(report, rows, delimiter)


def suggestions(some: Suggested, about: About, style: Style, form: str = "csv") -> str:
    """Return the workload as it is and a row a suggested lever; there is no row of them all."""
    return _table(some, (some.original, *(line.row for line in some.lines)), SEPARATORS[form])


def _table(of: Report | Suggested, rows: Iterable[LeverRow], delimiter: str) -> str:
    return separated((COLUMNS, *((of.file, of.name, *row) for row in rows)), delimiter)
