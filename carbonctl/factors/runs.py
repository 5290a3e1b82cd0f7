"""Many runs of widely differing size."""

import math
from itertools import product
from typing import Any

from carbonctl.numbers.intervals import (
    Number,
    Range,
    best,
    decide,
    exp,
    high,
    least,
    log,
    low,
    most,
)

Z99 = 2.3263478740408408  # the 99th percentile of the standard normal distribution


def _mean(p50: Any, p99: Any) -> Any:
    sigma = log(p99 / p50) / Z99
    return p50 * exp(sigma * sigma / 2)


def lognormal_mean(p50: Number, p99: Number) -> Number:
    """Return the mean of a lognormal distribution from two of its percentiles.

    Parameters
    ----------
    p50, p99 : float or Range
        Median and 99th percentile, in one unit; p99 is not below p50.

    Returns
    -------
    float or Range
        ``exp(μ + σ²/2)`` with ``μ = ln p50`` and ``σ = (ln p99 − ln p50) / 2.3263``.

    Raises
    ------
    ValueError
        Where p99 is below p50.

    Notes
    -----
    wu2022 §2.1: 1.5 and 24 GPU-days (mean 3.05), 2.96 and 125 (mean 10.80). The mean rises
    with p99, and falls with p50 until ``p50 = p99 · exp(−z²)``: that point bounds a range too.
    """
    if decide(low(p99) < high(p50)):
        raise ValueError("p99 is below p50")
    middle: float = _mean(best(p50), best(p99))
    if not isinstance(p50, Range) and not isinstance(p99, Range):
        return middle
    points = list(product((low(p50), high(p50)), (low(p99), high(p99))))
    for top in (low(p99), high(p99)):
        lowest = top * math.exp(-Z99 * Z99)
        if decide((low(p50) < lowest) & (lowest < high(p50))):
            points.append((lowest, top))
    values = [_mean(*point) for point in points]
    return Range(middle, least(middle, *values), most(middle, *values))


def with_restarts(device_hours: Any, restarts: Any) -> Any:
    """Return device-hours [device-h] with the share that restarts and failures add [≥ 0]."""
    return device_hours * (1 + restarts)


def with_failures(device_hours: Any, failed: Any) -> Any:
    """Return the device-hours [device-h] of good and failed runs together.

    Parameters
    ----------
    device_hours : float, Range or column
        Of the runs that count.
    failed : float, Range or column
        Share of all device time that goes to runs that fail [0..1).
    """
    return device_hours / (1 - failed)
