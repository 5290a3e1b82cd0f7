"""Bills as JSON, a document with the head of a result's, and as JSON Lines."""

from collections.abc import Sequence
from typing import Any

from carbonctl.hardware.report import SCHEMA, VIEWS, Bill, Published
from carbonctl.ledger.result import About
from carbonctl.numbers.intervals import Number, best, high, low
from carbonctl.numbers.values import Value
from carbonctl.render import Style
from carbonctl.render.by_row import encode
from carbonctl.render.escaping import as_json
from carbonctl.render.result.json_ import faults, head, result_dict

_LEFT_OUT = ("uncertainty", "phases", "drivers", "reported", "spec", "figures")


def render(bills: Sequence[Bill], about: About, style: Style) -> str:
    """Return the document."""
    results = [bill_dict(bill) for bill in bills]
    return as_json({**head(SCHEMA, about), "results": results, "errors": faults(about)})


def lines(bills: Sequence[Bill]) -> str:
    """Return one bill a line, each with its schema."""
    return "".join(f"{encode({'schema': SCHEMA, **bill_dict(bill)})}\n" for bill in bills)


def bill_dict(bill: Bill) -> dict[str, Any]:
    """Return one element of ``results``."""
    fields = {k: v for k, v in result_dict(bill.result).items() if k not in _LEFT_OUT}
    entries = fields.pop("entries")
    return {
        **fields,
        "of": bill.what,
        "covers": bill.covers or None,
        "stages": {f"{name.replace(' ', '_')}_kgco2e": bill.view(name) for name in VIEWS},
        "devices": _value(bill.devices),
        "lifetime_h": _value(bill.lifetime),
        "utilization": _value(bill.utilization),
        "per_device_kgco2e": _number(bill.per_device),
        "per_useful_hour_kgco2e": _number(bill.per_useful_hour),
        "published": _published(bill.published),
        "notes": list(bill.notes),
        "entries": entries,
    }


def _number(number: Number | None) -> dict[str, float] | None:
    if number is None:
        return None
    return {"best": best(number), "low": low(number), "high": high(number)}


def _value(value: Value) -> dict[str, float]:
    return {"best": value.best, "low": value.low, "high": value.high}


def _published(published: Published | None) -> dict[str, Any] | None:
    if published is None:
        return None
    return {
        "embodied_kgco2e": _value(published.value),
        "covers": published.covers,
        "source": published.value.source,
        "note": published.value.note,
        "not_among_the_parts": list(published.lacks),
        "split": [share._asdict() for share in published.split],
    }
