"""The schema of a projection: what ``project`` writes as JSON."""

from __future__ import annotations

from carbonctl.analysis.projection.rows import EMBODIED, ProjectionRow
from carbonctl.analysis.projection.solve import Solved
from carbonctl.reference.schemas import Schema
from carbonctl.reference.schemas import records as r
from carbonctl.reference.schemas import result as of_result
from carbonctl.render.projection.json_ import SCHEMA


def build() -> Schema:
    """Return the schema of the document."""
    shared = of_result.build()["$defs"]
    step = r.fields(
        "project step",
        efficiency=r.MAYBE_NUMBER,
        idle=r.NUMBER,
        total_low_kgco2e=r.MAYBE_NUMBER,
        total_high_kgco2e=r.MAYBE_NUMBER,
    )
    document = r.fields(
        "project",
        schema={"const": SCHEMA},
        own_records=r.listed("own_records"),
        step_months={"type": "integer"},
        embodied=r.words(EMBODIED),
        cumulative=r.FLAG,
        solved=r.maybe("solved"),
        steps=r.listed("step"),
        rows=r.listed("row"),
        notes=r.TEXTS,
        verdicts=r.listed("verdict"),
        errors=r.listed("problem"),
    )
    return {
        "$id": SCHEMA,
        "title": "A workload over years, by carbonctl project",
        "description": "What --format json writes. null is what is unknown or is not counted",
        **r.whole(document),
        "$defs": {
            "step": r.whole(step),
            "row": r.record(ProjectionRow, "project row"),
            "solved": r.record(Solved, "project solved"),
            **{key: shared[key] for key in ("verdict", "own_records", "problem")},
        },
    }
