"""Replacement plans as CSV, in fixed units and full precision."""

from __future__ import annotations

from carbonctl.render import SEPARATORS, Style
from carbonctl.render.refresh import COLUMNS, Shown, as_rows
from carbonctl.render.separated import separated


def render(shown: Shown, style: Style, form: str = "csv") -> str:
    """Return a row a plan; what does not apply is empty."""
    words = {True: "true", False: "false"}
    rows = ({**row, "best": words.get(row["best"])} for row in as_rows(shown.answer))
    lines = ([row[column] for column in COLUMNS] for row in rows)
    return separated((COLUMNS, *lines), SEPARATORS[form])
