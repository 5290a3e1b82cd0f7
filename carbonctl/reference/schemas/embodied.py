"""The schema of bills: what ``embodied`` writes as JSON, and a line of its JSON Lines."""

from __future__ import annotations

from carbonctl.hardware.report import SCHEMA, VIEWS, Beside
from carbonctl.ledger.entry import EMBODIED, OPERATIONAL
from carbonctl.reference.schemas import Schema, ref
from carbonctl.reference.schemas import result as of_result
from carbonctl.reference.schemas.records import NUMBER, listed, maybe, record, text, texts, whole

_SHARED = ("file", "sha256", "name", "complete", "total", "assumptions", "warnings")
_OF = ("device", "host", "system", "list")
_STAGES = {
    "manufacturing": "making it, packaging not counted",
    "packaging": "packages of its circuits, which LCA counts to manufacturing",
    "transport": "carrying it to where it is used",
    "end of life": "collecting and treating it",
}
_BOUNDS = {
    "best": "best estimate",
    "low": "lower bound; the best estimate where there is no range",
    "high": "upper bound; the best estimate where there is no range",
}
_BESIDE = {
    "name": "a group of parts, as footprints have it",
    "published": "what the published figure says of it; null where it says nothing [kgCO2e]",
    "computed": "what the bill says of it; null where that is unknown or not in it [kgCO2e]",
}


def build() -> Schema:
    """Return the schema of a document of bills, or of one bill as a line."""
    name: dict[str, Schema] = {"schema": {"const": SCHEMA, "description": "name of this schema"}}
    shared = of_result.build()["$defs"]
    document = {
        **shared["document"]["properties"], **name, "results": listed("bill", "one bill a thing"),
    }  # fmt: skip
    document.pop("verdicts")
    bill = _bill(shared["result"]["properties"])
    return {
        "$id": SCHEMA,
        "title": "Bills of carbonctl embodied",
        "description": "What --format json writes, or one line of --format jsonl. null is what is "
        "unknown, which is never zero",
        "oneOf": [ref("document"), ref("line")],
        "$defs": {
            "document": whole(document),
            "line": whole({**name, **bill}),
            "bill": whole(bill),
            "published": whole(_published()),
            "beside": record(Beside, _BESIDE),
            "bounds": whole({key: {**NUMBER, "description": _BOUNDS[key]} for key in _BOUNDS}),
            "entry": whole(_entry(shared["entry"]["properties"])),
            **{
                key: shared[key]
                for key in ("totals", "input", "assumption", "own_records", "problem")
            },
        },
    }


def _bill(of_results: dict[str, Schema]) -> dict[str, Schema]:
    carbon = {
        f"{view.replace(' ', '_')}_kgco2e": {
            "type": ["number", "null"], "description": f"{_STAGES[view]} [kgCO2e]",
        }
        for view in VIEWS
    }  # fmt: skip
    return {
        **{key: of_results[key] for key in _SHARED},
        "sha256": text("digest of the input; empty for a record of the catalog"),
        "name": text("name of the device, the host, the system or the list"),
        "of": {"enum": list(_OF), "description": "what the bill is of"},
        "covers": {
            "type": ["string", "null"],
            "description": "what its lines are of, where they are not all of it",
        },
        "stages": {
            **whole(carbon),
            "description": "sums by stage of life; null is unknown, or that no line is of it",
        },
        "devices": _bounds("how many devices are in it"),
        "lifetime_h": _bounds("service life [h]"),
        "utilization": _bounds("share of it in useful work"),
        "per_device_kgco2e": maybe("bounds", "embodied carbon of one device [kgCO2e]"),
        "per_useful_hour_kgco2e": maybe(
            "bounds", "embodied carbon of an hour of one device's useful work [kgCO2e/h]"
        ),
        "published": maybe("published", "a published figure beside it; null where there is none"),
        "notes": texts("what is held wrong in a list of somebody else's"),
        "entries": listed("entry", "the bill, line by line"),
    }


def _bounds(description: str) -> Schema:
    return {**ref("bounds"), "description": description}


def _published() -> dict[str, Schema]:
    words: Schema = {"type": ["string", "null"]}
    return {
        "embodied_kgco2e": _bounds("the figure [kgCO2e]"),
        "covers": text("what the figure is of: die, card, baseboard, server, …"),
        "source": {**words, "description": "keys of sources.yaml"},
        "note": {**words, "description": "how the figure came about, what contests it"},
        "not_among_the_parts": texts("what the figure covers and the bill does not"),
        "split": listed("beside", "both by groups of parts, where the figure is split"),
    }


def _entry(of_results: dict[str, Schema]) -> dict[str, Schema]:
    """Return the keys of an entry, which are those of a ledger; a bill has no phases."""
    return {
        **of_results,
        "phase": {"enum": [""], "description": "empty: a bill has no phases"},
        "activity": text("name of the part"),
        "kind": text("kind of the part"),
        "ghg_scope": text("empty: a bill has no scopes"),
        "boundary": {
            "enum": [OPERATIONAL, EMBODIED],
            "description": "embodied; operational is its use over its life, where asked for",
        },
    }
