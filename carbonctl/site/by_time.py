"""A site by hour of the day, and the week in which it needs the grid most. Times are UTC."""

from __future__ import annotations

import numpy as np

from carbonctl.site.assembly import SiteHours
from carbonctl.site.results import HourOfDay, Trace

HOURS_A_DAY, DAYS_A_WEEK, S_PER_H, S_PER_DAY = 24, 7, 3600, 86_400


def hours_of_day(hours: SiteHours) -> tuple[HourOfDay, ...]:
    """Return the intensities of each hour of the day, with standard deviations."""
    of_day = _of_day(hours)
    rows = []
    for hour in range(HOURS_A_DAY):
        here = of_day == hour
        if not here.any():
            continue
        marginal = None if hours.marginal_g_per_kwh is None else hours.marginal_g_per_kwh[here]
        average = hours.g_per_kwh[here]
        rows.append(
            HourOfDay(
                hour, float(average.mean()), float(average.std()),
                None if marginal is None else float(marginal.mean()),
                None if marginal is None else float(marginal.std()),
            )
        )  # fmt: skip
    return tuple(rows)


def cfe_of_day(hours: SiteHours, trace: Trace) -> tuple[float | None, ...]:
    """Return the share of the load that is covered step by step, of each hour of the day.

    None for an hour without load.
    """
    of_day = _of_day(hours)
    shares: list[float | None] = []
    for hour in range(HOURS_A_DAY):
        here = of_day == hour
        load = float(trace.load_mw[here].sum())
        shares.append(1 - float(trace.grid_mw[here].sum()) / load if load > 0 else None)
    return tuple(shares)


def worst_week(hours: SiteHours, trace: Trace) -> int:
    """Return the step at which the week begins that takes most energy of the grid.

    Weeks begin at midnight where the data hold a whole one; the first of equal ones counts.
    """
    per_day = round(HOURS_A_DAY / hours.step_h)
    length = per_day * DAYS_A_WEEK
    steps = len(trace.grid_mw)
    first = round(-hours.start_s % S_PER_DAY / (hours.step_h * S_PER_H))
    starts = np.arange(first, steps - length + 1, per_day)
    if not starts.size:
        return 0
    total = np.concatenate(([0.0], np.cumsum(trace.grid_mw)))
    return int(starts[np.argmax(total[starts + length] - total[starts])])


def week_of(hours: SiteHours, second: float) -> int | None:
    """Return the step of a time; None where the data do not hold it.

    Parameters
    ----------
    hours : SiteHours
        The steps.
    second : float
        Since 1970-01-01T00:00Z.
    """
    step = int((second - hours.start_s) // (hours.step_h * S_PER_H))
    return step if 0 <= step < len(hours.demand_mw) else None


def _of_day(hours: SiteHours) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    steps = np.arange(len(hours.demand_mw))
    starts = hours.start_s + steps * round(hours.step_h * S_PER_H)
    return (starts // S_PER_H) % HOURS_A_DAY
