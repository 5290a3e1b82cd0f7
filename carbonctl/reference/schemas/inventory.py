"""The schema of inventories: what ``report --as inventory`` writes as JSON."""

from __future__ import annotations

from carbonctl.analysis.reports.inventory import LOCATION, MARKET, InventoryRow
from carbonctl.reference.schemas import Schema
from carbonctl.reference.schemas import records as r
from carbonctl.reference.schemas import result as of_result
from carbonctl.render.reports.inventory import SCHEMA


def build() -> Schema:
    """Return the schema of the document."""
    document = r.fields(
        "inventory",
        schema={"const": SCHEMA},
        own_records=r.listed("own_records"),
        results=r.listed("result"),
    )
    result = r.fields(
        "inventory result",
        sha256=r.HASH,
        rows=r.listed("row"),
        total_location_kgco2e=r.MAYBE_NUMBER,
        total_market_kgco2e=r.MAYBE_NUMBER,
    )
    return {
        "$id": SCHEMA,
        "title": "An inventory by carbonctl report",
        "description": "What report --as inventory --format json writes: a row a scope and "
        "category of the GHG Protocol. null is what is not known or not estimated",
        **r.whole(document),
        "$defs": {
            "result": r.whole(result),
            "row": r.record(InventoryRow, "inventory row", method=r.words(("", LOCATION, MARKET))),
            "own_records": of_result.build()["$defs"]["own_records"],
        },
    }
