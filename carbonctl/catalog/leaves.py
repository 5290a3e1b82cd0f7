"""Reads values of a record: texts, words, whole numbers, figures with their source, groups."""

import math
from typing import Any

from carbonctl.catalog.records_reader import Group, Leaf, Listed, Reader
from carbonctl.numbers import units
from carbonctl.numbers.intervals import Range
from carbonctl.numbers.units import Dimension
from carbonctl.numbers.values import Value
from carbonctl.text import check_text, did_you_mean

POSITIVE = "positive"  # says to schemas that a whole number above 0 is wanted
CONFIDENCES = ("high", "medium", "low")
_MOST_DIGITS = 9
_BLANKS = str.maketrans("\t\r\n", "   ")
FIGURE_KEYS = ("value", "low", "high", "source", "confidence", "note")


def text(raw: Any) -> str:
    """Read a text.

    Raises
    ------
    ValueError
        For a list, a mapping, or nothing but spaces; for what is more than text where it is
        shown.
    """
    if not isinstance(raw, str) or not raw.strip():
        raise ValueError("a text is wanted here")
    check_text(raw if raw.isprintable() else raw.translate(_BLANKS), "a text")
    return " ".join(raw.split())


def word(allowed: tuple[str, ...]) -> Reader:
    """Return the reader of one of some words."""

    def read(raw: Any) -> str:
        word = text(raw)
        if word not in allowed:
            close = did_you_mean(word, allowed)
            raise ValueError(f"`{word}` is not one of {', '.join(allowed)}{close}")
        return word

    return Leaf(read, allowed)


def whole(raw: Any) -> int:
    """Read a whole number."""
    if not (isinstance(raw, str) and raw.isascii() and raw.isdigit()):
        raise ValueError(f"`{str(raw)[:40]}`: a whole number is wanted")
    if len(raw) > _MOST_DIGITS:
        raise ValueError("a smaller number is wanted")
    return int(raw)


def positive(raw: Any) -> int:
    """Read a whole number above 0."""
    number = whole(raw)
    if not number:
        raise ValueError("a number above 0 is wanted")
    return number


def switch(raw: Any) -> bool:
    """Read true or false."""
    if raw not in ("true", "false"):
        raise ValueError(f"`{raw}`: true or false is wanted")
    return bool(raw == "true")


def _number(raw: dict[str, Any], dimension: Dimension) -> float | Range:
    number = units.parse(text(raw["value"]), dimension)
    if "low" not in raw and "high" not in raw:
        return number
    if isinstance(number, Range):
        raise ValueError("value is a range already; low and high are then too much")
    ends = [units.parse(text(raw.get(key, raw["value"])), dimension) for key in ("low", "high")]
    low, high = (end.best if isinstance(end, Range) else end for end in ends)
    if not low <= number <= high:
        raise ValueError("value must lie between low and high")
    return Range(number, low, high)


def sources(raw: Any) -> str:
    """Read a key of sources.yaml, or a list of keys, which are joined by a space."""
    keys = raw if isinstance(raw, list) else [raw]
    if not keys:
        raise ValueError("source: a key of sources.yaml, or a list of keys, is wanted")
    return " ".join(text(key) for key in keys)


def figure(raw: Any, dimension: Dimension, allowed: tuple[str, ...] = FIGURE_KEYS) -> Value:
    """Read one figure; the keys of several sources are joined by a space.

    Raises
    ------
    ValueError
        Where it is not a figure of the dimension, or has no source.
    """
    if not isinstance(raw, dict):
        raise ValueError("a figure is a mapping: {value: …, source: …}")
    for key in raw:
        if key not in allowed:
            close = did_you_mean(key, allowed)
            raise ValueError(f"unknown key `{key}` in a figure{close}")
    if raw.get("value") is None or raw.get("source") is None:
        raise ValueError("a figure needs `value` and `source`; leave it out where unknown")
    confidence = raw.get("confidence", "high")
    if confidence not in CONFIDENCES:
        raise ValueError(f"confidence is one of {', '.join(CONFIDENCES)}")
    number = _number(raw, dimension)
    if (number.low if isinstance(number, Range) else number) < 0:
        raise ValueError(f"`{raw['value']}`: must not be negative")
    note = text(raw["note"]) if raw.get("note") else None
    return Value(
        number,
        dimension.unit,
        "catalog",
        sources(raw["source"]),
        note=note,
        confidence=str(confidence),
    )


def of(dimension: Dimension, least: float = 0.0, most: float = math.inf) -> Reader:
    """Return the reader of a figure whose bounds lie in ``least..most``."""

    def read(raw: Any) -> Value:
        value = figure(raw, dimension)
        if value.low < least or value.high > most:
            raise ValueError(f"`{raw['value']}`: outside of {least:g}..{most:g} {dimension.unit}")
        return value

    return Leaf(read, dimension)


_PLAIN: dict[Any, Reader] = {str: Leaf(text), int: Leaf(whole, int), bool: Leaf(switch, bool)}
_PLAIN |= {kind | None: reader for kind, reader in _PLAIN.items()}
_PLAIN[tuple[str, ...]] = Listed(Leaf(text))


def form_of(record: Any) -> Group:
    """Return the form of a named tuple, of the types of its fields.

    A field is read by what its type is annotated with, or by its type; one of any other type
    is no key of a record. What has no default is required, but for the id, which is the path.
    """
    fields: dict[str, Reader] = {}
    for key, hint in record.__annotations__.items():
        marks = getattr(hint, "__metadata__", None)
        reader = marks[0] if marks else _PLAIN.get(hint)
        if reader is not None:
            fields[key] = reader
    optional = {"id", *record._field_defaults}
    return Group(record, fields, tuple(key for key in fields if key not in optional))
