"""The schema of a comparison: what ``compare`` writes as JSON.

Design metrics and what decides the difference are in it where they are asked for.
"""

from __future__ import annotations

from carbonctl.analysis.compare.drivers import BASE, HEAD
from carbonctl.analysis.compare.model import ADDED, CHANGED, REMOVED, SAME, SCHEMA, Change, Delta
from carbonctl.analysis.design import metrics
from carbonctl.analysis.sensitivity import Row
from carbonctl.ledger.entry import EMBODIED, OPERATIONAL, SUMS
from carbonctl.reference import descriptions
from carbonctl.reference.schemas import Schema, closed, ref
from carbonctl.reference.schemas import records as r
from carbonctl.reference.schemas import result as of_result
from carbonctl.reference.schemas.sensitivity import DISTRIBUTIONS, STATUSES
from carbonctl.render.design.plain_ import AT_ONCE, DEPENDS, LATER, NEVER, SAFE
from carbonctl.spec.model import PHASES


def build() -> Schema:
    """Return the schema of a comparison."""
    shared = of_result.build()["$defs"]
    totals = descriptions.of("totals")
    side = r.fields("side", own_records=r.listed("own_records"), saved=r.FLAG, complete=r.FLAG)
    document = r.fields(
        "compare",
        schema={"const": SCHEMA},
        own_records=r.listed("own_records"),
        base=ref("base"),
        alternatives=r.listed("alternative"),
        verdicts=r.listed("verdict"),
        errors=r.listed("problem"),
    )
    return {
        "$id": SCHEMA,
        "title": "A comparison by carbonctl compare",
        "description": "What --format json writes: a base and its alternatives, best first. null "
        "is what is unknown, which is never zero",
        **r.whole(document),
        "$defs": {
            "base": _with_metrics(side),
            "alternative": _with_sensitivity(_with_metrics(_alternative(side))),
            "deltas": r.each({key: totals[key] for key in SUMS}, "delta"),
            "delta": r.record(Delta, "delta"),
            "row": r.whole(_row()),
            "change": r.record(Change, "change"),
            **_of_metrics(),
            **_of_sensitivity(),
            **{key: shared[key] for key in ("verdict", "own_records", "problem")},
        },
    }


def _with_metrics(properties: dict[str, Schema]) -> Schema:
    said = "design metrics, where --metrics asks for them"
    return closed(
        {**properties, "metrics": {**ref("metrics"), "description": said}}, tuple(properties)
    )


def _with_sensitivity(schema: Schema) -> Schema:
    said = "what decides the difference, where --sensitivity asks for it"
    schema["properties"]["sensitivity"] = {**ref("sensitivity"), "description": said}
    return schema


def _of_sensitivity() -> dict[str, Schema]:
    """Return the definitions of what decides a difference."""
    swing = r.record(
        Row,
        "swing",
        side=r.words((BASE, HEAD, None)),
        status=r.words(STATUSES),
        distribution=r.words(DISTRIBUTIONS),
        **dict.fromkeys(("at_low", "at_high", "swing"), r.NUMBER),
    )
    difference = r.fields(
        "difference", median=r.MAYBE_NUMBER, rows=r.listed("swing"), notes=r.TEXTS
    )
    return {"sensitivity": r.whole(difference), "swing": swing}


def _alternative(side: dict[str, Schema]) -> dict[str, Schema]:
    own = r.fields(
        "alternative",
        rank={"type": "integer"},
        total=ref("deltas"),
        phases=of_result.by_phase("deltas"),
        entries=r.listed("row"),
        inputs=r.listed("change"),
        assumptions=r.listed("change"),
        notes=r.TEXTS,
    )
    return {"rank": own["rank"], **side, **own}


def _row() -> dict[str, Schema]:
    energy = r.fields("row energy", base=r.MAYBE_NUMBER, head=r.MAYBE_NUMBER)
    return r.fields(
        "row",
        phase=r.words(PHASES),
        boundary=r.words((OPERATIONAL, EMBODIED)),
        change=r.words((ADDED, REMOVED, CHANGED, SAME)),
        energy_kwh=r.whole(energy),
        kgco2e=ref("delta"),
    )


def _of_metrics() -> dict[str, Schema]:
    """Return the definitions that design metrics need."""
    ratios = {
        name: {**r.maybe("figure"), "description": f"{key} over that of the base"}
        for name, key in metrics.PRODUCTS.items()
    }
    known = {
        **dict.fromkeys(descriptions.of("metrics"), r.maybe("figure")),
        **dict.fromkeys(metrics.TIMES, r.maybe("time")),
        "verdict": r.maybe("design"),
        "ratios": r.whole(ratios),
        "notes": r.TEXTS,
    }
    figure = r.fields("metric", best=r.MAYBE_NUMBER, low=r.MAYBE_NUMBER, high=r.MAYBE_NUMBER)
    within = r.words(("yes", "no", DEPENDS, None))
    time = r.fields("time", when=r.words((NEVER, AT_ONCE, LATER)), within_life=within)
    verdict, safe = r.words(metrics.VERDICTS), r.words((SAFE, DEPENDS))
    design = r.fields("design", best=verdict, low=verdict, high=verdict, over_range=safe)
    return {
        "metrics": r.whole(r.fields("metrics", **known)),
        "figure": r.whole(figure),
        "time": closed({**figure, **time}, (*figure, "when")),
        "design": r.whole(design),
    }
