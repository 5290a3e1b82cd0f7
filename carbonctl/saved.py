"""Reads a saved result back: what `estimate --format json` wrote is an input again."""

from __future__ import annotations

import json
from typing import Any

from carbonctl.errors import InputError, Problem
from carbonctl.ledger import Entry, Totals
from carbonctl.ranges import Range
from carbonctl.result import SCHEMA, Assumption, Comparison, Report, Result
from carbonctl.values import Value

def read(text: str, file: str) -> Report:
    """Return the report that a JSON text holds.

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
        return Report(
            document["version"],
            document["hardware_db"],
            tuple(_result(one) for one in document["results"]),
        )
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        message = f"not a saved result: {type(error).__name__} {error}"
        raise InputError([Problem(file, 1, 1, message)]) from None


def _result(raw: dict[str, Any]) -> Result:
    return Result(
        file=raw["file"],
        sha256=raw["sha256"],
        name=raw["name"],
        total=Totals(**raw["total"]),
        phases={phase: Totals(**sums) for phase, sums in raw["phases"].items()},
        entries=tuple(_entry(one) for one in raw["entries"]),
        assumptions=tuple(Assumption(**one) for one in raw["assumptions"]),
        reported=raw["reported"]
        and {key: Comparison(**one) for key, one in raw["reported"].items()},
        warnings=tuple(raw["warnings"]),
        spec=raw["spec"],
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
