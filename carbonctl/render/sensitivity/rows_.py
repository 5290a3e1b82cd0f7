"""What decides a figure as CSV or TSV: one row an unknown; empty is what was not asked for."""

from __future__ import annotations

from collections.abc import Sequence

from carbonctl.analysis.sensitivity import Sensitivity
from carbonctl.ledger.result import About
from carbonctl.render import SEPARATORS, Style
from carbonctl.render.separated import separated

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
    rows = (
        [*(getattr(answer, name) for name in _OF_ALL), *(getattr(row, name) for name in _OF_ROW)]
        for answer in answers
        for row in answer.rows
    )
    head = [COLUMNS] if style.header else []
    return separated((*head, *rows), SEPARATORS[form])
