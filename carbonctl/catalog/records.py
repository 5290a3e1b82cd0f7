"""The record forms of hardware_db, as hardware_db/README.md describes them."""

from fractions import Fraction
from typing import Annotated, Any, NamedTuple

from carbonctl.catalog import leaves
from carbonctl.catalog.leaves import FIGURE_KEYS, figure, form_of, of, positive, switch, text, word
from carbonctl.catalog.records_reader import Group, Keyed, Leaf, Listed
from carbonctl.numbers import units
from carbonctl.numbers.intervals import best
from carbonctl.numbers.values import Value
from carbonctl.spec.tree import Seq
from carbonctl.text import fold

DEVICE_KINDS = (
    "gpu", "tpu", "npu", "cpu", "soc", "phone", "tablet", "laptop", "wearable", "board",
)  # fmt: skip
HOST_KINDS = ("server", "workstation", "desktop", "laptop", "edge")
DEVICE_UNITS = ("card", "module", "package", "chip", "core", "product")
FORMS = ("sxm2", "sxm", "oam", "pcie", "workstation", "chip", "superchip", "soc")
GENERATIONS = ("hopper", "blackwell")
TOOLS = ("nvidia-smi", "rocm-smi", "xpu-smi", "npu-smi", "neuron", "oneapi", "slurm", "slice")
COVERS = ("die", "package", "card", "baseboard", "tray", "host", "server", "product")
FORMATS = ("fp64", "fp32", "tf32", "fp16", "bf16", "fp8", "fp6", "fp4", "int8", "int4")
HOST_POWER_IS = ("measured", "modelled", "maximum")
HOST_POWER_KEYS = (*FIGURE_KEYS, "is")
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

    @property
    def said(self) -> Value:
        """The figure, whose note says what it covers."""
        note = f"covers {self.covers}, {self.boundary}"
        return self.value._replace(note=f"{note}; {self.value.note}" if self.value.note else note)


class HostPower(NamedTuple):
    """The power of a host as its record has it.

    Attributes
    ----------
    value : Value
        Draw of the machine at work without its accelerators [W].
    kind : str
        measured (or stated by the maker for a load), modelled, or maximum (a nameplate
        figure, or a sum of ratings).
    """

    value: Value
    kind: str


def _host_power(raw: Any) -> HostPower:
    value = figure(raw, units.POWER, HOST_POWER_KEYS)
    if raw.get("is") not in HOST_POWER_IS:
        raise ValueError(f"`is` must be one of {', '.join(HOST_POWER_IS)}")
    return HostPower(value, str(raw["is"]))


def _split(raw: Any) -> dict[str, float]:
    if not isinstance(raw, dict):
        raise ValueError("split: a mapping of parts to masses is wanted here")
    return {text(name): best(units.parse(text(part), units.MASS)) for name, part in raw.items()}


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


_POWER = of(units.POWER)
_CAPACITY = of(units.CAPACITY)
_CORES = of(units.COUNT, 1)
_SOURCES = Leaf(leaves.sources, list)
_POSITIVE = Leaf(positive, leaves.POSITIVE)
_EMBODIED = Leaf(_embodied, Embodied)
_PARTS = Leaf(_parts, Seq)
_HOST_POWER = Leaf(_host_power, HostPower)
_PEAK = {name + suffix: of(units.THROUGHPUT) for name in FORMATS for suffix in ("", "_vector")}


class Memory(NamedTuple):
    """Memory of a device or of a host."""

    type: str | None = None
    capacity: Annotated[Value | None, _CAPACITY] = None
    bandwidth: Annotated[Value | None, of(units.BANDWIDTH)] = None
    stacks: Annotated[int | None, Leaf(_stacks, units.COUNT)] = None


class Storage(NamedTuple):
    """Local drives of a host."""

    type: str | None = None
    capacity: Annotated[Value | None, _CAPACITY] = None


class Die(NamedTuple):
    """One kind of die in a package; ``area`` is that of one, in physical silicon."""

    name: str | None = None
    process: str | None = None
    node: str | None = None
    area: Annotated[Value | None, of(units.AREA, 1e-9)] = None
    count: int = 1  # type: ignore[assignment]


class Counted(NamedTuple):
    """How another tool counts a device: ``devices`` of the tool's are one of the record's."""

    tool: Annotated[str, word(TOOLS)]
    devices: Annotated[int, _POSITIVE]
    names: tuple[str, ...]
    source: Annotated[str, _SOURCES]

    @property
    def folded(self) -> set[str]:
        """Its names, as they are compared."""
        return set(map(fold, self.names))


class Partitions(NamedTuple):
    """The MIG profiles of a GPU, each with how many of its compute slices it takes."""

    slices: Annotated[int, _POSITIVE]
    profiles: Annotated[dict[str, int], Leaf(_profiles, dict)]
    source: Annotated[str, _SOURCES]


class Device(NamedTuple):
    """An accelerator, a CPU, a phone: one file of hardware_db.

    ``id`` is its path; ``generation`` is the architecture, of those that coefficients of language
    models were fitted on; ``sibling`` is the id of a device of the same maker, generation and
    die whose published embodied figure this one's is scaled from; ``of_record`` is how many of the
    record's devices one is, where a name means a part of it or several
    (`carbonctl.catalog.counting`).
    """

    id: str
    name: str
    vendor: str
    kind: Annotated[str, word(DEVICE_KINDS)]
    year: int | None = None
    unit: Annotated[str | None, word(DEVICE_UNITS)] = None
    form: Annotated[str | None, word(FORMS)] = None
    generation: Annotated[str | None, word(GENERATIONS)] = None
    aliases: tuple[str, ...] = ()
    host: str | None = None
    rated_power: Annotated[Value | None, of(units.POWER, 1e-6)] = None
    idle_power: Annotated[Value | None, _POWER] = None
    typical_power: Annotated[Value | None, _POWER] = None
    cores: Annotated[Value | None, _CORES] = None
    threads_per_core: Annotated[Value | None, _CORES] = None
    memory: Annotated[Memory | None, form_of(Memory)] = None
    dies: Annotated[tuple[Die, ...], Listed(form_of(Die))] = ()
    peak: Annotated[dict[str, Value], Group(dict, _PEAK)] = {}  # noqa: RUF012
    embodied: Annotated[Embodied | None, _EMBODIED] = None
    sibling: str | None = None
    parts: Annotated[Seq | None, _PARTS] = None
    notes: str | None = None
    counted_as: Annotated[tuple[Counted, ...], Listed(form_of(Counted))] = ()
    mig: Annotated[Partitions | None, form_of(Partitions)] = None
    of_record: Fraction = Fraction(1)

    @property
    def names(self) -> tuple[str, ...]:
        """Everything it may be called."""
        listed = (name for counted in self.counted_as for name in counted.names)
        return self.id, self.id.partition("/")[2], self.name, *self.aliases, *listed


class Host(NamedTuple):
    """A server, workstation or laptop around its devices.

    ``id`` is its path; ``device`` is the id of the accelerators that it holds;
    ``host_power_is`` is what its power is (`HostPower`): the key ``is`` of ``host_power``.
    """

    id: str
    name: str
    kind: Annotated[str, word(HOST_KINDS)]
    vendor: str | None = None
    year: int | None = None
    aliases: tuple[str, ...] = ()
    archetype: bool = False
    device: str | None = None
    devices: int | None = None
    host_power: Annotated[Value | None, _HOST_POWER] = None
    idle_power: Annotated[Value | None, _POWER] = None
    wall_power: Annotated[Value | None, of(units.POWER, 1e-6)] = None
    cpu: str | None = None
    cpus: int | None = None
    memory: Annotated[Memory | None, form_of(Memory)] = None
    storage: Annotated[Storage | None, form_of(Storage)] = None
    embodied: Annotated[Embodied | None, _EMBODIED] = None
    parts: Annotated[Seq | None, _PARTS] = None
    notes: str | None = None
    host_power_is: Annotated[str | None, None] = None  # no key of its own

    @property
    def names(self) -> tuple[str, ...]:
        """Everything it may be called."""
        return self.id, self.id.partition("/")[2], self.name, *self.aliases


def _host(*, host_power: HostPower | None = None, **values: Any) -> Host:
    """Return a host of the values that its keys have."""
    if host_power is None:
        return Host(**values)
    return Host(**values, host_power=host_power.value, host_power_is=host_power.kind)


class Source(NamedTuple):
    """A citation of sources.yaml."""

    citation: str
    url: str
    licence: str
    year: int
    via: str | None = None


DEVICE = form_of(Device)
HOST = form_of(Host)._replace(build=_host)
SOURCE = form_of(Source)
SOURCES = Keyed(SOURCE)
