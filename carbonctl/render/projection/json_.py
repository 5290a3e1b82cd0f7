"""A projection as JSON, in fixed units and full precision."""

from __future__ import annotations

from typing import Any

from carbonctl.analysis.gates import Verdict
from carbonctl.analysis.projection.report import Report
from carbonctl.ledger.result import About
from carbonctl.render import Style
from carbonctl.render.escaping import as_json
from carbonctl.render.result.json_ import faults, head
from carbonctl.render.verdicts import as_dict

SCHEMA = "carbonctl.project/1"


def render(report: Report, about: About, verdicts: tuple[Verdict, ...], style: Style) -> str:
    """Return the document."""
    solved = report.solved
    document = {
        **head(SCHEMA, about),
        "file": report.file,
        "name": report.name,
        "step_months": report.projection.step_months,
        "embodied": report.wanted.embodied,
        "cumulative": report.wanted.is_cumulative,
        "solved": None if solved is None else solved._asdict(),
        "steps": _steps(report),
        "rows": [row._asdict() for row in report.table.rows],
        "notes": [str(note) for note in report.notes],
        "verdicts": [as_dict(verdict) for verdict in verdicts],
        "errors": faults(about),
    }
    return as_json(document)


def _steps(report: Report) -> list[dict[str, Any]]:
    """Return what is known of each step beyond its rows."""
    return [
        {
            "year": row.year,
            "efficiency": efficiency,
            "idle": idle,
            **report.bounds(n)._asdict(),
        }
        for n, (row, efficiency, idle) in enumerate(
            zip(report.table.totals, report.efficiency, report.table.idle, strict=True)
        )
    ]
