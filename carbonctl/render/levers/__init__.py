"""What levers save, one module a format."""

from __future__ import annotations

from importlib import import_module

from carbonctl.analysis.gates import Verdict
from carbonctl.analysis.levers.report import Report
from carbonctl.analysis.levers.suggest import Suggested
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
    """Return a report in one of `FORMATS`."""
    module = import_module(f"carbonctl.render.levers.{form}_")
    text: str = module.render(report, about, verdicts, style or Style())
    return text


def render_suggested(form: str, some: Suggested, about: About, style: Style | None = None) -> str:
    """Return suggested levers in one of `FORMATS`."""
    module = import_module(f"carbonctl.render.levers.{form}_")
    text: str = module.suggestions(some, about, style or Style())
    return text
