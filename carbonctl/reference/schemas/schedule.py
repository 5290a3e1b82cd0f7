"""The schema of schedules: what ``schedule`` writes as JSON."""

from __future__ import annotations

from carbonctl.reference.schemas import Schema
from carbonctl.reference.schemas import records as r
from carbonctl.reference.schemas import result as of_result
from carbonctl.render.schedule.json_ import SCHEMA
from carbonctl.site.hours import DataFile
from carbonctl.site.schedules import (
    CONTIGUOUS,
    ELASTIC,
    INTERRUPTIBLE,
    LATEST,
    MEAN,
    NOW,
    WORST,
    JobSchedule,
    Option,
    Span,
    Sums,
)
from carbonctl.spec.moments import AVERAGE, MARGINAL

_WAYS = (NOW, CONTIGUOUS, INTERRUPTIBLE, ELASTIC, LATEST, WORST, MEAN)


def build() -> Schema:
    """Return the schema of the document."""
    shared = of_result.build()["$defs"]
    document = r.fields(
        "schedule",
        schema={"const": SCHEMA},
        own_records=r.listed("own_records"),
        by=r.words((AVERAGE, MARGINAL)),
        forecast=r.MAYBE_TEXT,
        schedule={"$ref": "#/$defs/sums"},
        jobs=r.listed("job"),
        data=r.listed("data"),
        assumptions=r.TEXTS,
        warnings=r.TEXTS,
        verdicts=r.listed("verdict"),
    )
    return {
        "$id": SCHEMA,
        "title": "When and where jobs run best, by carbonctl schedule",
        "description": "What --format json writes. null is what is unknown or does not apply",
        **r.whole(document),
        "$defs": {
            "sums": r.record(Sums, "schedule sums"),
            "job": r.record(
                JobSchedule, "schedule job",
                elastic=r.FLAG, release=r.TEXT, deadline=r.TEXT, best={"type": "integer"},
                options=r.listed("option"),
            ),
            "option": r.record(
                Option, "schedule option",
                name=r.words(_WAYS), spans=r.listed("span"), starts=r.TEXTS,
            ),
            "span": r.record(Span, "schedule span", start=r.TEXT, end=r.TEXT),
            "data": r.record(
                DataFile, "schedule data",
                sha256=r.HASH, signal=r.words((AVERAGE, MARGINAL, "")), notes=r.TEXTS,
            ),
            **{key: shared[key] for key in ("verdict", "own_records")},
        },
    }  # fmt: skip
