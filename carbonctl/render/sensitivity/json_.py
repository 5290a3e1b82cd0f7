"""What decides a figure as JSON, in fixed units and full precision."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from carbonctl.analysis.sensitivity import Sensitivity
from carbonctl.analysis.sensitivity.model import SCHEMA
from carbonctl.ledger.result import About
from carbonctl.render import Style
from carbonctl.render.escaping import as_json
from carbonctl.render.result.json_ import faults, head

OF_DIFFERENCE = (
    "side", "path", "name", "status", "source", "distribution", "best", "low", "high", "unit",
    "entries", "at_low", "at_high", "swing",
)  # fmt: skip


def render(
    answers: Sequence[Sensitivity], about: About, style: Style, *, form: str, top: int
) -> str:
    """Return the document with all rows."""
    return as_json(
        {
            **head(SCHEMA, about),
            "results": [
                {"file": answer.file, "workload": answer.workload, **as_dict(answer)}
                for answer in answers
            ],
            "errors": faults(about),
        }
    )


def as_dict(answer: Sensitivity) -> dict[str, Any]:
    """Return an answer without its file and workload."""
    fields = answer._asdict()
    del fields["file"], fields["workload"]
    rows = [row._asdict() for row in answer.rows]
    for row in rows:
        del row["side"], row["where"]
    return {**fields, "methods": list(answer.methods), "rows": rows, "notes": list(answer.notes)}


def of_difference(answer: Sensitivity) -> dict[str, Any]:
    """Return what decides a difference: the swings alone, and on which side an unknown is."""
    rows = [{name: getattr(row, name) for name in OF_DIFFERENCE} for row in answer.rows]
    return {"key": answer.key, "unit": answer.unit, "median": answer.median, "rows": rows,
            "notes": list(answer.notes)}  # fmt: skip
