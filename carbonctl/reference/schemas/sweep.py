"""The schema of a sweep: what ``sweep`` writes as JSON."""

from __future__ import annotations

from carbonctl.analysis.sweep import SCHEMA
from carbonctl.ledger.entry import Totals
from carbonctl.reference.schemas import Schema
from carbonctl.reference.schemas import records as r
from carbonctl.reference.schemas import result as of_result


def build() -> Schema:
    """Return the schema of the document."""
    shared = of_result.build()["$defs"]
    sums = {key: shared["totals"]["properties"][key] for key in Totals._fields}
    figures: Schema = {"type": "object", "additionalProperties": r.MAYBE_NUMBER}
    point = r.fields(
        "sweep point",
        point={"type": "integer"},
        values=r.TEXTS,
        complete=r.FLAG,
        figures=figures,
        total=r.maybe("totals"),
        error=r.MAYBE_TEXT,
    )
    document = r.fields(
        "sweep",
        schema={"const": SCHEMA},
        own_records=r.listed("own_records"),
        over=r.listed("axis"),
        zip=r.FLAG,
        keys=r.TEXTS,
        unit=r.MAYBE_TEXT,
        points=r.listed("point"),
        verdicts=r.listed("verdict"),
        errors=r.listed("problem"),
    )
    return {
        "$id": SCHEMA,
        "title": "A sweep by carbonctl sweep",
        "description": "What --format json writes: one workload at many points. null is what is "
        "unknown, which is never zero",
        **r.whole(document),
        "$defs": {
            "axis": r.whole(r.fields("sweep axis", values=r.TEXTS)),
            "point": r.whole(point),
            "totals": r.whole(sums),
            **{key: shared[key] for key in ("verdict", "own_records", "problem")},
        },
    }
