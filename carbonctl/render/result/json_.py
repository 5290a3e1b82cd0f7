"""JSON: one shape for one input or many, in fixed units and full precision."""

from typing import TYPE_CHECKING, Any

from carbonctl.ledger.entry import COLUMNS, Entry
from carbonctl.ledger.result import SCHEMA, About, Result
from carbonctl.numbers.values import Value
from carbonctl.render import Style
from carbonctl.render.escaping import as_json
from carbonctl.render.own_records import as_dicts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from carbonctl.analysis.gates import Verdict


class Renderer:
    """Collects results into one document."""

    def __init__(self, style: Style) -> None:
        self.results: list[dict[str, Any]] = []

    def add(self, result: Result) -> None:
        """Add one element of ``results``."""
        self.results.append(result_dict(result))

    def finish(self, about: About, verdicts: "Sequence[Verdict]" = ()) -> str:
        """Return the document."""
        document: dict[str, Any] = {
            "schema": SCHEMA,
            "version": about.version,
            "hardware_db": about.hardware_db,
            "own_records": as_dicts(about.own_records),
            "results": self.results,
            "errors": [
                {"file": p.file, "line": p.line, "col": p.col, "path": p.path, "message": p.message}
                for p in about.errors
            ],
        }
        if verdicts:
            from carbonctl.render.verdicts import as_dict

            document["verdicts"] = [as_dict(verdict) for verdict in verdicts]
        return as_json(document)


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
