"""Levers as CSV: the workload as it is, a row a lever, and all of them together."""

from __future__ import annotations

import csv
from io import StringIO

from carbonctl.analysis.gates import Verdict
from carbonctl.analysis.levers.report import Report
from carbonctl.analysis.levers.rows import Row
from carbonctl.ledger.result import About
from carbonctl.render import SEPARATORS, Style

COLUMNS = ("file", "workload", *Row._fields)


def render(
    report: Report,
    about: About,
    verdicts: tuple[Verdict, ...],
    style: Style,
    delimiter: str = SEPARATORS["csv"],
) -> str:
    """Return the table; what is unknown or does not apply is empty."""
    out = StringIO()
    writer = csv.writer(out, delimiter=delimiter, lineterminator="\n")
    writer.writerow(COLUMNS)
    rows = (report.original, *(line.row for line in report.lines), report.total)
    writer.writerows((report.file, report.name, *row) for row in rows)
    return out.getvalue()
