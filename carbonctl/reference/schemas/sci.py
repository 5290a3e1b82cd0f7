"""The schema of scores: what ``report --as sci`` writes as JSON."""

from __future__ import annotations

from carbonctl.reference.schemas import Schema, ref
from carbonctl.reference.schemas import records as r
from carbonctl.reference.schemas import result as of_result
from carbonctl.render.reports.software import AVERAGE, SCHEMA

_NUMBERS = ("score_g", "per", "O_g", "M_g", "E_kwh", "R")
_OF_HARDWARE = ("TE_kg", "TiR_h", "EL_h", "RR", "ToR")


def build() -> Schema:
    """Return the schema of the document."""
    document = r.fields(
        "sci",
        schema={"const": SCHEMA},
        own_records=r.listed("own_records"),
        results=r.listed("score"),
    )
    return {
        "$id": SCHEMA,
        "title": "Software Carbon Intensity by carbonctl report",
        "description": "What report --as sci --format json writes: SCI = (O + M) / R, in grams",
        **r.whole(document),
        "$defs": {"score": r.whole(score()), **shared()},
    }


def score() -> dict[str, Schema]:
    """Return the fields of a score."""
    return r.fields(
        "sci score",
        **dict.fromkeys(_NUMBERS, r.NUMBER),
        sha256=r.HASH,
        I_g_per_kwh=r.MAYBE_NUMBER,
        I_kind=r.words((AVERAGE,)),
        hardware=r.listed("hardware"),
        boundary=ref("boundary"),
    )


def shared() -> dict[str, Schema]:
    """Return the definitions that a score needs."""
    hardware = r.fields("sci hardware", M_g=r.NUMBER, **dict.fromkeys(_OF_HARDWARE, r.MAYBE_NUMBER))
    return {
        "hardware": r.whole(hardware),
        "boundary": r.whole(r.fields("sci boundary", included=r.TEXTS, excluded=r.TEXTS)),
        "own_records": of_result.build()["$defs"]["own_records"],
    }
