"""The schema of the account of a fleet: what ``fleet`` writes as JSON."""

from __future__ import annotations

from typing import get_args

from carbonctl.ledger.entry import Totals
from carbonctl.ledger.fleet import SCHEMA, Input, NotCovered
from carbonctl.ledger.result import Assumption
from carbonctl.numbers.values import Status
from carbonctl.reference.schemas import Schema
from carbonctl.reference.schemas import records as r
from carbonctl.reference.schemas import result as of_result

_COUNT: Schema = {"type": "integer", "minimum": 0}
_LINE: Schema = {"type": ["integer", "string"]}


def build() -> Schema:
    """Return the schema of the document."""
    shared = of_result.build()["$defs"]
    sums = {key: shared["totals"]["properties"][key] for key in Totals._fields}
    own = r.fields("fleet figures", rows=_COUNT, device_h=r.MAYBE_NUMBER, complete=r.FLAG)
    figures = {**own, **sums}
    group = r.fields("fleet group", tags=_each(r.TEXT), share=r.MAYBE_NUMBER)
    status = r.words(get_args(Status))
    assumed = {
        **r.record(Assumption, "assumption", status=status)["properties"],
        **r.fields("fleet assumed", rows=_COUNT),
    }
    kept = ("verdict", "own_records", "problem", "entry", "input")
    return {
        "$id": SCHEMA,
        "title": "The account of a fleet by carbonctl fleet",
        "description": "What --format json writes: tables of jobs as one account. null is what is "
        "unknown, which is never zero",
        **r.whole(_document()),
        "$defs": {
            "table": r.record(
                Input, "fleet table", rows=_COUNT, sha256={**r.HASH, "type": ["string", "null"]}
            ),
            "coverage": r.whole(_coverage()),
            "figures": r.whole(figures),
            "group": r.whole({"tags": group["tags"], **figures, "share": group["share"]}),
            "assumed": r.whole(assumed),
            "uncovered": r.record(NotCovered, "fleet uncovered"),
            "reject": r.whole(r.fields("fleet reject", line=_LINE)),
            **{key: shared[key] for key in kept},
        },
    }


def _each(of: Schema) -> Schema:
    return {"type": "object", "additionalProperties": of}


def _coverage() -> dict[str, Schema]:
    return r.fields(
        "fleet coverage",
        rows=_COUNT,
        counted=_COUNT,
        rejected=_COUNT,
        skipped=_each(_COUNT),
        uncovered_h=r.NUMBER,
    )


def _document() -> dict[str, Schema]:
    return r.fields(
        "fleet",
        schema={"const": SCHEMA},
        own_records=r.listed("own_records"),
        inputs=r.listed("table"),
        coverage={"$ref": "#/$defs/coverage"},
        by=r.TEXTS,
        total={"$ref": "#/$defs/figures"},
        groups=r.listed("group"),
        entries=r.listed("entry"),
        assumptions=r.listed("assumed"),
        not_covered=r.listed("uncovered"),
        warnings=r.TEXTS,
        rejects=r.listed("reject"),
        map={"type": "object"},
        verdicts=r.listed("verdict"),
        errors=r.listed("problem"),
    )
