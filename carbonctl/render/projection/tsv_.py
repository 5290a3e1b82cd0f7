"""A projection as TSV: the table of the CSV."""

from __future__ import annotations

from carbonctl.analysis.gates import Verdict
from carbonctl.analysis.projection.report import Report
from carbonctl.ledger.result import About
from carbonctl.render import SEPARATORS, Style
from carbonctl.render.projection import csv_


def render(report: Report, about: About, verdicts: tuple[Verdict, ...], style: Style) -> str:
    """Return the table."""
    return csv_.render(report, about, verdicts, style, SEPARATORS["tsv"])
