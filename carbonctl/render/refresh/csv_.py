"""Replacement plans as CSV, in fixed units and full precision."""

from __future__ import annotations

import csv
from io import StringIO

from carbonctl.render import SEPARATORS, Style
from carbonctl.render.refresh import COLUMNS, Shown, as_rows


def render(shown: Shown, style: Style, form: str = "csv") -> str:
    """Return a row a plan; what does not apply is empty."""
    out = StringIO()
    writer = csv.DictWriter(out, COLUMNS, delimiter=SEPARATORS[form], lineterminator="\n")
    writer.writeheader()
    for row in as_rows(shown.answer):
        is_best = {True: "true", False: "false"}.get(row["best"])
        writer.writerow({**row, "best": is_best})
    return out.getvalue()
