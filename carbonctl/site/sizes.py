"""The smallest battery, or plant, with which a site meets its target."""

from __future__ import annotations

from carbonctl.site.coverage import energy_mwh, hourly_cfe
from carbonctl.site.equipment import Assumption, Equipped, equipped
from carbonctl.site.operation import (
    PERCENT,
    Operated,
    battery_run,
    followed,
    operate,
    with_capacity,
    with_energy,
)
from carbonctl.site.results import BATTERY, SIZED, Outcome, Sized
from carbonctl.site.sizing import HOURS, Sizing, size_battery, smallest
from carbonctl.spec.hours import StationaryBattery
from carbonctl.spec.site_file import Plan
from carbonctl.text import did_you_mean

_ANY_BATTERY = {"energy": "1 MWh"}


def sized(site: Operated, plan: Plan, assumed: list[Assumption]) -> tuple[Sized, Outcome]:
    """Return the smallest size that meets the target of a plan, and what comes of the site with it.

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
        result, changed = _battery(site, target, assumed)
    else:
        result, changed = _plant(site, names.index(what), target)
    assert result.size is not None
    outcome, _ = operate(changed, SIZED, followed(changed), has_battery=True)
    demand_mwh = float(energy_mwh(site.hours.demand_mw, site.hours.step_h))
    size = Sized(
        what, "MWh" if what == BATTERY else "MW", PERCENT * target, PERCENT * result.hourly_cfe,
        PERCENT * result.without, result.size,
        PERCENT * (outcome.exported_mwh + outcome.curtailed_mwh) / demand_mwh,
    )  # fmt: skip
    _check_excess(size, plan)
    return size, outcome


def _check_excess(size: Sized, plan: Plan) -> None:
    allowed = None if plan.excess is None else PERCENT * plan.excess.best
    if allowed is not None and size.spilled_pct > allowed + 1e-9:
        raise ValueError(
            f"{size.size:,.6g} {size.unit} of {size.what} reach {size.target_pct:g} %, but "
            f"{size.spilled_pct:.4g} % of the demand is sold or spilled, more than `excess`, "
            f"{allowed:g} %"
        )


def _battery(site: Operated, target: float, assumed: list[Assumption]) -> tuple[Sizing, Operated]:
    """Return the smallest battery, its nameplate energy [MWh], and the site with it."""
    kind = (site.equipped or _default_battery(assumed))._replace(start=None)
    load = followed(site)
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
    changed = site._replace(equipped=with_energy(kind, nameplate))
    return result._replace(size=nameplate), changed


def _default_battery(assumed: list[Assumption]) -> Equipped:
    spec = StationaryBattery.model_validate(_ANY_BATTERY)
    return equipped(spec, assumed)


def _plant(site: Operated, place: int, target: float) -> tuple[Sizing, Operated]:
    """Return the smallest capacity of a plant [MW], and the site with it.

    Flexible load follows each capacity that is tried.
    """
    plant, step_h = site.hours.plants[place], site.hours.step_h
    shape, others = plant.delivered_shape, with_capacity(site, place, 0.0).generation_mw
    kind = None if site.equipped is None else site.equipped._replace(start=None)
    demand_mwh = energy_mwh(site.hours.demand_mw, step_h)

    def share(capacity_mw: float) -> float:
        changed = site._replace(generation_mw=others + shape * capacity_mw)
        passed = battery_run(changed, followed(changed), kind)
        return float(hourly_cfe(passed.unmet_mwh, demand_mwh))

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
    return result, with_capacity(site, place, result.size)._replace(equipped=kind)
