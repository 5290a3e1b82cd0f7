"""Runs as TSV."""

from __future__ import annotations

from carbonctl.render import Style
from carbonctl.render.scaling import Shown, csv_


def render(shown: Shown, style: Style) -> str:
    """Return a row a run."""
    return csv_.render(shown, style, "tsv")
