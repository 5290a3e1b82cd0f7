"""The smallest battery, or plant, with which a site meets its target."""

from __future__ import annotations

import numpy as np

from carbonctl.site.assembly import FloatArray, Plant
from carbonctl.site.battery import BatteryRun
from carbonctl.site.coverage import energy_mwh, hourly_cfe
from carbonctl.site.equipment import Assumption, Equipped, equipped
from carbonctl.site.operation import PERCENT, Operated, battery_run, with_energy
from carbonctl.site.results import Sized
from carbonctl.site.shifting import shifted
from carbonctl.site.sizing import HOURS, size_battery, smallest
from carbonctl.spec.hours import StationaryBattery
from carbonctl.spec.site_file import Plan
from carbonctl.text import did_you_mean

BATTERY = "battery"
_ANY_BATTERY = {"energy": "1 MWh"}


def sized(site: Operated, plan: Plan, assumed: list[Assumption]) -> Sized:
    """Return the smallest size that meets the target of a plan.

    Raises
    ------
    ValueError
        Where no size does, with the best within reach and what limits it; where the plan's excess
        is exceeded; for a name that the site has not.
    """
    assert plan.target is not None
    target, what = plan.target.best, plan.size or BATTERY
    names = [plant.name for plant in site.hours.plants]
    if what != BATTERY and what not in names:
        known = (BATTERY, *names)
        raise ValueError(f"size: `{what}` is not in the site{did_you_mean(what, known)}; "
                         f"there are {', '.join(known)}")  # fmt: skip
    if what == BATTERY:
        size = _battery(site, target, assumed)
    else:
        size = _plant(site, site.hours.plants[names.index(what)], target)
    allowed = None if plan.excess is None else PERCENT * plan.excess.best
    if allowed is not None and size.spilled_pct > allowed + 1e-9:
        raise ValueError(
            f"{size.size:,.6g} {size.unit} of {what} reach {PERCENT * target:g} %, but "
            f"{size.spilled_pct:.4g} % of the demand is sold or spilled, more than `excess`, "
            f"{allowed:g} %"
        )
    return size


def _battery(site: Operated, target: float, assumed: list[Assumption]) -> Sized:
    kind = site.equipped or _default_battery(assumed)
    load = _load(site, site.generation_mw)
    result = size_battery(
        kind.battery, load, site.generation_mw, target,
        keep_power=kind.keeps_power, step_h=site.hours.step_h,
    )  # fmt: skip
    if result.size is None:
        raise ValueError(
            f"no battery reaches {PERCENT * target:g} %: at most "
            f"{PERCENT * result.hourly_cfe:.4f} %, limited by the {result.limit}"
        )
    nameplate = result.size / kind.depth
    passed = battery_run(site, load, with_energy(kind, nameplate)._replace(start=None))
    return Sized(
        BATTERY, "MWh", PERCENT * target, PERCENT * result.hourly_cfe, PERCENT * result.without,
        nameplate, _spilled_pct(passed, load, site.hours.step_h),
    )  # fmt: skip


def _default_battery(assumed: list[Assumption]) -> Equipped:
    spec = StationaryBattery.model_validate(_ANY_BATTERY)
    return equipped(spec, assumed)


def _plant(site: Operated, plant: Plant, target: float) -> Sized:
    """Return the smallest capacity of a plant; flexible load follows each."""
    shape, step_h = plant.delivered_shape, site.hours.step_h
    others = site.generation_mw - shape * plant.capacity_mw
    others = np.maximum(others, 0.0)
    kind = None if site.equipped is None else site.equipped._replace(start=None)

    def at(capacity_mw: float) -> tuple[BatteryRun, FloatArray]:
        changed = site._replace(generation_mw=others + shape * capacity_mw)
        load = _load(changed, changed.generation_mw)
        return battery_run(changed, load, kind), load

    def share(capacity_mw: float) -> float:
        passed, load = at(capacity_mw)
        return float(hourly_cfe(passed.unmet_mwh, energy_mwh(load, step_h)))

    peak = site.capacity_mw + (0.0 if kind is None else float(kind.battery.limits_mw()[0]))
    generating = shape[shape > 0]
    if not generating.size:
        raise ValueError(f"{plant.name} generates nothing in these hours")
    result = smallest(
        share, target, first=peak / float(shape.max()), most=peak / float(generating.min())
    )
    if result.size is None:
        raise ValueError(
            f"no capacity of {plant.name} reaches {PERCENT * target:g} %: at most "
            f"{PERCENT * result.hourly_cfe:.4f} %, limited by the {HOURS}"
        )
    passed, load = at(result.size)
    return Sized(
        plant.name, "MW", PERCENT * target, PERCENT * result.hourly_cfe,
        PERCENT * result.without, result.size, _spilled_pct(passed, load, step_h),
    )  # fmt: skip


def _load(site: Operated, generation_mw: FloatArray) -> FloatArray:
    if not site.flexible.tiers:
        return site.hours.demand_mw
    return shifted(site.flexible, generation_mw, site.hours.g_per_kwh, site.capacity_mw)


def _spilled_pct(passed: BatteryRun, load_mw: FloatArray, step_h: float) -> float:
    return PERCENT * passed.spilled_mwh / float(energy_mwh(load_mw, step_h))
