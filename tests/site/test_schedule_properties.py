"""Schedules beside every other that could be: each minute, each set of steps."""

from itertools import combinations, pairwise, product

import numpy as np
import pytest

from carbonctl.site.contiguous import contiguous
from carbonctl.site.elastic import curve, elastic
from carbonctl.site.forecast import with_error
from carbonctl.site.integral import steps
from carbonctl.site.interruptible import interruptible
from carbonctl.site.job import Job
from carbonctl.site.run import paid
from carbonctl.site.waiting import releases, repeated, saving, totals, waiting

SEEDS = range(25)
NEAR = {"rel": 1e-9, "abs": 1e-9}


def case(seed, limited=False):
    """Return a job with times in whole minutes, its series, and both minute by minute."""
    rng = np.random.default_rng(seed)
    minutes = int(rng.choice([5, 15, 30, 60]))
    values = rng.integers(20, 700, int(rng.integers(6, 40))).astype(float)
    end = minutes * len(values)
    release, deadline = sorted(rng.choice(end + 1, 2, replace=False).tolist())
    limit = power = None
    if limited:
        limit = rng.choice([0.0, 30.0, 60.0, 100.0, 150.0], len(values))
        power = np.minimum(np.repeat(limit, minutes), 100.0)
    else:
        power = np.full(end, 100.0)
    room = int(power[release:deadline].sum() / 100)
    if room < 1:
        return case(seed + 1000, limited)
    duration = int(rng.integers(1, room + 1))
    job = Job(duration / 60, 100.0, release / 60, deadline / 60, limit, is_interruptible=True)
    return job, steps(values, minutes / 60), power / 60, np.repeat(values, minutes)


def by_minute(job, energy, intensity):
    """Return the emissions of a start at each minute from the release to the latest."""
    done = np.concatenate(([0.0], np.cumsum(energy)))
    emitted = np.concatenate(([0.0], np.cumsum(energy * intensity / 1000)))
    first, last = round(job.release_h * 60), round(job.deadline_h * 60)
    starts, need = [], job.duration_h * job.power_kw
    for minute in range(first, last):
        if done[last] - done[minute] < need - 1e-9:
            break
        # Where the power is 0, the need is met at the first minute that meets it.
        end = int(np.searchsorted(done, done[minute] + need - 1e-9))
        part = (done[minute] + need - done[end - 1]) / (done[end] - done[end - 1])
        sums = emitted[end - 1] + part * (emitted[end] - emitted[end - 1])
        starts.append(sums - emitted[minute])
    return np.array(starts)


def emitted_by(run, intensity):
    """Return the emissions of a run's segments, by pieces of a second."""
    total = 0.0
    for segment in run.segments:
        edges = np.arange(len(intensity) + 1) / 60
        overlap = np.minimum(edges[1:], segment.end_h) - np.maximum(edges[:-1], segment.start_h)
        total += segment.power_kw * (overlap.clip(0) * intensity).sum() / 1000
    return total


@pytest.mark.parametrize("seed", SEEDS)
def test_no_minute_is_a_better_start(seed):
    job, grid, energy, intensity = case(seed)
    starts = by_minute(job, energy, intensity)
    runs = waiting(job, grid)
    best = runs.contiguous.run
    assert best.kgco2e == pytest.approx(starts.min(), **NEAR)
    assert runs.worst.kgco2e == pytest.approx(starts.max(), **NEAR)
    assert runs.now.kgco2e == pytest.approx(starts[0], **NEAR)
    assert runs.latest.kgco2e == pytest.approx(starts[-1], **NEAR)
    assert runs.mean_kgco2e == pytest.approx(
        np.trapezoid(starts) / (len(starts) - 1) if len(starts) > 1 else starts[0], **NEAR
    )
    earliest = int(np.flatnonzero(starts <= starts.min() * (1 + 1e-12))[0])
    assert best.start_h - job.release_h == pytest.approx(earliest / 60, **NEAR)


@pytest.mark.parametrize("seed", SEEDS)
def test_no_minute_is_a_better_start_under_a_limit_of_each_step(seed):
    job, grid, energy, intensity = case(seed, limited=True)
    starts = by_minute(job, energy, intensity)
    runs = waiting(job, grid)
    best = runs.contiguous.run
    assert best.kgco2e <= starts.min() + 1e-9
    assert runs.worst.kgco2e >= starts.max() - 1e-9
    assert runs.now.kgco2e == pytest.approx(starts[0], **NEAR)
    for run in (best, runs.worst, runs.latest, runs.now, runs.interruptible.run):
        assert run.energy_kwh == pytest.approx(job.duration_h * job.power_kw, **NEAR)
        assert run.kgco2e == pytest.approx(emitted_by(run, intensity), **NEAR)
        assert run.start_h >= job.release_h and run.end_h <= job.deadline_h + 1e-9
        for segment in run.segments:
            limit = job.limit_kw[grid.step_at((segment.start_h + segment.end_h) / 2)]
            assert 0 < segment.power_kw <= limit


@pytest.mark.parametrize("limited", [False, True])
@pytest.mark.parametrize("seed", SEEDS)
def test_interruptible_takes_the_cheapest_minutes(seed, limited):
    job, grid, energy, intensity = case(seed, limited)
    first, last = round(job.release_h * 60), round(job.deadline_h * 60)
    need, total = job.duration_h * job.power_kw, 0.0
    for price, most in sorted(zip(intensity[first:last], energy[first:last], strict=True)):
        total += price * min(most, need) / 1000
        need -= min(most, need)
    run = interruptible(job, grid)
    assert run.kgco2e == pytest.approx(total, **NEAR)
    assert run.energy_kwh == pytest.approx(job.duration_h * job.power_kw, **NEAR)
    assert run.kgco2e <= contiguous(job, grid).kgco2e + 1e-9
    assert all(a.end_h <= b.start_h + 1e-9 for a, b in pairwise(run.segments))


@pytest.mark.parametrize("values", [[0.0], [400.1], [1 / 3]])
@pytest.mark.parametrize("count", [24, 8760 * 12])
def test_constant_intensity_saves_nothing_and_starts_at_once(values, count):
    grid = steps(values * count, 1 / 12)
    job = Job(1.3, 7.0, 0.1, grid.end_h - 0.2, is_interruptible=True)
    if count == 24:
        job = job._replace(duration_h=0.5)
    runs = waiting(job, grid)
    for run in (runs.contiguous.run, runs.interruptible.run, runs.worst):
        assert run.start_h == pytest.approx(0.1, **NEAR)
        assert run.pauses == 0
        assert saving(runs.now.kgco2e, run.kgco2e).pct == pytest.approx(0, abs=1e-9)
    assert runs.mean_kgco2e == pytest.approx(runs.now.kgco2e, **NEAR)


def test_equal_days_are_won_by_the_first():
    day = [410.1, 300.2, 123.4, 123.4, 280.6, 333.3] * 4
    grid = steps(day * 365, 1.0)
    assert contiguous(Job(1.5, 1.0, 0, grid.end_h), grid).start_h == pytest.approx(2.0)
    paused = interruptible(Job(1.5, 1.0, 0, grid.end_h), grid)
    assert [segment[:2] for segment in paused.segments] == [(2.0, 3.5)]


def test_a_limit_lengthens_the_run():
    grid = steps([500, 400, 300, 200, 100, 300, 400, 500], 1.0)
    job = Job(1.5, 300.0, 0, 8, limit_kw=150.0)
    run = contiguous(job, grid)
    assert [tuple(segment) for segment in run.segments] == [(2.0, 5.0, 150.0)]
    assert run.energy_kwh == 450
    assert run.kgco2e == pytest.approx(150 * 0.6)
    by_step = contiguous(job._replace(limit_kw=np.full(8, 150.0)), grid)
    assert by_step == run
    assert contiguous(job._replace(limit_kw=900.0), grid) == contiguous(
        job._replace(limit_kw=None), grid
    )


def test_a_fraction_touches_the_step_that_follows():
    run = interruptible(Job(1.25, 1.0, 0, 4), steps([9, 8, 1, 9], 1.0))
    assert [segment[:2] for segment in run.segments] == [(1.75, 3.0)]


def enumerated(values, count, fraction, most, restart):
    """Return the least emissions per kW of a set of steps, the last of them a fraction."""
    least = np.inf
    for chosen in combinations(range(len(values)), count):
        again = [b for a, b in pairwise(chosen) if b > a + 1]
        if most is not None and len(again) > most:
            continue
        grams = sum(values[step] for step in chosen[:-1]) + fraction * values[chosen[-1]]
        least = min(least, grams + restart * sum(values[step] for step in again))
    return least


@pytest.mark.parametrize("most", [None, 0, 1, 2, 3])
@pytest.mark.parametrize("seed", range(12))
def test_pauses_beside_every_set_of_steps(seed, most):
    rng = np.random.default_rng(seed)
    values = rng.integers(50, 600, 11).astype(float)
    count, restart = int(rng.integers(2, 7)), float(rng.choice([0.0, 0.1, 0.6]))
    fraction = float(rng.choice([1.0, 0.25]))
    job = Job(count - 1 + fraction, 80.0, 0, 11, is_interruptible=True, max_pauses=most,
              restart_kwh=restart * 80)  # fmt: skip
    grid = steps(values, 1.0)
    run = interruptible(job, grid)
    right = enumerated(values, count, fraction, most, restart) * 80 / 1000
    unbroken = contiguous(job, grid).kgco2e
    if most is None and not restart and fraction < 1:  # the fraction may be anywhere
        assert run.kgco2e <= right + 1e-12
    else:
        assert run.kgco2e == pytest.approx(min(right, unbroken), **NEAR)
    assert most is None or run.pauses <= most
    assert run.energy_kwh == pytest.approx(job.duration_h * 80 + restart * 80 * run.pauses)
    assert run == paid(run.segments, grid, run.restart_kwh)


def test_costly_resumptions_leave_one_run():
    grid = steps([300, 100, 900, 100, 300, 200, 200], 1.0)
    job = Job(3, 10.0, 0, 7, is_interruptible=True, restart_kwh=1000.0)
    run = interruptible(job, grid)
    assert run.pauses == 0
    assert run.kgco2e == contiguous(job, grid).kgco2e


def test_a_release_within_a_step_waits_for_whole_ones():
    grid = steps([100, 100, 900, 100, 100], 1.0)
    job = Job(3, 1.0, 0.5, 5, is_interruptible=True, max_pauses=1)
    assert [segment[:2] for segment in interruptible(job, grid).segments] == [(1, 2), (3, 5)]
    short = job._replace(duration_h=4.5)  # whole steps are too few
    assert interruptible(short, grid).segments[0][:2] == (0.5, 5.0)
    cut = job._replace(duration_h=1.5, release_h=0, deadline_h=3.5)
    assert [segment[:2] for segment in interruptible(cut, grid).segments] == [(0, 1.5)]


def test_equal_sets_of_steps_are_won_by_the_earlier():
    grid = steps([300, 100, 900, 900, 100, 100, 300], 1.0)
    job = Job(2, 1.0, 0, 7, is_interruptible=True, max_pauses=1)
    run = interruptible(job._replace(duration_h=2), grid)
    assert [segment[:2] for segment in run.segments] == [(1, 2), (4, 5)]
    flat = steps([0.1 + 0.2] * 24, 1.0)
    run = interruptible(job._replace(duration_h=7, deadline_h=24, max_pauses=3), flat)
    assert [segment[:2] for segment in run.segments] == [(0, 7)]


def test_more_pauses_never_cost():
    rng = np.random.default_rng(3)
    grid = steps(rng.integers(50, 600, 200).astype(float), 0.25)
    job = Job(10, 1.0, 0, 50, is_interruptible=True)
    runs = [interruptible(job._replace(max_pauses=most), grid) for most in (0, 1, 2, 5, 20, None)]
    kilograms = [run.kgco2e for run in runs]
    assert kilograms == sorted(kilograms, reverse=True)
    assert kilograms[0] > kilograms[-1]


def test_pauses_are_refused_where_they_cannot_be_reckoned():
    grid = steps(np.arange(10.0) + 1, 1.0)
    job = Job(3, 10.0, 0, 10, is_interruptible=True, max_pauses=1)
    with pytest.raises(ValueError, match="need one power limit"):
        interruptible(job._replace(limit_kw=np.full(10, 5.0)), grid)
    with pytest.raises(ValueError, match="0 or more"):
        interruptible(job._replace(restart_kwh=-1.0), grid)
    year = steps(np.ones(8760 * 12), 1 / 12)
    long = Job(4000, 10.0, 0, 8760, is_interruptible=True, restart_kwh=1.0)
    with pytest.raises(ValueError, match="bring the deadline nearer"):
        interruptible(long, year)


def test_one_worker_is_an_interruptible_job():
    rng = np.random.default_rng(5)
    grid = steps(rng.integers(50, 600, 48).astype(float), 0.5)
    job = Job(7.3, 12.0, 1.2, 22.9, is_interruptible=True)
    paused = interruptible(job, grid)
    assert elastic(job, grid, curve({1: 1})).kgco2e == pytest.approx(paused.kgco2e, **NEAR)
    # Two workers of half the power that do twice the work together are one, twice as fast.
    faster = interruptible(job._replace(power_kw=24.0, duration_h=3.65), grid)
    assert elastic(job, grid, curve({1: 1, 2: 2})).kgco2e == pytest.approx(faster.kgco2e, **NEAR)


@pytest.mark.parametrize("seed", range(10))
def test_elastic_beside_every_number_of_workers_in_each_step(seed):
    rng = np.random.default_rng(seed)
    values = rng.integers(50, 600, 5).astype(float)
    throughput = {1: 1.0, 2: 1.9, 4: 3.4}
    done = {0: 0.0, **throughput}
    grid = steps(values, 1.0)
    work = float(rng.choice([2.9, 5.0, 6.3, 8.2]))
    run = elastic(Job(work, 10.0, 0, 5), grid, curve(throughput))
    least = min(
        sum(number * value for number, value in zip(workers, values, strict=True)) / 100
        for workers in product(done, repeat=5)
        if sum(done[number] for number in workers) >= work - 1e-9
    )
    assert run.kgco2e <= least + 1e-9
    assert sum(_done(segment, done) for segment in run.segments) == pytest.approx(work, **NEAR)
    # Where its own work fills whole steps, no other set of workers does as much for less.
    whole = sum(done[round(power / 10)] for power in _at_starts(run, 5))
    filled = elastic(Job(whole, 10.0, 0, 5), grid, curve(throughput))
    assert filled.kgco2e == pytest.approx(
        min(
            sum(number * value for number, value in zip(workers, values, strict=True)) / 100
            for workers in product(done, repeat=5)
            if sum(done[number] for number in workers) >= whole - 1e-9
        ),
        **NEAR,
    )


def _done(segment, done):
    return (segment.end_h - segment.start_h) * done[round(segment.power_kw / 10)]


def _at_starts(run, count):
    for step in range(count):
        powers = [s.power_kw for s in run.segments if s.start_h <= step + 1e-6 < s.end_h]
        yield powers[0] if powers else 0.0


def test_a_limit_keeps_workers_few():
    grid = steps([100, 200, 300, 400], 1.0)
    job = Job(3.4, 10.0, 0, 4)
    scale = curve({1: 1, 2: 1.9, 4: 3.4})
    assert elastic(job, grid, scale).segments[0] == (0.0, 1.0, 40.0)
    limited = elastic(job._replace(limit_kw=39.0), grid, scale)
    assert max(segment.power_kw for segment in limited.segments) == 20
    by_step = elastic(job._replace(limit_kw=np.array([0.0, 20, 40, 40])), grid, scale)
    assert by_step.segments[0][::2] == (1.0, 20.0)
    with pytest.raises(ValueError, match="does not fit"):
        elastic(job._replace(limit_kw=5.0), grid, scale)


def test_an_elastic_job_is_compared_with_the_fewest_workers_that_are_done_in_time():
    rng = np.random.default_rng(8)
    grid = steps(rng.integers(50, 600, 24).astype(float), 1.0)
    scale = curve({1: 1, 2: 1.9, 4: 3.4})
    job = Job(30.0, 10.0, 0, 24, is_interruptible=True)
    runs = waiting(job, grid, scale=scale)
    assert runs.now.segments == ((0.0, pytest.approx(30 / 1.9), 20.0),)
    assert runs.best is runs.elastic
    assert runs.best.run.kgco2e < runs.interruptible.run.kgco2e < runs.contiguous.run.kgco2e
    noisy = with_error(grid, 0.3, 1)
    chosen = waiting(job, grid, noisy, scale).elastic
    assert chosen.run.segments == elastic(job, noisy, scale).segments
    assert chosen.run.kgco2e > chosen.ideal.kgco2e == runs.elastic.run.kgco2e
    twice = repeated(job._replace(deadline_h=12.0), grid, (0.0, 12.0), scale=scale)
    assert totals(twice).best_kgco2e == totals(twice).elastic_kgco2e
    with pytest.raises(ValueError, match="does not fit"):
        waiting(job._replace(deadline_h=8.0), grid, scale=scale)
    with pytest.raises(ValueError, match="neither max_pauses nor restart_energy"):
        waiting(job._replace(restart_kwh=1.0), grid, scale=scale)
    with pytest.raises(ValueError, match="different times"):
        waiting(job, grid, steps(grid.values[1:], 1.0))


@pytest.mark.parametrize(
    ("throughputs", "words"),
    [
        ({1: 1, 2: 2.1}, "more than 1 from 0 to 1"),
        ({1: 1, 2: 1.5, 4: 3.4}, "from 2 to 4 workers each gains 0.95"),
        ({2: 1, 3: 1.6}, "from 2 to 3"),
        ({1: 0}, "above 0"),
        ({0: 1, 1: 2}, "none of them do nothing"),
        ({-1: 1}, "above 0"),
    ],
)
def test_curves_that_are_refused(throughputs, words):
    with pytest.raises(ValueError, match=words):
        curve(throughputs)


def test_workers_that_gain_nothing_are_left_out():
    assert curve({1: 1, 2: 1.5, 4: 1.4}).workers.tolist() == [1, 2]


def test_scaling_intensity_changes_no_hours():
    job, grid, *_ = case(3)
    twice = waiting(job, steps(grid.values * 2, grid.step_h))
    runs = waiting(job, grid)
    assert twice.contiguous.run.segments == runs.contiguous.run.segments
    assert twice.interruptible.run.segments == runs.interruptible.run.segments
    assert twice.now.kgco2e == pytest.approx(2 * runs.now.kgco2e, **NEAR)


def test_what_does_not_fit_is_refused_in_plain_words():
    grid = steps(np.arange(24.0), 1.0)
    job = Job(5, 10.0, 2, 8)
    for change, words in (
        ({"deadline_h": 6.5}, r"takes 5 h, but only 4\.5 h lie between its release"),
        ({"limit_kw": 5.0}, "takes 10 h under its power limit, but only 6 h"),
        ({"limit_kw": np.full(24, 5.0)}, "leaves room for 3 h of that in the 6 h"),
        ({"limit_kw": np.full(23, 5.0)}, "23 steps, the intensity 24"),
        ({"limit_kw": np.full(24, -5.0)}, "0 kW or more"),
        ({"limit_kw": 0.0}, "above 0 kW"),
        ({"deadline_h": 24.5}, r"0\.5 h after the hourly data end"),
        ({"release_h": -1.0}, "1 h before the hourly data begin"),
        ({"deadline_h": 1.0}, "after the release"),
        ({"duration_h": 0.0}, "above 0"),
    ):
        with pytest.raises(ValueError, match=words):
            contiguous(job._replace(**change), grid)
    with pytest.raises(ValueError, match="finite"):
        steps([1.0, np.nan], 1.0)


def test_every_occurrence_has_its_own_window():
    rng = np.random.default_rng(9)
    grid = steps(rng.integers(50, 600, 24 * 10).astype(float), 1.0)
    released = releases(3.0, 24.0, 20.0, grid.end_h)
    assert released == tuple(3.0 + 24 * day for day in range(10))
    assert releases(3.0, 24.0, 24.0, grid.end_h) == released[:9]
    job = Job(2.5, 10.0, 3.0, 23.0, is_interruptible=True)
    runs = repeated(job, grid, released)
    for release, each in zip(released, runs, strict=True):
        window = job._replace(release_h=release, deadline_h=release + 20)
        assert each == waiting(window, grid)
    sums = totals(runs)
    assert sums.now_kgco2e == pytest.approx(sum(each.now.kgco2e for each in runs))
    assert sums.best_kgco2e == sums.ideal_kgco2e == sums.interruptible_kgco2e
    assert sums.best_kgco2e < sums.contiguous_kgco2e < sums.mean_kgco2e < sums.worst_kgco2e
    assert sums.energy_kwh == pytest.approx(250)
    once = totals(repeated(job._replace(is_interruptible=False), grid, released))
    assert once.interruptible_kgco2e is None
    assert once.best_kgco2e == sums.contiguous_kgco2e
    with pytest.raises(
        ValueError, match="10 runs have their deadline within the hourly data, not 11"
    ):
        releases(3.0, 24.0, 20.0, grid.end_h, 11)
    with pytest.raises(ValueError, match="0 runs"):
        releases(3.0, 24.0, 240.0, grid.end_h)
    with pytest.raises(ValueError, match="more than 0 h"):
        releases(3.0, 0.0, 24.0, grid.end_h)
