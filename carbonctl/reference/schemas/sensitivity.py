"""The schema of what decides a figure: what ``sensitivity`` writes as JSON."""

from __future__ import annotations

from typing import get_args

from carbonctl.analysis.sensitivity import Row, Sensitivity
from carbonctl.analysis.sensitivity.model import ALL, ENDS, METHODS, SCHEMA
from carbonctl.factors.distributions import QUANTILES
from carbonctl.numbers.values import Status
from carbonctl.reference.schemas import Schema
from carbonctl.reference.schemas import records as r
from carbonctl.reference.schemas import result as of_result

STATUSES = (*get_args(Status), None)
DISTRIBUTIONS = (*QUANTILES, None)


def build() -> Schema:
    """Return the schema of the document."""
    shared = of_result.build()["$defs"]
    properties = r.fields(
        "sensitivity",
        schema={"const": SCHEMA},
        own_records=r.listed("own_records"),
        results=r.listed("answer"),
        errors=r.listed("problem"),
    )
    methods = {"type": "array", "items": r.words(m for m in METHODS if m != ALL)}
    return r.whole(
        properties,
        **{
            "$id": SCHEMA,
            "title": "What decides a figure, by carbonctl sensitivity",
            "description": "What --format json writes. null is what is unknown, undefined or was "
            "not asked for",
            "$defs": {
                "answer": r.record(
                    Sensitivity,
                    "answer",
                    methods=methods,
                    at=r.words(ENDS),
                    rows=r.listed("unknown"),
                    notes=r.TEXTS,
                ),
                "unknown": r.record(
                    Row,
                    "unknown",
                    status=r.words(STATUSES),
                    distribution=r.words(DISTRIBUTIONS),
                ),
                "own_records": shared["own_records"],
                "problem": shared["problem"],
            },
        },
    )
