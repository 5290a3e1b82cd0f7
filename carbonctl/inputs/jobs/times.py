"""Times of day in tables, and the months, quarters, years and days that they fall in."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

from carbonctl.text import did_you_mean

_LONGEST = 64
_WRITE = "write it as 2026-01-30T08:00:00Z"
_FORM = re.compile(
    r"(?P<year>\d{4})[-/](?P<month>\d\d)[-/](?P<day>\d\d)"
    r"(?:[T ](?P<clock>\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?)\s*(?P<zone>Z|UTC|[+-]\d\d(?::?\d\d)?)?)?",
    re.ASCII | re.I,
)
_COMPACT = re.compile(r"\d{8}(T\d{4}(\d\d)?(Z|[+-]\d{4})?)?", re.ASCII)
_NUMBER = re.compile(r"-?\d+([.,]\d*)?([eE]\+?\d+)?", re.ASCII)
_DAY_OR_MONTH_FIRST = re.compile(r"\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4}\b.*", re.ASCII | re.S)
_OFFSET = re.compile(r"([+-])(\d\d):?(\d\d)", re.ASCII)
_SINCE_1970 = re.compile(r"\d{9,19}", re.ASCII)


def parse(text: str, zone: tzinfo = UTC) -> datetime:
    """Return a time of day in UTC; one without a zone is of ``zone``, a date alone its midnight.

    Parameters
    ----------
    text : str
        ISO 8601 or a usual form of it: ``2026-01-30``, ``2026-02-11 10:00``, ``2026/03/01
        10:00:00.5 UTC``.
    zone : tzinfo
        Of times without one.

    Raises
    ------
    ValueError
        Where it is none, or may be two, such as ``03/04/2026``; with how to write it.
    """
    text = text.strip()
    try:
        moment = datetime.fromisoformat(text) if _is_plain(text) else _other_form(text)
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=zone)
        return moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return _slowly(text, zone)


_PLAIN_LENGTHS = frozenset({10, 16, 19, 20, 25})  # of a date, with minutes, seconds, Z, +01:00


def _is_plain(text: str) -> bool:
    """Whether a time is written as most are, and `datetime.fromisoformat` reads nothing into it."""
    return (
        len(text) in _PLAIN_LENGTHS and text[4] == text[7] == "-" and text[10:11] in ("", "T", " ")
    )


def _slowly(text: str, zone: tzinfo) -> datetime:
    """Return a time that the quick way does not take, or say what is wrong with it."""
    try:
        moment = _other_form(text)
        return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise ValueError(_what_is_wrong(text)) from None


def _other_form(text: str) -> datetime:
    match = _FORM.fullmatch(text) if len(text) <= _LONGEST else None
    if match is None:
        if _COMPACT.fullmatch(text):
            return datetime.fromisoformat(text)
        raise ValueError(text)
    day = date(int(match["year"]), int(match["month"]), int(match["day"]))
    clock, zone = match["clock"] or "00:00", (match["zone"] or "").upper()
    return datetime.fromisoformat(f"{day}T{clock}{'Z' if zone == 'UTC' else zone}")


def _what_is_wrong(text: str) -> str:
    shown = f"`{text[:_LONGEST]}{'…' if len(text) > _LONGEST else ''}`"
    if _SINCE_1970.fullmatch(text.partition(".")[0]):
        unit = "seconds" if len(text.partition(".")[0]) < 12 else "fractions of a second"
        return f"{shown} looks like {unit} since 1970, not a time of day; {_WRITE}"
    if _NUMBER.fullmatch(text):
        return f"{shown} is a number, not a time of day; {_WRITE}"
    if _DAY_OR_MONTH_FIRST.fullmatch(text):
        return f"{shown}: which is the day, which the month? {_WRITE}"
    return f"{shown} is not a time of day; {_WRITE}"


@lru_cache(maxsize=64)
def zone(name: str) -> tzinfo:
    """Return a time zone by its name or offset: ``Europe/Paris``, ``UTC``, ``+01:00``.

    Raises
    ------
    ValueError
        Where there is none, with the nearest.
    """
    if name.upper() in ("UTC", "Z", "GMT"):
        return UTC
    offset = _OFFSET.fullmatch(name)
    if offset:
        minutes = int(offset[2]) * 60 + int(offset[3])
        if minutes >= 24 * 60 or int(offset[3]) > 59:
            raise ValueError(f"`{name}` is no offset from UTC such as +01:00")
        span = timedelta(minutes=minutes)
        return timezone(-span if offset[1] == "-" else span)
    try:
        return ZoneInfo(name)
    except (LookupError, ValueError, OSError):
        close = did_you_mean(name, available_timezones())
        wanted = "; write one such as Europe/Paris, UTC or +01:00"
        raise ValueError(f"unknown time zone `{name}`{close or wanted}") from None


def _day(moment: datetime) -> str:
    return f"{moment.year:04d}-{moment.month:02d}-{moment.day:02d}"


def _month(moment: datetime) -> str:
    return f"{moment.year:04d}-{moment.month:02d}"


def _quarter(moment: datetime) -> str:
    return f"{moment.year:04d}-Q{(moment.month + 2) // 3}"


def _year(moment: datetime) -> str:
    return f"{moment.year:04d}"


CUTS: dict[str, Callable[[datetime], str]] = {
    "day": _day, "month": _month, "quarter": _quarter, "year": _year,
}  # fmt: skip

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_QUARTER_HOUR = timedelta(minutes=15)  # local days begin at one everywhere since 1972


def key(moment: datetime, cut: str, zone: tzinfo = UTC) -> str:
    """Return the day, month, quarter or year of a time: ``2026-01-30``, ``2026-01``, ``2026-Q1``.

    Parameters
    ----------
    moment : datetime
        Aware.
    cut : str
        One of `CUTS`.
    zone : tzinfo
        Where days begin at midnight.
    """
    if zone is UTC:
        return CUTS[cut](moment.astimezone(UTC))
    return _local_key((moment - _EPOCH) // _QUARTER_HOUR, cut, zone)


@lru_cache(maxsize=65536)
def _local_key(quarter_hour: int, cut: str, zone: tzinfo) -> str:
    moment = _EPOCH + quarter_hour * _QUARTER_HOUR
    try:
        return CUTS[cut](moment.astimezone(zone))
    except OverflowError:  # in the first or last day that there is
        return CUTS[cut](moment)
