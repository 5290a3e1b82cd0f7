"""Rules for missing steps, drop-outs, hours without generation."""

from array import array
from statistics import median

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from carbonctl.catalog.hourly import mix
from tests.hourly.files import hours, plain, table


def with_gap(first: int, last: int, count: int = 24 * 16, *, blank: bool):
    """Return a file whose figure is its hour, without some hours or with blanks at these."""
    rows = [(time, n + 1) for n, time in enumerate(hours(count))]
    if blank:
        rows = [(t, "" if first <= n <= last else v) for n, (t, v) in enumerate(rows)]
    else:
        rows = [row for n, row in enumerate(rows) if not first <= n <= last]
    return table("start_utc,g_per_kwh", (f"{time},{value}" for time, value in rows))


@pytest.mark.parametrize("blank", [True, False])
def test_gaps_are_interpolated_up_to_three_hours(folder, blank):
    series = folder.grid(with_gap(5, 7, blank=blank), fill="interpolate").intensity
    assert list(series.values) == [n + 1 for n in range(24 * 16)]
    assert series.origin.filled == 3
    (message,) = folder.refused(with_gap(5, 8, blank=blank), fill="interpolate")
    assert message.startswith(
        "grid.csv:7: 4 hours missing, 2024-01-01T05:00:00Z to 2024-01-01T08:00:00Z, "
    )
    assert "more than the 3 hours of `fill: interpolate`; `fill: same-hour`" in message


@pytest.mark.parametrize("blank", [True, False])
def test_gaps_are_filled_with_the_week_before(folder, blank):
    first = 24 * 8
    series = folder.grid(with_gap(first, first + 30, blank=blank), fill="same-hour").intensity
    assert list(series.values[first : first + 31]) == [n + 1 for n in range(24, 24 + 31)]
    assert series.origin.filled == 31
    (message,) = folder.refused(with_gap(5, 5, blank=blank), fill="same-hour")
    assert "1 hour missing, 2024-01-01T05:00:00Z, and none a week before" in message


def test_quarter_hours_are_filled_up_to_three_hours(folder):
    values = [n + 1 if not 5 <= n <= 16 else "" for n in range(40)]
    assert (
        folder.grid(plain(values, hours(40, 15)), fill="interpolate").intensity.origin.filled == 12
    )
    values[17] = ""
    assert folder.refused(plain(values, hours(40, 15)), fill="interpolate")


def test_an_end_has_one_neighbour(folder):
    (message,) = folder.refused(plain(["", 6, 7, 8]), fill="interpolate")
    assert message.startswith(
        "grid.csv:2: 1 hour missing, 2024-01-01T00:00:00Z, at an end of the file"
    )
    assert folder.refused(plain([6, 7, 8, ""]), fill="interpolate")


def test_kinds_are_interpolated_one_by_one(folder):
    rows = ["100,0,900", ",0,", "200,0,500"]
    text = table(
        "start_utc,wind_mw,oil_mw,coal_mw",
        (f"{t},{r}" for t, r in zip(hours(3), rows, strict=True)),
    )
    grid = folder.grid(text, fill="interpolate", factors="ipcc2014")
    assert list(grid.kinds["wind"].values) == [100, 150, 200]
    assert list(grid.kinds["coal"].values) == [900, 700, 500]
    assert grid.intensity.values[1] == pytest.approx((150 * 11 + 700 * 820) / 850)
    assert grid.intensity.origin.filled == 1
    (message,) = folder.refused(text)
    assert message.startswith("grid.csv:3: blank value of `wind_mw`, `coal_mw`; give `fill: ")


def test_a_number_that_is_none_is_not_filled(folder):
    assert folder.refused(plain([5, "nan", 7]), fill="interpolate") == [
        "grid.csv:3: `nan` is not a number"
    ]


def mixed(totals):
    rows = (
        f"{time},{total / 4},{total * 3 / 4}"
        for time, total in zip(hours(len(totals)), totals, strict=True)
    )
    return table("start_utc,wind_mw,gas_mw", rows)


def test_a_doubtful_hour_and_a_drop_out(folder):
    totals = [1000.0] * 60
    totals[30] = 499
    grid = folder.grid(mixed(totals))
    assert grid.intensity.doubtful == (30,)
    totals[30], totals[40] = 501, 99
    (message,) = folder.refused(mixed(totals))
    assert message.startswith(
        "grid.csv:42: 2024-01-02T16:00:00Z: total generation 99 MW is under 10 %"
    )
    totals[40] = 101
    assert folder.grid(mixed(totals)).intensity.doubtful == (40,)
    totals[40] = 0
    assert folder.refused(mixed(totals)) == [
        "grid.csv:42: 2024-01-02T16:00:00Z: no generation at all: the intensity is undefined"
    ]


def test_the_hours_of_pjm_that_seemed_the_cleanest(folder):
    text = mixed([90_000.0] * 30 + [290.0] * 4 + [90_000.0] * 30)
    messages = folder.refused(text)
    assert [message.partition(": ")[0] for message in messages] == [
        f"grid.csv:{n}" for n in (32, 33, 34, 35)
    ]
    assert all("a telemetry drop-out" in message for message in messages)


RUNS = st.lists(
    st.tuples(st.sampled_from([1.0, 30.0, 1000.0, float("nan")]), st.integers(1, 14)),
    min_size=1, max_size=8,
)  # fmt: skip
GENERATION = st.one_of(
    st.lists(st.one_of(st.floats(0, 1000), st.just(float("nan"))), min_size=1, max_size=150),
    RUNS.map(lambda runs: [value for value, count in runs for _ in range(count)]),
)


@settings(max_examples=400)
@example(generation=[1.0] * 12 + [1000.0] * 30, step_s=3600)
@example(generation=[1000.0] * 36 + [1.0] * 12, step_s=3600)
@given(GENERATION, st.sampled_from([900, 1800, 3600]))
def test_drops_are_those_of_a_plain_median(generation, step_s):
    half = 25 * 3600 // (2 * step_s)
    errors, doubtful = [], []
    for step, value in enumerate(generation):
        around = [v for v in generation[max(step - half, 0) : step + half + 1] if v == v]
        if value < 0.1 * median(around or [0]):
            errors.append((step, median(around)))
        elif value < 0.5 * median(around or [0]):
            doubtful.append(step)
    assert mix.drops(array("d", generation), step_s) == (errors, tuple(doubtful))
