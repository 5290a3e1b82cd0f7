"""The record forms of hardware_db, as hardware_db/README.md describes them."""

import math
from typing import Any, NamedTuple

from carbonctl import units
from carbonctl.catalog.forms import Group, Keyed, Leaf, Listed, Reader
from carbonctl.located import Seq
from carbonctl.near import did_you_mean
from carbonctl.ranges import Range
from carbonctl.units import Dimension
from carbonctl.values import Value

DEVICE_KINDS = (
    "gpu", "tpu", "npu", "cpu", "soc", "phone", "tablet", "laptop", "wearable", "board",
)  # fmt: skip
HOST_KINDS = ("server", "workstation", "desktop", "laptop", "edge")
DEVICE_UNITS = ("card", "module", "package", "chip", "core", "product")
COVERS = ("die", "package", "card", "baseboard", "tray", "host", "server", "product")
CONFIDENCES = ("high", "medium", "low")
FORMATS = ("fp64", "fp32", "tf32", "fp16", "bf16", "fp8", "fp6", "fp4", "int8", "int4")
_MOST_DIGITS = 9
_FORMULA_STARTS = ("=", "+", "-", "@")
FIGURE_KEYS = ("value", "low", "high", "source", "confidence", "note")
EMBODIED_KEYS = (*FIGURE_KEYS, "covers", "boundary", "includes", "split", "archetype")


def text(raw: Any) -> str:
    """Read a text.

    Raises
    ------
    ValueError
        For a list, a mapping, or nothing but spaces.
    """
    if not isinstance(raw, str) or not raw.strip():
        raise ValueError("a text is wanted here")
    return " ".join(raw.split())


def _word(allowed: tuple[str, ...]) -> Reader:
    def read(raw: Any) -> str:
        word = text(raw)
        if word not in allowed:
            close = did_you_mean(word, allowed)
            raise ValueError(f"`{word}` is not one of {', '.join(allowed)}{close}")
        return word

    return Leaf(read, allowed)


def _whole(raw: Any) -> int:
    if not (isinstance(raw, str) and raw.isascii() and raw.isdigit()):
        raise ValueError(f"`{str(raw)[:40]}`: a whole number is wanted")
    if len(raw) > _MOST_DIGITS:
        raise ValueError("a smaller number is wanted")
    return int(raw)


def _switch(raw: Any) -> bool:
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


def _sources(raw: Any) -> str:
    keys = raw if isinstance(raw, list) else [raw]
    if not keys:
        raise ValueError("source: a key of sources.yaml, or a list of keys, is wanted")
    found = " ".join(text(key) for key in keys)
    if found.startswith(_FORMULA_STARTS):
        raise ValueError("source: a key does not begin with = + - or @")
    return found


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
        _sources(raw["source"]),
        note=note,
        confidence=str(confidence),
    )


def _stacks(raw: Any) -> int:
    """Read a number of memory stacks: a figure with its source."""
    return int(figure(raw, units.COUNT).best)


def of(dimension: Dimension, least: float = 0.0, most: float = math.inf) -> Reader:
    """Return the reader of a figure whose bounds lie in ``least..most``."""

    def read(raw: Any) -> Value:
        value = figure(raw, dimension)
        if value.low < least or value.high > most:
            raise ValueError(f"`{raw['value']}`: outside of {least:g}..{most:g} {dimension.unit}")
        return value

    return Leaf(read, dimension)


class Embodied(NamedTuple):
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
    split : mapping of str to float
        How much of it is of what [kgCO2e], where that is known.
    """

    value: Value
    covers: str
    boundary: str = "cradle-to-gate"
    includes: tuple[str, ...] = ()
    split: dict[str, float] = {}  # noqa: RUF012


def _split(raw: Any) -> dict[str, float]:
    if not isinstance(raw, dict):
        raise ValueError("split: a mapping of parts to masses is wanted here")
    return {name: _best(units.parse(text(part), units.MASS)) for name, part in raw.items()}


def _best(number: float | Range) -> float:
    return number.best if isinstance(number, Range) else number


def _embodied(raw: Any) -> Embodied:
    value = figure(raw, units.MASS, EMBODIED_KEYS)
    if _switch(raw.get("archetype", "false")):
        value = value._replace(status="archetype")
    covers = raw.get("covers")
    if covers not in COVERS:
        raise ValueError(f"covers is one of {', '.join(COVERS)}")
    includes = raw.get("includes", [])
    if not isinstance(includes, list):
        raise ValueError("includes is a list")
    boundary = text(raw.get("boundary", "cradle-to-gate"))
    split = _split(raw.get("split", {}))
    return Embodied(value, str(covers), boundary, tuple(map(text, includes)), split)


def _parts(raw: Any) -> Seq:
    """Keep a list of parts as it is written: what reads bills checks it."""
    if not isinstance(raw, Seq) or not raw:
        raise ValueError("a list of parts is wanted here")
    return raw


class Memory(NamedTuple):
    """Memory of a device or of a host."""

    type: str | None = None
    capacity: Value | None = None
    bandwidth: Value | None = None
    stacks: int | None = None


class Storage(NamedTuple):
    """Local drives of a host."""

    type: str | None = None
    capacity: Value | None = None


class Die(NamedTuple):
    """One kind of die in a package; ``area`` is that of one, in physical silicon."""

    name: str | None = None
    process: str | None = None
    node: str | None = None
    area: Value | None = None
    count: int = 1  # type: ignore[assignment]


class Device(NamedTuple):
    """An accelerator, a CPU, a phone: one file of hardware_db. ``id`` is its path."""

    id: str
    name: str
    vendor: str
    kind: str
    year: int | None = None
    unit: str | None = None
    aliases: tuple[str, ...] = ()
    host: str | None = None
    rated_power: Value | None = None
    idle_power: Value | None = None
    typical_power: Value | None = None
    cores: Value | None = None
    memory: Memory | None = None
    dies: tuple[Die, ...] = ()
    peak: dict[str, Value] = {}  # noqa: RUF012
    embodied: Embodied | None = None
    parts: Seq | None = None
    notes: str | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """Everything it may be called."""
        return self.id, self.id.partition("/")[2], self.name, *self.aliases


class Host(NamedTuple):
    """A server, workstation or laptop around its devices. ``id`` is its path."""

    id: str
    name: str
    kind: str
    vendor: str | None = None
    year: int | None = None
    aliases: tuple[str, ...] = ()
    archetype: bool = False
    devices: int | None = None
    host_power: Value | None = None
    idle_power: Value | None = None
    cpu: str | None = None
    cpus: int | None = None
    memory: Memory | None = None
    storage: Storage | None = None
    embodied: Embodied | None = None
    parts: Seq | None = None
    notes: str | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """Everything it may be called."""
        return self.id, self.id.partition("/")[2], self.name, *self.aliases


class Source(NamedTuple):
    """A citation of sources.yaml."""

    citation: str
    url: str
    licence: str
    year: int
    via: str | None = None


_TEXT = Leaf(text)
_TEXTS = Listed(_TEXT)
_WHOLE = Leaf(_whole, int)
_POWER = of(units.POWER)
_RATED_POWER = of(units.POWER, 1e-6)
_CAPACITY = of(units.CAPACITY)
_PEAK = {name + suffix: of(units.THROUGHPUT) for name in FORMATS for suffix in ("", "_vector")}
_MEMORY = Group(
    Memory,
    {
        "type": _TEXT,
        "capacity": _CAPACITY,
        "bandwidth": of(units.BANDWIDTH),
        "stacks": Leaf(_stacks, units.COUNT),
    },
)
_DIE = Group(
    Die,
    {
        "name": _TEXT,
        "process": _TEXT,
        "node": _TEXT,
        "area": of(units.AREA, 1e-9),
        "count": _WHOLE,
    },
)


DEVICE = Group(
    Device,
    {
        "id": _TEXT,
        "name": _TEXT,
        "vendor": _TEXT,
        "kind": _word(DEVICE_KINDS),
        "year": _WHOLE,
        "unit": _word(DEVICE_UNITS),
        "aliases": _TEXTS,
        "host": _TEXT,
        "rated_power": _RATED_POWER,
        "idle_power": _POWER,
        "typical_power": _POWER,
        "cores": of(units.COUNT),
        "memory": _MEMORY,
        "dies": Listed(_DIE),
        "peak": Group(dict, _PEAK),
        "embodied": Leaf(_embodied, Embodied),
        "parts": Leaf(_parts, Seq),
        "notes": _TEXT,
    },
    ("name", "vendor", "kind"),
)
HOST = Group(
    Host,
    {
        "id": _TEXT,
        "name": _TEXT,
        "kind": _word(HOST_KINDS),
        "vendor": _TEXT,
        "year": _WHOLE,
        "aliases": _TEXTS,
        "archetype": Leaf(_switch, bool),
        "devices": _WHOLE,
        "host_power": _POWER,
        "idle_power": _POWER,
        "cpu": _TEXT,
        "cpus": _WHOLE,
        "memory": _MEMORY,
        "storage": Group(Storage, {"type": _TEXT, "capacity": _CAPACITY}),
        "embodied": Leaf(_embodied, Embodied),
        "parts": Leaf(_parts, Seq),
        "notes": _TEXT,
    },
    ("name", "kind"),
)
SOURCE = Group(
    Source,
    {"citation": _TEXT, "url": _TEXT, "licence": _TEXT, "year": _WHOLE, "via": _TEXT},
    ("citation", "url", "licence", "year"),
)
SOURCES = Keyed(SOURCE)
