"""The keys of each kind of activity, from its model: what a page of help shows."""

import inspect
import re
from functools import lru_cache
from typing import Any, NamedTuple, TypeAlias

from pydantic.fields import FieldInfo

from carbonctl import estimators
from carbonctl.catalog import Catalog
from carbonctl.catalog.defaults import Defaults
from carbonctl.estimators.clients import ClientClass
from carbonctl.estimators.connections import AccessPoint, Connection, Network
from carbonctl.estimators.federated import Server
from carbonctl.estimators.machine_fields import OnMachine
from carbonctl.numbers.intervals import best
from carbonctl.numbers.units import DURATION, parse
from carbonctl.numbers.values import Value
from carbonctl.spec import fields as f
from carbonctl.spec import scalars
from carbonctl.spec.model import (
    Activity,
    Construction,
    FunctionalUnit,
    Repeat,
    Reported,
    Site,
    SiteShare,
    Workload,
)
from carbonctl.spec.parts import KINDS as PART_KINDS
from carbonctl.spec.parts import Wafer
from carbonctl.spec.systems import Accelerator, Spec, System, SystemFields

Row: TypeAlias = dict[str, Any]

KIND_COLUMNS = {"kind": "name of the kind", "about": "what it is for"}
COLUMNS = {  # of the keys of one, and what they hold
    "key": "the key",
    "example": "how its value may be written",
    "unit": "unit in which a number is kept",
    "default": "what holds where the key is left out",
    "description": "what the key says",
}
REQUIRED = "required: "
# How a description ends, or goes on, that says what holds where the key is left out.
DEFAULT = re.compile(r"(?:^|; )(?P<default>[^;]+?) (?:unless (?:given|said)|if not)(?=$|;)")


class Page(NamedTuple):
    """The help of one kind.

    Attributes
    ----------
    kind, about : str
        Its name, and what it is for.
    own, shared : list of Row
        The keys of this kind, and those of every activity and its system. A row has the
        ``key``, an ``example``, the ``unit`` in which a number is kept, the ``default`` and
        the ``description``; what there is none of is empty.
    """

    kind: str
    about: str
    own: list[Row]
    shared: list[Row]


def kinds() -> list[Row]:
    """Return one row a kind: its name and what it is for."""
    return [{"kind": kind, "about": _first_line(kind)} for kind in estimators.KINDS]


def topics() -> tuple[str, ...]:
    """Return what there is a page for: the kinds, and the other parts of a workload."""
    return (*estimators.KINDS, *_PARTS)


def page(topic: str) -> Page:
    """Return the help of one kind, or of another part of a workload.

    Raises
    ------
    KeyError
        Where there is no such kind and no such part.
    """
    if topic in _PARTS:
        fields = _PARTS[topic].model_fields
        described = Site if topic == "site" else _PARTS[topic]
        about = f"{topic}: {inspect.cleandoc(described.__doc__ or '')}".partition("\n")[0]
        rows = [_row(field.alias or name, field, topic) for name, field in fields.items()]
        return Page(topic, about.replace("``", ""), rows, [])
    return _kind(topic)


_PARTS: dict[str, type[Spec]] = {
    "workload": Workload,
    "site": SiteShare,
    "construction": Construction,
    "system": System,
    **PART_KINDS,
    "wafer": Wafer,
    "accelerators": Accelerator,
    "repeat": Repeat,
    "functional_unit": FunctionalUnit,
    "reported": Reported,
    "clients": ClientClass,
    "connections": Connection,
    "access_point": AccessPoint,
    "network": Network,
    "server": Server,
}


def _kind(kind: str) -> Page:
    model = estimators.model(kind)
    common = set(Activity.model_fields)
    if issubclass(model, OnMachine):
        common |= set(SystemFields.model_fields) | set(OnMachine.model_fields)
    own: list[Row] = []
    shared: list[Row] = []
    for name, field in model.model_fields.items():
        row = _row(field.alias or name, field, kind)
        if name in _useless(kind):
            continue
        base = OnMachine.model_fields.get(name) or Activity.model_fields.get(name)
        inherited = name in common and (base is None or base.description == field.description)
        (shared if inherited else own).append(row)
    return Page(kind, _about(kind), own, shared)


def _about(kind: str) -> str:
    """Return what the module of a kind says of it, a line each paragraph and each point."""
    said = inspect.cleandoc(estimators.module(kind).__doc__ or "")
    said = said.replace(f"``kind: {kind}``", kind).replace("``", "")
    return re.sub(r"(?<!\n)\n(?!\n|- )", " ", said)


def _useless(kind: str) -> tuple[str, ...]:
    """Return the keys that a kind has from others and refuses."""
    return getattr(estimators.module(kind), "USELESS", ())


def _first_line(kind: str) -> str:
    return _about(kind).partition("\n")[0].removeprefix(f"{kind}: ").rstrip(".")


def _row(key: str, field: FieldInfo, topic: str) -> Row:
    needed = REQUIRED if field.is_required() and key not in ("kind", "share") else ""
    return {
        "key": key,
        "example": _said(topic, key) or _example(field),
        "unit": _unit(field),
        "default": _default(topic, key, field),
        "description": f"{needed}{field.description}",
    }


def _said(topic: str, key: str) -> str | None:
    """Return the example of a key that a table has, else None."""
    if key == "kind":
        return topic
    kind = estimators.KINDS.get(topic)
    own = kind.examples.get(key) if kind else None
    client = _CLIENT.get(key) if _assumes(topic) == "client" else None
    return own or client or _OF_TOPIC.get((topic, key)) or _WRITTEN.get(key)


def _assumes(topic: str) -> str:
    """Return the group of defaults.yaml whose figures stand in for keys of a topic's machine."""
    if topic in estimators.KINDS:
        return estimators.KINDS[topic].assumes
    return "client" if topic == "clients" else ""


def _unit(field: FieldInfo) -> str:
    """Return the unit in which the number of a field is kept; empty for words and ratios."""
    units = [
        marker.dimension.unit for marker in _markers(field) if isinstance(marker, f.QuantityField)
    ]
    return units[0] if units else ""


def _default(topic: str, key: str, field: FieldInfo) -> str:
    """Return what holds where a key is left out: by the model, its words, or defaults.yaml."""
    if isinstance(field.default, str):
        return field.default
    said = DEFAULT.search(field.description or "")
    return said["default"] if said else _assumed(topic, key)


def _assumed(topic: str, key: str) -> str:
    """Return the figure of defaults.yaml that stands in for a key, with its bounds."""
    defaults, group = _defaults(), _assumes(topic)
    if topic in _WITHOUT or (group == "client" and key == "utilization"):
        return ""
    if group == "client" and key in ("power", "lifetime"):
        return _written(getattr(defaults.client, key), key)
    if key == "storage_power" or (group == "media" and key in ("power", "embodied")):
        figure = key.removeprefix("storage_")
        each = ((name, getattr(medium, figure)) for name, medium in defaults.media.items())
        return "; ".join(f"{name} {_written(value, figure)}" for name, value in each)
    return _written(getattr(defaults, key), key) if key in _ASSUMED else ""


@lru_cache(maxsize=1)
def _defaults() -> Defaults:
    return Catalog().defaults


_ASSUMED = ("pue", "lifetime", "utilization", "dram_power")
_WITHOUT = ("construction",)  # whose keys of these names are of something else
_IN_WORDS = {"lifetime": (best(parse("1 year", DURATION)), "years"), "utilization": (0.01, "%")}


def _written(value: Value, key: str) -> str:
    """Write a value of the database as a workload would, its bounds in brackets."""
    size, unit = _IN_WORDS.get(key, (1, value.unit))
    middle, low, high = (f"{end / size:.6g}" for end in (value.best, value.low, value.high))
    bounds = "" if low == high else f" ({low}..{high})"
    return f"{middle} {unit}".strip() + bounds


_WRITTEN = {
    "site": "{grid: FR}",
    "sites": "{dublin: {grid: IE}}",
    "phase_sites": "{training: dublin}",
    "systems": "{trainer: {device: …}}",
    "phases": "{training: [{kind: …}]}",
    "functional_unit": "{name: token, amount: 15e12}",
    "reported": "{operational: 1900 t}",
    "construction": "{per_capacity: …, lifetime: …}",
    "accelerators": "[{device: …, devices: 4}]",
    "grid": "FR",
    "losses": "6 %",
    "share": "50 %",
    "compute_time": "60 s",
    "receive_power": "0.4 W",
    "transmit_power": "1.7 W",
    "charging_efficiency": "75 %",
    "client_site": "[{grid: US, share: 70 %}, …]",
    "network": "{intensity: 0.0065 kWh/GB, year: 2020}",
    "access_point": "{power: 7.5 W}",
    "hops": "{edge-router: 3}",
    "energy": "12.5 MWh",
    "system": "trainer",
    "repeat": "{every: 1 week, for: 1 year}",
    "name": "pre-training",
    "device": "nvidia/h100-sxm5-80gb",
    "host": "dell/poweredge-r740",
    "cpu": "intel/xeon-gold-6148",
    "energy_per_request": "0.3 Wh",
    "embodied_per_request": "2 mg",
    "host_power": "2.1 kW",
    "idle_power": "60 W",
    "memory": "2 TB",
    "storage": "30 TB",
    "devices_per_system": "8",
    "cpus": "2",
    "capacity": "2 PB",
}


_CLIENT = {"device": "google/pixel-7", "power": "3 W", "device_embodied": "60 kg",
           "lifetime": "3 years"}  # fmt: skip
_OF_PARTS = {
    "name": "gpu", "count": "8", "source": "act-repository", "yield": "87.5 %", "packages": "1",
    "package_carbon": "150 g", "node": "5 nm", "wafer_source": "imec-netzero-act",
    "abatement": "97 %", "fab_grid": "TW", "fab_year": "2022", "fab_intensity": "583 g/kWh",
    "wafer": "{edge: 3 mm, kerf: 0.2 mm}", "capacity": "32 GB", "process": "ddr4 10 nm",
    "process_year": "2018", "area": "12 cm2", "layers": "8",
    "carbon_each": "12 kg", "energy": "11 Wh", "embodied": "12 kg", "figures": "published | parts",
    "device": "nvidia/h100-sxm5-80gb", "host": "nvidia/dgx-h100", "parts": "[{kind: logic, …}, …]",
}  # fmt: skip
_FACTORS = {
    "package": "ic package", "board": "pcb bare 4 layers", "power-supply": "power supply",
    "cooling": "gpu heatsink", "enclosure": "steel", "battery": "battery lfp",
    "passives": "capacitor tantalum", "assembly": "server assembly", "transport": "freight air",
    "end-of-life": "gpu end of life",
}  # fmt: skip
_OF_TOPIC = {
    **{(kind, key): said for kind in PART_KINDS for key, said in _OF_PARTS.items()},
    ("logic", "area"): "814 mm2",
    **{(kind, "factor"): said for kind, said in _FACTORS.items()},
    ("wafer", "diameter"): "300 mm",
    ("wafer", "edge"): "5 mm",
    ("wafer", "kerf"): "0.2 mm",
    ("reported", "source"): "llama3-card",
    ("system", "parts"): "[{kind: logic, …}, …]",
    ("network", "energy"): "{gateway: 40 nJ/bit}",
    ("access_point", "energy"): "20 nJ/bit",
    ("access_point", "power"): "7.5 W",
    ("access_point", "capacity"): "100 Mbit/s",
    ("network", "model"): "vishwanath-path",
    ("network", "intensity"): "0.0065 kWh/GB",
}


def _example(field: FieldInfo) -> str:
    """Return how the value of a field may be written."""
    for marker in _markers(field):
        if isinstance(marker, f.QuantityField):
            return marker.dimension.example
        if isinstance(marker, f.RateOrCount):
            return "1e9 / day"
        if isinstance(marker, f.Scalar):
            return _of_scalar(marker.schema)
    return ""


_SCALARS = {scalars.SWITCH: "yes | no", scalars.YEAR: "2024", scalars.VERSION: "1"}


def _of_scalar(form: scalars.Form) -> str:
    return _SCALARS.get(form) or " | ".join(dict(form).get("enum", ()))


def _markers(field: FieldInfo) -> list[Any]:
    """Return what marks a field's type, also inside an optional one."""
    found = list(field.metadata)
    for inner in getattr(field.annotation, "__args__", ()):
        found += getattr(inner, "__metadata__", ())
    return found
