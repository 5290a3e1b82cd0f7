"""A comparison as JSON, in fixed units and full precision."""

from collections.abc import Sequence
from typing import Any

from carbonctl.analysis.compare import ComparedEntry, Comparison, Delta, Report, Side
from carbonctl.analysis.compare.model import SCHEMA
from carbonctl.analysis.gates import Verdict
from carbonctl.ledger.result import About
from carbonctl.render import Style
from carbonctl.render.escaping import as_json
from carbonctl.render.result.json_ import faults, head
from carbonctl.render.verdicts import as_dict


def render(report: Report, verdicts: Sequence[Verdict], about: About, style: Style) -> str:
    """Return the document."""
    document: dict[str, Any] = {
        **head(SCHEMA, about),
        "base": _side(report.base),
        "alternatives": [
            _alternative(n, comparison) for n, comparison in enumerate(report.alternatives, 1)
        ],
        "verdicts": [as_dict(verdict) for verdict in verdicts],
        "errors": faults(about),
    }
    if report.metrics is not None:
        from carbonctl.render.design import plain_

        document["base"]["metrics"] = plain_.as_dict(report.metrics.base)
        for alternative, side in zip(document["alternatives"], report.metrics.heads, strict=True):
            alternative["metrics"] = plain_.as_dict(side)
    return as_json(document)


def _side(side: Side) -> dict[str, Any]:
    return {
        "label": side.label,
        "name": side.name,
        "version": side.version,
        "hardware_db": side.hardware_db,
        "own_records": [folder._asdict() for folder in side.own_records],
        "saved": side.is_saved,
        "complete": all(result.complete for result in side.results),
    }


def _alternative(rank: int, comparison: Comparison) -> dict[str, Any]:
    asked: dict[str, Any] = {}
    if comparison.sensitivity is not None:
        from carbonctl.render.sensitivity.json_ import of_difference

        asked["sensitivity"] = of_difference(comparison.sensitivity)
    return {
        "rank": rank,
        **_side(comparison.head),
        "total": _deltas(comparison.total),
        "phases": {phase: _deltas(sums) for phase, sums in comparison.phases.items()},
        "entries": [_row(row) for row in comparison.rows],
        "inputs": [change._asdict() for change in comparison.inputs],
        "assumptions": [change._asdict() for change in comparison.changes],
        "notes": list(comparison.notes),
        **asked,
    }


def _deltas(sums: dict[str, Delta]) -> dict[str, Any]:
    return {key: delta._asdict() for key, delta in sums.items()}


def _row(row: ComparedEntry) -> dict[str, Any]:
    entry = row.entry
    energy = [side.energy_kwh if side else 0.0 for side in (row.base, row.head)]
    return {
        "workload": row.workload,
        **{key: getattr(entry, key) for key in ("phase", "activity", "kind", "item", "boundary")},
        "change": row.change,
        "energy_kwh": {"base": energy[0], "head": energy[1]},
        "kgco2e": row.kgco2e._asdict(),
    }
