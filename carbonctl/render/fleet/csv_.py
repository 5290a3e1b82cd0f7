"""CSV: one row a group; LF, full precision, empty for unknown."""

from __future__ import annotations

import csv
from io import StringIO

from carbonctl.render import SEPARATORS
from carbonctl.render.fleet import COMPLETE, Report, columns, group_rows
from carbonctl.render.fleet.words import inert


def render(report: Report, delimiter: str = SEPARATORS["csv"]) -> str:
    """Return the whole table."""
    head = columns(report.fleet.by)
    flag = head.index(COMPLETE)
    out = StringIO()
    writer = csv.writer(out, delimiter=delimiter, lineterminator="\n")
    if report.style.header:
        writer.writerow(map(inert, head))
    for row in group_rows(report.fleet):
        line = [inert(cell) if isinstance(cell, str) else cell for cell in row]
        line[flag] = "true" if line[flag] else "false"
        writer.writerow(line)
    return out.getvalue()
