"""What stands in where nothing else is known: the form of defaults.yaml."""

from typing import Annotated, Any, NamedTuple

from carbonctl.catalog.leaves import form_of, of
from carbonctl.catalog.records_reader import Group
from carbonctl.numbers import units
from carbonctl.numbers.values import Value

_LIFETIME = of(units.SERVICE_LIFE, 1.0)


class MediumFigures(NamedTuple):
    """Power [W/TB] and embodied carbon [kgCO2e/TB] of a storage medium."""

    power: Annotated[Value, of(units.PER_TB_POWER)]
    embodied: Annotated[Value, of(units.PER_TB_MASS)]


class ClientFigures(NamedTuple):
    """Draw at work [W] and service life [h] of a client device of which nothing else is known."""

    power: Annotated[Value, of(units.POWER)]
    lifetime: Annotated[Value, _LIFETIME]


_MEDIA = dict.fromkeys(("ssd", "hdd"), form_of(MediumFigures))


class Defaults(NamedTuple):
    """The figures of defaults.yaml: what stands in where nothing else is known."""

    lifetime: Annotated[Value, _LIFETIME]
    utilization: Annotated[Value, of(units.FRACTION, 0.001, 1.0)]
    threads_per_core: Annotated[Value, of(units.COUNT, 1)]
    media: Annotated[dict[str, MediumFigures], Group(dict, _MEDIA, tuple(_MEDIA))]
    client: Annotated[ClientFigures, form_of(ClientFigures)]
    drive_lifetime: Value  # that of machines, but of other things: they do not fail together


def _some(**figures: Any) -> dict[str, Any]:
    known = {"drive_lifetime": figures["lifetime"]} if "lifetime" in figures else {}
    return {**figures, **known}


def _all(**figures: Any) -> Defaults:
    return Defaults(**_some(**figures))


DEFAULTS = form_of(Defaults)._replace(build=_all)
OWN_DEFAULTS = DEFAULTS._replace(
    build=_some, required=()
)  # a folder of one's own may hold some of them
