"""Bills for machines: CSV, TSV and Parquet with the columns of a ledger, JSON, JSON Lines."""

import json
from collections.abc import Callable, Sequence
from importlib import import_module
from typing import Any

from carbonctl.hardware.report import SCHEMA, VIEWS, Bill, Published
from carbonctl.ledger.result import About
from carbonctl.numbers.intervals import Number, best, high, low
from carbonctl.numbers.values import Value
from carbonctl.render import Style
from carbonctl.render.escaping import as_json
from carbonctl.render.own_records import below
from carbonctl.render.result.json_ import faults, head, result_dict

BILL_FORMATS = ("table", "json", "jsonl", "csv", "tsv", "md", "parquet")
_LEFT_OUT = ("phases", "reported", "spec")


def render(
    form: str, bills: Sequence[Bill], about: About, style: Style | None = None
) -> str | bytes:
    """Return bills as text, or bytes, in one of `BILL_FORMATS`."""
    style = style or Style()
    makers: dict[str, Callable[[Sequence[Bill], About], str]] = {"json": _json, "jsonl": _jsonl}
    if form in makers:
        return makers[form](bills, about)
    if form in ("csv", "tsv", "parquet"):
        rows = import_module(f"carbonctl.render.result.{form}_").Renderer(style._replace(by=None))
        for bill in bills:
            rows.add(bill.result)
        written: str | bytes = rows.finish(about)
        return written
    drawn: str = import_module(f"carbonctl.render.bill.{form}_").render(bills, style)
    return below(drawn, about.own_records, is_markdown=form == "md")


def _json(bills: Sequence[Bill], about: About) -> str:
    document = {
        **head(SCHEMA, about),
        "results": [bill_dict(bill) for bill in bills],
        "errors": faults(about),
    }
    return as_json(document)


def _jsonl(bills: Sequence[Bill], about: About) -> str:
    lines = [{"schema": SCHEMA, **bill_dict(bill)} for bill in bills]
    return "".join(json.dumps(one, ensure_ascii=False, allow_nan=False) + "\n" for one in lines)


def bill_dict(bill: Bill) -> dict[str, Any]:
    """Return one element of ``results``."""
    found = {k: v for k, v in result_dict(bill.result).items() if k not in _LEFT_OUT}
    entries = found.pop("entries")
    return {
        **found,
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


def _published(found: Published | None) -> dict[str, Any] | None:
    if found is None:
        return None
    return {
        "embodied_kgco2e": _value(found.value),
        "covers": found.covers,
        "source": found.value.source,
        "note": found.value.note,
        "not_among_the_parts": list(found.lacks),
        "split": [one._asdict() for one in found.split],
    }
