"""Designs of a site: sizes of plants, battery and servers, all combinations side by side."""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from carbonctl.numbers import units
from carbonctl.numbers.intervals import Range
from carbonctl.numbers.unit_table import QuantityError
from carbonctl.site.accounts import LOCATION, Accounts
from carbonctl.site.assembly import W_PER_MW, YEAR_H, FloatArray
from carbonctl.site.battery import Battery
from carbonctl.site.battery import cycles as full_cycles
from carbonctl.site.designs import DesignSums, Period, Plants, accounts_of, sums
from carbonctl.site.embodied import (
    battery_kgco2e_per_year,
    battery_life_years,
    generation_kgco2e,
    servers_kgco2e_per_year,
)
from carbonctl.site.equipment import KWH_PER_MWH
from carbonctl.site.pareto import front
from carbonctl.site.shifting import DesignLoads
from carbonctl.spec.site_file import Plan
from carbonctl.spec.tree import Seq
from carbonctl.text import did_you_mean

if TYPE_CHECKING:
    from carbonctl.site.operation import Operated

MOST = 1_000_000
CAPACITY, ENERGY, POWER = "capacity", "battery.energy", "battery.power"
_STEPPED = re.compile(r"\s*(?P<low>.+?)\s*\.\.\s*(?P<high>.+?)\s+by\s+(?P<step>.+?)\s*")
_LISTED = re.compile(r"\s*\[(?P<items>.*)\]\s*(?P<unit>\S.*)?")


class Axis(NamedTuple):
    """One size that varies: its path, its unit, MW or MWh, and its values."""

    path: str
    unit: str
    values: tuple[float, ...]

    @property
    def column(self) -> str:
        """What its column is called: wind_capacity_mw, battery_energy_mwh."""
        name = re.sub(r"\W+", "_", self.path)
        return f"{name}_{self.unit.lower()}"


class DesignTable(NamedTuple):
    """All designs; each column an array (designs,).

    Attributes
    ----------
    axes : tuple of Axis
        What varies; the last varies fastest.
    sizes : tuple of array
        The size of each axis in each design.
    sums : DesignSums
        Energies over the data.
    accounts : Accounts
        The three accounts [kg].
    hourly_cfe_pct : array
        Share of the load covered step by step [%].
    embodied_battery_kgco2e, embodied_generation_kgco2e, embodied_servers_kgco2e : array
        Of the span of the data [kg]; NaN where it is not known.
    operational_kgco2e, embodied_kgco2e, total_kgco2e : array
        The account of the question, the embodied carbon, and both [kg].
    within_excess : array of bool
        Whether no more is sold or spilled than `plan.excess` allows.
    on_front, on_embodied_front : array of bool
        Not beaten in total carbon and hourly CFE; in operational and embodied carbon.
    """

    axes: tuple[Axis, ...]
    sizes: tuple[FloatArray, ...]
    sums: DesignSums
    accounts: Accounts
    hourly_cfe_pct: FloatArray
    embodied_battery_kgco2e: FloatArray
    embodied_generation_kgco2e: FloatArray
    embodied_servers_kgco2e: FloatArray
    operational_kgco2e: FloatArray
    embodied_kgco2e: FloatArray
    total_kgco2e: FloatArray
    within_excess: Any
    on_front: Any
    on_embodied_front: Any


def read_axes(
    sweep: dict[str, Any], plants: tuple[str, ...], *, has_battery: bool
) -> Iterator[tuple[str, Axis | str]]:
    """Yield each key of ``plan.sweep`` with its axis, or with what is wrong.

    Parameters
    ----------
    sweep : dict
        Values by path, as they are written.
    plants : tuple of str
        Names of the plants.
    has_battery : bool
        Whether the site has a battery, whose kind is varied.
    """
    known = [*(f"{plant}.capacity" for plant in plants), CAPACITY]
    known += [ENERGY, POWER] if has_battery else []
    for path, written in sweep.items():
        if path not in known:
            near = did_you_mean(path, known)
            need = "; `battery` is not in the site" if path.startswith("battery.") else ""
            yield path, f"`{path}` cannot be swept{near}{need}; there are {', '.join(known)}"
            continue
        dimension = units.ENERGY if path == ENERGY else units.POWER
        scale, unit = (KWH_PER_MWH, "MWh") if path == ENERGY else (W_PER_MW, "MW")
        try:
            values = [value / scale for value in _values(written, dimension)]
        except (QuantityError, ValueError) as error:
            yield path, f"{path}: {error}"
            continue
        yield path, Axis(path, unit, tuple(values))


def count_of(plan: Plan | None) -> int | None:
    """Return how many designs a plan asks for; None where it asks for none, or has a fault."""
    if plan is None or not plan.sweep:
        return None
    counts = []
    for path, written in plan.sweep.items():
        try:
            dimension = units.ENERGY if path == ENERGY else units.POWER
            counts.append(len(_values(written, dimension)))
        except (QuantityError, ValueError):
            return None
    return math.prod(counts)


def _values(written: Any, dimension: units.Dimension) -> list[float]:
    """Return the values of an axis in the unit of its dimension."""
    if isinstance(written, Seq | list):
        return [_number(str(item), dimension) for item in written]
    text = str(written)
    listed = _LISTED.fullmatch(text)
    if listed is not None:
        unit = listed["unit"] or ""
        items = [f"{item.strip()} {unit}".strip() for item in listed["items"].split(",")]
        return [_number(item, dimension) for item in items]
    stepped = _STEPPED.fullmatch(text)
    if stepped is None:
        return [_number(text, dimension)]
    return _stepped(stepped, dimension)


def _stepped(written: re.Match[str], dimension: units.Dimension) -> list[float]:
    unit = re.sub(r"^[-+0-9._eE\s]+", "", written["high"])
    low, high, step = (
        _number(text if re.search(r"[A-Za-z]", text) else f"{text} {unit}", dimension)
        for text in (written["low"], written["high"], written["step"])
    )
    if step <= 0 or high < low:
        raise ValueError(f"`{written[0]}`: LOW..HIGH by STEP rises by a step above 0")
    count = math.floor((high - low) / step * (1 + 1e-12)) + 1
    if count > MOST:
        raise ValueError(f"`{written[0]}` has {count:,} values; at most {MOST:,} designs")
    return [low + step * number for number in range(count)]


def _number(text: str, dimension: units.Dimension) -> float:
    number = units.parse(text, dimension)
    if isinstance(number, Range):
        raise ValueError(f"`{text}` is a range; write `LOW..HIGH by STEP`, or a list")
    if number < 0:
        raise ValueError(f"`{text}`: must not be negative")
    return float(number)


def swept(
    site: Operated,
    axes: tuple[Axis, ...],
    excess: float | None,
    progress: Callable[[int], None] | None = None,
) -> DesignTable:
    """Return what comes of all combinations of sizes.

    Raises
    ------
    ValueError
        For more than a million designs, and for a capacity below the peak of the demand.
    """
    count = math.prod(len(axis.values) for axis in axes)
    if count > MOST:
        raise ValueError(f"{count:,} designs; at most {MOST:,} go in one sweep")
    grid = np.array(list(itertools.product(*(axis.values for axis in axes)))).T
    sizes = {axis.path: column for axis, column in zip(axes, grid, strict=True)}
    hours = site.hours
    plants = Plants(
        np.array([plant.delivered_shape for plant in hours.plants]).reshape(
            len(hours.plants), len(hours.demand_mw)
        ),
        np.array(
            [
                sizes.get(f"{plant.name}.capacity", np.full(count, plant.capacity_mw))
                for plant in hours.plants
            ]
        ).reshape(len(hours.plants), count),
        tuple(plant.is_onsite for plant in hours.plants),
    )
    capacity = sizes.get(CAPACITY, np.full(count, site.capacity_mw))
    site.flexible.check(capacity)
    battery, nameplate = _batteries(site, sizes, count)
    load: Any = hours.demand_mw
    if site.flexible.tiers:
        load = DesignLoads(
            site.flexible,
            hours.g_per_kwh,
            capacity,
            lambda rows: (generation for generation, _ in plants.steps(rows)),
        )
    market = hours.g_per_kwh if hours.residual_g_per_kwh is None else hours.residual_g_per_kwh
    period = Period(
        hours.g_per_kwh, market, hours.step_h,
        None if site.equipped is None else site.equipped.start, site.export_limit_mw,
    )  # fmt: skip
    done = sums(plants, battery, load, period, progress=progress)
    kept = accounts_of(done, float(np.mean(market)))
    parts = _embodied(site, done, plants, capacity, (battery, nameplate))
    return _table(site, axes, tuple(grid), done, kept, parts, excess)


def _batteries(
    site: Operated, sizes: dict[str, FloatArray], count: int
) -> tuple[Battery, FloatArray]:
    """Return the batteries of designs, and their nameplate energies [MWh]."""
    if site.equipped is None:
        return Battery(0.0, 0.0, 0.0), np.zeros(count)
    equipped = site.equipped
    nameplate = sizes.get(ENERGY, np.full(count, equipped.nameplate_mwh))
    power = sizes.get(POWER)
    if power is None:
        power = np.full(count, equipped.battery.charge_mw) if equipped.keeps_power else nameplate
    battery = replace(
        equipped.battery, usable_mwh=nameplate * equipped.depth, charge_mw=power,
        discharge_mw=power,
    )  # fmt: skip
    return battery, nameplate


def _embodied(
    site: Operated,
    done: DesignSums,
    plants: Plants,
    capacity: FloatArray,
    batteries: tuple[Battery, FloatArray],
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return the embodied carbon of designs: battery, generation, servers [kg]."""
    hours, zeros = site.hours, np.zeros(len(capacity))
    battery, nameplate = batteries
    stored = zeros
    if site.equipped is not None:
        per_year = full_cycles(done.discharged_mwh, battery) / hours.years
        life = battery_life_years(per_year, site.equipped.lifetime_years, site.equipped.cycle_life)
        stored = battery_kgco2e_per_year(nameplate, site.equipped.kg_per_kwh, life) * hours.years
    generated = zeros
    for place, plant in enumerate(hours.plants):
        if site.account == LOCATION and not plant.is_onsite:
            continue
        mwh = float(plant.shape.sum()) * hours.step_h * plants.capacity_mw[place]
        if plant.g_per_kwh is None:
            generated = generated + math.nan
        else:
            generated = generated + generation_kgco2e(mwh, plant.g_per_kwh)
    peak = float(hours.demand_mw.max())
    if site.servers is None:
        return stored, generated, np.where(capacity > peak, math.nan, 0.0)
    servers = servers_kgco2e_per_year(
        capacity, peak, site.servers.embodied.best, site.servers.lifetime.best / YEAR_H
    )
    return stored, generated, servers * hours.years


def _table(
    site: Operated,
    axes: tuple[Axis, ...],
    sizes: tuple[FloatArray, ...],
    done: DesignSums,
    kept: Accounts,
    parts: tuple[FloatArray, FloatArray, FloatArray],
    excess: float | None,
) -> DesignTable:
    operational = np.asarray(getattr(kept, site.account), float)
    embodied = sum(parts, np.zeros(len(operational)))
    total = operational + embodied
    cfe = 100 * (1 - done.unmet_mwh / done.load_mwh)
    spilled = done.spilled_mwh / done.load_mwh
    allowed = np.ones(len(total), bool) if excess is None else spilled <= excess + 1e-12
    return DesignTable(
        axes, sizes, done, kept, cfe, *parts, operational, embodied, total, allowed,
        _front(total, -cfe, allowed), _front(operational, embodied, allowed),
    )  # fmt: skip


def _front(first: FloatArray, second: FloatArray, allowed: Any) -> Any:
    """Return which designs are on the front of those that are allowed and known."""
    places = np.flatnonzero(allowed & ~np.isnan(first) & ~np.isnan(second))
    marked = np.zeros(len(first), bool)
    marked[places[front(first[places], second[places])]] = True
    return marked
