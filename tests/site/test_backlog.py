"""Tiers of flexible load: bounds of their backlogs, windows of the calendar, refusals."""

import math
from datetime import UTC, datetime

import numpy as np
import pytest

from carbonctl.site.backlog import (
    FlexibleDemand,
    Tier,
    bounds,
    sums_of_last,
    whole_steps,
    window_numbers,
    window_starts,
)

DEMAND = np.array([10.0, 20.0, 30.0, 40.0])


def limits(kind: str, hours: float, step_h: float = 1.0):
    tier = Tier(0.5, kind, hours)
    return [each.tolist() for each in bounds(tier, FlexibleDemand(DEMAND, (tier,), step_h))]


def test_what_may_wait_is_what_arrived_in_the_last_hours():
    # At the end of the first hour of two, the last of the data and the first: 20 + 5 MWh.
    assert limits("defer", 2) == [[0, 0, 0, 0], [25, 15, 25, 35]]


def test_what_may_run_sooner_is_what_arrives_in_the_next_hours():
    assert limits("within", 2) == [[-25, -35, -25, -15], [25, 15, 25, 35]]


def test_a_window_ends_with_nothing_waiting():
    assert limits("window", 2) == [[-10, 0, -20, 0], [5, 0, 15, 0]]


def test_energy_goes_with_the_length_of_a_step():
    assert limits("defer", 1, 0.5) == [[0, 0, 0, 0], [12.5, 7.5, 12.5, 17.5]]


def test_a_deadline_after_the_end_of_the_data_goes_round():
    assert limits("defer", 6)[1] == [75, 65, 75, 85]


@pytest.mark.parametrize("steps", range(10))
def test_sums_of_the_last_steps(steps):
    values = np.array([3.0, 1.0, 4.0, 1.5])
    plain = [sum(values[(at - back) % 4] for back in range(steps)) for at in range(4)]
    np.testing.assert_allclose(sums_of_last(values, steps), plain, rtol=1e-15)


@pytest.mark.parametrize(
    ("hours", "step_h", "steps"),
    [(24, 1, 24), (24, 0.5, 48), (1.5, 1, 1), (0.9, 1, 0), (0.3, 0.1, 3), (8, 5 / 60, 96)],
)
def test_only_whole_steps_lie_within_some_hours(hours, step_h, steps):
    assert whole_steps(hours, step_h) == steps


def second(*when: int) -> int:
    return int(datetime(*when, tzinfo=UTC).timestamp())


@pytest.mark.parametrize(
    ("start", "hours", "first"),
    [
        ((2022, 1, 1, 0), 24, [0, 24, 48]),
        ((2021, 12, 31, 23), 24, [0, 1, 25, 49]),
        ((2021, 12, 31, 21), 6, [0, 3, 9, 15]),
        ((2022, 1, 1, 0), 168, [0, 48]),  # a Saturday
        ((2022, 1, 3, 0), 168, [0]),  # a Monday
    ],
)
def test_windows_are_those_of_the_calendar(start, hours, first):
    starts = window_starts(72, 1.0, hours, second(*start))
    assert starts[: len(first)].tolist() == first
    assert window_numbers(starts, 72).tolist() == [
        sum(at <= step for at in starts) - 1 for step in range(72)
    ]


def test_windows_of_steps_of_half_an_hour():
    assert window_starts(96, 0.5, 24, second(2022, 1, 1, 22)).tolist() == [0, 4, 52]


@pytest.mark.parametrize("hours", [0.0, 0.5, 1.5])
def test_a_window_has_whole_steps(hours):
    with pytest.raises(ValueError, match=f"a window of {hours:g} h has no whole number of steps"):
        window_starts(24, 1.0, hours)


def test_a_window_begins_with_a_step():
    with pytest.raises(ValueError, match="begin inside of steps of 1 h"):
        window_starts(24, 1.0, 24, second(2022, 1, 1, 0, 30))


@pytest.mark.parametrize(
    ("tiers", "capacity", "said"),
    [
        ([(0.7, "defer", 1), (0.4, "within", 1)], 40, "add up to 110 %, over 100 %"),
        ([(1.2, "defer", 1)], 40, "0 to 100 %, not 120 %"),
        ([(-0.1, "defer", 1)], 40, "0 to 100 %, not -10 %"),
        ([(math.nan, "defer", 1)], 40, "0 to 100 %"),
        ([(0.1, "later", 1)], 40, "no kind of flexibility 'later': write defer, within, window"),
        ([(0.1, "defer", -1)], 40, "0 h or more, not -1 h"),
        ([(0.1, "defer", math.inf)], 40, "0 h or more"),
        ([], 39, "the capacity, 39 MW, is under the peak of the demand, 40 MW"),
        ([], np.array([50, 39.5]), "the capacity, 39.5 MW, is under the peak"),
        ([], math.nan, "under the peak"),
    ],
)
def test_what_no_schedule_can_keep_is_refused(tiers, capacity, said):
    flexible = FlexibleDemand(DEMAND, tuple(Tier(*tier) for tier in tiers), 1.0)
    with pytest.raises(ValueError, match=said):
        flexible.check(capacity)


def test_shares_of_all_of_the_demand_and_a_capacity_of_its_peak_are_fine():
    tiers = tuple(Tier(0.1, "defer", hours) for hours in range(10))
    FlexibleDemand(DEMAND, tiers, 1.0).check(40.0)
