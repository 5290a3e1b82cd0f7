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
from carbonctl.numbers.intervals import Number, Range, best, decide, plain_sum
from carbonctl.numbers.units import Dimension
from carbonctl.numbers.values import Value
from carbonctl.spec import bounds, scalars
from carbonctl.spec.file_names import config_path
from carbonctl.spec.quantities import first_quantity, read_quantity, write_quantity
from carbonctl.spec.texts import clean, scalar, source_of
from carbonctl.spec.tree import Map
from carbonctl.text import did_you_mean

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


class Context(NamedTuple):
    """What fields are checked with: the ids that there are, and the file that is read."""

    names: Names | None
    file: str


def names_in(info: ValidationInfo) -> Names | None:
    """Return the ids that a field is checked with; None where it takes any."""
    context: Context | None = info.context
    return None if context is None else context.names


class QuantityField(NamedTuple):
    """Marks a field as a quantity of one dimension: ``Annotated[Value, Quantity(POWER)]``.

    ``needs_one`` refuses ranges, with the reason.
    """

    dimension: Dimension
    check: bounds.Check = bounds.not_negative
    needs_one: str = ""

    def read(self, raw: Any) -> Value:
        """Return the quantity that a scalar or a mapping says.

        Raises
        ------
        ValueError
            With what is wrong and how to write it.
        """
        value = read_quantity(raw, self.dimension, self.check)
        if self.needs_one and isinstance(value.number, Range):
            shown = "a range" if isinstance(raw, Map) else f"`{raw}` is a range"
            raise ValueError(f"{shown}; {self.needs_one}")
        return value

    def write(self, value: Value) -> str | dict[str, str]:
        """Write it so that it reads back the same."""
        return write_quantity(value, self.dimension)

    def __get_pydantic_core_schema__(self, source: Any, handler: Any) -> core_schema.CoreSchema:
        return _core(self, lambda raw, info: self.read(raw), self.write)


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
        text = first_quantity(raw) if isinstance(raw, Map) else raw
        is_rate = isinstance(text, str) and ("/" in text or " per " in text)
        return (self.rate if is_rate else self.count).read(raw)

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
ONE_NUMBER = (
    "one number is wanted here, as hours are computed from single figures. Try several with "
    "`plan.sweep` or `carbonctl sweep`"
)
SITE_POWER = units.POWER._replace(example="20 MW", bare=("MW", "kW"))
SitePower = Annotated[Value, QuantityField(SITE_POWER, bounds.not_negative, ONE_NUMBER)]
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
TokenRate = Annotated[
    Value, QuantityField(units.REQUEST_RATE._replace(example="900 / s"), bounds.positive)
]
TokenTime = Annotated[
    Value,
    QuantityField(units.DURATION._replace(example="30 ms", bare=("ms", "s")), bounds.positive),
]
Parameters = Annotated[
    Value, QuantityField(units.COUNT._replace(example="70B"), bounds.of_model_parameters)
]
Tokens = Annotated[Value, QuantityField(units.COUNT._replace(example="300"))]
PositiveTokens = Annotated[
    Value, QuantityField(units.COUNT._replace(example="400"), bounds.positive)
]
AnswerTokens = Annotated[
    Value, QuantityField(units.COUNT._replace(example="400"), bounds.at_least_one)
]
Corpus = Annotated[Value, QuantityField(units.COUNT._replace(example="15T"), bounds.positive)]
Throughput = Annotated[Value, QuantityField(units.REQUEST_RATE, bounds.positive)]
Requests = Annotated[Value, RateOrCount()]
Ratio = Annotated[Value, QuantityField(units.FRACTION)]
Reaction = Annotated[Value, QuantityField(units.FRACTION, bounds.said_as_share)]
Multiplier = Annotated[Value, QuantityField(units.RATIO._replace(example="3"), bounds.at_least_one)]
Speedup = Annotated[Value, QuantityField(units.RATIO._replace(example="1.5"), bounds.positive)]
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


def name_of(raw: Any) -> str:
    """Return a name that tables, spreadsheets and workflows take for nothing else."""
    return clean(raw, "a name")


def word(*allowed: str) -> Scalar:
    """Return the marker of one of some words."""

    def read(raw: Any, info: ValidationInfo) -> str:
        text = str(scalar(raw, "one word"))
        if text not in allowed:
            close = did_you_mean(text, allowed)
            raise ValueError(f"`{text}` is not one of {', '.join(allowed)}{close}")
        return text

    return Scalar(read, scalars.one_of(allowed))


def _switch(raw: Any, info: ValidationInfo) -> bool:
    text = str(scalar(raw, "yes or no")).lower()
    if text in ("yes", "true"):
        return True
    if text in ("no", "false"):
        return False
    raise ValueError(f"`{raw}` is neither yes nor no")


def _year(raw: Any, info: ValidationInfo) -> int:
    text = str(scalar(raw, "a year"))
    if not re.fullmatch(r"(19|20|21)[0-9][0-9]", text):
        raise ValueError(f"`{text}` is not a year such as 2024")
    return int(text)


def _version(raw: Any, info: ValidationInfo) -> int:
    text = str(scalar(raw, "a version"))
    if text != "1":
        raise ValueError(f"`{text}`: this carbonctl reads version 1")
    return 1


def known(what: str, said: str, form: scalars.Form = scalars.ID) -> Scalar:
    """Return the marker of a name that the catalog must know: what it is, and in words."""

    def read(raw: Any, info: ValidationInfo) -> str:
        text = clean(raw, said)
        names = names_in(info)
        if names is not None:
            names.check(what, text)
        return text

    return Scalar(read, form)


def model_named(what: str) -> Scalar:
    """Return the marker of a model by its id or alias, or by the path of its config.json."""
    by_id = known(what, "the name of a model")

    def read(raw: Any, info: ValidationInfo) -> str:
        path = config_path(raw, info.context.file if info.context is not None else "")
        if path is None:
            return str(by_id.read(raw, info))
        if what != "language_model":
            raise ValueError(
                "a config.json describes a language model; give `parameters`, `layers` and "
                "`model_width` of a model of images or videos"
            )
        names = names_in(info)
        if names is not None:
            names.check(what, path)
        return path

    return Scalar(read, scalars.ID)


Name = Annotated[str, Scalar(lambda raw, info: name_of(raw), scalars.WORDS)]
Source = Annotated[str, Scalar(lambda raw, info: source_of(raw), scalars.WORDS)]
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
Precision = Annotated[str, word("fp32", "bf16", "fp16", "fp8", "int8", "int4", "mxfp4", "nvfp4")]
CachePrecision = Annotated[str, word("bf16", "fp16", "fp8")]
Method = Annotated[str, word("full", "lora", "qlora")]
Recompute = Annotated[str, word("none", "selective", "full")]
Mode = Annotated[str, word("offline", "online")]
Basis = Annotated[str, word("life-cycle", "direct")]
BasedOn = Annotated[str, word("production", "consumption")]
PowerScope = Annotated[str, word("device", "all", "system", "wall")]
DeviceId = Annotated[str, known("device", "the id of a device")]
MachineId = Annotated[str, known("machine", "the id of a device")]
HostId = Annotated[str, known("host", "the id of a host")]
SurroundingId = Annotated[str, known("surrounding", "the id of a host")]
LanguageModelId = Annotated[str, model_named("language_model")]
MediaModelId = Annotated[str, model_named("media_model")]
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
    names = names_in(info)
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
