"""The record forms of hardware_db, as hardware_db/README.md describes them."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Annotated, Any, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field
from pydantic_core import core_schema

from carbonctl import units
from carbonctl.ranges import Range
from carbonctl.units import Dimension
from carbonctl.values import Value

Covers = Literal["die", "package", "card", "baseboard", "tray", "host", "server", "product"]
_CONFIDENCES = ("high", "medium", "low")
_FIGURE_KEYS = ("value", "low", "high", "source", "confidence", "note")
_EMBODIED_KEYS = (*_FIGURE_KEYS, "covers", "boundary", "includes", "archetype")


def _number(raw: dict[str, Any], dimension: Dimension) -> float | Range:
    number = units.parse(str(raw["value"]), dimension)
    if "low" not in raw and "high" not in raw:
        return number
    if isinstance(number, Range):
        raise ValueError("value is a range already; low and high are then too much")
    ends = [units.parse(str(raw.get(key, raw["value"])), dimension) for key in ("low", "high")]
    low, high = (end.best if isinstance(end, Range) else end for end in ends)
    if not low <= number <= high:
        raise ValueError("value must lie between low and high")
    return Range(number, low, high)


def _source(raw: Any) -> str:
    keys = raw if isinstance(raw, list) else [raw]
    if not keys or not all(isinstance(key, str) and key.strip() for key in keys):
        raise ValueError("source: a key of sources.yaml, or a list of keys, is wanted")
    return " ".join(keys)


def _figure(raw: Any, dimension: Dimension, allowed: tuple[str, ...]) -> Value:
    """Read one figure; several sources are joined by a space."""
    if not isinstance(raw, dict):
        raise ValueError("a figure is a mapping: {value: …, source: …}")
    unknown = [key for key in raw if key not in allowed]
    if unknown:
        raise ValueError(f"unknown key `{unknown[0]}` in a figure; there are {', '.join(allowed)}")
    if raw.get("value") is None or raw.get("source") is None:
        raise ValueError("a figure needs `value` and `source`; leave it out where unknown")
    confidence = str(raw.get("confidence", "high"))
    if confidence not in _CONFIDENCES:
        raise ValueError(f"confidence is one of {', '.join(_CONFIDENCES)}")
    number = _number(raw, dimension)
    if (number.low if isinstance(number, Range) else number) < 0:
        raise ValueError(f"`{raw['value']}`: must not be negative")
    note = str(raw["note"]) if raw.get("note") else None
    return Value(
        number, dimension.unit, "catalog", _source(raw["source"]), note=note, confidence=confidence
    )


@dataclass(frozen=True, slots=True)
class Embodied:
    """An embodied figure with its boundary.

    Attributes
    ----------
    value : Value
        kgCO2e for what it covers.
    covers : str
        die, package, card, baseboard, tray, host (a server without its accelerators),
        server (all of it) or product.
    boundary : str
        cradle-to-gate unless the record says otherwise.
    includes : tuple of str
        What the figure is said to hold.
    """

    value: Value
    covers: str
    boundary: str = "cradle-to-gate"
    includes: tuple[str, ...] = ()


def _embodied(raw: Any) -> Embodied:
    value = _figure(raw, units.MASS, _EMBODIED_KEYS)
    covers = raw.get("covers")
    if covers not in get_args(Covers):
        raise ValueError(f"covers is one of {', '.join(get_args(Covers))}")
    if _switch(raw.get("archetype", "false")):
        value = replace(value, status="archetype")
    includes = raw.get("includes") or []
    if not isinstance(includes, list):
        raise ValueError("includes is a list")
    return Embodied(
        value, str(covers), str(raw.get("boundary", "cradle-to-gate")), tuple(map(str, includes))
    )


def _whole(raw: Any) -> int:
    if not (isinstance(raw, str) and raw.isascii() and raw.isdigit()):
        raise ValueError(f"`{raw}`: a whole number is wanted")
    return int(raw[:9])


def _switch(raw: Any) -> bool:
    if raw not in ("true", "false"):
        raise ValueError(f"`{raw}`: true or false is wanted")
    return bool(raw == "true")


@dataclass(frozen=True)
class _Plain:
    """Marks a field whose text is read by one function."""

    read: Callable[[Any], Any]

    def __get_pydantic_core_schema__(self, source: Any, handler: Any) -> core_schema.CoreSchema:
        return core_schema.no_info_plain_validator_function(self.read)

    def __get_pydantic_json_schema__(self, schema: Any, handler: Any) -> dict[str, Any]:
        return {"type": ["object", "string", "number"]}


def _of(dimension: Dimension) -> _Plain:
    return _Plain(lambda raw: _figure(raw, dimension, _FIGURE_KEYS))


Power = Annotated[Value, _of(units.POWER)]
Capacity = Annotated[Value, _of(units.CAPACITY)]
Bandwidth = Annotated[Value, _of(units.BANDWIDTH)]
Area = Annotated[Value, _of(units.AREA)]
Rate = Annotated[Value, _of(units.THROUGHPUT)]
Count = Annotated[Value, _of(units.COUNT)]
Ratio = Annotated[Value, _of(units.RATIO)]
Fraction = Annotated[Value, _of(units.FRACTION)]
Duration = Annotated[Value, _of(units.DURATION)]
PowerPerCapacity = Annotated[Value, _of(units.DENSITY_POWER)]
Switch = Annotated[bool, _Plain(_switch)]
EmbodiedFigure = Annotated[Embodied, _Plain(_embodied)]
Whole = Annotated[int, _Plain(_whole)]


class Record(BaseModel):
    """Base of every record: frozen, closed to unknown keys."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", arbitrary_types_allowed=True, defer_build=True
    )


class Memory(Record):
    """Memory of a device or of a host."""

    type: str | None = None
    capacity: Capacity | None = None
    bandwidth: Bandwidth | None = None
    stacks: Count | None = None


class Storage(Record):
    """Local drives of a host."""

    type: str | None = None
    capacity: Capacity | None = None


class Die(Record):
    """One kind of die in a package; ``area`` is that of one, in physical silicon."""

    name: str | None = None
    process: str | None = None
    node: str | None = None
    area: Area | None = None
    count: Whole = 1


class Named(Record):
    """A record that is a file of its own: its path is its id."""

    id: str
    name: str
    aliases: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """Everything it may be called."""
        return self.id, self.id.partition("/")[2], self.name, *self.aliases


class Device(Named):
    """An accelerator, a CPU, a phone: one file of hardware_db. ``id`` is its path."""

    vendor: str
    kind: Literal[
        "gpu", "tpu", "npu", "cpu", "soc", "phone", "tablet", "laptop", "wearable", "board"
    ]
    year: Whole | None = None
    unit: str | None = None
    host: str | None = None
    rated_power: Power | None = None
    idle_power: Power | None = None
    typical_power: Power | None = None
    cores: Count | None = None
    memory: Memory | None = None
    dies: tuple[Die, ...] = ()
    peak: dict[str, Rate] = Field(default_factory=dict)
    embodied: EmbodiedFigure | None = None
    notes: str | None = None


class Host(Named):
    """A server, workstation or laptop around its devices. ``id`` is its path."""

    vendor: str | None = None
    kind: Literal["server", "workstation", "desktop", "laptop", "edge"]
    year: Whole | None = None
    archetype: Switch = False
    devices: Whole | None = None
    host_power: Power | None = None
    idle_power: Power | None = None
    cpu: str | None = None
    cpus: Whole | None = None
    memory: Memory | None = None
    storage: Storage | None = None
    embodied: EmbodiedFigure | None = None
    notes: str | None = None


class Defaults(Record):
    """The figures of defaults.yaml: what stands in where nothing else is known."""

    pue: Ratio
    lifetime: Duration
    utilization: Fraction
    dram_power: PowerPerCapacity


class Source(Record):
    """A citation of sources.yaml."""

    citation: str
    url: str
    licence: str
    year: Whole
    via: str | None = None
