"""Runs a site step by step: its load, its battery, what the grid supplies."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import numpy as np

from carbonctl.site.accounts import LOCATION, Accounts, Flows, accounts, grid_cfe_score, metered_mw
from carbonctl.site.assembly import FloatArray, SiteHours
from carbonctl.site.backlog import FlexibleDemand
from carbonctl.site.battery import Battery, BatteryRun, cycles, run
from carbonctl.site.coverage import energy_mwh, exported_mw, hourly_cfe
from carbonctl.site.embodied import battery_life_years, generation_kgco2e
from carbonctl.site.equipment import Equipped, servers_kgco2e
from carbonctl.site.results import BatteryUse, Embodied, Outcome, Trace
from carbonctl.site.shifting import shifted
from carbonctl.spec.hours import Servers

PERCENT = 100
ROUNDING_MWH = 1e-9


class Operated(NamedTuple):
    """What a site is made of, for the kernels.

    Attributes
    ----------
    hours : SiteHours
        Demand, intensities and plants.
    generation_mw, onsite_mw : array, shape (steps,)
        Of all plants after losses, and of those behind the meter; the latter is None where none
        is [MW].
    flexible : FlexibleDemand
        The demand and its tiers.
    capacity_mw : float
        Most that the servers draw.
    equipped : Equipped or None
        The battery.
    servers : Servers or None
        What more servers embody.
    export_limit_mw : float
        Most surplus that the grid takes.
    account : str
        The operational account of totals.
    """

    hours: SiteHours
    generation_mw: FloatArray
    onsite_mw: FloatArray | None
    flexible: FlexibleDemand
    capacity_mw: float
    equipped: Equipped | None
    servers: Servers | None
    export_limit_mw: float
    account: str


def generated_mw(hours: SiteHours) -> tuple[FloatArray, FloatArray | None]:
    """Return what all plants generate after losses, and those behind the meter [MW].

    The latter is None where there are none.
    """
    generation, onsite = np.zeros(len(hours.demand_mw)), np.zeros(len(hours.demand_mw))
    for plant in hours.plants:
        delivered = plant.delivered_shape * plant.capacity_mw
        generation = generation + delivered
        onsite = onsite + delivered if plant.is_onsite else onsite
    has_onsite = any(plant.is_onsite for plant in hours.plants)
    return generation, onsite if has_onsite else None


def with_capacity(site: Operated, place: int, capacity_mw: float) -> Operated:
    """Return a site whose plant at some place has another capacity [MW]."""
    plants = list(site.hours.plants)
    plants[place] = plants[place]._replace(capacity_mw=capacity_mw)
    hours = site.hours._replace(plants=tuple(plants))
    generation, onsite = generated_mw(hours)
    return site._replace(hours=hours, generation_mw=generation, onsite_mw=onsite)


def followed(site: Operated) -> FloatArray:
    """Return the load where flexible tiers follow generation [MW]; the demand without any."""
    if not site.flexible.tiers:
        return site.hours.demand_mw
    return shifted(site.flexible, site.generation_mw, site.hours.g_per_kwh, site.capacity_mw)


def battery_run(site: Operated, load_mw: FloatArray, equipped: Equipped | None) -> BatteryRun:
    """Return what a battery does beside a load; without one, what generation leaves."""
    battery = Battery(0.0, 0.0, 0.0) if equipped is None else equipped.battery
    start = None if equipped is None else equipped.start
    return run(battery, load_mw, site.generation_mw, step_h=site.hours.step_h, start=start)


def operate(
    site: Operated, name: str, load_mw: FloatArray, *, has_battery: bool
) -> tuple[Outcome, Trace]:
    """Return what comes of one way to run a site, and its trace.

    Parameters
    ----------
    site : Operated
        The site.
    name : str
        What the way is called.
    load_mw : array, shape (steps,)
        What runs in each step [MW].
    has_battery : bool
        Whether the battery takes part.
    """
    equipped = site.equipped if has_battery else None
    passed = battery_run(site, load_mw, equipped)
    hours, step_h = site.hours, site.hours.step_h
    meter = metered_mw(load_mw, site.onsite_mw, passed.charge_mw, passed.discharge_mw)
    kept = accounts(
        Flows(load_mw, site.generation_mw, passed.grid_mw, meter),
        hours.g_per_kwh,
        residual_g_per_kwh=hours.residual_g_per_kwh,
        step_h=step_h,
    )
    exported = exported_mw(passed.spilled_mw, site.export_limit_mw)
    use = None if equipped is None else battery_use(equipped, passed, hours.years)
    embodied = embodied_of(site, use, load_mw)
    operational = float(getattr(kept, site.account))
    whole = embodied.total_kgco2e
    outcome = Outcome(
        name,
        float(energy_mwh(site.generation_mw, step_h)),
        passed.unmet_mwh,
        PERCENT * float(hourly_cfe(passed.unmet_mwh, energy_mwh(load_mw, step_h))),
        None if hours.cfe is None
        else PERCENT * float(grid_cfe_score(load_mw, passed.grid_mw, hours.cfe)),
        Accounts(*(float(figure) for figure in kept)),
        float(energy_mwh(exported, step_h)),
        float(energy_mwh(passed.spilled_mw - exported, step_h)),
        float(load_mw.max()),
        use,
        embodied,
        None if whole is None else operational + whole,
    )  # fmt: skip
    return outcome, _trace(site, load_mw, passed, exported)


def _trace(site: Operated, load_mw: FloatArray, passed: BatteryRun, exported: FloatArray) -> Trace:
    hours = site.hours
    waiting = np.cumsum(hours.demand_mw - load_mw) * hours.step_h
    if site.flexible.waiting():  # a cycle: some work may wait from the end of the data
        waiting = waiting - min(float(waiting.min()), 0.0)
    waiting = np.where(np.abs(waiting) < ROUNDING_MWH, 0.0, waiting)
    return Trace(
        load_mw, site.generation_mw, passed.charge_mw, passed.discharge_mw, passed.soc_mwh,
        passed.grid_mw, exported, passed.spilled_mw - exported, waiting,
        passed.grid_mw * hours.g_per_kwh * hours.step_h,
    )  # fmt: skip


def battery_use(equipped: Equipped, passed: BatteryRun, years: float) -> BatteryUse:
    """Return what a battery does over the data, and how long it lasts at that rate."""
    per_year = float(cycles(passed.discharged_mwh, equipped.battery)) / years
    life = float(battery_life_years(per_year, equipped.lifetime_years, equipped.cycle_life))
    charge_mw, discharge_mw = equipped.battery.limits_mw()
    return BatteryUse(
        equipped.nameplate_mwh, float(equipped.battery.usable_mwh), float(charge_mw),
        float(discharge_mw), passed.charged_mwh, passed.discharged_mwh, passed.loss_mwh,
        passed.given_away_mwh, per_year, life,
    )  # fmt: skip


def embodied_of(site: Operated, use: BatteryUse | None, load_mw: FloatArray) -> Embodied:
    """Return the embodied carbon of the span of the data that a total holds.

    Contracted plants are part of the mix that all of the load pays for in the location-based
    account: there they add nothing.
    """
    hours = site.hours
    battery = 0.0
    if use is not None and site.equipped is not None:
        per_year = site.equipped.embodied_kgco2e_per_year(use.nameplate_mwh, use.life_years)
        battery = per_year * hours.years
    parts = [plant_kgco2e(site, place) for place in range(len(hours.plants))]
    known = [part for part in parts if part is not None]
    is_flexible = bool(site.flexible.tiers)
    shifts = is_flexible and load_mw is not hours.demand_mw
    servers = servers_kgco2e(
        site.servers,
        site.capacity_mw if shifts or not is_flexible else 0.0,
        float(hours.demand_mw.max()),
        hours.years,
    )
    return Embodied(battery, sum(known) if len(known) == len(parts) else None, servers)


def plant_kgco2e(site: Operated, place: int) -> float | None:
    """Return the embodied carbon of what a plant generates, as a total holds it [kg]."""
    plant = site.hours.plants[place]
    if site.account == LOCATION and not plant.is_onsite:
        return 0.0
    if plant.g_per_kwh is None:
        return None
    generated = energy_mwh(plant.shape * plant.capacity_mw, site.hours.step_h)
    return float(generation_kgco2e(generated, plant.g_per_kwh))


def with_energy(equipped: Equipped, nameplate_mwh: float) -> Equipped:
    """Return a battery of another energy; its power stays where it was given."""
    usable = nameplate_mwh * equipped.depth
    battery = replace(equipped.battery, usable_mwh=usable)
    if not equipped.keeps_power:
        battery = replace(battery, charge_mw=nameplate_mwh, discharge_mw=nameplate_mwh)
    return equipped._replace(battery=battery, nameplate_mwh=nameplate_mwh)
