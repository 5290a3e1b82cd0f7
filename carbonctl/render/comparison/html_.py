"""A comparison as a page of HTML in one file."""

from collections.abc import Sequence

from carbonctl.analysis.compare import Report
from carbonctl.analysis.gates import Verdict
from carbonctl.ledger.result import About
from carbonctl.render import Style
from carbonctl.render.page.comparison import page


def render(report: Report, verdicts: Sequence[Verdict], about: About, style: Style) -> str:
    """Return the page."""
    return page(report, verdicts, about, style)
