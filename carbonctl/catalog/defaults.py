"""What stands in where nothing else is known: the form of defaults.yaml."""

from typing import Any, NamedTuple

from carbonctl.catalog.leaves import of
from carbonctl.catalog.records_reader import Group
from carbonctl.numbers import units
from carbonctl.numbers.values import Value


class MediumFigures(NamedTuple):
    """Power [W/TB] and embodied carbon [kgCO2e/TB] of a storage medium."""

    power: Value
    embodied: Value


class ClientFigures(NamedTuple):
    """Draw at work [W] and service life [h] of a client device of which nothing else is known."""

    power: Value
    lifetime: Value


class Defaults(NamedTuple):
    """The figures of defaults.yaml: what stands in where nothing else is known."""

    pue: Value
    lifetime: Value
    utilization: Value
    dram_power: Value
    threads_per_core: Value
    media: dict[str, MediumFigures]
    client: ClientFigures
    drive_lifetime: Value  # that of machines, but of other things: they do not fail together


_MEDIUM = Group(
    MediumFigures,
    {"power": of(units.PER_TB_POWER), "embodied": of(units.PER_TB_MASS)},
    MediumFigures._fields,
)
_DEFAULTS = {
    "pue": of(units.RATIO, 1.0),
    "lifetime": of(units.SERVICE_LIFE, 1.0),
    "utilization": of(units.FRACTION, 0.001, 1.0),
    "dram_power": of(units.DENSITY_POWER),
    "threads_per_core": of(units.COUNT, 1),
    "media": Group(dict, {"ssd": _MEDIUM, "hdd": _MEDIUM}, ("ssd", "hdd")),
    "client": Group(
        ClientFigures,
        {"power": of(units.POWER), "lifetime": of(units.SERVICE_LIFE, 1.0)},
        ClientFigures._fields,
    ),
}


def _some(**figures: Any) -> dict[str, Any]:
    known = {"drive_lifetime": figures["lifetime"]} if "lifetime" in figures else {}
    return {**figures, **known}


def _all(**figures: Any) -> Defaults:
    return Defaults(**_some(**figures))


DEFAULTS = Group(_all, _DEFAULTS, tuple(_DEFAULTS))
OWN_DEFAULTS = Group(_some, _DEFAULTS)  # a folder of one's own may hold some of them
