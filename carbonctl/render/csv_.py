"""CSV: one row an entry, LF, full precision, empty where unknown."""

from __future__ import annotations

import csv
import io

from carbonctl.ledger import COLUMNS
from carbonctl.render import Style
from carbonctl.result import Report


def render(report: Report, style: Style) -> str:
    """Return the entries of all results under one head."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    own = COLUMNS[2:]
    for result in report.results:
        for entry in result.entries:
            cells = [getattr(entry, column) for column in own]
            writer.writerow([result.file, result.name, *cells])
    return out.getvalue()
