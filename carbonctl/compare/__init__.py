"""Two accounts side by side, or several alternatives beside one base.

``model`` says what a comparison holds, ``match`` pairs the entries, ``deltas`` takes
differences with their ranges, ``causes`` tells the author's doing from that of the facts,
``notes`` says where two sides are not of one kind, ``lines`` which line a verdict is about.
"""

from carbonctl.compare.compare import compare, report
from carbonctl.compare.lines import line_behind
from carbonctl.compare.model import Change, Comparison, Delta, Report, Row, Side

__all__ = [
    "Change",
    "Comparison",
    "Delta",
    "Report",
    "Row",
    "Side",
    "compare",
    "line_behind",
    "report",
]
