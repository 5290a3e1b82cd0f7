"""Times of day in tables, and the months that they fall in."""

from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carbonctl.inputs.jobs import times
from carbonctl.inputs.jobs.times import CUTS, key, parse

PARIS = ZoneInfo("Europe/Paris")
NEW_YORK = ZoneInfo("America/New_York")

FORMS = {
    "2026-01-30": "2026-01-30T00:00:00",
    "2026-02-11 10:00": "2026-02-11T10:00:00",
    "2026-01-03T08:00:00Z": "2026-01-03T08:00:00",
    "2026-02-01T00:00:00+01:00": "2026-01-31T23:00:00",
    "2026-02-01T00:00:00+0100": "2026-01-31T23:00:00",
    "2026-02-01 00:00:00 +01:00": "2026-01-31T23:00:00",
    "2026-02-01 00:00:00 UTC": "2026-02-01T00:00:00",
    "2026-02-01t00:00:00z": "2026-02-01T00:00:00",
    "2026/03/01 10:00:00.250": "2026-03-01T10:00:00.250000",
    "2026/03/01": "2026-03-01T00:00:00",
    "2026-03-01T10:00:00.123456789Z": "2026-03-01T10:00:00.123456",
    "2026-03-01 10:00:00,5": "2026-03-01T10:00:00.500000",
    "20260130": "2026-01-30T00:00:00",
    "20260130T101500Z": "2026-01-30T10:15:00",
    "  2026-01-30  ": "2026-01-30T00:00:00",
    "2024-02-29": "2024-02-29T00:00:00",
}


@pytest.mark.parametrize("text", FORMS)
def test_the_usual_forms(text):
    moment = parse(text)
    assert moment.tzinfo is UTC
    assert moment.replace(tzinfo=None).isoformat() == FORMS[text]


def test_a_time_without_a_zone_is_of_the_zone_that_is_said():
    assert parse("2026-02-01", PARIS) == datetime(2026, 1, 31, 23, tzinfo=UTC)
    assert parse("2026-07-01 00:00", PARIS) == datetime(2026, 6, 30, 22, tzinfo=UTC)
    assert parse("2026/07/01 00:00", PARIS) == datetime(2026, 6, 30, 22, tzinfo=UTC)
    assert parse("2026-07-01 00:00Z", PARIS) == datetime(2026, 7, 1, tzinfo=UTC)


WRONG = {
    "1767427200": "`1767427200` looks like seconds since 1970, not a time of day; "
        "write it as 2026-01-30T08:00:00Z",
    "1767427200.5": "looks like seconds since 1970",
    "1767427200000": "looks like fractions of a second since 1970",
    "46025": "`46025` is a number, not a time of day",
    "-1": "is a number, not a time of day",
    "1e9": "is a number",
    "2026": "is a number",
    "99999999": "is a number",
    "03/04/2026": "`03/04/2026`: which is the day, which the month? write it as 2026-",
    "3.4.2026 10:00": "which is the day, which the month?",
    "": "`` is not a time of day",
    "soon": "`soon` is not a time of day; write it as",
    "Unknown": "is not a time of day",
    "2026-13-01": "is not a time of day",
    "2026-02-29": "is not a time of day",
    "2026-01-30T25:00": "is not a time of day",
    "2026-01-30T10:00:61": "is not a time of day",
    "2026-01-30x10:00": "is not a time of day",
    "2026-01-3010:00": "is not a time of day",
    "2026-01-30T10:00+99:00": "is not a time of day",
    "2026-01": "is not a time of day",
    "0000-01-01": "is not a time of day",
    "0001-01-01T00:00+10:00": "is not a time of day",
    "9999-12-31T23:00-10:00": "is not a time of day",
    "٢٠٢٦-01-30": "is not a time of day",
    "2026-01-30\n2026-01-31": "is not a time of day",
    "2026-01-30T" + "0" * 100000: "0…` is not a time of day",
    "9" * 5000: "9…` is a number",
}  # fmt: skip


@pytest.mark.parametrize("text", WRONG, ids=range(len(WRONG)))
def test_what_is_no_time_is_refused(text):
    with pytest.raises(ValueError) as error:
        parse(text)
    assert WRONG[text] in str(error.value)
    assert len(str(error.value)) < 200


@given(st.text(max_size=30))
def test_no_text_makes_it_fail(text):
    try:
        assert parse(text).tzinfo is UTC
    except ValueError as error:
        assert "write it as" in str(error)


ZONES = st.sampled_from([UTC, PARIS, NEW_YORK, timezone(timedelta(hours=5, minutes=45))])
MOMENTS = st.integers(160_000_000, 7_200_000_000).map(lambda s: datetime.fromtimestamp(s, UTC))


@given(MOMENTS, ZONES)
def test_what_is_written_is_read_back(moment, zone):
    local = moment.astimezone(zone)
    assert parse(local.isoformat()) == moment
    assert parse(local.isoformat(" ")) == moment


def test_the_parts_of_a_time():
    moment = datetime(2026, 1, 31, 23, 0, tzinfo=UTC)
    assert [key(moment, cut) for cut in CUTS] == ["2026-01-31", "2026-01", "2026-Q1", "2026"]
    assert [key(moment, cut, PARIS) for cut in CUTS] == ["2026-02-01", "2026-02", "2026-Q1", "2026"]
    assert key(datetime(2026, 4, 1, 3, 59, tzinfo=UTC), "quarter", NEW_YORK) == "2026-Q1"
    assert key(datetime(2026, 4, 1, 4, tzinfo=UTC), "quarter", NEW_YORK) == "2026-Q2"
    quarters = [key(datetime(2026, month, 1, tzinfo=UTC), "quarter") for month in range(1, 13)]
    assert quarters == [f"2026-Q{n}" for n in (1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4)]


PLACES = st.sampled_from(
    ["Europe/Paris", "Asia/Kathmandu", "Australia/Lord_Howe", "Pacific/Apia", "+12:45"]
)


@given(MOMENTS, PLACES)
def test_the_cached_day_is_the_local_day(moment, name):
    zone = times.zone(name)
    assert key(moment, "day", zone) == moment.astimezone(zone).date().isoformat()


def test_the_ends_of_time_do_not_fail():
    first, last = parse("0001-01-01"), parse("9999-12-31 23:59:59.999999")
    for moment in (first, last):
        for name in ("-12:00", "+12:00"):
            assert key(moment, "year", times.zone(name)) in ("0001", "9999")


def test_zones():
    assert times.zone("utc") is UTC
    assert times.zone("+05:45").utcoffset(None) == timedelta(hours=5, minutes=45)
    assert times.zone("-0330").utcoffset(None) == -timedelta(hours=3, minutes=30)
    assert times.zone("Europe/Paris") == PARIS


@pytest.mark.parametrize(
    "name",
    ["Europe/Pari", "", "/etc/passwd", "../UTC", "Europe", "+25:00", "+01:75", "x" * 5000, "a\0b"],
)
def test_unknown_zones(name):
    with pytest.raises(ValueError, match=r"time zone|offset"):
        times.zone(name)
