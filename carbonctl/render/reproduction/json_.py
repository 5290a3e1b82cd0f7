"""The record of published figures as JSON."""

from __future__ import annotations

from carbonctl.analysis.reproduce import Reproduction, goals, is_met, summaries
from carbonctl.ledger.result import About
from carbonctl.render import Style
from carbonctl.render.escaping import as_json
from carbonctl.render.reproduction import as_rows
from carbonctl.render.result.json_ import head

SCHEMA = "carbonctl.reproduce/1"


def render(made: Reproduction, about: About, style: Style, *, is_short: bool) -> str:
    """Return the document, which is always whole."""
    summary = [
        {"class" if key == "group" else key: value for key, value in item._asdict().items()}
        for item in summaries(made.rows)
    ]
    document = {
        **head(SCHEMA, about),
        "rows": as_rows(made),
        "summary": summary,
        "goals": [goal._asdict() for goal in goals(made)],
        "not_known_before": list(made.not_known_before),
        "not_measured": list(made.not_measured),
        "ok": is_met(made),
    }
    return as_json(document)
