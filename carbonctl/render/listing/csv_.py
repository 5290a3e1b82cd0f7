"""Rows of facts as CSV. Unknown is empty."""

import csv
import io
from collections.abc import Collection, Sequence
from typing import Any

from carbonctl.render.listing import Row
from carbonctl.text import printable


def render(columns: Collection[str], rows: Sequence[Row]) -> str:
    """Return rows with the columns as head."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([[_plain(row[column]) for column in columns] for row in rows])
    return out.getvalue()


def _plain(cell: Any) -> Any:
    return printable(cell) if isinstance(cell, str) else cell
