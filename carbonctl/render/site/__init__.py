"""From what comes of a site to text, one module a format; `pictures` has its charts."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from carbonctl.analysis.gates import Verdict
from carbonctl.ledger.result import About
from carbonctl.render import SEPARATORS, Style

if TYPE_CHECKING:
    from carbonctl.site.results import SiteResult

FORMATS = ("table", "json", "csv", "tsv", "md")
SCHEMA = "carbonctl.site/1"


def render(
    form: str, result: SiteResult, about: About, verdicts: tuple[Verdict, ...], style: Style
) -> str:
    """Return a site in one of `FORMATS`."""
    if form in SEPARATORS:
        from carbonctl.render.site import csv_

        return csv_.render(result, SEPARATORS[form])
    module = import_module(f"carbonctl.render.site.{form}_")
    text: str = module.render(result, about, verdicts, style)
    return text
