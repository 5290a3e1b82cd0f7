"""When to run a job on how many workers.

Each step takes the workers that it is worth: the steps × workers of the lowest intensity per
throughput gained come first. That is optimal where every further worker gains at most as much as
the one before (a concave curve), and other curves are refused.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from carbonctl.site.integral import SLACK, Booleans, FloatArray, Steps
from carbonctl.site.interruptible import filled
from carbonctl.site.job import Job, checked_limit, cut
from carbonctl.site.run import Run, Segment, joined, paid

_EQUAL = 1e-9  # relative: what rounding of throughputs may make of equal gains


class Curve(NamedTuple):
    """Throughput of a number of workers, that of one hour of work being 1.

    Attributes
    ----------
    workers : array, shape (m,)
        Numbers of workers, rising.
    added : array, shape (m,)
        Workers that each number adds to the one before.
    gained : array, shape (m,)
        Throughput that they add.
    """

    workers: FloatArray
    added: FloatArray
    gained: FloatArray


def curve(throughputs: Mapping[int, float]) -> Curve:
    """Return a curve of throughput.

    Parameters
    ----------
    throughputs : mapping of int to float
        Throughput by number of workers; none do nothing. Numbers that gain nothing are left out.

    Raises
    ------
    ValueError
        Where a further worker gains more than one before, or none gains anything.
    """
    workers = np.array(sorted({0, *throughputs}), dtype=np.float64)
    throughput = np.array([{0: 0.0, **throughputs}[int(number)] for number in workers])
    if workers[0] < 0 or throughput[0] != 0:
        raise ValueError("elastic: workers must be above 0, and none of them do nothing")
    added, gained = np.diff(workers), np.diff(throughput)
    each = gained / added
    for place in np.flatnonzero(each[1:] > each[:-1] + _EQUAL * np.abs(each[:-1])):
        before, here, after = workers[place : place + 3]
        raise ValueError(
            f"elastic: from {here:g} to {after:g} workers each gains {each[place + 1]:g}, more "
            f"than {each[place]:g} from {before:g} to {here:g}; a further worker must gain at "
            "most as much as the one before"
        )
    gains = gained > 0
    if not gains.any():
        raise ValueError("elastic: no number of workers has a throughput above 0")
    return Curve(workers[1:][gains], added[gains], gained[gains])


def elastic(job: Job, series: Steps, scale: Curve) -> Run:
    """Return the run that emits least, with as many workers in each step as it is worth.

    Parameters
    ----------
    job : Job
        Its duration is the work: hours at a throughput of 1. Its power is that of one worker
        [kW]. In each step no more workers run than its limit allows.
    series : Steps
        Intensity [g/kWh].
    scale : Curve
        Throughput by number of workers.

    Raises
    ------
    ValueError
        Where the work does not fit between release and deadline, or pauses are limited or cost
        energy, which this does not reckon.
    """
    if job.max_pauses is not None or job.restart_kwh:
        raise ValueError("an elastic job can have neither max_pauses nor restart_energy")
    first, edges = cut(job, series)
    intensity = series.values[first : first + len(edges) - 1]
    cost = np.maximum.accumulate(scale.added / scale.gained)  # workers per throughput gained
    price = np.where(_allowed(job, series, scale, first, len(edges) - 1),
                     intensity[:, None] * cost, np.inf)  # fmt: skip
    room = np.where(np.isfinite(price), np.diff(edges)[:, None] * scale.gained, 0.0)
    most = float(room.sum())
    if job.duration_h > most + SLACK:
        raise ValueError(
            f"the work of {job.duration_h:g} h at a throughput of 1 does not fit: all workers "
            f"do at most {most:g} h of it between its release and its deadline"
        )
    taken = filled(price.ravel(), room.ravel(), min(job.duration_h, most)).reshape(room.shape)
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.where(room > 0, taken / room, 0.0)
    return paid(_segments(edges, share, scale, job.power_kw), series)


def fixed(job: Job, scale: Curve) -> Job:
    """Return the job on the fewest workers, as many from start to end, that do it in time.

    It is what an elastic run is compared with. Where no number does it in time, the job is that
    of the most workers.
    """
    length = job.deadline_h - job.release_h
    throughput = np.cumsum(scale.gained)
    fits = np.flatnonzero(job.duration_h / throughput <= length + SLACK)
    place = int(fits[0]) if len(fits) else len(throughput) - 1
    return job._replace(
        duration_h=job.duration_h / float(throughput[place]),
        power_kw=job.power_kw * float(scale.workers[place]),
    )


def _allowed(job: Job, series: Steps, scale: Curve, first: int, count: int) -> Booleans:
    """Return whether a number of workers may run in a step, shape (steps, m)."""
    limit = np.inf if job.limit_kw is None else job.limit_kw
    if isinstance(limit, np.ndarray):
        limit = checked_limit(limit, series)[first : first + count]
    drawn = scale.workers * job.power_kw * (1 - SLACK)
    return drawn <= np.broadcast_to(limit, count)[:, None]


def _segments(
    edges: FloatArray, share: FloatArray, scale: Curve, power_kw: float
) -> tuple[Segment, ...]:
    """Return when how many workers run: a fraction of a step has its most workers first."""
    least = (share >= 1) @ scale.added
    most = (share > 0) @ scale.added
    part = np.where(most > least, np.where(share < 1, share, 0.0).max(axis=1), 1.0)
    middle = edges[:-1] + part * np.diff(edges)
    begin = np.column_stack((edges[:-1], middle)).ravel()
    end = np.column_stack((middle, edges[1:])).ravel()
    return joined(begin, end, np.column_stack((most, least)).ravel() * power_kw)
