"""Verdicts below a table for people."""

from collections.abc import Sequence

from rich.console import Console
from rich.text import Text

from carbonctl.analysis.gates import Verdict
from carbonctl.render import CAUTION, Style
from carbonctl.render.sheet import paragraph
from carbonctl.render.verdicts import FAILED, PASS, UNKNOWN, WARNING, outcome, told

_COLORS = {FAILED: "red", UNKNOWN: "red", WARNING: CAUTION, PASS: "green"}


def draw(console: Console, verdicts: Sequence[Verdict], style: Style) -> None:
    """Draw one line a verdict; subjects are named where there are several."""
    several = len({verdict.subject for verdict in verdicts}) > 1
    console.print()
    console.print(Text("Gates", style="bold"))
    for verdict in verdicts:
        word = outcome(verdict)
        line = Text(f"{word:<8} ", style=_COLORS[word] if style.color else "")
        subject = f"{verdict.subject}: " if several else ""
        line.append(f"{subject}{told(verdict)}", style="")
        paragraph(console, line)
