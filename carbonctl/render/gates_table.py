"""Verdicts below a table for people."""

from collections.abc import Sequence

from carbonctl.analysis.gates import Verdict
from carbonctl.render import CAUTION
from carbonctl.render.sheet import Screen
from carbonctl.render.verdicts import FAILED, PASS, UNKNOWN, WARNING, outcome, told

_COLORS = {FAILED: "red", UNKNOWN: "red", WARNING: CAUTION, PASS: "green"}


def draw(screen: Screen, verdicts: Sequence[Verdict]) -> None:
    """Draw one line a verdict; subjects are named where there are several."""
    several = len({verdict.subject for verdict in verdicts}) > 1
    screen.paragraph()
    screen.paragraph("Gates", "bold")
    for verdict in verdicts:
        word = outcome(verdict)
        subject = f"{verdict.subject}: " if several else ""
        screen.paragraph(f"{word:<8} {subject}{told(verdict)}", _COLORS[word])
