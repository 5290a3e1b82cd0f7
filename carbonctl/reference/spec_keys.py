"""The keys of each kind of activity, from its model: what a page of help shows."""

import inspect
import re
from functools import lru_cache
from typing import Any, NamedTuple, TypeAlias

from pydantic.fields import FieldInfo

from carbonctl import estimators
from carbonctl.catalog import Catalog
from carbonctl.estimators.clients import ClientClass
from carbonctl.estimators.connections import AccessPoint, Connection, Network
from carbonctl.estimators.faults import Faults
from carbonctl.estimators.federated import Server
from carbonctl.estimators.llm_training import ReinforcementLearning
from carbonctl.estimators.machine_fields import OnMachine
from carbonctl.estimators.search import EarlyStopping, Search
from carbonctl.numbers.intervals import best
from carbonctl.numbers.units import DURATION, parse
from carbonctl.numbers.values import Value
from carbonctl.reference import descriptions
from carbonctl.spec import fields as f
from carbonctl.spec import hours, scalars, site_file
from carbonctl.spec import model as m
from carbonctl.spec.explore_file import ExploreFile
from carbonctl.spec.levers import Lever
from carbonctl.spec.parts import KINDS as PART_KINDS
from carbonctl.spec.parts import Wafer
from carbonctl.spec.projection import Hardware, Optimisation, Projection, Rebound
from carbonctl.spec.systems import Accelerator, Spec, System, SystemFields
from carbonctl.spec.uncertainty import Correlation, UncertaintyBlock
from carbonctl.spec.word_or import WordOr

Row: TypeAlias = dict[str, Any]

KIND_COLUMNS = descriptions.of("kinds")
COLUMNS = descriptions.of("key")
REQUIRED = "required: "
# How a description ends, or goes on, that says what holds where the key is left out.
DEFAULT = re.compile(r"(?:^|; )(?P<default>[^;]+?) (?:unless (?:given|said)|if not)(?=$|;)")


class Page(NamedTuple):
    """The help of one kind: its name, what it is for, and its keys.

    ``shared`` are the keys of every activity and its system, ``own`` the others. A row has the
    ``key``, an ``example``, the ``unit`` in which a number is kept, the ``default`` and the
    ``description``; what there is none of is empty.
    """

    kind: str
    about: str
    own: list[Row]
    shared: list[Row]


def kinds() -> list[Row]:
    """Return one row a kind: its name and what it is for."""
    firsts = {kind: _about(kind).partition("\n")[0] for kind in estimators.KINDS}
    return [
        {"kind": kind, "about": first.removeprefix(f"{kind}: ").rstrip(".")}
        for kind, first in firsts.items()
    ]


def topics() -> tuple[str, ...]:
    """Return what there is a page for: the kinds, and the other parts of workloads and sites."""
    return (*estimators.KINDS, *_PARTS)


def page(topic: str) -> Page:
    """Return the help of one kind, or of another part of a workload or a site's file.

    Raises KeyError where there is no such kind and no such part.
    """
    if topic in _PARTS:
        fields = _PARTS[topic].model_fields
        described = m.Site if topic == "site" else _PARTS[topic]
        about = f"{topic}: {inspect.cleandoc(described.__doc__ or '')}".partition("\n")[0]
        rows = [_row(field.alias or name, field, topic) for name, field in fields.items()]
        return Page(topic, about.replace("``", ""), rows, [])
    return _kind(topic)


_PARTS: dict[str, type[Spec]] = {
    "workload": m.Workload,
    "site": m.SiteShare,
    "construction": m.Construction,
    "grid_hourly": hours.HourlyFile,
    "generation": hours.Generation,
    "scale": hours.Scale,
    "site_battery": hours.StationaryBattery,
    "flexibility": hours.Tier,
    "servers": hours.Servers,
    "demand": site_file.Demand,
    "plan": site_file.Plan,
    "explore": ExploreFile,
    "schedule": hours.Schedule,
    "regions": hours.Region,
    "system": System,
    **PART_KINDS,
    "wafer": Wafer,
    "accelerators": Accelerator,
    "repeat": m.Repeat,
    "faults": Faults,
    "early_stopping": EarlyStopping,
    "search": Search,
    "rl": ReinforcementLearning,
    "functional_unit": m.FunctionalUnit,
    "reported": m.Reported,
    "uncertainty": UncertaintyBlock,
    "correlations": Correlation,
    "levers": Lever,
    "projection": Projection,
    "optimisation": Optimisation,
    "hardware": Hardware,
    "rebound": Rebound,
    "clients": ClientClass,
    "connections": Connection,
    "access_point": AccessPoint,
    "network": Network,
    "server": Server,
}


def _kind(kind: str) -> Page:
    model = estimators.model(kind)
    common = set(m.Activity.model_fields)
    if issubclass(model, OnMachine):
        common |= set(SystemFields.model_fields) | set(OnMachine.model_fields)
    own: list[Row] = []
    shared: list[Row] = []
    useless = getattr(estimators.module(kind), "USELESS", ())  # which it has from others
    for name, field in model.model_fields.items():
        if name in useless:
            continue
        row = _row(field.alias or name, field, kind)
        base = OnMachine.model_fields.get(name) or m.Activity.model_fields.get(name)
        inherited = name in common and (base is None or base.description == field.description)
        (shared if inherited else own).append(row)
    return Page(kind, _about(kind), own, shared)


def _about(kind: str) -> str:
    """Return what the module of a kind says of it, a line each paragraph and each point."""
    said = inspect.cleandoc(estimators.module(kind).__doc__ or "")
    said = said.replace(f"``kind: {kind}``", kind).replace("``", "")
    return re.sub(r"(?<!\n)\n(?!\n|- )", " ", said)


def _row(key: str, field: FieldInfo, topic: str) -> Row:
    needed = REQUIRED if field.is_required() and not _goes_without_saying(topic, key) else ""
    return {
        "key": key,
        "example": _said(topic, key) or _example(field),
        "unit": _unit(field),
        "default": _default(topic, key, field),
        "description": f"{needed}{field.description}",
    }


def _goes_without_saying(topic: str, key: str) -> bool:
    """Whether a key that a model requires is one that a reader need not be told to write."""
    return (key == "kind" and topic not in _WITH_OWN_KIND) or (topic, key) == ("site", "share")


def _said(topic: str, key: str) -> str | None:
    """Return the example of a key that a table has, else None."""
    if key == "kind" and topic not in _WITH_OWN_KIND:
        return topic
    kind, known = estimators.KINDS.get(topic), _examples()
    own = kind.examples.get(key) if kind else None
    client = known.get(("client", key)) if _assumes(topic) == "client" else None
    return own or client or known.get((topic, key)) or known.get(("", key))


def _assumes(topic: str) -> str:
    """Return the group of defaults.yaml whose figures stand in for keys of a topic's machine."""
    if topic in estimators.KINDS:
        return estimators.KINDS[topic].assumes
    return "client" if topic == "clients" else ""


def _unit(field: FieldInfo) -> str:
    """Return the unit in which the number of a field is kept; empty for words and ratios."""
    units = [
        (marker.quantity if isinstance(marker, WordOr) else marker).dimension.unit
        for marker in _markers(field)
        if isinstance(marker, f.QuantityField | WordOr)
    ]
    return units[0] if units else ""


def _default(topic: str, key: str, field: FieldInfo) -> str:
    """Return what holds where a key is left out: by the model, its words, or the database."""
    if isinstance(field.default, str):
        return field.default
    said = DEFAULT.search(field.description or "")
    return said["default"] if said else _assumed(topic, key)


def _assumed(topic: str, key: str) -> str:
    """Return the figure of the database that stands in for a key, with its bounds."""
    defaults, group = _catalog().defaults, _assumes(topic)
    if topic in _WITHOUT or (group == "client" and key == "utilization"):
        return ""
    if group == "client" and key in ("power", "lifetime"):
        return _written(getattr(defaults.client, key), key)
    if key == "storage_power" or (group == "media" and key in ("power", "embodied")):
        figure = key.removeprefix("storage_")
        each = ((name, getattr(medium, figure)) for name, medium in defaults.media.items())
        return "; ".join(f"{name} {_written(value, figure)}" for name, value in each)
    if key in _BY_CLASS:
        return "by class"
    if key == "dram_power":
        prior = _catalog().priors[key, "server"]
        return _written(prior.value(key, "", prior.unit), key)
    return _written(getattr(defaults, key), key) if key in _ASSUMED else ""


@lru_cache(maxsize=1)
def _catalog() -> Catalog:
    return Catalog()


_ASSUMED = ("lifetime", "utilization")
_WITH_OWN_KIND = ("generation",)  # whose `kind` is not its topic
_BY_CLASS = ("pue", "load", "host_power")  # of priors.csv, by use, machine and site
_WITHOUT = ("construction",)  # whose keys of these names are of something else
_IN_WORDS = {"lifetime": (best(parse("1 year", DURATION)), "years"), "utilization": (0.01, "%")}


def _written(value: Value, key: str) -> str:
    """Write a value of the database as a workload would, its bounds in brackets."""
    size, unit = _IN_WORDS.get(key, (1, value.unit))
    middle, low, high = (f"{end / size:.6g}" for end in (value.best, value.low, value.high))
    bounds = "" if low == high else f" ({low}..{high})"
    return f"{middle} {unit}".strip() + bounds


@lru_cache(maxsize=1)
def _examples() -> dict[tuple[str, str], str]:
    """Return how keys may be written, by topic and key; of no topic are those of every one."""
    examples: dict[tuple[str, str], str] = {}
    for row in descriptions.rows("examples.csv"):
        topics = PART_KINDS if row["topics"] == "parts" else [row["topics"]]
        examples |= {(topic, row["key"]): row["example"] for topic in topics}
    return examples


def _example(field: FieldInfo) -> str:
    """Return how the value of a field may be written."""
    for marker in _markers(field):
        if isinstance(marker, f.QuantityField):
            return marker.dimension.example
        if isinstance(marker, WordOr):
            return f"{marker.word} | {marker.quantity.dimension.example}"
        if isinstance(marker, f.RateOrCount):
            return "1e9 / day"
        if isinstance(marker, f.Scalar):
            form = marker.schema
            return _SCALARS.get(form) or " | ".join(dict(form).get("enum", ()))
    return ""


_SCALARS = {scalars.SWITCH: "yes | no", scalars.YEAR: "2024", scalars.VERSION: "1"}


def _markers(field: FieldInfo) -> list[Any]:
    """Return what marks a field's type, also inside an optional one."""
    markers = list(field.metadata)
    for inner in getattr(field.annotation, "__args__", ()):
        markers += getattr(inner, "__metadata__", ())
    return markers
