"""Forecasts know nothing of later data; regions are compared alike."""

import numpy as np
import pytest

from carbonctl.site.forecast import Forecast, forecast, with_error
from carbonctl.site.integral import steps
from carbonctl.site.job import Job
from carbonctl.site.regions import Region, best_placement, placements
from carbonctl.site.waiting import repeated, waiting

RNG = np.random.default_rng(21)
WEEKS = steps(RNG.integers(50, 600, 24 * 7 * 4).astype(float), 1.0)
WEEK = 168
KINDS = [Forecast("last-week"), Forecast("hour-of-week"), Forecast("error", 0.1)]


def changed(series, since, by=500.0):
    values = series.values.copy()
    values[since:] += by
    return steps(values, series.step_h)


@pytest.mark.parametrize("how", KINDS[:2], ids=lambda how: how.kind)
@pytest.mark.parametrize("release_h", [168.0, 200.0, 250.75, 400.0, 500.0])
def test_later_data_change_no_forecast(how, release_h):
    ended = int(release_h)  # the step of the release has not ended
    made = forecast(how, WEEKS, release_h)
    assert made.values.tolist() == forecast(how, changed(WEEKS, ended), release_h).values.tolist()
    assert made.values[:ended].tolist() == WEEKS.values[:ended].tolist()
    earlier = forecast(how, changed(WEEKS, ended - 1), release_h)
    assert made.values[ended:].tolist() != earlier.values[ended:].tolist()


def test_last_week_is_the_latest_week_that_is_known():
    made = forecast(KINDS[0], WEEKS, 200.5).values
    for hour in (200, 210, 367, 368, 500, 671):
        source = hour
        while source >= 200:
            source -= WEEK
        assert made[hour] == WEEKS.values[source]


def test_hour_of_week_is_the_mean_of_earlier_weeks():
    made = forecast(KINDS[1], WEEKS, 400.0).values
    for hour in (400, 450, 504, 600, 671):
        same = [WEEKS.values[at] for at in range(hour % WEEK, 400, WEEK)]
        assert made[hour] == pytest.approx(np.mean(same), rel=1e-12)


def test_weeks_of_shorter_steps():
    grid = steps(np.tile(RNG.integers(50, 600, WEEK * 4).astype(float), 3), 0.25)
    for how in KINDS[:2]:
        assert forecast(how, grid, 180.0).values == pytest.approx(grid.values, rel=1e-12)


def test_errors_are_the_same_each_time_and_of_the_size_asked_for():
    grid = steps(np.full(20_000, 300.0), 1.0)
    noise = with_error(grid, 0.1, 1).values - 300
    assert noise.std() == pytest.approx(30, rel=0.02)
    assert abs(noise.mean()) < 1
    assert abs(np.corrcoef(noise[1:], noise[:-1])[0, 1]) < 0.03
    assert (with_error(grid, 0.1, 1).values - 300).tolist() == noise.tolist()
    assert (with_error(grid, 0.1, 2).values - 300).tolist() != noise.tolist()
    later = with_error(grid, 0.1, 1, 100.5).values
    assert later[:100].tolist() == [300.0] * 100
    assert later[100:].tolist() == (noise[100:] + 300).tolist()
    assert with_error(grid, 2.0, 1).values.min() == 0
    # The noise follows from the seed alone, on every platform.
    assert noise[:3] == pytest.approx([0.8891027, 49.4809900, -31.8544800], rel=1e-6)


@pytest.mark.parametrize("how", KINDS, ids=lambda how: how.kind)
def test_what_is_realised_is_paid_by_the_data_and_no_better_than_ideal(how):
    for release in (170.0, 300.25, 480.0):
        job = Job(5.5, 100.0, release, release + 48, is_interruptible=True)
        made = forecast(how, WEEKS, release)
        runs = waiting(job, WEEKS, made)
        chosen = waiting(job, made)
        ideal = waiting(job, WEEKS)
        assert runs.now == ideal.now and runs.worst == ideal.worst
        for kind in ("contiguous", "interruptible"):
            run, best = getattr(runs, kind)
            assert best == getattr(ideal, kind).run
            assert run.segments == getattr(chosen, kind).run.segments
            assert run.kgco2e >= best.kgco2e - 1e-9
            paid = sum(
                part.power_kw * WEEKS.integral(part.start_h, part.end_h) for part in run.segments
            )
            assert run.kgco2e == pytest.approx(paid / 1000, rel=1e-9)


def test_without_error_the_forecast_is_ideal():
    job = Job(5.5, 100.0, 170.0, 220.0, is_interruptible=True)
    runs = waiting(job, WEEKS, with_error(WEEKS, 0.0, 1))
    assert runs.best.run == runs.best.ideal


def test_resumptions_of_a_forecast_are_paid_by_the_data():
    job = Job(6, 100.0, 170.0, 200.0, is_interruptible=True, max_pauses=3, restart_kwh=20.0)
    run = waiting(job, WEEKS, forecast(KINDS[0], WEEKS, 170.0)).best.run
    again = [part.start_h for part in run.segments[1:]]
    assert again
    paid = sum(100.0 * WEEKS.integral(p.start_h, p.end_h) for p in run.segments)
    paid += sum(20.0 * WEEKS.values[int(at)] for at in again)
    assert run.kgco2e == pytest.approx(paid / 1000, rel=1e-9)
    assert run.energy_kwh == pytest.approx(600 + 20 * len(again))


def test_each_occurrence_has_its_own_forecast():
    job = Job(3, 10.0, 168.0, 180.0)
    made = []

    def by(release_h):
        made.append(release_h)
        return forecast(KINDS[0], WEEKS, release_h)

    released = (168.0, 192.0, 216.0)
    runs = repeated(job, WEEKS, released, by)
    assert tuple(made) == released
    last = job._replace(release_h=216.0, deadline_h=228.0)
    assert runs[2] == waiting(last, WEEKS, forecast(KINDS[0], WEEKS, 216.0))


def test_forecasts_that_are_refused():
    with pytest.raises(ValueError, match="needs a week of data before the release"):
        forecast(KINDS[0], WEEKS, 167.5)
    with pytest.raises(ValueError, match="unknown forecast tea-leaves"):
        forecast(Forecast("tea-leaves"), WEEKS, 200.0)
    with pytest.raises(ValueError, match="0 % or more"):
        forecast(Forecast("error", -0.1), WEEKS, 200.0)


HOME = Region("home", WEEKS, basis="life-cycle", pue=1.2)
NORTH = Region("north", steps(WEEKS.values / 4, 1.0), basis="life-cycle", pue=1.5, transfer_kwh=40)
JOB = Job(5.5, 100.0, 12.5, 60.0, is_interruptible=True, max_pauses=2, restart_kwh=3.0)


def test_transfer_is_paid_at_home_at_the_release():
    here, there = placements(JOB, HOME, [NORTH])
    assert (here.name, there.name) == ("home", "north")
    assert here.transfer_kgco2e == 0
    assert there.transfer_kgco2e == pytest.approx(40 * WEEKS.values[12] / 1000)
    assert there.total_kgco2e == there.waiting.best.run.kgco2e + there.transfer_kgco2e
    assert there.waiting.now.energy_kwh == pytest.approx(550 * 1.5)
    # The same hours in both, as their intensities are proportional.
    mine, theirs = here.waiting.best.run, there.waiting.best.run
    assert theirs.kgco2e == pytest.approx(mine.kgco2e / 4 * 1.5 / 1.2)
    assert best_placement([here, there]) is there
    dear = placements(JOB, HOME, [NORTH._replace(transfer_kwh=1e6)])
    assert best_placement(dear).name == "home"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"basis": "direct"}, "different bases cannot be compared: home is life-cycle, north is d"),
        ({"basis": None}, "north is not stated"),
        ({"signal": "marginal"}, "different signals"),
        ({"series": steps(WEEKS.values[:-1], 1.0)}, "different times"),
        ({"series": steps(WEEKS.values, 0.5)}, "different times"),
        ({"pue": 0.9}, "1 or more"),
    ],
)
def test_regions_that_cannot_be_compared(change, words):
    with pytest.raises(ValueError, match=words):
        placements(JOB, HOME, [NORTH._replace(**change)])
