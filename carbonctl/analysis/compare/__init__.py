"""Two accounts side by side, or several alternatives beside one base.

``model`` says what a comparison holds, ``pairing`` pairs the entries, ``deltas`` takes
differences with their ranges, ``drivers`` says what decides one, ``causes`` tells the author's
doing from that of the facts, ``notes`` says where two sides are not of one kind, ``lines`` which
line a verdict is about.
"""

from carbonctl.analysis.compare.compare import compare, report
from carbonctl.analysis.compare.lines import line_behind
from carbonctl.analysis.compare.model import Change, ComparedEntry, Comparison, Delta, Report, Side

__all__ = [
    "Change", "ComparedEntry", "Comparison", "Delta", "Report", "Side", "compare", "line_behind",
    "report",
]  # fmt: skip
