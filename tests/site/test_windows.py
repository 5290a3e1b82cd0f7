"""Load moved within windows: right values, what is kept, and many designs at once."""

import itertools

import numpy as np
import pytest

from carbonctl.site.backlog import window_starts
from carbonctl.site.shifting import shifted
from carbonctl.site.windows import least_unmet_mwh, moved_to_surplus, refilled
from tests.site.loads import case_of, grid_with, name_of, rows

DAYS = [row for row in rows("shift_day_window") if row["quantity"] == "unmet_mwh"]
MIXES = [row for row in rows("shift_day_window") if row["quantity"] == "grid_kg"]
JOINT = [row for row in rows("joint") if row["flexibility"] == "window"]
STARTS = window_starts(168, 1.0, 24.0)


def ids(row: dict[str, str]) -> str:
    return f"{row['solar_mw']}-{row['wind_mw']}-{row['demand']}-{row['flex_pct']}"


@pytest.mark.parametrize("row", DAYS, ids=ids)
def test_unmet_energy_is_the_least(row):
    case = case_of(row)
    (tier,) = case.flexible.tiers
    right = float(row["optimum"])
    least = least_unmet_mwh(
        case.demand_mw, tier.share, case.generation_mw, case.capacity_mw, STARTS, 1.0
    )
    assert least == pytest.approx(right, rel=1e-9)
    load = shifted(case.flexible, case.generation_mw, case.intensity, case.capacity_mw)
    unmet = np.maximum(load - case.generation_mw, 0).sum()
    assert unmet == pytest.approx(right, rel=1e-9)
    if row["carbonexplorer_breaks_flex_share"] == "no":
        assert least == pytest.approx(float(row["carbonexplorer"]), rel=1e-9)


@pytest.mark.parametrize("row", MIXES, ids=ids)
def test_without_generation_the_cleanest_steps_are_filled(row):
    case = case_of(row)
    assert not case.generation_mw.any()
    load = shifted(case.flexible, case.generation_mw, case.intensity, case.capacity_mw)
    assert load @ case.intensity == pytest.approx(float(row["optimum"]), rel=1e-9)
    if row["carbonexplorer_breaks_flex_share"] == "no":
        assert load @ case.intensity == pytest.approx(float(row["carbonexplorer"]), rel=1e-9)


@pytest.mark.parametrize("row", JOINT, ids=name_of)
def test_shifting_goes_before_the_battery(row):
    case = case_of(row)
    load = shifted(case.flexible, case.generation_mw, case.intensity, case.capacity_mw)
    unmet = grid_with(case.store, load, case.generation_mw).sum()
    assert unmet == pytest.approx(float(row["policy_unmet_mwh"]), rel=1e-9, abs=1e-9)
    assert load.max() == pytest.approx(float(row["policy_peak_mw"]), rel=1e-9)


@pytest.mark.parametrize("row", [*DAYS, *MIXES, *JOINT], ids=lambda row: None)
def test_an_hour_gives_no_more_than_its_share_and_takes_no_more_than_the_capacity(row):
    case = case_of(row)
    load = shifted(case.flexible, case.generation_mw, case.intensity, case.capacity_mw)
    (tier,) = case.flexible.tiers
    given = case.demand_mw - load
    assert np.all(given <= tier.share * case.demand_mw + 1e-9)
    assert load.max() <= case.capacity_mw + 1e-9
    starts = window_starts(len(load), 1.0, tier.hours)
    np.testing.assert_allclose(np.add.reduceat(given, starts), 0, atol=1e-9)


def invented(seed: int):
    rng = np.random.default_rng(seed)
    demand, generation = rng.uniform(5, 20, 100), rng.uniform(0, 40, 100)
    # Few figures, so that many are equal.
    intensity = rng.integers(1, 6, 100) * 100.0
    starts = window_starts(100, 1.0, float(rng.choice([6, 12, 24])), 3600 * int(rng.integers(24)))
    return demand, generation, intensity, starts, float(demand.max() * rng.uniform(1, 1.5))


def plain_spread(amount, room, order):
    result = np.zeros(len(room))
    for step in sorted(range(len(room)), key=lambda step: (order[step], step)):
        result[step] = min(amount, room[step])
        amount -= result[step]
    return result


@pytest.mark.parametrize("seed", range(40))
def test_the_dirtiest_move_first_to_the_cleanest(seed):
    demand, generation, intensity, starts, capacity = invented(seed)
    load = moved_to_surplus(demand, 0.3 * demand, generation, intensity, capacity, starts)
    for first, end in zip(starts, [*starts[1:], 100], strict=True):
        part = slice(first, end)
        gives = np.minimum(np.maximum(demand - generation, 0), 0.3 * demand)[part]
        takes = np.minimum(np.maximum(generation - demand, 0), capacity - demand)[part]
        moved = min(gives.sum(), takes.sum())
        plain = demand[part] - plain_spread(moved, gives, -intensity[part])
        plain += plain_spread(moved, takes, intensity[part])
        np.testing.assert_allclose(load[part], plain, rtol=0, atol=1e-10)


@pytest.mark.parametrize("seed", range(40))
def test_the_cleanest_are_filled_first(seed):
    demand, _, intensity, starts, capacity = invented(seed)
    load = refilled(demand, 0.3 * demand, intensity, capacity, starts)
    for first, end in zip(starts, [*starts[1:], 100], strict=True):
        part = slice(first, end)
        firm = 0.7 * demand[part]
        moved = 0.3 * demand[part].sum()
        plain = firm + plain_spread(moved, capacity - firm, intensity[part])
        np.testing.assert_allclose(load[part], plain, rtol=0, atol=1e-10)


@pytest.mark.parametrize("seed", range(20))
def test_designs_together_are_as_each_alone(seed):
    demand, generation, intensity, starts, _ = invented(seed)
    rng = np.random.default_rng(seed)
    own = generation[:, None] * rng.uniform(0, 2, 4)
    capacity = demand.max() * rng.uniform(1, 1.5, 4)
    least = least_unmet_mwh(demand, 0.3, own, capacity, starts, 0.5)
    moved = moved_to_surplus(demand, 0.3 * demand, own, intensity, capacity, starts)
    loads = demand[:, None] + np.zeros(4)
    filled = refilled(loads, 0.3 * demand, intensity, capacity, starts)
    for design in range(4):
        mine, most = own[:, design], capacity[design]
        one = least_unmet_mwh(demand, 0.3, mine, most, starts, 0.5)
        assert least[design] == pytest.approx(one, rel=1e-12)
        alone = moved_to_surplus(demand, 0.3 * demand, mine, intensity, most, starts)
        np.testing.assert_allclose(moved[:, design], alone, rtol=0, atol=1e-11)
        alone = refilled(demand, 0.3 * demand, intensity, most, starts)
        np.testing.assert_allclose(filled[:, design], alone, rtol=0, atol=1e-11)


@pytest.mark.parametrize("seed", range(20))
def test_more_share_longer_windows_and_more_capacity_never_cover_less(seed):
    demand, generation, _, _, capacity = invented(seed)

    def unmet(share: float, hours: float, most: float) -> float:
        return least_unmet_mwh(demand, share, generation, most, window_starts(100, 1.0, hours), 1.0)

    by_share = [unmet(share, 12, capacity) for share in (0, 0.1, 0.3, 0.6, 1)]
    by_hours = [unmet(0.3, hours, capacity) for hours in (1, 2, 6, 12, 24)]  # each divides the next
    by_capacity = [unmet(0.3, 12, most) for most in (20, 21, 25, 30, 60)]
    for falls in (by_share, by_hours, by_capacity):
        assert all(later <= before + 1e-9 for before, later in itertools.pairwise(falls))
    rigid = np.maximum(demand - generation, 0).sum()
    assert by_share[0] == by_hours[0] == pytest.approx(rigid, rel=1e-12)


def test_constant_intensity_saves_nothing_without_generation():
    demand, _, _, starts, capacity = invented(1)
    load = refilled(demand, 0.5 * demand, np.full(100, 321.0), capacity, starts)
    assert load.sum() * 321 == pytest.approx(demand.sum() * 321, rel=1e-12)
