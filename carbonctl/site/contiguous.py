"""When to start a job that runs without a pause.

Between two times at which a start or an end meets an edge of a step, the emissions of a start
are linear in it. So the best start and the worst are at such times, and no other is evaluated.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from carbonctl.site.integral import Booleans, FloatArray, Steps, running
from carbonctl.site.job import Job, Window, window
from carbonctl.site.run import G_PER_KG, Run, Segment, joined, paid

TIE = 1e-12  # relative difference of emissions below which the earlier start is taken


class Starts(NamedTuple):
    """Every start at which a job's start or end meets an edge of a step, release and deadline too.

    Attributes
    ----------
    window : Window
        The steps that the job may run in.
    full_h : array, shape (m,)
        The starts, in the hours at full power of the window.
    mean_g : array, shape (m,)
        Mean intensity of each start's run [g/kWh].
    """

    window: Window
    full_h: FloatArray
    mean_g: FloatArray


def contiguous(job: Job, series: Steps) -> Run:
    """Return the run without a pause that emits least, the earliest of equal ones.

    Raises
    ------
    ValueError
        Where the job does not fit.
    """
    return paid(best(starts(window(job, series))), series)


def starts(span: Window) -> Starts:
    """Return the starts among which are the best and the worst, unordered."""
    edges, need = span.full_h, span.need_h
    level = float(span.intensity.mean())
    excess = running((span.intensity - level) * np.diff(edges))
    latest = max(edges[-1] - need, edges[0])
    at_edge = edges[: np.searchsorted(edges, latest, side="right")]
    ended = np.searchsorted(edges, edges[0] + need)
    by_end = np.clip(edges[ended:] - need, edges[0], latest)
    sums = np.concatenate((
        np.interp(at_edge + need, edges, excess) - excess[: len(at_edge)],
        excess[ended:] - np.interp(by_end, edges, excess),
    ))  # fmt: skip
    sums /= need
    sums += level
    return Starts(span, np.concatenate((at_edge, by_end)), sums)


def best(choice: Starts) -> tuple[Segment, ...]:
    """Return the run that emits least, the earliest of equal ones."""
    least = choice.mean_g.min()
    return _run(choice, choice.mean_g <= least + TIE * _size(choice))


def worst(choice: Starts) -> tuple[Segment, ...]:
    """Return the run that emits most, the earliest of equal ones."""
    most = choice.mean_g.max()
    return _run(choice, choice.mean_g >= most - TIE * _size(choice))


def mean_kgco2e(choice: Starts) -> float:
    """Return the mean emissions of all starts from the release to the latest, each as likely [kg].

    They are linear between the starts given, so trapezoids are exact.
    """
    span = choice.window
    times = np.interp(choice.full_h, span.full_h, span.edges_h)
    order = np.argsort(times)
    times, means = times[order], choice.mean_g[order]
    length = float(times[-1] - times[0])
    mean = float(np.trapezoid(means, times)) / length if length > 0 else float(means[0])
    return mean * span.full_kw * span.need_h / G_PER_KG


def start_at(span: Window, full_h: float) -> tuple[Segment, ...]:
    """Return the run that begins when so much could be done, in hours at full power."""
    end = full_h + span.need_h
    lower, upper = span.full_h[:-1], span.full_h[1:]
    if span.is_steady:
        return (Segment(full_h, end, span.full_kw),)
    speed = span.power_kw / span.full_kw
    with np.errstate(divide="ignore", invalid="ignore"):
        begin = span.edges_h[:-1] + np.where(speed > 0, (full_h - lower) / speed, 0.0).clip(0)
        finish = span.edges_h[1:] - np.where(speed > 0, (upper - end) / speed, 0.0).clip(0)
    is_on = (upper > full_h) & (lower < end)
    return joined(begin[is_on], finish[is_on], span.power_kw[is_on])


def at_once(span: Window) -> tuple[Segment, ...]:
    """Return the run that begins at the release."""
    return start_at(span, float(span.full_h[0]))


def at_last(span: Window) -> tuple[Segment, ...]:
    """Return the run that ends at the deadline."""
    return start_at(span, float(span.full_h[-1] - span.need_h))


def _run(choice: Starts, is_equal: Booleans) -> tuple[Segment, ...]:
    return start_at(choice.window, float(choice.full_h[is_equal].min()))


def _size(choice: Starts) -> float:
    """Return the size of the intensities that make a difference a relative one [g/kWh]."""
    return float(np.abs(choice.window.intensity).mean())
