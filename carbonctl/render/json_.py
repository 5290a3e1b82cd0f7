"""JSON: one shape for one input or many, in fixed units and full precision."""

from __future__ import annotations

import json
from typing import Any

from carbonctl.ledger import COLUMNS, Entry
from carbonctl.render import Style
from carbonctl.result import SCHEMA, Report, Result
from carbonctl.values import Value


def render(report: Report, style: Style) -> str:
    """Return the whole report as one JSON document."""
    document = {
        "schema": SCHEMA,
        "version": report.version,
        "hardware_db": report.hardware_db,
        "results": [result_dict(result) for result in report.results],
        "errors": [
            {"file": p.file, "line": p.line, "col": p.col, "path": p.path, "message": p.message}
            for p in report.errors
        ],
    }
    return json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def result_dict(result: Result) -> dict[str, Any]:
    """Return one element of ``results``."""
    return {
        "file": result.file,
        "sha256": result.sha256,
        "name": result.name,
        "complete": result.complete,
        "total": result.total._asdict(),
        "phases": {phase: sums._asdict() for phase, sums in result.phases.items()},
        "entries": [_entry(result, entry) for entry in result.entries],
        "assumptions": [
            assumption._asdict() for assumption in result.assumptions
        ],
        "reported": result.reported
        and {key: comparison._asdict() for key, comparison in result.reported.items()},
        "warnings": list(result.warnings),
        "spec": result.spec,
    }  # fmt: skip


def _entry(result: Result, entry: Entry) -> dict[str, Any]:
    cells = {column: getattr(entry, column) for column in COLUMNS[2:]}
    inputs = [_input(value) for value in entry.inputs]
    return {
        "file": result.file,
        "workload": result.name,
        **cells,
        "formula": entry.formula,
        "inputs": inputs,
    }


def _input(value: Value) -> dict[str, Any]:
    return {
        "name": value.name,
        "value": value.best,
        "unit": value.unit,
        "low": value.low,
        "high": value.high,
        "status": value.status,
        "source": value.source,
        "path": value.path,
        "line": value.line,
    }
