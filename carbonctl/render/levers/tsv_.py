"""Levers as TSV: the CSV's rows, separated by tabs."""

from __future__ import annotations

from carbonctl.analysis.gates import Verdict
from carbonctl.analysis.levers.report import Report
from carbonctl.analysis.levers.suggest import Suggested
from carbonctl.ledger.result import About
from carbonctl.render import SEPARATORS, Style
from carbonctl.render.levers import csv_


def render(report: Report, about: About, verdicts: tuple[Verdict, ...], style: Style) -> str:
    """Return the table."""
    return csv_.render(report, about, verdicts, style, SEPARATORS["tsv"])


def suggestions(some: Suggested, about: About, style: Style) -> str:
    """Return the workload as it is and a row a suggested lever."""
    return csv_.suggestions(some, about, style, "tsv")
