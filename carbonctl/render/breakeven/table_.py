"""Ties in sentences, for a terminal."""

from __future__ import annotations

from carbonctl.analysis.breakeven import Answer
from carbonctl.ledger.result import About
from carbonctl.render import Style
from carbonctl.render.breakeven.sentences import sentences
from carbonctl.render.own_records import below
from carbonctl.render.plain import filled, finished


def render(answer: Answer, about: About, style: Style) -> str:
    """Return a sentence a tie; of several, each on lines of its own."""
    first, *others = sentences(answer)
    is_list = len(answer.ties) > 1
    lines = [first, *(f"  {text}" if is_list else text for text in others)]
    said = "\n".join(filled(line, style.width, "    " if is_list else "") for line in lines)
    return finished(below(f"{said}\n", about.own_records), style)
