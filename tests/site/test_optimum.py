"""The optimum with perfect foresight: right values, what no plan may break, and what it bounds."""

import sys
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from carbonctl.errors import MissingExtra, Unavailable
from carbonctl.site.backlog import FlexibleDemand, Tier, bounds
from carbonctl.site.battery import Battery
from carbonctl.site.optimum import Optimum, optimum
from carbonctl.site.policy import defer
from carbonctl.site.shifting import shifted
from carbonctl.site.taper import Taper
from tests.site.loads import Case, case_of, grid_with, name_of, random_case, rows

pytest.importorskip("scipy", reason="scipy is not installed: pip install 'carbonctl[optimum]'")

KINDS = ("defer", "within", "window")
NONE = Battery(0.0, 0.0, 0.0)


def least(case: Case, what: str = "energy", **changes) -> Optimum:
    charge_from = changes.pop("charge_from", "generation")
    case = case._replace(**changes)
    return optimum(
        case.flexible, case.generation_mw, case.intensity, case.capacity_mw,
        storage=case.battery, charge_from=charge_from, least=what,
    )  # fmt: skip


@pytest.mark.parametrize("row", rows("joint") + rows("tiers"), ids=name_of)
def test_right_values(row):
    case = case_of(row)
    unmet = float(row["optimal_unmet_mwh"])
    assert least(case).unmet_mwh == pytest.approx(unmet, rel=1e-6, abs=1e-6)
    kg = float(row["optimal_import_kg"])
    assert least(case, "carbon").import_kg == pytest.approx(kg, rel=1e-6, abs=1e-6)


@pytest.mark.parametrize("row", rows("shift_day_window"))
def test_windows_of_a_day(row):
    what = "energy" if row["quantity"] == "unmet_mwh" else "carbon"
    plan = least(case_of(row), what)
    value = plan.unmet_mwh if what == "energy" else plan.import_kg
    assert value == pytest.approx(float(row["optimum"]), rel=1e-6)


def test_no_battery_is_one_without_energy():
    case = case_of(rows("joint")[0])
    bare = optimum(case.flexible, case.generation_mw, case.intensity, case.capacity_mw)
    assert bare.unmet_mwh == least(case, battery=NONE).unmet_mwh
    assert not bare.charge_mw.any() and not bare.stored_mwh.any()


def check_plan(case: Case, plan: Optimum, step_h: float = 1.0) -> None:
    """Check what every plan keeps: the balance, the battery, the capacity and the backlogs."""
    slack = 1e-6
    supply = case.generation_mw + plan.grid_mw + plan.discharge_mw
    assert np.all(supply >= plan.load_mw + plan.charge_mw - slack)
    kept = (1 - case.battery.self_discharge_per_h) ** step_h * np.roll(plan.stored_mwh, 1)
    gain = plan.charge_mw * case.battery.charge_efficiency
    taken = plan.discharge_mw / case.battery.discharge_efficiency
    np.testing.assert_allclose(plan.stored_mwh, kept + (gain - taken) * step_h, atol=slack)
    assert (
        -slack <= plan.stored_mwh.min() and plan.stored_mwh.max() <= case.battery.usable_mwh + slack
    )
    assert plan.charge_mw.max() <= case.battery.charge_mw + slack
    assert plan.discharge_mw.max() <= case.battery.discharge_mw + slack
    assert plan.load_mw.max() <= case.capacity_mw + slack
    assert plan.load_mw.sum() == pytest.approx(case.demand_mw.sum(), rel=1e-9)
    limits = [bounds(tier, case.flexible) for tier in case.flexible.tiers]
    backlog = np.cumsum(case.demand_mw - plan.load_mw) * step_h
    low, high = (sum(each) for each in zip(*limits, strict=True))
    # Of a cyclic period the sum is known but for what waits at its start.
    assert (backlog - high).max() <= (backlog - low).min() + slack


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("what", ["energy", "carbon"])
def test_plans_keep_what_every_plan_keeps(seed, what):
    case = random_case(seed, KINDS)
    plan = least(case, what)
    check_plan(case, plan)
    assert np.all(plan.charge_mw <= case.generation_mw + 1e-6)
    assert plan.unmet_mwh == round(plan.unmet_mwh, 9) == pytest.approx(plan.grid_mw.sum())
    check_plan(case, least(case, what, charge_from="grid"))


@pytest.mark.parametrize("seed", range(30))
def test_no_policy_beats_it(seed):
    case = random_case(seed, KINDS)
    load = shifted(case.flexible, case.generation_mw, case.intensity, case.capacity_mw)
    grid = grid_with(case.battery, load, case.generation_mw)
    assert grid.sum() >= least(case).unmet_mwh * (1 - 1e-9) - 1e-7
    assert grid @ case.intensity >= least(case, "carbon").import_kg * (1 - 1e-9) - 1e-4


def test_it_bounds_a_battery_with_a_taper():
    case = case_of(rows("joint")[8])
    case = case._replace(battery=replace(case.battery, taper=Taper(0.5, 0.2, 0.02, 0.02)))
    load = shifted(case.flexible, case.generation_mw, case.intensity, case.capacity_mw)
    tapered = grid_with(case.battery, load, case.generation_mw).sum()
    slow, quick = least(case), least(case, battery=replace(case.battery, taper=None))
    assert quick.unmet_mwh < slow.unmet_mwh <= tapered
    assert slow.discharge_mw.max() <= case.battery.limits_mw()[1] + 1e-9


@pytest.mark.parametrize("seed", range(30))
def test_without_a_battery_waiting_for_generation_is_optimal_in_energy(seed):
    case = random_case(seed)
    load = defer(case.flexible, case.generation_mw, case.capacity_mw).load_mw
    unmet = np.maximum(load - case.generation_mw, 0).sum()
    assert unmet == pytest.approx(least(case, battery=NONE).unmet_mwh, rel=1e-7, abs=1e-7)


@pytest.mark.parametrize("seed", range(20))
def test_without_flexible_load_the_greedy_battery_is_optimal_in_energy(seed):
    case = random_case(seed)
    rigid = case.flexible._replace(tiers=())
    # Of stored energy nothing is lost by and by, or it would matter when the battery is filled.
    battery = replace(case.battery, self_discharge_per_h=0.0)
    grid = grid_with(battery, case.demand_mw, case.generation_mw)
    best = least(case, flexible=rigid, battery=battery, capacity_mw=case.demand_mw.max())
    assert grid.sum() == pytest.approx(best.unmet_mwh, rel=1e-7, abs=1e-6)


@pytest.mark.parametrize("seed", range(10))
@pytest.mark.parametrize("what", ["energy", "carbon"])
def test_battery_and_shifting_are_at_least_as_good_as_each(seed, what):
    case = random_case(seed, KINDS)
    rigid = case.flexible._replace(tiers=())
    plans = [
        least(case, what),
        least(case, what, flexible=rigid),
        least(case, what, battery=NONE),
        least(case, what, flexible=rigid, battery=NONE),
    ]
    both, battery, shifting, neither = (
        plan.unmet_mwh if what == "energy" else plan.import_kg for plan in plans
    )
    slack = 1e-6 * max(neither, 1.0)
    assert both <= min(battery, shifting) + slack
    assert max(battery, shifting) <= neither + slack


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("what", ["energy", "carbon"])
def test_more_share_more_time_and_more_capacity_are_never_worse(seed, kind, what):
    case = random_case(seed)
    peak = case.demand_mw.max()

    def cost(share: float, hours: float, capacity: float) -> float:
        flexible = case.flexible._replace(tiers=(Tier(share, kind, hours),))
        plan = least(case, what, flexible=flexible, capacity_mw=capacity * peak)
        return plan.unmet_mwh if what == "energy" else plan.import_kg

    by_share = [cost(share, 6, 1.2) for share in (0, 0.2, 0.5, 1)]
    by_hours = [cost(0.4, hours, 1.2) for hours in (1, 3, 6, 12)]  # each divides the next
    by_capacity = [cost(0.4, 6, capacity) for capacity in (1, 1.1, 1.5, 3)]
    for falls in (by_share, by_hours, by_capacity):
        slack = 1e-6 * max(falls[0], 1.0)
        assert all(after <= before + slack for before, after in pairwise(falls))


@pytest.mark.parametrize("seed", range(10))
def test_no_time_is_no_flexibility(seed):
    case = random_case(seed)
    none = least(case, flexible=case.flexible._replace(tiers=()))
    for tier in (Tier(0.4, "defer", 0), Tier(0.4, "within", 0), Tier(0.4, "window", 1)):
        plan = least(case, flexible=case.flexible._replace(tiers=(tier,)))
        assert plan.unmet_mwh == pytest.approx(none.unmet_mwh, rel=1e-9, abs=1e-9)
        np.testing.assert_allclose(plan.load_mw, case.demand_mw, rtol=1e-9)


def test_energy_goes_with_the_length_of_a_step():
    case = random_case(3)._replace(battery=Battery(40.0, 10.0, 8.0, 0.9, 0.9))
    hours = least(case)
    tiers = tuple(tier._replace(hours=tier.hours / 4) for tier in case.flexible.tiers)
    quarters = case.flexible._replace(tiers=tiers, step_h=0.25)
    plan = least(case, flexible=quarters, battery=replace(case.battery, usable_mwh=10.0))
    assert plan.unmet_mwh == pytest.approx(hours.unmet_mwh / 4, rel=1e-8)
    check_plan(
        case._replace(flexible=quarters, battery=Battery(10.0, 10.0, 8.0, 0.9, 0.9)), plan, 0.25
    )


def test_self_discharge_is_by_the_hour():
    case = random_case(3)._replace(battery=Battery(40.0, 10.0, 8.0, 0.9, 0.9, 0.2))
    quarters = case._replace(flexible=case.flexible._replace(step_h=0.25))
    plan = least(quarters)
    assert plan.stored_mwh.max() > 1.0
    check_plan(quarters, plan, 0.25)


def test_the_grid_may_charge_by_hand():
    # 10 MW, no generation; the first hour costs 100 g/kWh, the second 400: store 5 / 0.8 MWh.
    flexible = FlexibleDemand(np.array([10.0, 10.0]), (), 1.0)
    battery = Battery(10.0, 6.25, 5.0, 0.8, 1.0)
    prices = np.array([100.0, 400.0])
    own = optimum(flexible, np.zeros(2), prices, 10.0, storage=battery, least="carbon")
    assert own.import_kg == 5000.0
    plan = optimum(
        flexible, np.zeros(2), prices, 10.0, storage=battery, charge_from="grid", least="carbon"
    )
    assert plan.import_kg == 16.25 * 100 + 5 * 400
    assert plan.unmet_mwh == 21.25


def test_a_tier_that_may_run_sooner_by_hand():
    # All generation comes the hour before the demand.
    flexible = FlexibleDemand(np.array([0.0, 10.0, 0.0, 0.0]), (Tier(0.5, "within", 1),), 1.0)
    generation = np.array([8.0, 0.0, 0.0, 0.0])
    plan = optimum(flexible, generation, np.ones(4), 10.0)
    assert plan.unmet_mwh == 5.0
    assert plan.load_mw.tolist() == pytest.approx([5, 5, 0, 0])


def test_free_hours_import_no_more_than_they_need():
    flexible = FlexibleDemand(np.full(4, 10.0), (), 1.0)
    plan = optimum(flexible, np.zeros(4), np.zeros(4), 10.0, least="carbon")
    assert plan.unmet_mwh == 40.0 and plan.import_kg == 0.0


def test_the_same_question_has_the_same_answer():
    case = case_of(rows("joint")[8])
    first, again = least(case), least(case)
    assert first.load_mw.tobytes() == again.load_mw.tobytes()
    assert first.unmet_mwh == again.unmet_mwh


def test_without_scipy_the_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "scipy", None)
    case = case_of(rows("joint")[0])
    with pytest.raises(MissingExtra, match=r"install it with `pip install 'carbonctl\[optimum\]'`"):
        least(case)
    assert MissingExtra.exit_code == 2


def test_a_solver_that_fails_is_said(monkeypatch):
    import scipy.optimize

    failed = scipy.optimize.OptimizeResult(status=4, message="numerical trouble", x=None)
    monkeypatch.setattr(scipy.optimize, "linprog", lambda *_, **__: failed)
    with pytest.raises(Unavailable, match="not found by HiGHS: numerical trouble"):
        least(case_of(rows("joint")[0]))


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"charge_from": "surplus"}, "generation or grid, not surplus"),
        ({"what": "money"}, "energy or carbon, not money"),
        ({"capacity_mw": 11.0}, "under the peak of the demand, 12 MW"),
    ],
)
def test_refusals(changes, said):
    with pytest.raises(ValueError, match=said):
        least(case_of(rows("joint")[0]), **changes)
