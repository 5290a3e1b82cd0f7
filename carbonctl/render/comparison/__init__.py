"""From a comparison to text, one module a format."""

from collections.abc import Sequence
from importlib import import_module

from carbonctl.analysis.compare import Report
from carbonctl.analysis.gates import Verdict
from carbonctl.ledger.result import About
from carbonctl.render import Style


def render(
    form: str, report: Report, verdicts: Sequence[Verdict], about: About, style: Style | None = None
) -> str:
    """Return a comparison as text in one of `COMPARE_FORMATS`, or as a page for ``html``."""
    module = import_module(f"carbonctl.render.comparison.{form}_")
    text: str = module.render(report, verdicts, about, style or Style())
    return text
