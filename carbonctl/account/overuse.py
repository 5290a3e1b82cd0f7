"""Warns of machines that are used longer than they live, or by several runs at once."""

from __future__ import annotations

import math
from collections.abc import Iterator

from carbonctl.errors import Caution
from carbonctl.estimators.base import ActivityData
from carbonctl.estimators.device_words import NOT_DEVICES
from carbonctl.factors import schedule
from carbonctl.numbers.intervals import best, decide
from carbonctl.spec.model import Activity

_HOURS_PER_YEAR, _HOURS_PER_DAY = 8760, 24
_SLACK = 1 + 1e-9  # absorbs rounding, as of a life that is used up exactly


def overuse(activity: Activity, path: str, data: ActivityData) -> Iterator[Caution]:
    """Yield what is odd in how long an activity holds its machines.

    Parameters
    ----------
    activity : Activity
        What is done; one that names no time of each machine is passed over.
    path : str
        Where it stands in the spec.
    data : ActivityData
        Its hours of hardware, with the lives of that.
    """
    if activity.machine_time is None or not data.occupations:
        return
    key, time, devices = activity.machine_time
    total = time.best
    repeat = activity.repeat
    if repeat is not None:
        at_once = 1
        if decide(time.low > repeat.every.high):
            at_once = math.ceil(time.best / repeat.every.best)
            is_known = devices is not None and devices.counts not in NOT_DEVICES
            where = (
                ""
                if devices is None or not is_known
                else f", on {devices.best * at_once:g} devices"
            )
            message = (
                f"each run lasts {_time(time.best)} and the next begins after "
                f"{_time(repeat.every.best)}: {at_once} run at once{where}"
            )
            yield Caution(message, f"{path}.repeat", kind="runs at once")
        times = schedule.occurrences(repeat.for_.best, repeat.every.best)
        total = total * best(times) / at_once
    yield from _beyond_life(f"{path}.{key}", key.rpartition(".")[2], total, data)


def _beyond_life(path: str, key: str, total: float, data: ActivityData) -> Iterator[Caution]:
    """Yield that a machine works longer than it lives."""
    lifetime, use = data.occupations[0].lifetime.best, data.occupations[0].utilization.best
    in_use = lifetime * use
    if decide(total <= in_use * _SLACK):
        return
    counted = f"{total / in_use:.3g} machines are counted for each"
    if decide(use < 1):
        message = (
            f"{key} of {_time(total)} on one machine exceeds its life in use, "
            f"{_time(in_use)} (lifetime {_time(lifetime)} × utilization {use * 100:.3g} %): "
            f"{counted}; give `utilization: 100 %` for a reserved machine"
        )
    else:
        message = (
            f"{key} of {_time(total)} on one machine exceeds its lifetime of "
            f"{_time(lifetime)}: {counted}"
        )
    yield Caution(message, path, kind="beyond its life")


def _time(hours: float) -> str:
    """Write a time in years, days or hours."""
    if hours >= _HOURS_PER_YEAR:
        return f"{hours / _HOURS_PER_YEAR:.3g} years"
    if hours >= 4 * _HOURS_PER_DAY:
        return f"{hours / _HOURS_PER_DAY:.3g} days"
    return f"{hours:.3g} h"
