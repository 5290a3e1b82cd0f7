"""Replacement plans as TSV."""

from __future__ import annotations

from carbonctl.render import Style
from carbonctl.render.refresh import Shown, csv_


def render(shown: Shown, style: Style) -> str:
    """Return a row a plan."""
    return csv_.render(shown, style, "tsv")
