"""The schema of scores of personas: what ``report --as sci-ai`` writes as JSON."""

from __future__ import annotations

from carbonctl.analysis.reports.ai_software import OF_PERSONA, STAGES
from carbonctl.reference.schemas import Schema, ref, sci
from carbonctl.reference.schemas import records as r
from carbonctl.render.reports.software import AI_SCHEMA


def build() -> Schema:
    """Return the schema of the document."""
    document = r.fields(
        "sci-ai",
        schema={"const": AI_SCHEMA},
        own_records=r.listed("own_records"),
        results=r.listed("score"),
    )
    persona = r.fields(
        "sci-ai score",
        persona=r.words(OF_PERSONA),
        stages={"type": "array", "items": r.words(STAGES.values())},
        phases=r.TEXTS,
        stated={"anyOf": [ref("stated"), {"type": "null"}]},
    )
    stated = dict.fromkeys(("why", "values", "strategies"), r.MAYBE_TEXT)
    return {
        "$id": AI_SCHEMA,
        "title": "SCI for AI by carbonctl report",
        "description": "What report --as sci-ai --format json writes: a score a persona, in grams",
        **r.whole(document),
        "$defs": {
            "score": r.whole({**persona, **sci.score()}),
            "stated": r.whole(r.fields("sci-ai stated", **stated)),
            **sci.shared(),
        },
    }
