"""Failures of jobs on many devices, and the checkpoints that they go back to.

Failures come at random, at a constant rate of each device. After one, a job restarts from its
last checkpoint and does the work since then again. Times are in hours: ``M`` is the mean time
between failures of the job, ``δ`` the time that one checkpoint takes, ``R`` that of a restart,
``τ`` the useful time between two checkpoints.
"""

import math
from typing import Any

from carbonctl.factors.checks import check_not_negative, check_positive
from carbonctl.numbers.intervals import (
    Number,
    Range,
    apply,
    best,
    decide,
    exp,
    expm1,
    high,
    least,
    low,
    over_corners,
    row_by_row,
    sqrt,
)

_SERIES_BELOW = 0.05  # where −x − ln(1 − x) would lose digits
_SERIES_TERMS = 14  # 0.05^14 is below the last digit of a float
_MOST_STEPS = 60  # Newton's method takes about five
_CLOSE = 4e-16  # relative, a step that no longer matters


def job_mtbf_h(mtbf_h: Any, devices: Any) -> Any:
    """Return the mean time between failures of a job [h].

    Parameters
    ----------
    mtbf_h : float, Range or column
        Mean time between failures of one device [h].
    devices : float, Range or column
        Devices of the job, each of which ends it by failing.
    """
    return mtbf_h / devices


def failure_probability(time_h: Number, mtbf_h: Number) -> Any:
    """Return the probability that a job fails within a time [0..1].

    Parameters
    ----------
    time_h, mtbf_h : float, Range or column
        The time, and the mean time between failures of the job [h].

    Returns
    -------
    float, Range or column
        ``1 − exp(−t / M)``: linear in the devices while it is small, then it saturates.

    Notes
    -----
    wu2024 §III says that it "can rise exponentially" with the scale.
    """
    return apply(lambda x: -math.expm1(-x), time_h / mtbf_h)


def young_interval_h(checkpoint_h: Any, mtbf_h: Any) -> Any:
    """Return Young's first-order interval between checkpoints [h]: ``√(2 δ M)``.

    Parameters
    ----------
    checkpoint_h, mtbf_h : float, Range or column
        Time of one checkpoint and mean time between failures of the job [h].

    Notes
    -----
    By young1974 to the first order.
    """
    return sqrt(2 * checkpoint_h * mtbf_h)


def best_interval_h(checkpoint_h: Number, mtbf_h: Number) -> Any:
    """Return the useful time between two checkpoints with the least wall time [h].

    Parameters
    ----------
    checkpoint_h, mtbf_h : float, Range or column
        Time of one checkpoint and mean time between failures of the job [h], above 0.

    Returns
    -------
    float, Range or column
        The root of ``1 − τ/M = exp(−(τ + δ)/M)``. It rises with both.

    Raises
    ------
    ValueError
        Where one of them is not above 0.
    """
    check_positive(checkpoint_h, "the time of a checkpoint")
    check_positive(mtbf_h, "the mean time between failures")
    return over_corners(_best_interval, checkpoint_h, mtbf_h)


def _best_interval(checkpoint_h: Any, mtbf_h: Any) -> Any:
    return mtbf_h * row_by_row(_root, checkpoint_h / mtbf_h)


def _root(ratio: float) -> float:
    """Return the root ``x`` in 0..1 of ``−x − ln(1 − x) = δ/M``, by Newton's method.

    The left side rises and is convex, so that from above each step comes closer and none goes
    too far. It is above ``x²/2``, and ``1 − x = exp(−x − δ/M)`` above ``exp(−1 − δ/M)``.
    """
    x = min(math.sqrt(2 * ratio), -math.expm1(-1 - ratio))
    for _ in range(_MOST_STEPS):
        if x >= 1:
            return 1.0
        step = (_excess(x) - ratio) * (1 - x) / x
        x -= step
        if abs(step) <= _CLOSE * x:
            break
    return x


def _excess(x: float) -> float:
    """Return ``−x − ln(1 − x)``, to the last digits also where it is small."""
    if x >= _SERIES_BELOW:
        return -x - math.log1p(-x)
    total = 0.0
    for power in range(_SERIES_TERMS, 1, -1):
        total = (total + 1 / power) * x
    return total * x


def wall_over_useful(
    interval_h: Number, checkpoint_h: Number, restart_h: Number, mtbf_h: Number
) -> Any:
    """Return the wall time of a job with failures over its useful time [≥ 1].

    Parameters
    ----------
    interval_h : float, Range or column
        Useful time between two checkpoints [h]; of a job without checkpoints, all of it.
    checkpoint_h, restart_h : float, Range or column
        Time of one checkpoint and of one restart [h].
    mtbf_h : float, Range or column
        Mean time between failures of the job [h].

    Returns
    -------
    float, Range or column
        ``M exp(R/M) (exp((τ + δ)/M) − 1) / τ``. Without checkpoints and restarts that is
        ``M (exp(T/M) − 1) / T``.

    Raises
    ------
    ValueError
        Where an interval or a mean time is not above 0, or another time is below 0.
    OverflowError
        Where it is beyond all numbers.

    Notes
    -----
    daly2006: a restart, a checkpoint and what is done again may fail too. It rises with δ and R
    and falls with M. With τ it falls to the best interval, from which it rises: that point bounds
    a range too.
    """
    check_positive(interval_h, "the interval between checkpoints")
    check_not_negative(checkpoint_h, "the time of a checkpoint")
    check_not_negative(restart_h, "the time of a restart")
    check_positive(mtbf_h, "the mean time between failures")
    ratio = over_corners(_wall_over_useful, interval_h, checkpoint_h, restart_h, mtbf_h)
    if not isinstance(interval_h, Range) or decide(low(checkpoint_h) == 0):
        return ratio
    turn = best_interval_h(low(checkpoint_h), high(mtbf_h))
    if decide((interval_h.low < turn) & (turn < interval_h.high)):
        lowest = _wall_over_useful(turn, low(checkpoint_h), low(restart_h), high(mtbf_h))
        return Range(best(ratio), least(low(ratio), lowest), high(ratio))
    return ratio


def best_wall_over_useful(checkpoint_h: Number, restart_h: Number, mtbf_h: Number) -> Any:
    """Return the wall time over the useful time [≥ 1] with the best interval.

    Parameters
    ----------
    checkpoint_h, restart_h, mtbf_h : float, Range or column
        As of `wall_over_useful`. The interval follows each value of them, so that a range is
        narrower than that of an interval by itself.

    Raises
    ------
    ValueError
        Where a checkpoint or the mean time is not above 0, or a restart is below 0.
    OverflowError
        Where it is beyond all numbers.
    """
    check_positive(checkpoint_h, "the time of a checkpoint")
    check_not_negative(restart_h, "the time of a restart")
    check_positive(mtbf_h, "the mean time between failures")
    return over_corners(_at_best_interval, checkpoint_h, restart_h, mtbf_h)


def _at_best_interval(checkpoint_h: Any, restart_h: Any, mtbf_h: Any) -> Any:
    interval_h = _best_interval(checkpoint_h, mtbf_h)
    return _wall_over_useful(interval_h, checkpoint_h, restart_h, mtbf_h)


def _wall_over_useful(interval_h: Any, checkpoint_h: Any, restart_h: Any, mtbf_h: Any) -> Any:
    once = expm1((interval_h + checkpoint_h) / mtbf_h)
    return mtbf_h * exp(restart_h / mtbf_h) * once / interval_h
