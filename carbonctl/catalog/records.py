"""The record forms of hardware_db, as hardware_db/README.md describes them."""

from fractions import Fraction
from typing import Any, NamedTuple

from carbonctl.catalog.leaves import (
    FIGURE_KEYS,
    POSITIVE,
    figure,
    of,
    positive,
    sources,
    switch,
    text,
    whole,
    word,
)
from carbonctl.catalog.records_reader import Group, Keyed, Leaf, Listed
from carbonctl.numbers import units
from carbonctl.numbers.intervals import Range
from carbonctl.numbers.values import Value
from carbonctl.spec.tree import Seq
from carbonctl.text import fold

DEVICE_KINDS = (
    "gpu", "tpu", "npu", "cpu", "soc", "phone", "tablet", "laptop", "wearable", "board",
)  # fmt: skip
HOST_KINDS = ("server", "workstation", "desktop", "laptop", "edge")
DEVICE_UNITS = ("card", "module", "package", "chip", "core", "product")
TOOLS = ("nvidia-smi", "rocm-smi", "xpu-smi", "npu-smi", "neuron", "oneapi", "slurm", "slice")
COVERS = ("die", "package", "card", "baseboard", "tray", "host", "server", "product")
FORMATS = ("fp64", "fp32", "tf32", "fp16", "bf16", "fp8", "fp6", "fp4", "int8", "int4")
EMBODIED_KEYS = (*FIGURE_KEYS, "covers", "boundary", "includes", "split", "archetype")


def _stacks(raw: Any) -> int:
    """Read a number of memory stacks: a figure with its source."""
    return int(figure(raw, units.COUNT).best)


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
    return {text(name): _best(units.parse(text(part), units.MASS)) for name, part in raw.items()}


def _best(number: float | Range) -> float:
    return number.best if isinstance(number, Range) else number


def _embodied(raw: Any) -> Embodied:
    value = figure(raw, units.MASS, EMBODIED_KEYS)
    if switch(raw.get("archetype", "false")):
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


def _profiles(raw: Any) -> dict[str, int]:
    """Read MIG profiles, each with how many compute slices it takes."""
    if not isinstance(raw, dict) or not raw:
        raise ValueError("a mapping of profiles to their compute slices is wanted")
    return {text(name): positive(number) for name, number in raw.items()}


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


class Counted(NamedTuple):
    """How another tool counts a device: ``devices`` of the tool's are one of the record's."""

    tool: str
    devices: int
    names: tuple[str, ...]
    source: str

    @property
    def folded(self) -> set[str]:
        """Its names, as they are compared."""
        return set(map(fold, self.names))


class Partitions(NamedTuple):
    """The MIG profiles of a GPU, each with how many of its compute slices it takes."""

    slices: int
    profiles: dict[str, int]
    source: str


class Device(NamedTuple):
    """An accelerator, a CPU, a phone: one file of hardware_db.

    ``id`` is its path; ``of_record`` is how many of the record's devices one is, where a
    name means a part of it or several (`carbonctl.catalog.counting`).
    """

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
    threads_per_core: Value | None = None
    memory: Memory | None = None
    dies: tuple[Die, ...] = ()
    peak: dict[str, Value] = {}  # noqa: RUF012
    embodied: Embodied | None = None
    parts: Seq | None = None
    notes: str | None = None
    counted_as: tuple[Counted, ...] = ()
    mig: Partitions | None = None
    of_record: Fraction = Fraction(1)

    @property
    def names(self) -> tuple[str, ...]:
        """Everything it may be called."""
        listed = (name for one in self.counted_as for name in one.names)
        return self.id, self.id.partition("/")[2], self.name, *self.aliases, *listed


class Host(NamedTuple):
    """A server, workstation or laptop around its devices.

    ``id`` is its path; ``device`` is the id of the accelerators that it holds.
    """

    id: str
    name: str
    kind: str
    vendor: str | None = None
    year: int | None = None
    aliases: tuple[str, ...] = ()
    archetype: bool = False
    device: str | None = None
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
_WHOLE = Leaf(whole, int)
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
_COUNTED = Group(
    Counted,
    {
        "tool": word(TOOLS),
        "devices": Leaf(positive, POSITIVE),
        "names": _TEXTS,
        "source": Leaf(sources, list),
    },
    ("tool", "devices", "names", "source"),
)
_MIG = Group(
    Partitions,
    {
        "slices": Leaf(positive, POSITIVE),
        "profiles": Leaf(_profiles, dict),
        "source": Leaf(sources, list),
    },
    ("slices", "profiles", "source"),
)


DEVICE = Group(
    Device,
    {
        "id": _TEXT,
        "name": _TEXT,
        "vendor": _TEXT,
        "kind": word(DEVICE_KINDS),
        "year": _WHOLE,
        "unit": word(DEVICE_UNITS),
        "aliases": _TEXTS,
        "host": _TEXT,
        "rated_power": _RATED_POWER,
        "idle_power": _POWER,
        "typical_power": _POWER,
        "cores": of(units.COUNT, 1),
        "threads_per_core": of(units.COUNT, 1),
        "memory": _MEMORY,
        "dies": Listed(_DIE),
        "peak": Group(dict, _PEAK),
        "embodied": Leaf(_embodied, Embodied),
        "parts": Leaf(_parts, Seq),
        "notes": _TEXT,
        "counted_as": Listed(_COUNTED),
        "mig": _MIG,
    },
    ("name", "vendor", "kind"),
)
HOST = Group(
    Host,
    {
        "id": _TEXT,
        "name": _TEXT,
        "kind": word(HOST_KINDS),
        "vendor": _TEXT,
        "year": _WHOLE,
        "aliases": _TEXTS,
        "archetype": Leaf(switch, bool),
        "device": _TEXT,
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
