"""Reads a saved result back: what `estimate --format json` wrote is an input again."""

import json
from typing import Any, NamedTuple

from carbonctl.errors import InputError, Problem
from carbonctl.ledger import Entry
from carbonctl.ranges import Range
from carbonctl.result import SCHEMA, Assumption, Comparison, Result
from carbonctl.values import Value


class Saved(NamedTuple):
    """The results of a file, and the versions that made them."""

    version: str
    hardware_db: str
    results: tuple[Result, ...]


def read(text: str, file: str) -> Saved:
    """Return the results that a JSON text holds.

    Raises
    ------
    InputError
        Where it is not one, or of a schema that this version does not read.
    """
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        line, col = getattr(error, "lineno", 1), getattr(error, "colno", 1)
        message = f"not a saved result: {getattr(error, 'msg', 'nested too deep')}"
        raise InputError([Problem(file, line, col, message)]) from None
    if document.get("schema") != SCHEMA:
        message = f"schema `{document.get('schema')}`: this carbonctl reads `{SCHEMA}`"
        raise InputError([Problem(file, 1, 1, message)])
    try:
        results = tuple(_result(one) for one in document["results"])
        return Saved(str(document["version"]), str(document["hardware_db"]), results)
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        message = f"not a saved result: {type(error).__name__} {error}"
        raise InputError([Problem(file, 1, 1, message)]) from None


def _result(raw: dict[str, Any]) -> Result:
    """Return one result; its sums are made anew from its entries."""
    reported = raw["reported"]
    compared = None if reported is None else {k: Comparison(**v) for k, v in reported.items()}
    return Result(
        raw["file"],
        raw["sha256"],
        raw["name"],
        entries=tuple(_entry(one) for one in raw["entries"]),
        assumptions=tuple(Assumption(**one) for one in raw["assumptions"]),
        warnings=tuple(raw["warnings"]),
        spec=lambda: dict(raw["spec"]),
        reported=lambda _: compared,
    )


def _entry(raw: dict[str, Any]) -> Entry:
    plain = {name: raw[name] for name in Entry._fields if name != "inputs"}
    return Entry(**plain, inputs=tuple(_input(one) for one in raw["inputs"]))


def _input(raw: dict[str, Any]) -> Value:
    best, low, high = raw["value"], raw["low"], raw["high"]
    number = best if low == high else Range(best, low, high)
    return Value(
        number,
        raw["unit"],
        raw["status"],
        raw["source"],
        raw["path"],
        raw["line"],
        raw["name"],
    )
