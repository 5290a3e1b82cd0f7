"""Reads the times of rows, as each format writes them.

Each reader takes the cells of a column, and the faults of the file to which it adds those that
are no times.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import NamedTuple

from carbonctl.catalog.hourly.faults import Faults

_DAY_S, _MINUTE_S = 86_400, 60
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_EPOCH_DAY = date(1970, 1, 1).toordinal()
_CLOCK = re.compile(r"(\d{1,2}):(\d\d)(?::00)?(?: ([AP]M))?", re.I)
_UNIT = re.compile(
    r"(\d\d)[./](\d\d)[./](\d{4}) (\d\d):(\d\d)(?::00)? ?- ?"
    r"\d\d[./]\d\d[./]\d{4} \d\d:\d\d(?::00)?(?: ?\(([^()]+)\))?"
)
# Offsets of the zones that a market time unit names [s].
_OFFSETS = {
    "UTC": 0, "GMT": 0, "WET": 0, "BST": 3600, "WEST": 3600, "CET": 3600, "CEST": 7200,
    "EET": 7200, "EEST": 10_800, "TRT": 10_800,
}  # fmt: skip


class Stamps(NamedTuple):
    """The times of rows.

    Attributes
    ----------
    seconds : list of int or None
        Since 1970-01-01T00:00 of UTC, or of the clock on the wall; None where it is no time.
    local : list of int
        The rows whose time is that of a clock on the wall.
    """

    seconds: list[int | None]
    local: list[int]


def iso(cells: Sequence[str], faults: Faults) -> Stamps:
    """Read ISO 8601: `2022-01-31T23:00Z`, `2022-01-31 23:00:00+01:00`, `2022-01-31T23:00`."""
    seconds: list[int | None] = []
    local: list[int] = []
    read = datetime.fromisoformat
    for row, cell in enumerate(cells):
        try:
            moment = read(cell)
        except (ValueError, TypeError):
            seconds.append(None)
            _fault(cell, row, faults)
            continue
        if moment.tzinfo is None:
            local.append(row)
            moment = moment.replace(tzinfo=UTC)
        past = moment - _EPOCH
        seconds.append(past.days * _DAY_S + past.seconds)
    return Stamps(seconds, local)


def american(cells: Sequence[str], faults: Faults) -> Stamps:
    """Read `1/31/2022 11:00:00 PM`, as EIA writes times; a column of these names its zone."""
    seconds = _each(cells, _american, faults)
    return Stamps(seconds, [row for row, second in enumerate(seconds) if second is not None])


def market_units(cells: Sequence[str], faults: Faults) -> Stamps:
    """Read the start of `31.03.2024 00:00 - 31.03.2024 01:00 (UTC)`, as ENTSO-E writes them."""
    local: list[int] = []

    def start(cell: str) -> int:
        match = _UNIT.fullmatch(cell.strip())
        if match is None:
            raise ValueError(cell)
        day, month, year, hour, minute, zone = match.groups()
        wall = _second(year, month, day) + _clock_s(int(hour), int(minute))
        return wall if zone is None else wall - _OFFSETS[zone.upper()]

    seconds = _each(cells, start, faults)
    local = [row for row, cell in enumerate(cells) if seconds[row] is not None and "(" not in cell]
    return Stamps(seconds, local)


def _each(cells: Sequence[str], read: Callable[[str], int], faults: Faults) -> list[int | None]:
    seconds: list[int | None] = []
    for row, cell in enumerate(cells):
        try:
            seconds.append(read(cell))
        except (ValueError, KeyError, TypeError):
            seconds.append(None)
            _fault(cell, row, faults)
    return seconds


def _fault(cell: object, row: int, faults: Faults) -> None:
    text = str(cell).strip()
    faults.add(row, f"`{text[:60]}` is not a time" if text else "the time is blank")


def _american(cell: str) -> int:
    day, _, clock = cell.partition(" ")
    return _american_day(day) + _american_clock(clock)


@lru_cache(maxsize=1024)
def _american_day(text: str) -> int:
    month, day, year = text.split("/")
    return _second(year, month, day)


@lru_cache(maxsize=1024)
def _american_clock(text: str) -> int:
    match = _CLOCK.fullmatch(text)
    if match is None:
        raise ValueError(text)
    hour, minute, half = match.groups()
    hours = int(hour)
    if half and not 1 <= hours <= 12:
        raise ValueError(text)
    if half:
        hours = hours % 12 + (12 if half.upper() == "PM" else 0)
    return _clock_s(hours, int(minute))


def _clock_s(hours: int, minutes: int) -> int:
    if hours > 23 or minutes > 59:
        raise ValueError(f"{hours}:{minutes}")
    return hours * 3600 + minutes * _MINUTE_S


@lru_cache(maxsize=1024)
def _second(year: str, month: str, day: str) -> int:
    return (date(int(year), int(month), int(day)).toordinal() - _EPOCH_DAY) * _DAY_S
