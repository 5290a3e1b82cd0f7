"""The types of the spec's fields: text goes in, a checked value comes out.

Every scalar reaches its field as text with a place (`located.Text`). A field that is a
quantity becomes a `Value`; words, ids and switches are checked for their meaning here.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Annotated, Any, NamedTuple, Protocol

from pydantic import ValidationInfo
from pydantic_core import core_schema

from carbonctl.numbers import units
from carbonctl.numbers.intervals import Number, Range, best, decide, has_rows, plain_sum
from carbonctl.numbers.units import Dimension
from carbonctl.numbers.values import Value
from carbonctl.spec import bounds, filled, scalars
from carbonctl.spec.scalars import MAX_NAME
from carbonctl.spec.tree import Map
from carbonctl.text import check_text, did_you_mean

# Tags of unions, which pydantic puts into the paths of errors; no name can be like them.
INLINE, NAMED, SHARES = "\0inline", "\0named", "\0shares"
SHARE_SLACK = 1e-6  # what rounding leaves of shares that sum to one
PHASES = ("data", "experimentation", "training", "inference")
FIELD = "field"  # where a core schema keeps the marker of its field, for the JSON Schema


class Names(Protocol):
    """The ids that a spec may use. The catalog is one; `spec` itself knows none."""

    def check(self, what: str, *names: str) -> None:
        """Raise ValueError where no ``what`` has this name: a device, a machine, a zone, …."""

    def provider(self, grid: str) -> str | None:
        """Return whose cloud region a grid is; None for any other grid."""


def _scalar(raw: Any, what: str) -> str:
    if isinstance(raw, str):
        return raw
    raise ValueError(
        f"{what} is wanted here, not a {'mapping' if isinstance(raw, dict) else 'list'}"
    )


_BOUND_KEYS = ("best", "low", "high", "source")


def read_quantity(raw: Any, dimension: Dimension, check: bounds.Check) -> Value:
    """Turn a scalar, or a mapping of best, low, high and source, into a `Value`.

    Raises
    ------
    ValueError
        With what is wrong and how to write it.
    """
    if isinstance(raw, Map):
        return _read_bounds(raw, dimension, check)
    text = _scalar(raw, _wanted(dimension))
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


def _read_bounds(raw: Map, dimension: Dimension, check: bounds.Check) -> Value:
    for key in raw:
        if key not in _BOUND_KEYS:
            raise ValueError(f"unknown key `{key}` in a quantity{did_you_mean(key, _BOUND_KEYS)}")
    if not raw.get("best"):
        raise ValueError(
            "a quantity written as a mapping needs `best` (and `low`, `high`, `source`)"
        )
    parts: dict[str, float] = {}
    words: set[str] = set()
    for key in ("best", "low", "high"):
        if raw.get(key):
            number = filled.parse(_scalar(raw[key], _wanted(dimension)), dimension)
            if isinstance(number, Range):
                raise ValueError(f"`{raw[key]}`: {key} is one quantity, not a range")
            check(number, str(raw[key]))
            parts[key] = number
            words.add(units.device_word(raw[key], dimension) if dimension.devices else "")
    if len(words) > 1:
        said = ", ".join(word or "device" for word in sorted(words))
        raise ValueError(f"best, low and high count different things: {said}")
    middle = parts["best"]
    low, high = parts.get("low", middle), parts.get("high", middle)
    if not decide((low <= middle) & (middle <= high)):
        raise ValueError("best must lie between low and high")
    source = _source(raw["source"]) if raw.get("source") else None
    line = raw.place.line if not raw.place.origin else None
    number = middle if decide(low == high) else Range(middle, low, high)
    return Value(number, dimension.unit, source=source, line=line, counts=words.pop())


def write_quantity(value: Value, dimension: Dimension) -> str | dict[str, str]:
    """Write a value as a spec would, so that it reads back the same; of columns each row."""
    if value.source is not None and has_rows(value.number):
        from carbonctl.numbers.columns import texts

        return texts(  # type: ignore[return-value]
            lambda number: write_quantity(value._replace(number=number), dimension), value.number
        )
    if value.counts:
        word = f"{value.counts}s" if dimension.counts else f"{value.counts}-h"
        dimension = dimension._replace(unit=word)
    written = units.format_quantity(value.number, dimension)
    if value.source is None:
        return written
    parts = {"best": written} if isinstance(written, str) else dict(written)
    if isinstance(value.number, Range):
        bounds = (("best", value.best), ("low", value.low), ("high", value.high))
        parts = {key: str(units.format_quantity(v, dimension)) for key, v in bounds}
    return {**parts, "source": value.source}


class QuantityField(NamedTuple):
    """Marks a field as a quantity of one dimension: ``Annotated[Value, Quantity(POWER)]``."""

    dimension: Dimension
    check: bounds.Check = bounds.not_negative

    def __get_pydantic_core_schema__(self, source: Any, handler: Any) -> core_schema.CoreSchema:
        return _core(
            self,
            lambda raw, info: read_quantity(raw, self.dimension, self.check),
            lambda value: write_quantity(value, self.dimension),
        )


def _core(
    marker: Any, read: Callable[[Any, ValidationInfo], Any], write: Callable[[Any], Any]
) -> core_schema.CoreSchema:
    """Return how pydantic reads and writes the fields of a marker."""
    return core_schema.with_info_plain_validator_function(
        read,
        serialization=core_schema.plain_serializer_function_ser_schema(write),
        metadata={FIELD: marker},
    )


class RateOrCount:
    """Marks a field as a count, or a count per time; the unit says which."""

    count = QuantityField(units.COUNT)
    rate = QuantityField(units.REQUEST_RATE)

    def read(self, raw: Any) -> Value:
        """Read a rate where a time stands below, else a count."""
        text = raw.get("best") if isinstance(raw, Map) else raw
        is_rate = isinstance(text, str) and ("/" in text or " per " in text)
        return read_quantity(raw, *(self.rate if is_rate else self.count))

    def write(self, value: Value) -> str | dict[str, str]:
        """Write one or the other."""
        return write_quantity(value, (self.rate if value.unit else self.count).dimension)

    def __get_pydantic_core_schema__(self, source: Any, handler: Any) -> core_schema.CoreSchema:
        return _core(self, lambda raw, info: self.read(raw), self.write)


class Scalar(NamedTuple):
    """Marks a field as one scalar that ``read`` checks and converts; ``schema`` is its form."""

    read: Callable[[Any, ValidationInfo], Any]
    schema: scalars.Form

    def __get_pydantic_core_schema__(self, source: Any, handler: Any) -> core_schema.CoreSchema:
        return core_schema.with_info_plain_validator_function(self.read)

    def __get_pydantic_json_schema__(self, schema: Any, handler: Any) -> dict[str, Any]:
        return scalars.as_schema(self.schema)


Fraction = Annotated[Value, QuantityField(units.FRACTION, bounds.fraction)]
Utilization = Annotated[Value, QuantityField(units.FRACTION, bounds.positive_fraction)]
Pue = Annotated[Value, QuantityField(units.RATIO, bounds.at_least_one)]
Count = Annotated[Value, QuantityField(units.COUNT)]
PositiveCount = Annotated[Value, QuantityField(units.COUNT, bounds.positive)]
WholeCount = Annotated[Value, QuantityField(units.COUNT, bounds.whole)]
Devices = Annotated[Value, QuantityField(units.DEVICES)]
WholeDevices = Annotated[Value, QuantityField(units.DEVICES, bounds.whole)]
Energy = Annotated[Value, QuantityField(units.ENERGY)]
Power = Annotated[Value, QuantityField(units.POWER)]
_SHORT = units.DURATION._replace(example="60 s", bare=("s", "ms"))
_SPAN = units.DURATION._replace(bare=("h", "days"))
Lifetime = Annotated[Value, QuantityField(units.SERVICE_LIFE, bounds.positive)]
Duration = Annotated[Value, QuantityField(units.DURATION)]
Span = Annotated[Value, QuantityField(_SPAN)]
Interval = Annotated[Value, QuantityField(_SPAN, bounds.positive)]
DeviceTime = Annotated[Value, QuantityField(units.DEVICE_TIME)]
PositiveDeviceTime = Annotated[Value, QuantityField(units.DEVICE_TIME, bounds.positive)]
Mass = Annotated[Value, QuantityField(units.MASS)]
Intensity = Annotated[Value, QuantityField(units.INTENSITY)]
Bandwidth = Annotated[Value, QuantityField(units.BANDWIDTH)]
PositiveBandwidth = Annotated[Value, QuantityField(units.BANDWIDTH, bounds.positive)]
ShortTime = Annotated[Value, QuantityField(_SHORT)]
PositiveShortTime = Annotated[Value, QuantityField(_SHORT, bounds.positive)]
RequestEnergy = Annotated[
    Value, QuantityField(units.ENERGY._replace(example="0.3 Wh", bare=("Wh", "J")))
]
RequestTime = Annotated[Value, QuantityField(units.DEVICE_TIME._replace(example="1 GPU-s"))]
LinkRate = Annotated[
    Value, QuantityField(units.BANDWIDTH._replace(example="79 Mbit/s"), bounds.positive)
]
ParameterSize = Annotated[Value, QuantityField(units.CAPACITY._replace(example="4 B"))]
Throughput = Annotated[Value, QuantityField(units.REQUEST_RATE, bounds.positive)]
Requests = Annotated[Value, RateOrCount()]
Ratio = Annotated[Value, QuantityField(units.FRACTION)]
Multiplier = Annotated[Value, QuantityField(units.COUNT, bounds.at_least_one)]
Overhead = Annotated[Value, QuantityField(units.RATIO._replace(example="1.3"), bounds.at_least_one)]
StoragePower = Annotated[Value, QuantityField(units.PER_TB_POWER)]
StorageMass = Annotated[Value, QuantityField(units.PER_TB_MASS)]
TransferEnergy = Annotated[Value, QuantityField(units.PER_GB_ENERGY)]
MemoryPower = Annotated[Value, QuantityField(units.DENSITY_POWER)]
BuildingMass = Annotated[Value, QuantityField(units.PER_KW_MASS)]
AreaMass = Annotated[Value, QuantityField(units.PER_AREA_MASS)]
AreaPerPower = Annotated[Value, QuantityField(units.AREA_PER_KW, bounds.positive)]
Volume = Annotated[
    Value, QuantityField(units.VOLUME._replace(example="15000 m3", bare=("m3", "kL")))
]
Water = Annotated[Value, QuantityField(units.WATER)]
Loss = Annotated[Value, QuantityField(units.FRACTION, bounds.loss)]
Capacity = Annotated[Value, QuantityField(units.CAPACITY)]
PositiveCapacity = Annotated[Value, QuantityField(units.CAPACITY, bounds.positive)]


def clean(raw: Any, what: str) -> str:
    """Return a text that is taken for nothing else, not empty and not too long."""
    text = _scalar(raw, what)
    if not text.strip():
        raise ValueError("must not be empty")
    if len(text) > MAX_NAME:
        raise ValueError(f"is longer than {MAX_NAME} characters")
    check_text(text, what)
    return str(text)


def name_of(raw: Any) -> str:
    """Return a name that tables, spreadsheets and workflows take for nothing else."""
    return clean(raw, "a name")


def _source(raw: Any) -> str:
    return clean(raw, "a source")


def word(*allowed: str) -> Scalar:
    """Return the marker of one of some words."""

    def read(raw: Any, info: ValidationInfo) -> str:
        text = str(_scalar(raw, "one word"))
        if text not in allowed:
            close = did_you_mean(text, allowed)
            raise ValueError(f"`{text}` is not one of {', '.join(allowed)}{close}")
        return text

    return Scalar(read, scalars.one_of(allowed))


def _switch(raw: Any, info: ValidationInfo) -> bool:
    text = str(_scalar(raw, "yes or no")).lower()
    if text in ("yes", "true"):
        return True
    if text in ("no", "false"):
        return False
    raise ValueError(f"`{raw}` is neither yes nor no")


def _year(raw: Any, info: ValidationInfo) -> int:
    text = str(_scalar(raw, "a year"))
    if not re.fullmatch(r"(19|20|21)[0-9][0-9]", text):
        raise ValueError(f"`{text}` is not a year such as 2024")
    return int(text)


def _version(raw: Any, info: ValidationInfo) -> int:
    text = str(_scalar(raw, "a version"))
    if text != "1":
        raise ValueError(f"`{text}`: this carbonctl reads version 1")
    return 1


def known(what: str, said: str, form: scalars.Form = scalars.ID) -> Scalar:
    """Return the marker of a name that the catalog must know: what it is, and in words."""

    def read(raw: Any, info: ValidationInfo) -> str:
        text = clean(raw, said)
        names: Names | None = info.context
        if names is not None:
            names.check(what, text)
        return text

    return Scalar(read, form)


Name = Annotated[str, Scalar(lambda raw, info: name_of(raw), scalars.WORDS)]
Source = Annotated[str, Scalar(lambda raw, info: _source(raw), scalars.WORDS)]
Switch = Annotated[bool, Scalar(_switch, scalars.SWITCH)]
Year = Annotated[int, Scalar(_year, scalars.YEAR)]
Version = Annotated[int, Scalar(_version, scalars.VERSION)]
Phase = Annotated[str, word(*PHASES)]
Operator = Annotated[str, word("own", "colocation", "cloud", "client")]
Provider = Annotated[str, word("aws", "azure", "google", "meta", "other")]
Facility = Annotated[str, word("hyperscale", "colocation", "hpc", "enterprise", "office", "home")]
Cooling = Annotated[str, word("air", "liquid")]
Task = Annotated[
    str,
    word(
        "language-model", "vision", "diffusion", "speech", "recommendation", "other",
        "benchmark", "notebook", "evaluation", "idle",
    ),
]  # fmt: skip
Medium = Annotated[str, word("ssd", "hdd")]
Technology = Annotated[str, word("wifi", "cellular")]
Boundary = Annotated[str, word("chip", "node", "facility")]
Mode = Annotated[str, word("offline", "online")]
Basis = Annotated[str, word("life-cycle", "direct")]
BasedOn = Annotated[str, word("production", "consumption")]
PowerScope = Annotated[str, word("device", "all", "system", "wall")]
DeviceId = Annotated[str, known("device", "the id of a device")]
MachineId = Annotated[str, known("machine", "the id of a device")]
HostId = Annotated[str, known("host", "the id of a host")]
SurroundingId = Annotated[str, known("surrounding", "the id of a host")]
InstanceId = Annotated[str, known("instance", "the name of a cloud machine type")]
_ZONE = known("zone", "the id of a grid")


class Mix(tuple[tuple[str, Number], ...]):
    """Shares of generation by kind of plant; they sum to one, ranges in their best."""

    __slots__ = ()


def _grid(raw: Any, info: ValidationInfo) -> str | Mix:
    """Read the id of a grid, or an inline mix of sources."""
    if not isinstance(raw, Map):
        text: str = _ZONE.read(raw, info)
        return text
    names: Names | None = info.context
    if not raw:
        raise ValueError("the mix is empty; write shares such as {hydro: 60 %, gas: 40 %}")
    shares = []
    for source, share in raw.items():
        if names is not None:
            names.check("plants", source)
        value = read_quantity(share, units.FRACTION, bounds.fraction)
        if value.source is not None:
            raise ValueError(f"{source}: a share of a mix has no source of its own")
        shares.append((source, value.number))
    total = plain_sum(best(share) for _, share in shares)
    if decide(abs(total - 1) > SHARE_SLACK):
        raise ValueError(f"the shares of the mix sum to {total * 100:g} %, not to 100 %")
    return Mix(shares)


def _write_grid(grid: str | Mix) -> Any:
    if not isinstance(grid, Mix):
        return grid
    return {name: units.format_quantity(share, units.FRACTION) for name, share in grid}


class GridField:
    """Marks a field as the id of a grid or an inline mix of sources."""

    def __get_pydantic_core_schema__(self, source: Any, handler: Any) -> core_schema.CoreSchema:
        return _core(self, _grid, _write_grid)


GridId = Annotated[str | Mix, GridField()]
