"""The policy by the past alone: right values, deadlines, capacity, and no use of the future."""

import numpy as np
import pytest

from carbonctl.site import policy
from carbonctl.site.backlog import FlexibleDemand, Tier
from carbonctl.site.policy import Deferral, defer
from tests.site.loads import Case, Store, case_of, grid_with, loop_policy, name_of, rows

DEFER_ROWS = [row for row in rows("joint") if row["flexibility"] == "defer"] + rows("tiers")


def random_case(seed: int, kinds: tuple[str, ...] = ("defer",)) -> Case:
    """Return invented series with one to three tiers and a battery."""
    rng = np.random.default_rng(seed)
    count = int(rng.integers(24, 100))
    demand = rng.uniform(5, 20, count) if rng.random() < 0.7 else np.full(count, 20.0)
    daylight = np.maximum(0, 50 * np.sin(np.arange(count) / 24 * 2 * np.pi))
    gusts = rng.uniform(0, 60, count) * (rng.random(count) < 0.5)
    generation = daylight if rng.random() < 0.5 else gusts
    shares = rng.dirichlet(np.ones(rng.integers(2, 5)))[:-1]
    tiers = tuple(
        Tier(float(share), str(rng.choice(kinds)), float(rng.integers(1, 13))) for share in shares
    )
    capacity = float(demand.max() * rng.uniform(1, 1.8))
    store = Store(rng.uniform(0, 200), rng.uniform(1, 40), rng.uniform(1, 40), 0.95, 0.9, 0.001)
    intensity = rng.uniform(50, 600, count)
    return Case(FlexibleDemand(demand, tiers, 1.0), generation, intensity, capacity, store)


@pytest.mark.parametrize("row", DEFER_ROWS, ids=name_of)
def test_right_values(row):
    case = case_of(row)
    load = defer(case.flexible, case.generation_mw, case.capacity_mw).load_mw
    grid = grid_with(case.store, load, case.generation_mw)
    assert grid.sum() == pytest.approx(float(row["policy_unmet_mwh"]), rel=1e-9, abs=1e-9)
    kg = float(row["policy_import_kg"])
    assert grid @ case.intensity == pytest.approx(kg, rel=1e-9, abs=1e-9)
    assert load.max() == pytest.approx(float(row["policy_peak_mw"]), rel=1e-9)


@pytest.mark.parametrize("seed", range(300))
def test_it_is_the_policy_of_the_page_in_plain_loops(seed):
    case = random_case(seed)
    once = defer(case.flexible, case.generation_mw, case.capacity_mw, cyclic=False).load_mw
    plain = loop_policy(case.flexible, case.generation_mw, case.capacity_mw)
    np.testing.assert_allclose(once, plain, rtol=0, atol=1e-9)


def left_at_deadlines(flexible: FlexibleDemand, load: np.ndarray) -> float:
    """Return the most that is left at its deadline, or run before it came, earliest first."""
    share = sum(tier.share for tier in flexible.tiers)
    queue: dict[int, float] = {}
    worst = 0.0
    for step, (demand, running) in enumerate(zip(flexible.demand_mw, load, strict=True)):
        for tier in flexible.tiers:
            deadline = step + round(tier.hours)
            queue[deadline] = queue.get(deadline, 0.0) + tier.share * demand
        runs = running - (1 - share) * demand
        for deadline in sorted(queue):
            part = min(queue[deadline], runs)
            queue[deadline] -= part
            runs -= part
        worst = max(worst, runs, queue.pop(step, 0.0))
    return worst


@pytest.mark.parametrize("seed", range(300))
def test_deadlines_and_the_capacity_are_kept(seed):
    case = random_case(seed)
    once = defer(case.flexible, case.generation_mw, case.capacity_mw, cyclic=False).load_mw
    assert left_at_deadlines(case.flexible, once) <= 1e-9
    waiting = defer(case.flexible, case.generation_mw, case.capacity_mw)
    for load in (once, waiting.load_mw):
        assert load.max() <= case.capacity_mw + 1e-9
        assert load.min() >= -1e-12
    assert waiting.load_mw.sum() == pytest.approx(case.demand_mw.sum(), rel=1e-9)
    assert waiting.backlog_mwh.min() >= 0


@pytest.mark.parametrize("seed", range(40))
def test_a_cyclic_period_is_one_of_many(seed):
    case = random_case(seed)
    load = defer(case.flexible, case.generation_mw, case.capacity_mw).load_mw
    many = loop_policy(case.flexible, case.generation_mw, case.capacity_mw, cyclic=True)
    np.testing.assert_allclose(load, many, rtol=0, atol=1e-8)


@pytest.mark.parametrize("seed", range(60))
def test_what_comes_later_changes_nothing_before(seed):
    case = random_case(seed)
    rng = np.random.default_rng(seed)
    count = len(case.demand_mw)
    peak = int(case.demand_mw.argmax())
    cut = int(rng.integers(peak + 1, count)) if peak + 1 < count else count
    before = defer(case.flexible, case.generation_mw, case.capacity_mw, cyclic=False)
    demand, generation = case.demand_mw.copy(), case.generation_mw.copy()
    demand[cut:] = rng.uniform(0, demand[peak], count - cut)
    generation[cut:] = rng.uniform(0, 60, count - cut)
    changed = case.flexible._replace(demand_mw=demand)
    after = defer(changed, generation, case.capacity_mw, cyclic=False)
    assert after.load_mw[:cut].tobytes() == before.load_mw[:cut].tobytes()


def test_a_step_is_run_before_the_next_is_known():
    flexible = FlexibleDemand(np.full(6, 10.0), (Tier(0.5, "defer", 2),), 1.0)
    taken = []

    def generation():
        for step in range(6):
            taken.append(step)
            yield 0.0

    running = Deferral(flexible, 20.0).one_pass(generation())
    for step in range(6):
        next(running)
        assert taken == list(range(step + 1))


@pytest.mark.parametrize("seed", range(20))
def test_no_time_is_no_flexibility(seed):
    case = random_case(seed)
    tiers = tuple(tier._replace(hours=0.0) for tier in case.flexible.tiers)
    for some in (tiers, tuple(tier._replace(share=0.0) for tier in case.flexible.tiers), ()):
        load = defer(case.flexible._replace(tiers=some), case.generation_mw, case.capacity_mw)
        assert load.load_mw.tobytes() == case.demand_mw.tobytes()
        assert not load.backlog_mwh.any()


@pytest.mark.parametrize("seed", range(20))
def test_designs_together_are_as_each_alone(seed):
    case = random_case(seed)
    rng = np.random.default_rng(seed)
    generation = case.generation_mw[:, None] * rng.uniform(0, 2, 5)
    capacity = case.demand_mw.max() * rng.uniform(1, 2, 5)
    together = defer(case.flexible, generation, capacity)
    for design in range(5):
        alone = defer(case.flexible, generation[:, design], capacity[design])
        assert alone.load_mw.tobytes() == together.load_mw[:, design].tobytes()
        assert alone.backlog_mwh.tobytes() == together.backlog_mwh[:, design].tobytes()


@pytest.mark.parametrize("seed", range(20))
def test_tiers_of_one_deadline_are_one_tier(seed):
    case = random_case(seed)
    whole = case.flexible._replace(tiers=(Tier(0.5, "defer", 7),))
    parts = case.flexible._replace(tiers=(Tier(0.2, "defer", 7), Tier(0.3, "within", 7.5)))
    two = case.flexible._replace(tiers=(Tier(0.5, "defer", 7), Tier(0.0, "defer", 9)))
    loads = [
        defer(some, case.generation_mw, case.capacity_mw).load_mw for some in (whole, parts, two)
    ]
    np.testing.assert_allclose(loads[1], loads[0], rtol=0, atol=1e-9)
    np.testing.assert_allclose(loads[2], loads[0], rtol=0, atol=1e-9)


def test_one_tier_by_its_sum_is_as_by_deadline():
    for seed in range(20):
        case = random_case(seed)
        one = case.flexible._replace(tiers=(Tier(0.5, "defer", 7),))
        kept = Deferral(one, case.capacity_mw)
        listed = Deferral(
            one._replace(tiers=(*one.tiers, Tier(1e-300, "defer", 9))), case.capacity_mw
        )
        assert len(listed.waiting) == 10 and len(kept.waiting) == 1
        rows = case.generation_mw.tolist()
        np.testing.assert_allclose(
            list(kept.one_pass(rows)), list(listed.one_pass(rows)), rtol=0, atol=1e-9
        )


@pytest.mark.parametrize("seed", range(10))
def test_scaled_power_and_shorter_steps_change_no_shape(seed):
    case = random_case(seed)
    load = defer(case.flexible, case.generation_mw, case.capacity_mw)
    bigger = case.flexible._replace(demand_mw=case.demand_mw * 8)
    scaled = defer(bigger, case.generation_mw * 8, case.capacity_mw * 8)
    np.testing.assert_allclose(scaled.load_mw, load.load_mw * 8, rtol=1e-12, atol=1e-9)
    tiers = tuple(tier._replace(hours=tier.hours / 4) for tier in case.flexible.tiers)
    quarters = case.flexible._replace(tiers=tiers, step_h=0.25)
    quick = defer(quarters, case.generation_mw, case.capacity_mw)
    assert quick.load_mw.tobytes() == load.load_mw.tobytes()
    np.testing.assert_allclose(quick.backlog_mwh, load.backlog_mwh / 4, rtol=0, atol=1e-9)


@pytest.mark.parametrize("seed", range(10))
def test_a_shift_of_the_hours_shifts_a_cyclic_period(seed):
    case = random_case(seed)
    load = defer(case.flexible, case.generation_mw, case.capacity_mw).load_mw
    rolled = case.flexible._replace(demand_mw=np.roll(case.demand_mw, 7))
    later = defer(rolled, np.roll(case.generation_mw, 7), case.capacity_mw).load_mw
    np.testing.assert_allclose(later, np.roll(load, 7), rtol=0, atol=1e-9)


def test_a_backlog_by_hand():
    # 10 MW, half of it for 2 h: nothing to wait for, then 12 MW of generation.
    flexible = FlexibleDemand(np.full(4, 10.0), (Tier(0.5, "defer", 2),), 1.0)
    waiting = defer(flexible, np.array([0.0, 0.0, 0.0, 12.0]), 20.0, cyclic=False)
    assert waiting.load_mw.tolist() == [5, 5, 10, 12]
    assert waiting.backlog_mwh.tolist() == [5, 10, 10, 8]


def test_a_firm_load_leaves_room_for_what_may_fall_due():
    flexible = FlexibleDemand(np.full(4, 10.0), (Tier(0.5, "defer", 2),), 1.0)
    with pytest.raises(ValueError, match="leaves under 5 MW of the capacity"):
        defer(flexible, np.zeros(4), 10.0, firm_mw=np.array([5.0, 5.0, 6.0, 4.0]))


def test_a_capacity_under_the_peak_is_refused():
    flexible = FlexibleDemand(np.full(4, 10.0), (Tier(0.5, "defer", 2),), 1.0)
    with pytest.raises(ValueError, match="is under the peak of the demand, 10 MW"):
        defer(flexible, np.zeros(4), 9.0)


def test_a_backlog_that_rises_by_little_each_pass_is_settled():
    # 1e-6 MW are missing: by passes alone, it would take 200,000 until the deadline is met.
    flexible = FlexibleDemand(np.full(48, 10.0), (Tier(0.5, "defer", 2),), 1.0)
    waiting = defer(flexible, np.full(48, 10.0 - 1e-6), 10.0)
    np.testing.assert_allclose(waiting.load_mw, 10.0, rtol=1e-12)
    np.testing.assert_allclose(waiting.backlog_mwh, 10.0, rtol=1e-12)
    two = flexible._replace(tiers=(Tier(0.2, "defer", 2), Tier(0.3, "defer", 60)))
    waiting = defer(two, np.full(48, 10.0 - 1e-6), 10.0)
    np.testing.assert_allclose(waiting.load_mw, 10.0, rtol=1e-12)


def test_passes_that_never_settle_are_an_error(monkeypatch):
    monkeypatch.setattr(policy, "MAX_PASSES", 1)
    flexible = FlexibleDemand(np.full(4, 10.0), (Tier(0.5, "defer", 2),), 1.0)
    with pytest.raises(ArithmeticError, match="what waits at the end"):
        defer(flexible, np.zeros(4), 10.0)
