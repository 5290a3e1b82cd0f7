"""Kernels of ranges give the hull of their corners."""

import math
from itertools import permutations, product

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from carbonctl.factors import (
    embodied,
    facility,
    faults,
    fleet,
    grid,
    power,
    runs,
    schedule,
    search,
    storage,
    water,
)
from carbonctl.numbers.intervals import Range

positive = st.floats(1e-3, 1e6)
share = st.floats(0, 1)
used = st.floats(0.01, 1)
pue = st.floats(1, 3)
pause = st.floats(1e-3, 10)

KERNELS = {
    "energy_kwh": (power.energy_kwh, [positive, positive]),
    "loaded_w": (power.loaded_w, [positive, share]),
    "memory_w": (power.memory_w, [positive, positive]),
    "overhead_kwh": (facility.overhead_kwh, [positive, pue]),
    "kgco2e": (grid.kgco2e, [positive, positive]),
    "market_intensity": (grid.market_intensity, [share, positive, positive]),
    "kgco2e_per_hour": (embodied.kgco2e_per_hour, [positive, positive, used]),
    "lost_kwh": (grid.lost_kwh, [positive, st.floats(0, 0.9)]),
    "litres": (water.litres, [positive, positive, positive, positive]),
    "hours_on": (fleet.hours_on, [positive, share, share]),
    "pool_idle_kwh": (fleet.pool_idle_kwh, [positive, positive, used]),
    "job_mtbf_h": (faults.job_mtbf_h, [positive, positive]),
    "failure_probability": (faults.failure_probability, [positive, positive]),
    "young_interval_h": (faults.young_interval_h, [positive, positive]),
    "best_interval_h": (faults.best_interval_h, [positive, positive]),
    "best_wall": (faults.best_wall_over_useful, [pause, pause, st.floats(1, 1e4)]),
    "early_stopped": (search.early_stopped, [share, share]),
    "with_restarts": (runs.with_restarts, [positive, share]),
    "with_failures": (runs.with_failures, [positive, st.floats(0, 0.9)]),
    "storage_kwh": (storage.energy_kwh, [positive, positive]),
    "kgco2e_per_tb_hour": (storage.kgco2e_per_tb_hour, [positive, positive, used]),
    "occurrences": (schedule.occurrences, [positive, positive]),
}


def ranges(strategy):
    return st.lists(strategy, min_size=3, max_size=3).map(
        lambda ends: Range(sorted(ends)[1], min(ends), max(ends))
    )


@pytest.mark.parametrize("name", KERNELS)
@given(data=st.data())
def test_a_range_is_the_hull_of_its_corners(name, data):
    kernel, strategies = KERNELS[name]
    arguments = [data.draw(ranges(strategy)) for strategy in strategies]
    result = kernel(*arguments)
    corners = [kernel(*corner) for corner in product(*[(a.low, a.high) for a in arguments])]
    assert result.best == kernel(*[a.best for a in arguments])
    assert result.low == pytest.approx(min(corners), rel=1e-12, abs=1e-300)
    assert result.high == pytest.approx(max(corners), rel=1e-12, abs=1e-300)
    assert result.low <= result.best <= result.high


@given(st.lists(positive, min_size=2, max_size=2).map(sorted), ranges(share), st.data())
def test_busy_power_is_the_hull_of_its_corners(ends, busy, data):
    idle = Range(ends[0], ends[0] * 0.9, ends[0])
    most = Range(ends[1], ends[1], ends[1] * 1.1)
    result = power.busy_w(idle, most, busy)
    corners = [
        power.busy_w(*corner)
        for corner in product((idle.low, idle.high), (most.low, most.high), (busy.low, busy.high))
    ]
    assert result.low == pytest.approx(min(corners), rel=1e-12)
    assert result.high == pytest.approx(max(corners), rel=1e-12)
    assert result.low <= result.best <= result.high


def test_worked_examples():
    # luccioni2023 §3.2: 300 W for 100 h at 500 and at 100 g/kWh
    assert grid.kgco2e(power.energy_kwh(100, 300), 0.5) == 15.0
    assert grid.kgco2e(power.energy_kwh(100, 300), 0.1) == 3.0
    # wu2022 Eq. 1: 1,000 kg, 4 years, 45 %, 1,000 h; and without utilization
    assert 1000 * embodied.kgco2e_per_hour(1000, 35040, 0.45) == pytest.approx(63.42, abs=0.005)
    assert 1000 * embodied.kgco2e_per_hour(1000, 35040, 1) == pytest.approx(28.54, abs=0.005)
    assert power.busy_w(50, 400, 0) == 50
    assert power.busy_w(50, 400, 1) == 400
    assert grid.market_intensity(1, 0, 0.4) == 0
    assert grid.market_intensity(0, 0, 0.4) == 0.4


@pytest.mark.parametrize(
    ("span", "interval", "times"),
    [(8760, 168, 52), (8760, 1, 8760), (8760, 730, 12), (0.3, 0.1, 3), (24, 0.1, 240), (1, 2, 0)],
)
def test_occurrences(span, interval, times):
    assert schedule.occurrences(span, interval) == times


@given(st.floats(0, 1e9), pue)
def test_overhead_and_it_energy_make_the_whole(energy, effectiveness):
    overhead = facility.overhead_kwh(energy, effectiveness)
    assert energy + overhead == pytest.approx(energy * effectiveness, rel=1e-12)
    assert overhead >= 0


def test_a_range_that_holds_zero_does_not_divide():
    with pytest.raises(ZeroDivisionError):
        1.0 / Range(0.0, -1.0, 1.0)


@given(
    st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1), st.floats(0, 1)), min_size=2, max_size=5)
)
def test_a_ranged_mix_is_bounded_by_its_extreme_fillings(parts):
    """Every mix within the ranges that sums to one lies within the bounds, which are reached."""
    total = sum(share for share, *_ in parts) or 1.0
    mix = [
        (Range(s / total, s / total * (1 - w), min(1.0, s / total * (1 + w))), f)
        for s, w, f in parts
    ]
    assume(math.isclose(sum(share.best for share, _ in mix), 1.0))
    found = grid.mix_intensity(mix)
    assert found.low <= found.best * (1 + 1e-12) + 1e-12
    assert found.best <= found.high * (1 + 1e-12) + 1e-12
    for first, second in permutations(range(len(mix)), 2):  # move what can be moved
        more = mix[first][0].high - mix[first][0].best
        less = mix[second][0].best - mix[second][0].low
        moved = min(more, less)
        shifted = found.best + moved * (mix[first][1] - mix[second][1])
        assert found.low - 1e-9 <= shifted <= found.high + 1e-9


def test_plants_have_ranges_too():
    mix = [(0.5, Range(0.01, 0.005, 0.02)), (Range(0.5, 0.4, 0.5), Range(0.5, 0.4, 0.6))]
    found = grid.mix_intensity(mix)
    assert found.best == pytest.approx(0.255)
    assert found.high == pytest.approx(0.5 * 0.02 + 0.5 * 0.6)


def test_a_ranged_mix_by_hand():
    mix = [(Range(0.6, 0.5, 0.7), 0.01), (Range(0.4, 0.2, 0.6), 0.5)]
    found = grid.mix_intensity(mix)
    assert found.low == pytest.approx(0.7 * 0.01 + 0.3 * 0.5)
    assert found.high == pytest.approx(0.5 * 0.01 + 0.5 * 0.5)
