"""What is known of the electricity of a site, its building and its water."""

from collections.abc import Callable
from typing import Any, NamedTuple, TypeAlias

from carbonctl.catalog import Catalog
from carbonctl.catalog.regions import Region
from carbonctl.errors import Caution
from carbonctl.numbers.quantities import Quantity, of
from carbonctl.numbers.values import Value
from carbonctl.spec.model import Construction

Pick: TypeAlias = Callable[[str], tuple[Any, str]]  # a key → its value, and its path


class Water(NamedTuple):
    """Water per energy [L/kWh]: on site for that of IT, at the source for all of it."""

    on_site: Value
    source: Value


class Building(NamedTuple):
    """A data centre's own embodied carbon [kgCO2e/kW of IT], its life [h], and the share in use."""

    per_kw: Quantity
    lifetime: Value
    utilization: Value


class Supply(NamedTuple):
    """The electricity of a site and its building.

    Attributes
    ----------
    intensity : Value
        Location-based carbon intensity [kgCO2e/kWh].
    market : Value
        Market-based carbon intensity [kgCO2e/kWh].
    market_inputs : tuple of Value
        What it comes from; empty where nothing is contracted.
    pue : Value or None
        None where there is no data centre around the machines.
    losses : Value or None
        Share lost between plant and meter.
    water : Water or None
        None unless both parts are known.
    building : Building or None
        None where its construction is not given.
    label, operator, basis : str
        What is said of it; basis is None where the spec gives a bare figure.
    counts_imports : bool
        Whether the intensity counts imports.
    is_hourly : bool
        Whether it is that of the hours in which the activity runs.
    year, wanted_year : int or None
        Of the intensity, and of the activity.
    warnings : tuple of Caution
        What the user should know.
    """

    label: str
    operator: str
    intensity: Value
    basis: str | None
    counts_imports: bool
    is_hourly: bool
    year: int | None
    market: Value
    market_inputs: tuple[Value, ...]
    pue: Value | None
    losses: Value | None
    water: Water | None
    building: Building | None
    wanted_year: int | None
    warnings: tuple[Caution, ...]


def water_of(
    pick: Pick, catalog: Catalog, zone: str | None, region: Region | None, operator: str
) -> Water | None:
    """Return the water of site and source per energy; None unless both are known."""
    on_site: Value | None
    on_site, path = pick("wue")
    if on_site is None and region is not None and region.wue_l_per_kwh is not None:
        note = f"{region.region}, {region.wue_status}, {region.wue_year}"
        on_site = Value(
            region.wue_l_per_kwh, "L/kWh", "catalog", region.wue_source or region.source,
            path, name="wue", note=note,
        )  # fmt: skip
    if operator == "client":
        on_site = Value(0.0, "L/kWh", "default", None, path, name="wue", note="no data centre")
    source: Value | None
    source, path = pick("water_intensity")
    known = catalog.water.get(zone) if source is None and zone and on_site else None
    if known is not None:
        source = Value(known[0], "L/kWh", "catalog", known[1], path, name="water_intensity")
    return Water(on_site, source) if on_site is not None and source is not None else None


def building_of(pick: Pick) -> Building | None:
    """Return the embodied carbon of the data centre itself, where it is given."""
    given: Construction | None
    given, path = pick("construction")
    if given is None:
        return None
    if given.per_capacity is not None:
        per_kw = of(given.per_capacity.named("building_embodied_per_capacity"))
    else:
        assert given.per_area is not None and given.area is not None
        per_kw = of(given.per_area.named("building_embodied_per_area")) * given.area
    in_use = Value(
        1.0, "", "default", None, f"{path}.utilization",
        note="all of the capacity is taken to be in use: a lower bound",
    ) if given.utilization is None else given.utilization  # fmt: skip
    lifetime = given.lifetime.named("building_lifetime")
    return Building(per_kw, lifetime, in_use.named("capacity_in_use"))
