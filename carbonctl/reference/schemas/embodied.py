"""The schema of bills: what ``embodied`` writes as JSON, and a line of its JSON Lines."""

from __future__ import annotations

from carbonctl.hardware.report import SCHEMA, VIEWS, Beside
from carbonctl.ledger.entry import EMBODIED, OPERATIONAL, Totals
from carbonctl.reference.schemas import Schema, ref
from carbonctl.reference.schemas import records as r
from carbonctl.reference.schemas import result as of_result


def build() -> Schema:
    """Return the schema of a document of bills, or of one bill as a line."""
    name: dict[str, Schema] = {"schema": {"const": SCHEMA, "description": "name of this schema"}}
    shared = of_result.build()["$defs"]
    results = {**r.listed("bill"), "description": "one bill a thing"}
    document = {**shared["document"]["properties"], **name, "results": results}
    document.pop("verdicts")
    bill = _bill()
    carbon = r.words((OPERATIONAL, EMBODIED))
    of_bill = r.fields("bill line", phase=r.words(("",)), boundary=carbon)
    same = ("input", "assumption", "own_records", "problem")
    return {
        "$id": SCHEMA,
        "title": "Bills of carbonctl embodied",
        "description": "What --format json writes, or one line of --format jsonl. null is what is "
        "unknown, which is never zero",
        "oneOf": [ref("document"), ref("line")],
        "$defs": {
            "document": r.whole(document),
            "line": r.whole({**name, **bill}),
            "bill": r.whole(bill),
            "published": r.whole(_published()),
            "beside": r.record(Beside, "beside"),
            "bounds": r.whole(r.fields("bounds", best=r.NUMBER, low=r.NUMBER, high=r.NUMBER)),
            "entry": r.whole({**shared["entry"]["properties"], **of_bill}),
            "totals": r.record(Totals, "totals"),
            **{key: shared[key] for key in same},
        },
    }


def _bill() -> dict[str, Schema]:
    carbon = {f"{view.replace(' ', '_')}_kgco2e": r.MAYBE_NUMBER for view in VIEWS}
    bounds = ref("bounds")
    return r.fields(
        "bill",
        complete=r.FLAG,
        total=ref("totals"),
        assumptions=r.listed("assumption"),
        warnings=r.TEXTS,
        of=r.words(("device", "host", "system", "list")),
        covers=r.MAYBE_TEXT,
        stages=r.whole(r.fields("stages", **carbon)),
        devices=bounds,
        lifetime_h=bounds,
        utilization=bounds,
        per_device_kgco2e=r.maybe("bounds"),
        per_useful_hour_kgco2e=r.maybe("bounds"),
        published=r.maybe("published"),
        notes=r.TEXTS,
        entries=r.listed("entry"),
    )


def _published() -> dict[str, Schema]:
    return r.fields(
        "published",
        embodied_kgco2e=ref("bounds"),
        source=r.MAYBE_TEXT,
        note=r.MAYBE_TEXT,
        not_among_the_parts=r.TEXTS,
        split=r.listed("beside"),
    )
