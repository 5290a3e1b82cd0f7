"""The smallest size that reaches a target."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from carbonctl.site.battery import Battery, run
from carbonctl.site.coverage import hourly_cfe, largest_drawdown_mwh
from carbonctl.site.sizing import ENERGY, HOURS, POWER, size_battery, size_plant, smallest
from carbonctl.site.taper import NMC
from tests.site.cases import by_case, columns, random_site, site_of

CASES = by_case("sizing")


@pytest.mark.parametrize("case", CASES)
def test_sizes_are_the_oracles(case):
    row = CASES[case]
    given_site = site_of(row)
    power_as_energy = Battery(1.0, 1.0, 1.0, float(row["eff_charge"]), float(row["eff_discharge"]))
    target = float(row["target_pct"]) / 100
    sized = size_battery(
        power_as_energy, given_site.demand_mw, given_site.generation_mw, target, keep_power=False
    )
    assert sized.without * 100 == pytest.approx(float(row["without_battery_pct"]), rel=1e-9)
    if row["battery_mwh"] == "unreachable":
        assert (sized.size, sized.limit) == (None, ENERGY)
        assert sized.hourly_cfe * 100 == pytest.approx(float(row["best_reachable_pct"]), rel=1e-9)
        return
    assert sized.size == pytest.approx(float(row["battery_mwh"]), rel=1e-6)
    assert target - 1e-12 <= sized.hourly_cfe <= target + 1e-4 or sized.size == 0
    assert sized.limit is None


@given(
    seed=st.integers(0, 10**6),
    target=st.floats(0.4, 1),
    power=st.floats(1, 40),
    taper=st.sampled_from([None, NMC]),
    keep=st.booleans(),
    step_h=st.sampled_from([1.0, 0.25]),
)
def test_a_size_reaches_its_target_and_a_smaller_one_does_not(
    seed, target, power, taper, keep, step_h
):
    load, delivered, _ = random_site(seed, 40)
    battery = Battery(4 * power, power, power * 0.8, 0.95, 0.9, 0.001, taper)
    sized = size_battery(battery, load, delivered, target, keep_power=keep, step_h=step_h)

    def share(usable_mwh, factor=1.0):
        scale = usable_mwh / battery.usable_mwh if not keep else 1.0
        wanted = replace(
            battery, usable_mwh=usable_mwh, charge_mw=power * scale * factor,
            discharge_mw=power * 0.8 * scale * factor,
        )  # fmt: skip
        unmet = run(wanted, load, delivered, step_h=step_h).unmet_mwh
        return hourly_cfe(unmet, load.sum() * step_h)

    if sized.size is None:
        assert share(1e5) <= min(sized.hourly_cfe + 1e-9, target)
        unlimited = share(1e5, 1e6)
        assert (unlimited >= target - 1e-12) == (sized.limit == POWER)
    elif sized.size > 0:
        assert share(sized.size) >= target - 1e-12
        assert share(sized.size * (1 - 3e-6)) < target
    else:
        assert sized.without >= target - 1e-12


def test_a_power_that_is_too_small_is_what_limits():
    load, delivered = np.full(4, 10.0), np.array([25.0, 25, 0, 0])
    weak = size_battery(Battery(0.0, 4.0, 4.0), load, delivered, 1.0)
    assert (weak.size, weak.limit) == (None, POWER)
    assert weak.hourly_cfe == pytest.approx(28 / 40)
    strong = size_battery(Battery(0.0, 15.0, 10.0), load, delivered, 1.0)
    assert strong.size == pytest.approx(20, rel=1e-6)
    poor = size_battery(Battery(0.0, 15.0, 10.0), load, delivered / 2, 1.0)
    assert (poor.size, poor.limit) == (None, ENERGY)


@given(seed=st.integers(0, 10**6))
def test_an_ideal_battery_for_all_of_the_load_is_the_largest_drawdown(seed):
    load, delivered, _ = random_site(seed)
    delivered = delivered * (1.1 * load.sum() / delivered.sum())
    sized = size_battery(Battery(0.0, math.inf, math.inf), load, delivered, 1.0)
    assert sized.size == pytest.approx(largest_drawdown_mwh(load, delivered), rel=1e-6)
    assert sized.size >= largest_drawdown_mwh(load, delivered) * (1 - 1e-9)


def test_a_plant_is_sized_with_and_without_a_battery():
    week = columns("erco_week")
    load, shape = week["demand_mw"], week["wind_pu"]
    none = np.zeros(len(load))
    alone = size_plant(shape, load, none, 0.8)
    with_battery = size_plant(
        shape, load, none, 0.8, battery=Battery(100.0, 25.0, 25.0, 0.95, 0.95)
    )
    with_solar = size_plant(shape, load, 40 * week["solar_pu"], 0.8)
    assert with_battery.size < alone.size
    assert with_solar.size < alone.size
    for factor, reaches in ((1.0, True), (1 - 3e-6, False)):
        unmet = np.maximum(load - alone.size * factor * shape, 0).sum()
        assert (hourly_cfe(unmet, load.sum()) >= 0.8 - 1e-12) == reaches


def test_nights_limit_a_plant_and_a_battery_lifts_that():
    load, sun = np.full(4, 10.0), np.array([0.0, 1, 0.5, 0])
    dark = size_plant(sun, load, np.zeros(4), 0.9)
    assert (dark.size, dark.limit, dark.hourly_cfe) == (None, HOURS, 0.5)
    stored = size_plant(sun, load, np.zeros(4), 1.0, battery=Battery(20.0, 20.0, 10.0))
    assert stored.size == pytest.approx(80 / 3, rel=1e-6)  # 1.5 × size is the load of 4 h


def test_a_target_met_without_anything_needs_nothing():
    sized = size_plant(np.ones(3), np.full(3, 10.0), np.full(3, 10.0), 1.0)
    assert (sized.size, sized.hourly_cfe, sized.limit) == (0.0, 1.0, None)


@pytest.mark.parametrize("reached", [0.3, 0.55, 0.9])
@pytest.mark.parametrize(
    ("share_of", "most_tries"),
    [
        (lambda size: 1 - math.exp(-size / 7), 12),
        (lambda size: 0.9 * min(size / 3, 1) + 0.1 * (1 - math.exp(-size / 1000)), 24),
        (lambda size: min(size / 50, 1) ** 8, 24),  # flat at first
        (lambda size: float(size >= 13.37), 40),  # a step: nothing but halving helps
    ],
)
def test_few_sizes_are_tried_and_the_one_returned_reaches_the_target(share_of, most_tries, reached):
    tried = []

    def counted(size):
        tried.append(size)
        return share_of(size)

    sized = smallest(counted, reached, first=1.0, most=1e9)
    assert sized.hourly_cfe == share_of(sized.size) >= reached - 1e-12
    assert share_of(sized.size * (1 - 2e-6)) < reached
    assert len(tried) <= most_tries


def test_what_is_refused():
    load = np.ones(3)
    with pytest.raises(ValueError, match="a target is a share"):
        smallest(lambda size: size, 90, first=1, most=2)
    with pytest.raises(ValueError, match="generates nothing"):
        size_plant(np.zeros(3), load, load, 0.5)
    with pytest.raises(ValueError, match="needs both"):
        size_battery(Battery(0.0, 1.0, 1.0), load, load, 0.5, keep_power=False)
    with pytest.raises(ValueError, match="demand is zero"):
        size_battery(Battery(0.0, 1.0, 1.0), np.zeros(3), load, 0.5)
