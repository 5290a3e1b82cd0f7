"""The schema of designs: what ``explore`` writes as JSON."""

from __future__ import annotations

from carbonctl.reference.schemas import Schema, ref
from carbonctl.reference.schemas import records as r
from carbonctl.reference.schemas import result as of_result
from carbonctl.spec.explore_file import MAX, MIN

_SCHEMA = "carbonctl.explore/1"
_SENSES = r.words((MIN, MAX))


def _by_name(of: Schema) -> Schema:
    return {"type": "object", "additionalProperties": of}


def build() -> Schema:
    """Return the schema of the document."""
    shared = of_result.build()["$defs"]
    document = r.fields(
        "explore",
        schema={"const": _SCHEMA},
        own_records=r.listed("own_records"),
        unit=r.MAYBE_TEXT,
        axes=r.TEXTS,
        columns=r.listed("column"),
        objectives=_by_name(_SENSES),
        constraints=_by_name(r.TEXT),
        ranked_by=ref("ranked_by"),
        best=r.MAYBE_TEXT,
        runner_up=r.MAYBE_TEXT,
        difference=r.maybe("difference"),
        within_range_of_best=r.TEXTS,
        equivalent_eta=r.MAYBE_NUMBER,
        designs=r.listed("design"),
        regions=r.listed("region"),
        never_best=r.TEXTS,
        no_regions=r.MAYBE_TEXT,
        verdicts=r.listed("verdict"),
    )
    design = r.fields(
        "explore design",
        values=_by_name(r.TEXT),
        **dict.fromkeys(("feasible", "non_dominated", "maybe"), r.FLAG),
        rank={"type": ["integer", "null"]},
        figures=_by_name(r.MAYBE_NUMBER),
        ranges=_by_name(ref("range")),
        reason=r.MAYBE_TEXT,
        error=r.MAYBE_TEXT,
    )
    region = r.fields(
        "explore region",
        **{"from": r.NUMBER, "to": r.NUMBER},
        **dict.fromkeys(("lifetime_years", "to_low", "to_high"), r.MAYBE_NUMBER),
    )
    numbers = dict.fromkeys(("best", "low", "high"), r.NUMBER)
    return {
        "$id": _SCHEMA,
        "title": "Designs by carbonctl explore",
        "description": "What --format json writes: designs side by side. null is unknown, or does "
        "not apply",
        **r.whole(document),
        "$defs": {
            "column": r.whole(r.fields("explore figure column")),
            "ranked_by": r.whole(r.fields("explore ranked_by", sense=_SENSES)),
            "difference": r.whole(r.fields("explore difference", **numbers)),
            "design": r.whole(design),
            "range": r.whole(r.fields("explore range", low=r.NUMBER, high=r.NUMBER)),
            "region": r.whole(region),
            "verdict": shared["verdict"],
            "own_records": shared["own_records"],
        },
    }
