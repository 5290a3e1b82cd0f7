"""Times of a clock on the wall in UTC, across the days on which it is set."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

from carbonctl.catalog.hourly.faults import Faults
from carbonctl.catalog.hourly.times import Stamps

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

_DAY_S = 86_400
_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001  # of a clock on the wall


def without_zone(stamps: Stamps, faults: Faults) -> None:
    """Note that times have no zone, and which of them occur twice."""
    first = stamps.local[0]
    counts = Counter(stamps.seconds[row] for row in stamps.local)
    twice = [second for second, count in counts.items() if second is not None and count == 2]
    said = f"; {_shown(twice[0])} occurs twice" if twice else ""
    faults.add(first, f"time without zone: give `time_zone` (`Europe/Berlin` or `UTC`){said}")


def to_utc(stamps: Stamps, zone: ZoneInfo, faults: Faults) -> list[int | None]:
    """Return times in UTC.

    A time that occurs twice is the one that follows the row before by one step and precedes the
    row after by one.

    Parameters
    ----------
    stamps : Stamps
        Times, some of a clock on the wall.
    zone : ZoneInfo
        Where that clock hangs.
    faults : Faults
        Gets the times that never occur, and those that occur twice where the rows around do not
        settle which one is meant.
    """
    seconds = list(stamps.seconds)
    twice: dict[int, tuple[int, int]] = {}
    constant: dict[int, int | None] = {}
    for row in stamps.local:
        wall = seconds[row]
        if wall is None:
            continue
        day = wall // _DAY_S
        if day not in constant:
            constant[day] = _offset_of_day(day, zone)
        offset = constant[day]
        if offset is not None:
            seconds[row] = wall - offset
            continue
        early, late = _both(wall, zone)
        if early == late:
            seconds[row] = early
        elif early < late:
            twice[row] = early, late
        else:
            seconds[row] = None
            faults.add(row, f"{_shown(wall)} never occurs in {zone.key}: clocks are set forward")
    if twice:
        _settle(twice, seconds, zone, faults)
    return seconds


def _settle(
    twice: dict[int, tuple[int, int]],
    seconds: list[int | None],
    zone: ZoneInfo,
    faults: Faults,
) -> None:
    """Replace times that occur twice by those that the rows around leave."""
    step = _usual_step(seconds, twice)
    for first, last in _runs(twice):
        meant = _meant(first, [twice[row] for row in range(first, last + 1)], seconds, step)
        for row in range(first, last + 1):
            wall = seconds[row]
            assert wall is not None
            if meant is None:
                faults.add(row, _doubt(wall, zone))
            seconds[row] = None if meant is None else meant[row - first]


def _meant(
    first: int, either: Sequence[tuple[int, int]], seconds: Sequence[int | None], step: int
) -> list[int] | None:
    """Return the times of a run of rows that occur twice; None where the rows around differ."""
    count = len(either)
    before = seconds[first - 1] if first else None
    after = seconds[first + count] if first + count < len(seconds) else None
    if not step and before is not None and after is not None:
        step = (after - before) // (count + 1)
    guesses = []
    if before is not None:
        guesses.append([before + step * (n + 1) for n in range(count)])
    if after is not None:
        guesses.append([after - step * (count - n) for n in range(count)])
    if not guesses or guesses[0] != guesses[-1]:
        return None
    is_meant = all(second in both for second, both in zip(guesses[0], either, strict=True))
    return guesses[0] if is_meant else None


def _doubt(wall: int, zone: ZoneInfo) -> str:
    return (
        f"{_shown(wall)} occurs twice in {zone.key}, and the rows around do not settle which one "
        "is meant: write it with its zone (+01:00)"
    )


def _runs(twice: dict[int, tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Yield the first and the last of rows that follow each other."""
    rows = sorted(twice)
    first = rows[0]
    for row, following in pairwise([*rows, -1]):
        if following != row + 1:
            yield first, row
            first = following


def _usual_step(seconds: Sequence[int | None], twice: dict[int, tuple[int, int]]) -> int:
    """Return the step between most rows; 0 where no two can be compared."""
    known = [None if row in twice else second for row, second in enumerate(seconds)]
    steps = Counter(b - a for a, b in pairwise(known) if a is not None and b is not None and b > a)
    return steps.most_common(1)[0][0] if steps else 0


def _offset_of_day(day: int, zone: ZoneInfo) -> int | None:
    """Return the offset of a day from UTC [s]; None where clocks are set on it."""
    ends = {
        offset
        for at in (day * _DAY_S, (day + 1) * _DAY_S - 1)
        for offset in (at - utc for utc in _both(at, zone))
    }
    return ends.pop() if len(ends) == 1 else None


def _both(wall: int, zone: ZoneInfo) -> tuple[int, int]:
    """Return what a time of the clock is in UTC, before and after it is set."""
    moment = _EPOCH + timedelta(seconds=wall)
    offsets = (moment.replace(tzinfo=zone, fold=fold).utcoffset() for fold in (0, 1))
    first, second = (wall - int(offset.total_seconds()) for offset in offsets if offset is not None)
    return first, second


def _shown(wall: int) -> str:
    return (_EPOCH + timedelta(seconds=wall)).strftime("%Y-%m-%dT%H:%M")
