"""When to run a job that may pause: the cheapest steps first, a fraction of the last."""

from __future__ import annotations

import numpy as np

from carbonctl.site.contiguous import TIE, contiguous
from carbonctl.site.integral import FloatArray, Steps
from carbonctl.site.job import Job, Window, window
from carbonctl.site.pauses import with_pauses
from carbonctl.site.run import Run, Segment, joined, paid

_ROUNDING = 1e-12  # of a need: a rest that sums may leave by rounding


def interruptible(job: Job, series: Steps) -> Run:
    """Return the run with pauses that emits least.

    Where pauses are limited or a resumption costs energy, it runs in whole steps of the series;
    a run without a pause, which needs no whole steps, is taken where it emits less.

    Raises
    ------
    ValueError
        Where the job does not fit, or its pauses cannot be reckoned.
    """
    span = window(job, series)
    if job.max_pauses is None and not job.restart_kwh:
        return paid(cheapest(span), series)
    unbroken = contiguous(job, series)
    if job.max_pauses == 0:
        return unbroken
    segments = with_pauses(span, series.step_h, job.max_pauses, job.restart_kwh)
    if segments is None:
        return unbroken
    broken = paid(segments, series, job.restart_kwh)
    return broken if broken.kgco2e <= unbroken.kgco2e * (1 + TIE) else unbroken


def cheapest(span: Window) -> tuple[Segment, ...]:
    """Return the run in the steps of the lowest intensity, the earliest of equal ones."""
    room = np.diff(span.full_h)
    taken = filled(span.intensity, room, span.need_h)
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.where(room > 0, taken / room, 0.0)
    begin, end = span.edges_h[:-1], span.edges_h[1:]
    hours = share * (end - begin)
    # The last step's fraction is at its end where the job goes on in the next step alone.
    is_on = np.concatenate(([False], taken > 0, [False]))
    is_late = ~is_on[:-2] & is_on[2:] & (share < 1)
    begin = np.where(is_late, end - hours, begin)
    end = np.where(share < 1, begin + hours, end)
    return joined(begin, end, np.where(taken > 0, span.power_kw, 0.0))


def filled(price: FloatArray, room: FloatArray, need: float) -> FloatArray:
    """Return how much of a need goes where: the cheapest places first, the first of equal ones.

    Parameters
    ----------
    price : array, shape (n,)
        Of a unit in each place; infinite where none may go.
    room : array, shape (n,)
        Most that goes into each place.
    need : float
        What is to be placed, at most the sum of the room.

    Returns
    -------
    array, shape (n,)
        What goes into each place; all but one are full or empty.
    """
    order = np.argsort(price)  # not stable, which is eight times as fast
    sums = np.cumsum(room[order])
    last = price[order[min(int(np.searchsorted(sums, need)), len(order) - 1)]]
    taken = np.where(price < last, room, 0.0)
    equal = np.flatnonzero(price == last)
    before = np.cumsum(room[equal]) - room[equal]
    rest = need - taken.sum() - before
    rounding = _ROUNDING * need
    rest[np.abs(rest) < rounding] = 0.0
    taken[equal] = np.where(rest > room[equal] - rounding, room[equal], rest.clip(0.0))
    return taken
