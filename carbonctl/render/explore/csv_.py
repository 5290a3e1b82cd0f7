"""Designs as CSV, in fixed units and full precision."""

from __future__ import annotations

from carbonctl.render import SEPARATORS, Style
from carbonctl.render.explore import Shown, as_rows, columns
from carbonctl.render.separated import separated

_WORDS = {True: "true", False: "false"}


def render(shown: Shown, style: Style, form: str = "csv") -> str:
    """Return a row a design; what is unknown is empty."""
    head = columns(shown.answer)
    lines = (
        [_WORDS[value] if isinstance(value, bool) else value for value in row.values()]
        for row in as_rows(shown.answer)
    )
    return separated((head, *lines), SEPARATORS[form])
