"""The schema of a result: what ``estimate`` writes as JSON, and a line of its JSON Lines.

Keys and types are those of the records that are written.
"""

from __future__ import annotations

from typing import get_args

from carbonctl.analysis.gates import Verdict
from carbonctl.catalog.own_records import OwnRecords
from carbonctl.errors import Problem
from carbonctl.factors.distributions import QUANTILES
from carbonctl.ledger.entry import EMBODIED, OPERATIONAL, Entry, Figure, Totals
from carbonctl.ledger.result import SCHEMA, Assumption, ReportedFigure
from carbonctl.ledger.samples import Samples
from carbonctl.ledger.sums import Driver
from carbonctl.numbers.values import Status, Value
from carbonctl.reference import descriptions
from carbonctl.reference.schemas import Schema, closed, ref
from carbonctl.reference.schemas import records as r
from carbonctl.spec.model import PHASES

_BOUNDS = {
    "type": "array",
    "items": {"type": ["array", "null"], "items": r.NUMBER},
}
_REPORTED = (
    "energy_kwh", "operational_kgco2e", "operational_market_kgco2e", "embodied_kgco2e",
    "total_kgco2e", "water_l",
)  # fmt: skip


def build() -> Schema:
    """Return the schema of a document of results, or of one result as a line."""
    document, result = _document(), _result()
    status = r.words(get_args(Status))
    return {
        "$id": SCHEMA,
        "title": "Results of carbonctl estimate",
        "description": "What --format json writes, or one line of --format jsonl. null is what is "
        "unknown, which is never zero",
        "oneOf": [ref("document"), ref("line")],
        "$defs": {
            "document": closed(document, tuple(key for key in document if key != "verdicts")),
            "verdict": r.record(Verdict, "verdict"),
            "line": r.whole({"schema": document["schema"], **result}),
            "result": r.whole(result),
            "totals": _totals(),
            "samples": r.record(Samples, "samples"),
            "entry": r.record(
                Entry,
                "entry",
                phase=r.words(PHASES),
                boundary=r.words((OPERATIONAL, EMBODIED)),
                status=status,
                inputs=r.listed("input"),
            ),
            "input": r.record(
                Value,
                "input",
                value=r.NUMBER,
                low=r.NUMBER,
                high=r.NUMBER,
                distribution=r.words((*QUANTILES, None)),
                unknown=r.MAYBE_TEXT,
                parameters={"type": ["array", "null"], "items": r.NUMBER},
            ),
            "uncertainty": r.whole(
                r.fields("uncertainty", seed={"type": "integer"}, ranks=r.listed("rank"))
            ),
            "rank": r.whole(r.fields("rank", of=r.TEXTS, bounds=_BOUNDS, rank=r.NUMBER)),
            "driver": r.record(Driver, "driver", status=status),
            "activity_figure": r.record(Figure, "activity_figure"),
            "assumption": r.record(Assumption, "assumption", status=status),
            "comparison": r.record(ReportedFigure, "comparison"),
            "own_records": r.record(OwnRecords, "own_records", sha256=r.HASH),
            "problem": r.record(Problem, "problem"),
        },
    }


def _totals() -> Schema:
    """Return the schema of sums, with what draws say of them where there are draws."""
    sums = r.fields("totals", **dict.fromkeys(Totals._fields, r.MAYBE_NUMBER))
    said = "what draws say of the total, with --draws; null where it is unknown"
    return closed({**sums, "samples": {**r.maybe("samples"), "description": said}}, tuple(sums))


def by_phase(of: str) -> Schema:
    """Return the schema of sums over each phase."""
    return r.each({phase: f"sums over {phase}" for phase in PHASES}, of)


def _document() -> dict[str, Schema]:
    return r.fields(
        "document",
        schema={"const": SCHEMA},
        own_records=r.listed("own_records"),
        results=r.listed("result"),
        errors=r.listed("problem"),
        verdicts=r.listed("verdict"),
    )


def _result() -> dict[str, Schema]:
    totals = descriptions.of("totals")
    compared = {key: {**ref("comparison"), "description": totals[key]} for key in _REPORTED}
    return r.fields(
        "result",
        sha256=r.HASH,
        complete=r.FLAG,
        total=ref("totals"),
        phases=by_phase("totals"),
        entries=r.listed("entry"),
        figures=r.listed("activity_figure"),
        drivers=r.listed("driver"),
        assumptions=r.listed("assumption"),
        reported={
            "type": ["object", "null"],
            "description": "",
            "properties": compared,
            "additionalProperties": False,
        },
        warnings=r.TEXTS,
        uncertainty=r.maybe("uncertainty"),
        spec={"type": "object"},
    )
