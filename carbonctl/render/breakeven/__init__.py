"""From ties to text, one module a format."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from carbonctl.analysis.breakeven import Answer
from carbonctl.ledger.result import About
from carbonctl.render import Style
from carbonctl.render.separated import separated

FORMATS = ("table", "json", "csv", "md")
COLUMNS = ("key", "path", "tie", "unit", "below", "above", "kind", "p5", "p50", "p95", "without")


def render(form: str, answer: Answer, about: About, style: Style) -> str:
    """Return an answer in one of `FORMATS`."""
    if form == "csv":
        return _table(answer)
    module = import_module(f"carbonctl.render.breakeven.{form}_")
    text: str = module.render(answer, about, style)
    return text


def as_rows(answer: Answer) -> list[dict[str, Any]]:
    """Return each tie as a mapping of `COLUMNS`."""
    question = answer.question
    return [
        {
            "key": question.key,
            "path": question.path,
            "tie": tie.tie,
            "unit": question.span.unit.strip(),
            "below": tie.below,
            "above": tie.above,
            "kind": tie.kind,
            **tie.spread._asdict(),
        }
        for tie in answer.ties
    ]


def _table(answer: Answer) -> str:
    lines = ([row[column] for column in COLUMNS] for row in as_rows(answer))
    return separated((COLUMNS, *lines))
