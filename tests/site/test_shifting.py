"""All tiers together: what is kept, many designs in chunks, and battery against shifting."""

import numpy as np
import pytest

from carbonctl.site import shifting
from carbonctl.site.backlog import FlexibleDemand, Tier, window_starts
from carbonctl.site.battery import Battery
from carbonctl.site.policy import defer
from carbonctl.site.shifting import DesignLoads, shifted
from tests.site.loads import Case, case_of, name_of, random_case, rows, two_by_two

KINDS = ("defer", "within", "window")
JOINT = [row for row in rows("joint") if row["flexibility"] != "within"] + rows("tiers")


def load_of(case: Case) -> np.ndarray:
    return shifted(case.flexible, case.generation_mw, case.intensity, case.capacity_mw)


@pytest.mark.parametrize("part", range(10))
def test_all_kinds_keep_the_sum_and_the_capacity(part):
    for seed in range(part, 300, 10):
        case = random_case(seed, KINDS)
        load = load_of(case)
        assert load.sum() == pytest.approx(case.demand_mw.sum(), rel=1e-9), seed
        assert load.max() <= case.capacity_mw + 1e-9, seed
        firm = 1 - sum(tier.share for tier in case.flexible.tiers)
        assert np.all(load >= firm * case.demand_mw - 1e-9), seed


@pytest.mark.parametrize("seed", range(20))
def test_tiers_that_wait_alone_are_the_policy(seed):
    case = random_case(seed, ("defer", "within"))
    later = tuple(tier._replace(kind="defer") for tier in case.flexible.tiers)
    waiting = defer(
        case.flexible._replace(tiers=later), case.generation_mw, case.capacity_mw
    ).load_mw
    np.testing.assert_allclose(load_of(case), waiting, rtol=0, atol=1e-9)


@pytest.mark.parametrize(
    "tier", [Tier(0.3, "defer", 0.5), Tier(0.3, "within", 0), Tier(0, "defer", 9)]
)
def test_no_time_and_no_share_are_no_flexibility(tier):
    case = random_case(2)
    rigid = case._replace(flexible=case.flexible._replace(tiers=(tier,)))
    assert load_of(rigid).tobytes() == case.demand_mw.tobytes()
    tiers = (Tier(0.2, "window", 6), Tier(0.2, "defer", 6))
    without = case._replace(flexible=case.flexible._replace(tiers=tiers))
    beside = case._replace(flexible=case.flexible._replace(tiers=(*tiers, tier)))
    assert load_of(beside).tobytes() == load_of(without).tobytes()


@pytest.mark.parametrize("seed", range(20))
def test_windows_do_not_depend_on_what_comes_in_later_ones(seed):
    case = random_case(seed)
    flexible = case.flexible._replace(tiers=(Tier(0.4, "window", 6),))
    load = load_of(case._replace(flexible=flexible))
    generation = case.generation_mw.copy()
    generation[12:] += 1.0
    later = load_of(case._replace(flexible=flexible, generation_mw=generation))
    np.testing.assert_allclose(later[:12], load[:12], rtol=0, atol=1e-12)
    given = case.demand_mw - load
    starts = window_starts(len(load), 1.0, 6)
    np.testing.assert_allclose(np.add.reduceat(given, starts), 0, atol=1e-9)


@pytest.mark.parametrize("seed", range(10))
@pytest.mark.parametrize("kinds", [("defer",), ("window",), KINDS], ids="-".join)
@pytest.mark.parametrize("kept", [0, shifting.KEPT])
def test_designs_in_chunks_are_as_each_alone(seed, kinds, kept, monkeypatch):
    monkeypatch.setattr(shifting, "KEPT", kept)
    case = random_case(seed, kinds)
    rng = np.random.default_rng(seed)
    plants = np.array([0.0, *rng.uniform(0, 2, 6)])  # the first design has no generation
    capacity = case.demand_mw.max() * rng.uniform(1, 2, 7)

    def generation(designs: slice):
        return (own * plants[designs] for own in case.generation_mw.tolist())

    loads = DesignLoads(case.flexible, case.intensity, capacity, generation)
    passes = [
        np.hstack([np.array(list(loads(part))) for part in (slice(0, 3), slice(3, 7))])
        for _ in range(2)
    ]
    repeated = np.array(list(loads(slice(3, 7))))
    np.testing.assert_allclose(passes[0], passes[1], rtol=0, atol=1e-10)
    np.testing.assert_allclose(repeated, passes[0][:, 3:], rtol=0, atol=1e-10)
    own = case.generation_mw[:, None] * plants
    together = shifted(case.flexible, own, case.intensity, capacity)
    np.testing.assert_allclose(passes[0], together, rtol=0, atol=1e-9)
    for design in range(7):
        mine = shifted(case.flexible, own[:, design], case.intensity, capacity[design])
        np.testing.assert_allclose(together[:, design], mine, rtol=0, atol=1e-9)


@pytest.mark.parametrize("kept", [0, shifting.KEPT])
def test_a_pass_that_is_left_early_changes_no_other(kept, monkeypatch):
    monkeypatch.setattr(shifting, "KEPT", kept)
    case = random_case(5)
    loads = DesignLoads(
        case.flexible, case.intensity, np.full(2, case.capacity_mw),
        lambda _: (np.full(2, own) for own in case.generation_mw.tolist()),
    )  # fmt: skip
    whole = np.array(list(loads(slice(0, 2))))
    early = loads(slice(0, 2))
    for _ in range(10):
        next(early)
    assert np.array(list(loads(slice(0, 2)))).tobytes() == whole.tobytes()


@pytest.mark.parametrize("row", JOINT, ids=name_of)
def test_both_are_at_least_as_good_as_each(row):
    case = case_of(row)
    table = two_by_two(case, load_of(case))
    if "rigid_unmet_mwh" in row:
        rigid = float(row["rigid_unmet_mwh"])
        assert table.battery.unmet_mwh == pytest.approx(rigid, rel=1e-9)
    both = float(row["policy_unmet_mwh"])
    assert table.both.unmet_mwh == pytest.approx(both, rel=1e-9, abs=1e-9)
    each = min(table.battery.unmet_mwh, table.shifting.unmet_mwh)
    assert table.both.unmet_mwh <= each + 1e-9
    assert max(table.battery.unmet_mwh, table.shifting.unmet_mwh) <= table.neither.unmet_mwh + 1e-9


@pytest.mark.parametrize("row", JOINT[:3], ids=name_of)
def test_one_corner_of_two(row):
    case = case_of(row)
    table = two_by_two(case._replace(battery=Battery(0.0, 0.0, 0.0)), load_of(case))
    assert table.battery == table.neither and table.both == table.shifting
    table = two_by_two(case, load_of(case._replace(flexible=case.flexible._replace(tiers=()))))
    assert table.shifting == table.neither and table.both == table.battery


def test_a_policy_that_knows_no_battery_may_waste_one():
    """What waits until its deadline may need more power than the battery has."""
    demand = np.repeat([20.0, 10.0, 10.0], 24)
    generation = np.repeat([10.0, 0.0, 60.0], 24)
    flexible = FlexibleDemand(demand, (Tier(0.4, "defer", 24),), 1.0)
    case = Case(flexible, generation, np.ones(72), 20.0, Battery(480.0, 40.0, 10.0))
    table = two_by_two(case, load_of(case))
    assert table.battery.unmet_mwh == pytest.approx(0.0, abs=1e-9)
    assert table.both.unmet_mwh == pytest.approx(24 * 4.0)


def test_steps_of_half_an_hour():
    case = case_of(JOINT[0])
    halves = case.flexible._replace(step_h=0.5, tiers=(Tier(0.4, "defer", 3),))
    short = case._replace(flexible=halves)
    np.testing.assert_allclose(load_of(short), load_of(case), rtol=0, atol=1e-12)
