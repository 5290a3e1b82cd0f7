"""Ties as Markdown: a sentence each."""

from __future__ import annotations

from carbonctl.analysis.breakeven import Answer
from carbonctl.ledger.result import About
from carbonctl.render import Style
from carbonctl.render.breakeven.sentences import sentences
from carbonctl.render.escaping import markdown as escape
from carbonctl.render.own_records import below


def render(answer: Answer, about: About, style: Style) -> str:
    """Return a paragraph, and a list of several ties below it."""
    first, *others = sentences(answer)
    mark = "- " if len(answer.ties) > 1 else ""
    lines = [escape(first), "", *(f"{mark}{escape(text)}" for text in others)]
    return below("\n".join([*lines, ""]).rstrip("\n") + "\n", about.own_records, is_markdown=True)
