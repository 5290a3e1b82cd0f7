"""JSON: one shape for one input or many, in fixed units and full precision."""

from functools import partial
from io import BytesIO
from typing import Any

from carbonctl.ledger.entry import COLUMNS, Entry, Totals
from carbonctl.ledger.result import SCHEMA, About, Assumption, Result
from carbonctl.ledger.samples import Drawn, Samples
from carbonctl.ledger.unknowns import Rank, Uncertainty, distribution, identity, is_certain
from carbonctl.numbers.values import Value
from carbonctl.render import Style, Verdicts
from carbonctl.render.escaping import as_json, json_parts


class Renderer:
    """Writes results into one document as they come; nothing of them is kept but their text."""

    def __init__(self, style: Style) -> None:
        self.out = BytesIO()

    def add(self, result: Result) -> None:
        """Add one element of ``results``."""
        self.out.write(b",\n    " if self.out.tell() else b"\n    ")
        for part in json_parts(_members(result), level=2):
            self.out.write(part.encode())

    def finish(self, about: About, verdicts: Verdicts = ()) -> bytes:
        """Return the document in UTF-8."""
        before = as_json(head(SCHEMA, about))
        after: dict[str, Any] = {"errors": faults(about)}
        if verdicts:
            from carbonctl.render.verdicts import as_dict

            after["verdicts"] = [as_dict(verdict) for verdict in verdicts]
        start = (before.removesuffix("\n}\n") + ',\n  "results": [').encode()
        size = self.out.tell()
        self.out.write(start)  # and in front of the results, which are moved in place
        with self.out.getbuffer() as text:
            text[len(start) :] = text[:size]
            text[: len(start)] = start
        self.out.write(b"\n  ]," if size else b"],")
        self.out.write(as_json(after).removeprefix("{").encode())
        return self.out.getvalue()


def head(schema: str, about: About) -> dict[str, Any]:
    """Return what every document begins with."""
    return {
        "schema": schema,
        "version": about.version,
        "hardware_db": about.hardware_db,
        "own_records": [folder._asdict() for folder in about.own_records],
    }


def faults(about: About) -> list[dict[str, Any]]:
    """Return what was wrong with the inputs that have no result."""
    keys = ("file", "line", "col", "path", "message")
    return [{key: getattr(problem, key) for key in keys} for problem in about.errors]


def result_dict(result: Result, drivers: Any = None) -> dict[str, Any]:
    """Return one element of ``results``; ``drivers`` are what matters most where rows differ."""
    members = _members(result, drivers).items()
    return {key: list(value) if isinstance(value, map) else value for key, value in members}


def _members(result: Result, drivers: Any = None) -> dict[str, Any]:
    """Return one element of ``results``, its long lists not made yet."""
    drawn = result.samples
    return {
        "file": result.file,
        "sha256": result.sha256,
        "name": result.name,
        "complete": result.complete,
        "total": _sums(result.total, drawn, drawn and drawn.total),
        "phases": {
            phase: _sums(sums, drawn, drawn and drawn.phases[phase])
            for phase, sums in result.phases.items()
        },
        "entries": map(partial(entry_dict, result.file, result.name), result.entries),
        "figures": [figure._asdict() for figure in result.figures],
        "drivers": [d._asdict() for d in result.drivers] if drivers is None else drivers,
        "assumptions": map(Assumption._asdict, result.assumptions),
        "reported": result.reported
        and {key: comparison._asdict() for key, comparison in result.reported.items()},
        "warnings": list(result.warnings),
        "uncertainty": _uncertainty(result),
        "spec": result.spec,
    }


def _sums(sums: Totals, drawn: Drawn | None, samples: Samples | None) -> dict[str, Any]:
    """Return sums, and what draws say of their total, where there are draws."""
    if drawn is None:
        return sums._asdict()
    return {**sums._asdict(), "samples": None if samples is None else samples._asdict()}


def _uncertainty(result: Result) -> dict[str, Any] | None:
    """Return what the draws of a result begin with; None where the workload says nothing of it."""
    said = result.uncertainty
    if said == Uncertainty() and not result.spec.get("uncertainty"):
        return None
    return {"seed": said.seed, "ranks": [*map(_rank, said.ranks)]}


def _rank(given: Rank) -> dict[str, Any]:
    """Return a rank correlation; the bounds of an unknown that they do not tell apart are null."""
    *keys, rank = given
    names, bounds = zip(*((name, numbers or None) for name, *numbers in keys), strict=True)
    return {"of": names, "bounds": bounds, "rank": rank}


def entry_dict(file: str, workload: str, entry: Entry) -> dict[str, Any]:
    """Return one element of ``entries``, of a workload of that file."""
    cells = {column: getattr(entry, column) for column in COLUMNS[2:]}
    inputs = [_input(value) for value in entry.inputs]
    return {
        "file": file,
        "workload": workload,
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
        "distribution": None if is_certain(value) else distribution(value),
        "unknown": None if is_certain(value) else identity(value),
        "parameters": list(value.parameters) or None,
    }
