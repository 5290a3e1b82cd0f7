"""The schema of what levers save: what ``levers`` writes as JSON."""

from __future__ import annotations

from carbonctl.analysis.levers.attribution import ATTRIBUTIONS
from carbonctl.analysis.levers.remarks import Payback
from carbonctl.analysis.levers.rows import LeverRow
from carbonctl.reference.schemas import Schema
from carbonctl.reference.schemas import records as r
from carbonctl.reference.schemas import result as of_result
from carbonctl.render.levers.json_ import SCHEMA


def build() -> Schema:
    """Return the schema of the document."""
    shared = of_result.build()["$defs"]
    row = r.record(LeverRow, "levers row")
    more = r.fields(
        "levers more",
        relative=r.MAYBE_NUMBER,
        printed=r.MAYBE_NUMBER,
        without_rebound_kgco2e=r.MAYBE_NUMBER,
        payback=r.maybe("payback"),
        assumption={"type": ["string", "null"]},
        keys={"type": ["object", "null"]},
    )
    document = r.fields(
        "levers",
        schema={"const": SCHEMA},
        own_records=r.listed("own_records"),
        attribution=r.words((*ATTRIBUTIONS, "alone")),
        ranked=r.FLAG,
        original={"$ref": "#/$defs/row"},
        levers=r.listed("lever"),
        total=r.maybe("row"),
        alone_sum_kgco2e=r.MAYBE_NUMBER,
        market_before_kgco2e=r.MAYBE_NUMBER,
        market_after_kgco2e=r.MAYBE_NUMBER,
        assumptions=r.TEXTS,
        notes=r.TEXTS,
        verdicts=r.listed("verdict"),
        errors=r.listed("problem"),
    )
    return {
        "$id": SCHEMA,
        "title": "What levers save, by carbonctl levers",
        "description": "What --format json writes. null is what is unknown or does not apply",
        **r.whole(document),
        "$defs": {
            "row": row,
            "lever": r.whole({**row["properties"], **more}),
            "payback": r.record(Payback, "levers payback"),
            **{key: shared[key] for key in ("verdict", "own_records", "problem")},
        },
    }
