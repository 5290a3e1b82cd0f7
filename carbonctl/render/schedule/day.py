"""A day of intensities as a bar of hours, and the hours in which a job runs below it."""

from __future__ import annotations

from typing import NamedTuple

from carbonctl.catalog.hourly.series import HOUR_S, stamp
from carbonctl.render.human_numbers import significant
from carbonctl.site.schedules import JobSchedule

HOURS, DAY_S = 24, 24 * HOUR_S
CELL = 2  # characters of an hour
_LEVELS = "▁▂▃▄▅▆▇█"
_RUNS = "━"
_EVERY = 6  # hours between two of the axis


class Day(NamedTuple):
    """The three lines of a day, and what is said beside the first."""

    bar: str
    marks: str
    axis: str
    said: str


def day_of(job: JobSchedule) -> Day:
    """Return the UTC day in which the chosen run begins; hours outside the data are blank."""
    series = job.chooser
    begin = job.best.spans[0].start_s // DAY_S * DAY_S
    many = max(HOUR_S // series.step_s, 1)
    means: list[float | None] = []
    runs: list[bool] = []
    for hour in range(HOURS):
        start = begin + hour * HOUR_S
        first = (start - series.start_s) // series.step_s
        values = series.values[max(first, 0) : max(first + many, 0)]
        means.append(sum(values) / len(values) if len(values) else None)
        runs.append(any(s.start_s < start + HOUR_S and start < s.end_s for s in job.best.spans))
    known = [mean for mean in means if mean is not None]
    low, high = min(known), max(known)
    ends = " to ".join(significant(float(f"{end:.3g}"), 3) for end in (low, high))
    return Day(
        "".join(_level(mean, low, high) * CELL for mean in means),
        "".join((_RUNS if is_on else " ") * CELL for is_on in runs).rstrip(),
        "".join(f"{hour:02}".ljust(CELL * _EVERY) for hour in range(0, HOURS, _EVERY)) + "24",
        f"{stamp(begin)[:10]} UTC, {ends} g/kWh",
    )


def _level(mean: float | None, low: float, high: float) -> str:
    if mean is None:
        return " "
    if high <= low:
        return _LEVELS[0]
    return _LEVELS[min(int((mean - low) / (high - low) * len(_LEVELS)), len(_LEVELS) - 1)]
