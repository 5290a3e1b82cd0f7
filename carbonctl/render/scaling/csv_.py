"""Runs as CSV, in full precision."""

from __future__ import annotations

import csv
from io import StringIO

from carbonctl.render import SEPARATORS, Style
from carbonctl.render.scaling import COLUMNS, Shown, as_rows


def render(shown: Shown, style: Style, form: str = "csv") -> str:
    """Return a row a run; what is unknown is empty."""
    out = StringIO()
    writer = csv.DictWriter(out, COLUMNS, delimiter=SEPARATORS[form], lineterminator="\n")
    writer.writeheader()
    for row in as_rows(shown.answer):
        writer.writerow({**row, "frontier": "true" if row["frontier"] else "false"})
    return out.getvalue()
