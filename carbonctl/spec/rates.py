"""Fields that are rates of change: one text, or a mapping with bounds and a source."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic_core import core_schema

from carbonctl.numbers.intervals import Number, Range, best, high, low
from carbonctl.numbers.rates import UNIT, read_rate
from carbonctl.numbers.units import format_number
from carbonctl.numbers.values import Value
from carbonctl.spec.fields import FIELD
from carbonctl.spec.texts import scalar, source_of
from carbonctl.spec.tree import Map
from carbonctl.text import did_you_mean

# What JSON Schema knows of a rate.
PATTERN = r"^\s*([+−-].*%|[0-9.].*[x×])\s*(/|per\s)\s*([0-9][0-9._]*\s*)?[A-Za-z]+\s*$"
_KEYS = ("best", "low", "high", "source")


class RateField:
    """Marks a field as a rate of change."""

    def read(self, raw: Any) -> Value:
        """Return the rate that a scalar or a mapping of best, low, high and source says.

        Raises
        ------
        ValueError
            With what is wrong and how to write it.
        """
        if isinstance(raw, Map):
            return _mapping(raw)
        text = scalar(raw, "a rate such as `2x / 18 months`")
        place = getattr(text, "place", None)
        line = None if place is None or place.origin else place.line
        return Value(read_rate(str(text)), UNIT, line=line)

    def write(self, value: Value) -> str | dict[str, str]:
        """Write it so that it reads back the same."""
        ends = {"best": value.best, "low": value.low, "high": value.high}
        said = {key: f"{format_number(factor)}x / year" for key, factor in ends.items()}
        if value.source is not None:
            return {**said, "source": value.source}
        return said if isinstance(value.number, Range) else said["best"]

    def __get_pydantic_core_schema__(self, source: Any, handler: Any) -> core_schema.CoreSchema:
        return core_schema.no_info_plain_validator_function(
            self.read,
            serialization=core_schema.plain_serializer_function_ser_schema(self.write),
            metadata={FIELD: self},
        )


Rate = Annotated[Value, RateField()]


def _mapping(raw: Map) -> Value:
    """Return a rate with its bounds and its source."""
    for key in raw:
        if key not in _KEYS:
            raise ValueError(f"unknown key `{key}` in a rate{did_you_mean(key, _KEYS)}")
    if not raw.get("best"):
        raise ValueError("a rate written as a mapping needs `best` (and `low`, `high`, `source`)")
    parts = {key: read_rate(str(raw[key])) for key in _KEYS[:3] if raw.get(key)}
    for key, part in parts.items():
        if isinstance(part, Range):
            raise ValueError(f"`{raw[key]}`: {key} is one rate, not a range")
    middle = best(parts["best"])
    least, most = low(parts.get("low", middle)), high(parts.get("high", middle))
    if not least <= middle <= most:
        raise ValueError("best must lie between low and high")
    number: Number = middle if least == most else Range(middle, least, most)
    source = source_of(raw["source"]) if raw.get("source") else None
    line = raw.place.line if not raw.place.origin else None
    return Value(number, UNIT, source=source, line=line)


def is_rate(raw: Any) -> bool:
    """Whether what stands in a field is one rate, and not a mapping of several figures."""
    return not isinstance(raw, Mapping) or "best" in raw
