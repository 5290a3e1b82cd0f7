"""Ties as JSON, in full precision."""

from __future__ import annotations

from carbonctl.analysis.breakeven import SCHEMA, Answer
from carbonctl.ledger.result import About
from carbonctl.render import Style
from carbonctl.render.breakeven import as_rows
from carbonctl.render.escaping import as_json
from carbonctl.render.result.json_ import head


def render(answer: Answer, about: About, style: Style) -> str:
    """Return the document."""
    question = answer.question
    low, high = (float(end) for end in (question.span.low, question.span.high))
    sides = [
        {"file": side.accounts.label, "workload": name, "path": side.path}
        for side, name in zip(question.sides, answer.workloads, strict=True)
    ]
    document = {
        **head(SCHEMA, about),
        "key": question.key,
        "until": None if question.target is None else question.target.text,
        "sides": sides,
        "low": low,
        "high": high,
        "unit": question.span.unit.strip(),
        "log": question.span.is_log,
        "draws": answer.draws,
        "ties": [
            {**row, "value": tie.value, "low": tie.low, "high": tie.high}
            for row, tie in zip(as_rows(answer), answer.ties, strict=True)
        ],
        "everywhere": answer.everywhere,
        "spread": answer.spread._asdict(),
    }
    return as_json(document)
