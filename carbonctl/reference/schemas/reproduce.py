"""The schema of the record of published figures: what ``reproduce`` writes as JSON."""

from __future__ import annotations

from carbonctl.analysis.reproduce import Goal, Summary
from carbonctl.analysis.reproduce.boundaries import BOUNDARIES
from carbonctl.analysis.reproduce.rows import Row
from carbonctl.catalog.accuracy import MODES
from carbonctl.reference.schemas import Schema
from carbonctl.reference.schemas import records as r
from carbonctl.reference.schemas import result as of_result
from carbonctl.render.reproduction.json_ import SCHEMA

_OTHER_GROUNDS = (
    "footprint",
    "rating",
    "estimate",
    "unstated",
)  # where nothing of a run was measured


def build() -> Schema:
    """Return the schema of the document."""
    shared = of_result.build()["$defs"]
    modes = r.words(MODES)
    measured = r.words((*BOUNDARIES, *_OTHER_GROUNDS))
    properties = r.fields(
        "reproduce",
        schema={"const": SCHEMA},
        own_records=r.listed("own_records"),
        rows=r.listed("row"),
        summary=r.listed("summary"),
        goals=r.listed("goal"),
        not_known_before=r.TEXTS,
        not_measured=r.TEXTS,
        ok=r.FLAG,
    )
    words: dict[str, Schema] = {"class": r.TEXT}
    return r.whole(
        properties,
        **{
            "$id": SCHEMA,
            "title": "Published figures of carbonctl reproduce",
            "description": "What --format json writes. null is what is unknown or does not apply",
            "$defs": {
                "row": r.record(Row, "reproduce row", mode=modes, measured=measured, **words),
                "summary": r.record(Summary, "reproduce summary", mode=modes, **words),
                "goal": r.record(Goal, "reproduce goal"),
                "own_records": shared["own_records"],
            },
        },
    )
