"""When to run a job whose pauses are limited, or whose resumptions cost energy.

Dynamic programming over whole steps, from the last to the first. The state before a step is the
number of steps left to run, the pauses left, and whether the job runs, is paused or has not begun.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from carbonctl.site.contiguous import TIE
from carbonctl.site.integral import SLACK, Booleans, FloatArray
from carbonctl.site.job import Window
from carbonctl.site.run import Segment, joined

MOST_STATES = 2**28  # a bit each for a running and a paused job: 64 MiB


class _Whole(NamedTuple):
    """What a job needs in steps, and what the steps cost.

    Attributes
    ----------
    needed : int
        Steps to run; the last of them may be a fraction.
    fraction : float
        Of the last step.
    cost : array, shape (n,)
        Of running a step [g].
    restart : array, shape (n,)
        Of resuming at a step [g].
    is_short : array of bool, shape (n,)
        Whether the deadline cuts a step, so that only the last fraction may run in it.
    edges_h : array, shape (n + 1,)
        Edges of the steps [h].
    """

    needed: int
    fraction: float
    cost: FloatArray
    restart: FloatArray
    is_short: Booleans
    edges_h: FloatArray


def with_pauses(
    span: Window, step_h: float, max_pauses: int | None, restart_kwh: float
) -> tuple[Segment, ...] | None:
    """Return the run in whole steps that emits least, resumptions included.

    It starts and resumes at edges of steps; the last step that it runs is cut where the duration
    is no whole number of steps. Of equal runs it is the one that runs earlier.

    Parameters
    ----------
    span : Window
        The steps that the job may run in, all at one power.
    step_h : float
        Length of a whole step [h].
    max_pauses : int or None
        Most pauses; None for any number.
    restart_kwh : float
        Energy of each resumption [kWh].

    Returns
    -------
    tuple of Segment or None
        None where the whole steps between release and deadline are too few.

    Raises
    ------
    ValueError
        Where the power limit changes by step, a figure is below 0, or there are too many states.
    """
    if restart_kwh < 0 or (max_pauses is not None and max_pauses < 0):
        raise ValueError("max_pauses and restart_energy must be 0 or more")
    if not span.is_steady:
        raise ValueError(
            "max_pauses and restart_energy need one power limit, not one that changes by step"
        )
    whole = _whole(span, step_h, restart_kwh)
    pauses = None if max_pauses is None or max_pauses >= whole.needed - 1 else max_pauses
    states = len(whole.cost) * whole.needed * (1 if pauses is None else pauses + 1)
    if states > MOST_STATES:
        raise ValueError(
            f"{len(whole.cost)} steps, {whole.needed} of them to run, are too many for max_pauses "
            "or restart_energy: bring the deadline nearer to the release"
        )
    is_on = _chosen(whole, pauses)
    if is_on is None:
        return None
    begin, end = whole.edges_h[:-1], whole.edges_h[1:].copy()
    last = int(np.flatnonzero(is_on)[-1])
    end[last] = begin[last] + whole.fraction * step_h
    return joined(begin, end, np.where(is_on, span.full_kw, 0.0))


def _whole(span: Window, step_h: float, restart_kwh: float) -> _Whole:
    lengths = np.diff(span.edges_h) / step_h
    first = int(lengths[0] < 1 - SLACK and len(lengths) > 1)  # a release within a step waits
    lengths, intensity = lengths[first:], span.intensity[first:]
    needed = span.need_h / step_h
    count = max(int(np.ceil(needed - SLACK)), 1)
    fraction = needed - (count - 1)
    cost = intensity * (span.full_kw * step_h)
    if lengths[-1] < fraction - SLACK:  # too short for the last fraction, too
        keep = len(lengths) - 1
        lengths, cost, intensity = lengths[:keep], cost[:keep], intensity[:keep]
    edges = span.edges_h[first : first + len(lengths) + 1]
    return _Whole(count, fraction, cost, restart_kwh * intensity, lengths < 1 - SLACK, edges)


def _chosen(whole: _Whole, max_pauses: int | None) -> Booleans | None:
    """Return the steps to run in, shape (n,); None where there are too few.

    C(t, j, p) is the least cost from step t on with j steps to run and p pauses left:

        running  C = min(c_t + C_running(t+1, j-1, p), C_paused(t+1, j, p))
        paused   C = min(r_t + c_t + C_running(t+1, j-1, p-1), C_paused(t+1, j, p))
    """
    steps, count = len(whole.cost), whole.needed
    kinds = 1 if max_pauses is None else max_pauses + 1
    running = np.full((kinds, count + 1), np.inf)  # by pauses left and steps left to run
    running[:, 0] = 0.0
    paused = running.copy()
    tie = TIE * count * float(np.abs(whole.cost).mean()) if steps else 0.0
    begun = np.full(steps, np.inf)  # cost of beginning at each step
    goes_on, resumes = [b""] * steps, [b""] * steps
    for step in range(steps - 1, -1, -1):
        price = np.full(count, np.inf if whole.is_short[step] else whole.cost[step])
        price[0] = whole.cost[step] * whole.fraction
        run = price + running[:, :-1]
        again = run + whole.restart[step]
        if max_pauses is not None:
            again = np.concatenate((np.full((1, count), np.inf), again[:-1]))
        begun[step] = run[-1, -1]
        idle = paused[:, 1:]
        goes_on[step] = np.packbits(run <= idle + tie).tobytes()
        resumes[step] = np.packbits(again <= idle + tie).tobytes()
        running[:, 1:] = np.minimum(run, idle)
        paused[:, 1:] = np.minimum(again, idle)
    if not steps or not np.isfinite(begun.min()):
        return None
    return _followed(begun, tie, (goes_on, resumes), (kinds, count), max_pauses is not None)


def _followed(
    begun: FloatArray,
    tie: float,
    choices: tuple[list[bytes], list[bytes]],
    shape: tuple[int, int],
    is_counted: bool,
) -> Booleans:
    """Return the steps that the choices lead to, from the earliest of the best beginnings."""
    goes_on, resumes = choices
    kinds, count = shape
    step = int(np.flatnonzero(begun <= begun.min() + tie)[0])
    is_on = np.zeros(len(begun), dtype=bool)
    is_on[step] = True
    was_on, pauses, left = True, kinds - 1, count - 1
    while left:
        step += 1
        place = pauses * count + left - 1
        bits = (goes_on if was_on else resumes)[step]
        if bits[place >> 3] >> (7 - (place & 7)) & 1:
            pauses -= is_counted and not was_on
            is_on[step] = was_on = True
            left -= 1
        else:
            was_on = False
    return is_on
