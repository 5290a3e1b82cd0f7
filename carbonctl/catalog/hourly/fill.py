"""Rules for steps of which a file says nothing: between neighbours, or as a week before."""

from __future__ import annotations

import math
from array import array
from collections.abc import Iterator
from itertools import pairwise

from carbonctl.catalog.hourly.series import HOUR_S

LONGEST_S = 3 * HOUR_S  # of a gap that is interpolated
_WEEK_S = 7 * 24 * HOUR_S


def filled(values: array[float], step_s: int, rule: str) -> array[float]:
    """Return figures with NaN replaced as far as a rule goes.

    Parameters
    ----------
    values : array of float
        One a step; NaN where nothing is known.
    step_s : int
        Length of a step [s].
    rule : str
        `interpolate`: on the line between the figures before and after, in gaps of up to 3 hours.
        `same-hour`: the figure of a week before, where the file has that.
    """
    if not math.isnan(sum(values)):
        return values
    new = array("d", values)
    for first, last in gaps(values):
        if rule == "interpolate":
            _interpolate(new, first, last, step_s)
        elif rule == "same-hour":
            _repeat(values, new, first, last, step_s)
    return new


def gaps(values: array[float]) -> Iterator[tuple[int, int]]:
    """Yield the first and the last step of each run of NaN."""
    if not math.isnan(sum(values)):
        return
    missing = [step for step, value in enumerate(values) if value != value]  # noqa: PLR0124  # NaN
    first = missing[0]
    for step, following in pairwise([*missing, -1]):
        if following != step + 1:
            yield first, step
            first = following


def _interpolate(new: array[float], first: int, last: int, step_s: int) -> None:
    """Fill a gap with `v = a + (b − a)·k/n` between figures a and b that are n steps apart."""
    steps = last - first + 2
    if first == 0 or last + 1 == len(new) or (steps - 1) * step_s > LONGEST_S:
        return
    before, after = new[first - 1], new[last + 1]
    for number in range(1, steps):
        new[first - 1 + number] = before + (after - before) * number / steps


def _repeat(values: array[float], new: array[float], first: int, last: int, step_s: int) -> None:
    week = _WEEK_S // step_s
    for step in range(max(first, week), last + 1):
        new[step] = values[step - week]
