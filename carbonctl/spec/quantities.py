"""Quantities of a spec: a scalar, a range, or a mapping with bounds and their distribution."""

from __future__ import annotations

from typing import Any

from carbonctl.numbers import units
from carbonctl.numbers.intervals import Range, decide, has_rows
from carbonctl.numbers.units import Dimension
from carbonctl.numbers.values import Value
from carbonctl.spec import bounds, distributed, filled
from carbonctl.spec.texts import scalar, source_of
from carbonctl.spec.tree import Map
from carbonctl.text import did_you_mean

_ENDS = ("best", "low", "high")
KEYS = (*_ENDS, "source", "distribution", *distributed.MORE)


def read_quantity(raw: Any, dimension: Dimension, check: bounds.Check) -> Value:
    """Turn a scalar, or a mapping of best, low, high, source and distribution, into a `Value`.

    Raises
    ------
    ValueError
        With what is wrong and how to write it.
    """
    if isinstance(raw, Map):
        return _read_mapping(raw, dimension, check)
    text = scalar(raw, _wanted(dimension))
    number = filled.parse(text, dimension)
    ends = (number.low, number.high) if isinstance(number, Range) else (number,)
    for end in ends:
        check(end, str(text))
    word = _device_word(text, dimension) if dimension.devices else ""
    place = getattr(text, "place", None)
    line = None if place is None or place.origin else place.line
    return Value(number, dimension.unit, line=line, counts=word)


def _device_word(text: str, dimension: Dimension) -> str:
    """Return what a quantity counts.

    Raises ValueError where the ends of a range count different things.
    """
    first, dots, second = text.partition("..")
    word = units.device_word(second or first, dimension)
    low = units.device_word(first, dimension) if dots else ""
    if low and low != word:
        raise ValueError(f"`{text}`: the ends count different things, {low} and {word}")
    return word


def _wanted(dimension: Dimension) -> str:
    return f"{units.article(dimension.name)} such as `{dimension.example}`"


def first_quantity(raw: Map) -> Any:
    """Return one of the quantities in a mapping; None where there is none."""
    values = raw.get("values")
    listed = list(values) if isinstance(values, Map) else []
    written = (*(raw.get(key) for key in _ENDS), *listed)
    return next((text for text in written if text), None)


def _read_mapping(raw: Map, dimension: Dimension, check: bounds.Check) -> Value:
    for key in raw:
        if key not in KEYS:
            raise ValueError(f"unknown key `{key}` in a quantity{did_you_mean(key, KEYS)}")
    word = raw.get("distribution")
    more = [key for key in distributed.MORE if raw.get(key)]
    if not word and more:
        wanted = distributed.MORE[more[0]]
        raise ValueError(f"`{more[0]}` needs `distribution: {wanted}`; add that")
    if not word and not raw.get("best"):
        raise ValueError(
            "a quantity written as a mapping needs `best` (and `low`, `high`, `source`)"
        )
    parts = {key: _part(raw[key], key, dimension) for key in _ENDS if raw.get(key)}
    written = [raw[key] for key in parts]
    if word:
        made = distributed.read(raw, parts, dimension, check)
        written += raw["values"] if isinstance(raw.get("values"), Map) else []
    else:
        for key, number in parts.items():
            check(number, str(raw[key]))
        made = _bounded(parts, dimension)
    words = {units.device_word(text, dimension) if dimension.devices else "" for text in written}
    if len(words) > 1:
        said = ", ".join(word or "device" for word in sorted(words))
        raise ValueError(f"best, low and high count different things: {said}")
    source = source_of(raw["source"]) if raw.get("source") else None
    line = raw.place.line if not raw.place.origin else None
    return made._replace(source=source, line=line, counts=words.pop())


def _part(raw: Any, key: str, dimension: Dimension) -> float:
    """Return the number of one of the quantities of a mapping."""
    number = filled.parse(scalar(raw, _wanted(dimension)), dimension)
    if isinstance(number, Range):
        raise ValueError(f"`{raw}`: {key} is one quantity, not a range")
    return number


def _bounded(parts: dict[str, float], dimension: Dimension) -> Value:
    """Return a best estimate with its bounds, if it has any."""
    middle = parts["best"]
    low, high = parts.get("low", middle), parts.get("high", middle)
    if not decide((low <= middle) & (middle <= high)):
        raise ValueError("best must lie between low and high")
    return Value(middle if decide(low == high) else Range(middle, low, high), dimension.unit)


def write_quantity(value: Value, dimension: Dimension) -> str | dict[str, Any]:
    """Write a value as a spec would, so that it reads back the same; of columns each row."""
    if value.source is not None and has_rows(value.number):
        from carbonctl.numbers.columns import texts

        return texts(  # type: ignore[return-value]
            lambda number: write_quantity(value._replace(number=number), dimension), value.number
        )
    if value.counts:
        word = f"{value.counts}s" if dimension.counts else f"{value.counts}-h"
        dimension = dimension._replace(unit=word)
    source = {} if value.source is None else {"source": value.source}
    if value.distribution:
        return {**distributed.written(value, dimension), **source}
    written = units.format_quantity(value.number, dimension)
    if value.source is None:
        return written
    parts = {"best": written} if isinstance(written, str) else dict(written)
    if isinstance(value.number, Range):
        ends = (("best", value.best), ("low", value.low), ("high", value.high))
        parts = {key: str(units.format_quantity(v, dimension)) for key, v in ends}
    return {**parts, **source}
