"""CSV: one row a group; LF, full precision, empty for unknown."""

from __future__ import annotations

from typing import Any

from carbonctl.render import SEPARATORS
from carbonctl.render.fleet import COMPLETE, Report, columns, group_rows
from carbonctl.render.fleet.words import inert
from carbonctl.render.separated import separated


def render(report: Report, delimiter: str = SEPARATORS["csv"]) -> str:
    """Return the whole table."""
    head = columns(report.fleet.by)
    flag = head.index(COMPLETE)
    rows: list[list[Any]] = [[*map(inert, head)]] if report.style.header else []
    for row in group_rows(report.fleet):
        line = [inert(cell) if isinstance(cell, str) else cell for cell in row]
        line[flag] = "true" if line[flag] else "false"
        rows.append(line)
    return separated(rows, delimiter)
