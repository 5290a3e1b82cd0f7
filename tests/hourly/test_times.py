"""Times: zones, days on which clocks are set, starts and ends, steps."""

from datetime import UTC, datetime, timedelta
from statistics import fmean
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carbonctl.catalog.hourly.options import Options, faults
from carbonctl.catalog.hourly.reading import read_grid
from carbonctl.catalog.hourly.series import coarser, common, stamp
from carbonctl.spec.moments import read_moment
from tests.conftest import CATALOG
from tests.hourly.files import ORACLES, Folder, hours, plain, table


def local(zone: str, first: str, count: int, step_min: int = 60) -> tuple[str, str]:
    """Return a file in local times without a zone, and the start of its first step in UTC."""
    start = datetime.fromisoformat(first).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
    moments = (start + n * timedelta(minutes=step_min) for n in range(count))
    times = (moment.astimezone(ZoneInfo(zone)).strftime("%Y-%m-%dT%H:%M") for moment in moments)
    text = plain((n % 500 + 1 for n in range(count)), times).replace("start_utc", "time")
    return text, start.strftime("%Y-%m-%dT%H:%M:%SZ")


@pytest.mark.parametrize(
    ("zone", "first", "step_min"),
    [
        ("Europe/Berlin", "2024-01-01T00:00", 60),
        ("Europe/Berlin", "2024-10-27T01:00", 15),
        ("America/New_York", "2023-11-04T00:00", 5),
        ("America/Los_Angeles", "2022-03-12T00:00", 30),
        ("Australia/Lord_Howe", "2024-04-06T00:00", 30),  # by half an hour
        ("Asia/Kolkata", "2024-01-01T00:00", 60),  # half an hour from UTC
        ("UTC", "2024-03-31T00:00", 60),
    ],
)
def test_local_times_are_those_of_utc(folder, zone, first, step_min):
    count = 8784 if step_min == 60 else 600
    text, start = local(zone, first, count, step_min)
    series = folder.grid(text, time_zone=zone).intensity
    assert stamp(series.start_s) == start
    assert series.step_s == step_min * 60
    assert list(series.values) == [n % 500 + 1 for n in range(count)]


def berlin(folder: Folder, *times: str):
    return plain(range(1, len(times) + 1), times).replace("start_utc", "time_local")


def test_an_hour_that_occurs_twice_by_the_order_of_rows(folder):
    day = "2024-10-27T0"
    times = [f"{day}{hour}:00" for hour in (0, 1, 2, 2, 3, 4)]
    series = folder.grid(berlin(folder, *times), time_zone="Europe/Berlin").intensity
    assert stamp(series.start_s) == "2024-10-26T22:00:00Z"
    assert len(series.values) == 6
    for cut in (times[2:], times[3:], times[:3], times[:4]):  # the file begins or ends in it
        read = folder.grid(berlin(folder, *cut), time_zone="Europe/Berlin").intensity
        assert len(read.values) == len(cut)
    last = folder.grid(berlin(folder, *times[3:]), time_zone="Europe/Berlin").intensity
    assert stamp(last.start_s) == "2024-10-27T01:00:00Z"


def test_an_hour_that_occurs_twice_and_stands_once(folder):
    times = [f"2024-10-27T0{hour}:00" for hour in (0, 1, 2, 3, 4)]
    message, *_ = folder.refused(berlin(folder, *times), time_zone="Europe/Berlin")
    assert message.startswith("grid.csv:4: 2024-10-27T02:00 occurs twice in Europe/Berlin")
    assert "do not settle" in message


def test_an_hour_that_never_occurs(folder):
    times = [f"2024-03-31T0{hour}:00" for hour in (0, 1, 2, 3, 4)]
    message, *_ = folder.refused(berlin(folder, *times), time_zone="Europe/Berlin")
    assert message == (
        "grid.csv:4: 2024-03-31T02:00 never occurs in Europe/Berlin: clocks are set forward"
    )
    right = folder.grid(berlin(folder, *times[:2], *times[3:]), time_zone="Europe/Berlin")
    assert len(right.intensity.values) == 4


def test_zones_of_market_units(folder):
    text = (ORACLES / "site" / "formats" / "entsoe_cet_october.csv").read_text(encoding="utf-8")
    expected = folder.grid(text).intensity
    without = text.replace(" (CEST)", "").replace(" (CET)", "")
    assert "give `time_zone`" in folder.refused(without)[0]
    assert folder.grid(without, time_zone="Europe/Berlin").intensity.values == expected.values
    named = folder.grid(without.replace('"MTU"', '"MTU (CET/CEST)"')).intensity
    assert (named.start_s, named.values) == (expected.start_s, expected.values)
    slashed = folder.grid(without.replace('"MTU"', '"MTU (CET/CEST)"').replace("27.10.", "27/10/"))
    assert slashed.intensity.values == expected.values
    messages = folder.refused(text.replace("(CET)", "(XYZ)"))
    assert [message.endswith("(XYZ)` is not a time") for message in messages] == [True, True]


def test_offsets_of_their_own(folder):
    times = ["2024-07-01T02:00+02:00", "2024-07-01 01:00:00Z", "2024-07-01T02:00:00.000+00:00"]
    series = folder.grid(plain([10, 20, 30], times)).intensity
    assert stamp(series.start_s) == "2024-07-01T00:00:00Z"
    assert len(series.values) == 3


@pytest.mark.parametrize(
    "name", ["start_utc", "timestamp_utc", "Datetime (UTC)", "time_utc", "UTC"]
)
def test_a_header_that_says_utc(folder, name):
    text = plain([10, 20], ["2024-07-01T00:00", "2024-07-01T01:00"]).replace("start_utc", name)
    assert stamp(folder.grid(text).intensity.start_s) == "2024-07-01T00:00:00Z"
    assert folder.grid(text, time_zone="UTC")
    (message,) = folder.refused(text, time_zone="Asia/Tokyo")
    assert message == (
        f"grid.csv:1: the times of `{name}` are UTC, not of `time_zone: Asia/Tokyo`: leave that "
        "out, or call the column otherwise"
    )


def test_a_header_that_says_ends(folder):
    ends = folder.grid(plain([10, 20]).replace("start_utc", "interval_end_utc")).intensity
    starts = folder.grid(plain([10, 20])).intensity
    assert starts.start_s - ends.start_s == 3600


@pytest.mark.parametrize("name", ["plain.csv", "plain_30min_kg.csv", "eia930.csv", "entsoe.csv", "watttime.json"])  # fmt: skip
def test_ends_against_starts_move_every_start_by_one_step(name):
    def read(which):
        path = ORACLES / "site" / "formats" / name
        return read_grid(path, name, Options(stamp=which), CATALOG).intensity

    starts, ends = read("start"), read("end")
    assert starts.start_s - ends.start_s == starts.step_s == ends.step_s
    assert starts.values == ends.values


@pytest.mark.parametrize(
    "time", ["1/31/2022 13:00 AM", "1/31/2022 0:00:00 PM", "31/1/2022 1:00:00 AM", "2022-01-31T00:00Z", ""],
)  # fmt: skip
def test_times_that_eia_does_not_write(folder, time):
    text = (ORACLES / "site" / "formats" / "eia930.csv").read_text(encoding="utf-8")
    message = folder.refused(text.replace("1/1/2024 7:00:00 AM", time))[0]
    assert message == f"grid.csv:2: {f'`{time}` is not a time' if time else 'the time is blank'}"


def test_noon_and_midnight_of_eia(folder):
    head, *rows = (ORACLES / "site" / "formats" / "eia930.csv").read_text().splitlines()
    times = ["12/31/2023 11:00:00 PM", "1/1/2024 12:00:00 AM", "1/1/2024 1:00:00 AM"]
    changed = [
        row.replace(f'1/1/2024 {n}:00:00 AM,"', f'{times[n - 7]},"')
        for n, row in enumerate(rows, 7)
    ]
    series = folder.grid("\n".join([head, *changed]) + "\n").intensity
    assert stamp(series.start_s) == "2023-12-31T22:00:00Z"
    noon = [
        row.replace('AM,"', 'PM,"')
        .replace("1/1/2024 7:", "1/1/2024 12:")
        .replace("1/1/2024 8:", "1/1/2024 1:")
        .replace("1/1/2024 9:", "1/1/2024 2:")
        for row in rows
    ]
    assert (
        stamp(folder.grid("\n".join([head, *noon]) + "\n").intensity.start_s)
        == "2024-01-01T11:00:00Z"
    )


def test_one_row_of_eia_is_an_hour_and_of_others_unknown(folder):
    head, row, *_ = (ORACLES / "site" / "formats" / "eia930.csv").read_text().splitlines()
    assert folder.grid(f"{head}\n{row}\n").intensity.step_s == 3600
    assert folder.refused(plain([5])) == ["grid.csv:2: one row: the step is unknown"]


@pytest.mark.parametrize("step_min", [5, 15, 30, 60])
def test_steps(folder, step_min):
    series = folder.grid(plain(range(1, 30), hours(29, step_min))).intensity
    assert series.step_s == 60 * step_min


@pytest.mark.parametrize(
    ("step_min", "said"), [(10, "10 minutes"), (120, "2 hours"), (1440, "1 day")]
)
def test_steps_that_are_not_read(folder, step_min, said):
    assert folder.refused(plain([1, 2, 3], hours(3, step_min))) == [
        f"grid.csv:3: the step is {said}; 5, 15, 30 or 60 minutes are read"
    ]


def test_a_step_that_becomes_longer(folder):
    times = [*hours(5, 30), *hours(8)[3:]]
    assert folder.refused(plain(range(1, 11), times)) == [
        "grid.csv:7: the step changes from 30 to 60 minutes"
    ]


def test_rows_from_the_newest_to_the_oldest(folder):
    assert folder.refused(plain([5] * 40, hours(40)[::-1])) == [
        "grid.csv:3: earlier than the row before: sort the rows by time (39 rows, to row 41)"
    ]


def test_a_century_is_no_gap_to_fill(folder):
    times = [*hours(3), "2124-01-01T00:00:00Z"]
    (message,) = folder.refused(plain([5, 6, 7, 8], times), fill="same-hour")
    assert "missing" in message
    assert "more than the week that a rule can fill" in message


@given(st.lists(st.floats(1, 900), min_size=24, max_size=72).map(lambda v: v[: len(v) // 12 * 12]))
def test_five_minutes_as_hours_have_the_same_mean(values):
    from array import array

    from carbonctl.catalog.hourly.series import Origin, Series

    fine = Series(0, 300, array("d", values), Origin("x", "", len(values), "plain"), (3, 15))
    even = coarser(fine, 3600)
    assert len(even.values) == len(values) // 12
    assert fmean(even.values) == pytest.approx(fmean(values), rel=1e-12)
    assert even.doubtful == tuple(at for at in (0, 1) if at < len(even.values))


def test_series_that_begin_at_different_minutes(folder):
    whole = folder.grid(plain(range(1, 30))).intensity
    text, _ = local("Asia/Kolkata", "2024-01-01T00:00", 29)
    half = folder.grid(text, time_zone="Asia/Kolkata").intensity
    with pytest.raises(ValueError, match="begin at different minutes"):
        common([whole, half])
    first, second = common([half, folder.grid(text, time_zone="Asia/Kolkata").intensity])
    assert first == second


def test_options_that_cannot_be_used(folder):
    wrong = Options(
        format="eia", basis="lifecycle", factors="ipcc", signal="avg", stamp="ends", fill="linear",
        unit="furlong", time_zone="Europe/Berln",
    )  # fmt: skip
    said = dict(faults(wrong))
    assert set(said) == {
        "format",
        "basis",
        "factors",
        "signal",
        "stamp",
        "fill",
        "unit",
        "time_zone",
    }
    assert said["stamp"] == "unknown stamp `ends`; did you mean `end`?; there are start, end"
    assert said["unit"] == (
        "`furlong` is no unit of carbon intensity (`g/kWh`), power (`MW`) or a share (`%`)"
    )
    assert "did you mean `Europe/Berlin`" in said["time_zone"]
    assert not dict(faults(Options(unit="lb/MWh", time_zone="UTC", fill="none", format="plain")))
    assert folder.refused(plain([5, 6]), stamp="ends")[0].startswith("grid.csv: stamp: unknown")


@pytest.mark.parametrize("name", ["", "/etc/passwd", "../UTC", "Europe"])
def test_zones_that_are_none(name):
    assert "unknown time_zone" in dict(faults(Options(time_zone=name)))["time_zone"]


def test_the_header_row_of_columns_is_named(folder):
    text = table("when,g_per_kwh", ["2024-01-01,5"])
    assert folder.refused(text, column="g_per_kwh") == [
        "grid.csv:1: no column of times among `when`, `g_per_kwh`: call it `start_utc`"
    ]


@pytest.mark.parametrize(
    ("written", "advised"),
    [("2026-01-01", "2026-01-01T00:00Z"), ("2026-01-01T09:00", "2026-01-01T09:00Z")],
)
def test_a_time_without_a_zone_is_refused_with_one_that_is_read(written, advised):
    with pytest.raises(ValueError, match="no time zone") as caught:
        read_moment(written, None)
    assert f"write {advised} for UTC" in str(caught.value)
    assert read_moment(advised, None) == advised
