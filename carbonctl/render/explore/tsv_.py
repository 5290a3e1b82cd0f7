"""Designs as TSV."""

from __future__ import annotations

from carbonctl.render import Style
from carbonctl.render.explore import Shown, csv_


def render(shown: Shown, style: Style) -> str:
    """Return a row a design."""
    return csv_.render(shown, style, "tsv")
