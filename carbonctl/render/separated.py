"""CSV and TSV: rows as text with LF; what is None is empty."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from io import StringIO
from typing import Any

from carbonctl.render import SEPARATORS


def separated(rows: Iterable[Iterable[Any]], delimiter: str = SEPARATORS["csv"]) -> str:
    """Return rows as text, the header among them; numbers in full precision."""
    out = StringIO()
    csv.writer(out, delimiter=delimiter, lineterminator="\n").writerows(rows)
    return out.getvalue()
