"""The schema of what a table of runs says: what ``survey`` writes as JSON."""

from __future__ import annotations

from carbonctl.analysis.survey import SCHEMA
from carbonctl.analysis.survey.model import (
    Concentration,
    Correlation,
    GroupMore,
    GroupRow,
    RunRow,
    VarianceShares,
)
from carbonctl.reference.schemas import Schema
from carbonctl.reference.schemas import records as r
from carbonctl.reference.schemas import result as of_result

_COUNT: Schema = {"type": "integer"}
_YEAR: Schema = {"type": ["integer", "null"]}
_COUNTS = ("runs", "computed", "skipped", "inconsistent", "implausible", "seed")


def build() -> Schema:
    """Return the schema of the document."""
    shared = of_result.build()["$defs"]
    document = r.fields(
        "survey",
        schema={"const": SCHEMA},
        own_records=r.listed("own_records"),
        by=r.TEXTS,
        first_year=_YEAR,
        last_year=_YEAR,
        complete=r.FLAG,
        confidence_pct=r.NUMBER,
        **dict.fromkeys(_COUNTS, _COUNT),
        all={"$ref": "#/$defs/group"},
        groups=r.listed("group"),
        concentration=r.maybe("concentration"),
        shares_of_variance=r.maybe("variance"),
        correlations=r.listed("correlation"),
        checks=r.listed("check"),
        notes=r.TEXTS,
        listed=r.listed("run"),
        equivalents=r.listed("equivalent"),
        verdicts=r.listed("verdict"),
        errors=r.listed("problem"),
    )
    row, more = r.record(GroupRow, "survey group"), r.record(GroupMore, "survey more")
    check = r.fields("survey check", rows=_COUNT, named=r.TEXTS)
    return {
        "$id": SCHEMA,
        "title": "A survey by carbonctl survey",
        "description": "What --format json writes: statistics of many runs. null is what is "
        "unknown or does not apply, which is never zero",
        **r.whole(document),
        "$defs": {
            "group": r.whole({**row["properties"], **more["properties"]}),
            "concentration": r.record(Concentration, "survey concentration"),
            "variance": r.record(VarianceShares, "survey variance"),
            "correlation": r.record(Correlation, "survey correlation"),
            "check": r.whole(check),
            "run": r.record(RunRow, "survey run"),
            "equivalent": r.whole(r.fields("survey equivalent", amount=r.NUMBER)),
            **{key: shared[key] for key in ("verdict", "own_records", "problem")},
        },
    }
