"""A survey as TSV: the CSV's rows, separated by tabs."""

from __future__ import annotations

from carbonctl.render import SEPARATORS, Style
from carbonctl.render.survey import Shown, csv_


def render(shown: Shown, style: Style) -> str:
    """Return the table."""
    return csv_.render(shown, style, SEPARATORS["tsv"])
