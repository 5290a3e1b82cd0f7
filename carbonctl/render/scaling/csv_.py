"""Runs as CSV, in full precision."""

from __future__ import annotations

from carbonctl.render import SEPARATORS, Style
from carbonctl.render.scaling import COLUMNS, Shown, as_rows
from carbonctl.render.separated import separated


def render(shown: Shown, style: Style, form: str = "csv") -> str:
    """Return a row a run; what is unknown is empty."""
    rows = [
        {**row, "frontier": "true" if row["frontier"] else "false"} for row in as_rows(shown.answer)
    ]
    lines = ([row[column] for column in COLUMNS] for row in rows)
    return separated((COLUMNS, *lines), SEPARATORS[form])
