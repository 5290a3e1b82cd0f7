"""Projections, one module a format."""

from __future__ import annotations

from importlib import import_module

from carbonctl.analysis.gates import Verdict
from carbonctl.analysis.projection.report import Report
from carbonctl.ledger.result import About
from carbonctl.render import Style

FORMATS = ("table", "md", "csv", "tsv", "json")


def render(
    form: str,
    report: Report,
    about: About,
    verdicts: tuple[Verdict, ...] = (),
    style: Style | None = None,
) -> str:
    """Return a projection in one of `FORMATS`."""
    module = import_module(f"carbonctl.render.projection.{form}_")
    text: str = module.render(report, about, verdicts, style or Style())
    return text
