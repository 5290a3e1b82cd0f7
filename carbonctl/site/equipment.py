"""Battery, flexible load and servers of a site's file, with what is assumed where it is silent."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from carbonctl.site.assembly import CARBON_G_PER_KWH, W_PER_MW, YEAR_H, FloatArray
from carbonctl.site.backlog import FlexibleDemand, Tier
from carbonctl.site.battery import Battery, usable_mwh
from carbonctl.site.embodied import battery_kgco2e_per_year, servers_kgco2e_per_year
from carbonctl.site.taper import NMC
from carbonctl.spec.hours import CYCLIC, Servers, StationaryBattery
from carbonctl.spec.model import Site

KWH_PER_MWH = 1000
KG_PER_KWH = 74.0
ONE_WAY = math.sqrt(0.85)
LIFETIME_YEARS = 15.0
_ROUND_TRIP = "85 % there and back, as NREL's Annual Technology Baseline takes utility batteries"

Assumption = tuple[str, str, str]


class Equipped(NamedTuple):
    """The battery of a site, and what its embodied carbon follows from.

    Attributes
    ----------
    battery : Battery
        As the kernels take it.
    nameplate_mwh : float
        Energy that it is built with [MWh].
    depth : float
        Usable share of that.
    start : float or None
        Share that it begins with; None for a cycle.
    kg_per_kwh, cycle_life, lifetime_years : float
        Embodied carbon, and how long it lasts.
    keeps_power : bool
        Whether its power stays where its energy is varied; else the energy fills in an hour.
    charge_from : str
        surplus, generation or grid.
    """

    battery: Battery
    nameplate_mwh: float
    depth: float
    start: float | None
    kg_per_kwh: float
    cycle_life: float
    lifetime_years: float
    keeps_power: bool
    charge_from: str

    def embodied_kgco2e_per_year(self, nameplate: float, life_years: float) -> float:
        """Return the embodied carbon of a battery of this kind [kg/year]."""
        return float(battery_kgco2e_per_year(nameplate, self.kg_per_kwh, life_years))


def equipped(spec: StationaryBattery, assumed: list[Assumption]) -> Equipped:
    """Return the battery of a site's file; what it does not say is added to ``assumed``."""

    def said(key: str, default: float, text: str, why: str) -> float:
        value = getattr(spec, key)
        if value is None:
            assumed.append((f"site.battery.{key}", text, why))
            return default
        return float(value.best)

    energy = spec.energy.best / KWH_PER_MWH
    is_usable = spec.energy_is == "usable"
    depth = said("depth_of_discharge", 1.0, "100 %", "all of its energy is usable")
    usable = float(usable_mwh(energy, depth, spec.energy_is or "nameplate"))
    if spec.power is None:
        assumed.append(("site.battery.power", "all its energy in an hour", "none is given"))
    power = energy if spec.power is None else spec.power.best / W_PER_MW
    battery = Battery(
        usable, power, power,
        said("charge_efficiency", ONE_WAY, "92.2 %", _ROUND_TRIP),
        said("discharge_efficiency", ONE_WAY, "92.2 %", _ROUND_TRIP),
        0.0 if spec.self_discharge is None else spec.self_discharge.best,
        NMC if spec.model == "clc" else None,
    )  # fmt: skip
    start = None if spec.start in (None, CYCLIC) else spec.start.best  # type: ignore[union-attr]
    lifetime = said(
        "lifetime", LIFETIME_YEARS * YEAR_H, "15 years", "as NREL's Annual Technology Baseline"
    )
    return Equipped(
        battery, usable / depth if is_usable else energy, depth, start,
        said("embodied", KG_PER_KWH, "74 kg/kWh", "as Carbon Explorer (ASPLOS 2023)"),
        said("cycle_life", math.inf, "no limit", "cycles wear nothing out; it lasts its lifetime"),
        lifetime / YEAR_H, spec.power is not None, spec.charge_from or "surplus",
    )  # fmt: skip


def plant_assumptions(site: Site) -> Iterator[Assumption]:
    """Yield what is assumed of plants that do not say it."""
    for place, plant in enumerate(site.generation or ()):
        path = f"site.generation.{place}"
        if plant.carbon is None and plant.kind in CARBON_G_PER_KWH:
            grams = f"{CARBON_G_PER_KWH[plant.kind]:g} g/kWh"
            yield f"{path}.carbon", grams, "life-cycle median (IPCC 2014, WG3 Annex III)"


def flexible(site: Site, demand_mw: FloatArray, step_h: float, start_s: int) -> FlexibleDemand:
    """Return the demand with its flexible tiers."""
    tiers = []
    for tier in site.flexibility or ():
        kind = next(key for key in ("defer", "within", "window") if getattr(tier, key) is not None)
        tiers.append(Tier(tier.share.best, kind, getattr(tier, kind).best))
    return FlexibleDemand(demand_mw, tuple(tiers), step_h, start_s)


def capacity_mw(site: Site, demand_mw: FloatArray) -> float:
    """Return the most that the servers draw [MW]: as given, else the peak of the demand."""
    if site.capacity is None:
        return float(np.max(demand_mw))
    return site.capacity.best / W_PER_MW


def servers_kgco2e(
    servers: Servers | None, capacity: float, peak: float, years: float
) -> float | None:
    """Return the embodied carbon of servers beyond the peak of the demand [kg].

    0 where there are none; None where nobody says what they embody.
    """
    if capacity <= peak:
        return 0.0
    if servers is None:
        return None
    per_year = servers_kgco2e_per_year(
        capacity, peak, servers.embodied.best, servers.lifetime.best / YEAR_H
    )
    return float(per_year) * years
