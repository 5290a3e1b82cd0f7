"""What decides a figure as CSV or TSV: one row an unknown; empty is what was not asked for."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from io import StringIO

from carbonctl.analysis.sensitivity import Sensitivity
from carbonctl.ledger.result import About
from carbonctl.render import SEPARATORS, Style

_OF_ALL = ("file", "workload", "key")
_OF_ROW = (
    "path", "name", "status", "source", "distribution", "best", "low", "high", "unit", "entries",
    "at_low", "at_high", "swing", "first", "first_conf", "total", "total_conf", "rank",
    "variance_pct",
)  # fmt: skip
COLUMNS = (*_OF_ALL, *_OF_ROW)


def render(
    answers: Sequence[Sensitivity], about: About, style: Style, *, form: str, top: int
) -> str:
    """Return the table with all rows."""
    out = StringIO()
    writer = csv.writer(out, delimiter=SEPARATORS[form], lineterminator="\n")
    if style.header:
        writer.writerow(COLUMNS)
    for answer in answers:
        of_all = [getattr(answer, name) for name in _OF_ALL]
        for row in answer.rows:
            writer.writerow([*of_all, *(getattr(row, name) for name in _OF_ROW)])
    return out.getvalue()
