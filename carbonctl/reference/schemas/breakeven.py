"""The schema of ties: what ``breakeven`` writes as JSON."""

from __future__ import annotations

from carbonctl.analysis.breakeven import SCHEMA
from carbonctl.analysis.breakeven.question import BASE, HEAD, OVER, UNDER
from carbonctl.factors.roots import EQUAL, JUMP, TIE
from carbonctl.reference.schemas import Schema
from carbonctl.reference.schemas import records as r
from carbonctl.reference.schemas import result as of_result

_SIDES = (BASE, HEAD, UNDER, OVER)
_SPREAD = ("p5", "p50", "p95", "without")


def build() -> Schema:
    """Return the schema of the document."""
    shared = of_result.build()["$defs"]
    lower = r.words((*_SIDES, ""))
    spread = dict.fromkeys(_SPREAD, r.MAYBE_NUMBER)
    tie = r.fields(
        "breakeven tie",
        tie=r.NUMBER, below=lower, above=lower, kind=r.words((TIE, JUMP, EQUAL)), **spread,
    )  # fmt: skip
    more = r.fields("breakeven tie value", low=r.NUMBER, high=r.NUMBER)
    document = r.fields(
        "breakeven",
        schema={"const": SCHEMA},
        own_records=r.listed("own_records"),
        until=r.MAYBE_TEXT,
        sides=r.listed("side"),
        low=r.NUMBER,
        high=r.NUMBER,
        log=r.FLAG,
        draws={"type": ["integer", "null"]},
        ties=r.listed("tie"),
        everywhere=r.words((*_SIDES, EQUAL, None)),
        spread=r.whole({key: tie[key] for key in _SPREAD}),
    )
    return {
        "$id": SCHEMA,
        "title": "Ties by carbonctl breakeven",
        "description": "What --format json writes: where figures meet. null is what is unknown "
        "or does not apply",
        **r.whole(document),
        "$defs": {
            "side": r.whole(r.fields("breakeven side", path=r.MAYBE_TEXT)),
            "tie": r.whole({**tie, **more}),
            "own_records": shared["own_records"],
        },
    }
