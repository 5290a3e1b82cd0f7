"""How likely the values of an uncertain figure are: quantile functions of its distributions.

A level is a probability between 0 and 1, a column or an array of them. A new distribution is a
function of level and bounds and a row of `QUANTILES`.
"""

import math
from collections.abc import Callable, Mapping
from functools import partial
from itertools import accumulate
from typing import Any

from carbonctl.factors.beta import beta_quantile
from carbonctl.factors.normal import Z95, normal_quantile, normal_share
from carbonctl.numbers.intervals import exp, is_array, least, log, most, row_by_row, sqrt

TRIANGULAR = "triangular"
TWO_PIECE_LOGNORMAL = "two-piece-lognormal"
LOG_TRIANGULAR = "log-triangular"
PERT = "pert"
UNIFORM = "uniform"
LOGNORMAL = "lognormal"
NORMAL = "normal"
DISCRETE = "discrete"
P5, P50, P95 = 0.05, 0.5, 0.95
_TINY = 1e-300  # a level below which nothing is looked for
_SLACK = 1e-12  # what rounding leaves of weights


def triangular(level: Any, low: Any, best: Any, high: Any) -> Any:
    """Return a quantile of a triangle between hard bounds, with ``best`` as its peak.

    Parameters
    ----------
    level : float, column or array
        Between 0 and 1.
    low, best, high : float
        In one unit; low is below high.
    """
    width = high - low
    turn = (best - low) / width
    rising = sqrt(least(level, turn) * width * (best - low))
    falling = sqrt((1 - most(level, turn)) * width * (high - best))
    return low + rising + (high - best - falling)


def log_triangular(level: Any, low: Any, best: Any, high: Any) -> Any:
    """Return a quantile of what has a logarithm that is a triangle.

    Parameters
    ----------
    level : float, column or array
        Between 0 and 1.
    low, best, high : float
        In one unit, above 0; low is below high.
    """
    return exp(triangular(level, log(low), log(best), log(high)))


def pert(level: Any, low: Any, best: Any, high: Any) -> Any:
    """Return a quantile of PERT's beta distribution between hard bounds.

    Its mean is (low + 4 best + high) / 6 (Malcolm et al. 1959).

    Parameters
    ----------
    level : float, column or array
        Between 0 and 1.
    low, best, high : float
        In one unit; low is below high.
    """
    width = high - low
    rising, falling = 1 + 4 * (best - low) / width, 1 + 4 * (high - best) / width
    return low + width * beta_quantile(level, rising, falling)


def uniform(level: Any, low: Any, best: Any, high: Any) -> Any:
    """Return a quantile of what is equally likely between two bounds, whatever the best is."""
    return low + (high - low) * level


def two_piece_lognormal(level: Any, low: Any, best: Any, high: Any) -> Any:
    """Return a quantile of the lognormal with a width of its own on either side of its median.

    Parameters
    ----------
    level : float, column or array
        Between 0 and 1.
    low, best, high : float
        The quantiles 0.05, 0.5 and 0.95, above 0 and in one unit.
    """
    return two_piece_lognormal_at(normal_quantile(level), low, best, high)


def two_piece_lognormal_at(score: Any, low: Any, best: Any, high: Any) -> Any:
    """Return the quantile of a two-piece lognormal at a normal score."""
    below, above = least(score, 0.0) * log(best / low), most(score, 0.0) * log(high / best)
    return best * exp((below + above) / Z95)


def lognormal(level: Any, low: Any, best: Any, high: Any, gsd: float | None = None) -> Any:
    """Return a quantile of a lognormal distribution.

    Parameters
    ----------
    level : float, column or array
        Between 0 and 1.
    low, best, high : float
        In one unit, above 0. Without ``gsd`` low and high are the quantiles 0.05 and 0.95.
    gsd : float, optional
        The geometric standard deviation, above 1; best is then the median.
    """
    return lognormal_at(normal_quantile(level), low, best, high, gsd)


def lognormal_at(score: Any, low: Any, best: Any, high: Any, gsd: float | None = None) -> Any:
    """Return the quantile of a lognormal distribution at a normal score."""
    if gsd is not None:
        return best * exp(score * math.log(gsd))
    return sqrt(low * high) * exp(score * log(high / low) / (2 * Z95))


def normal(level: Any, low: Any, best: Any, high: Any, sd: float) -> Any:
    """Return a quantile of a normal distribution; best is its mean, ``sd`` in the same unit."""
    return best + sd * normal_quantile(level)


def discrete(level: Any, low: Any, best: Any, high: Any, *pairs: float) -> Any:
    """Return a quantile of some values with weights: the first that reaches the level.

    Parameters
    ----------
    level : float, column or array
        Between 0 and 1.
    low, best, high : float
        The least value, the best estimate and the greatest value.
    *pairs : float
        Value, weight, value, weight, …; the values rising, in one unit.
    """
    values, ends = pairs[::2], list(accumulate(pairs[1::2]))
    if is_array(level):
        import numpy as np

        places = np.searchsorted(ends, level - _SLACK)
        return np.asarray(values)[np.minimum(places, len(values) - 1)]

    def value_at(level: float) -> float:
        reached = (value for value, end in zip(values, ends, strict=True) if end >= level - _SLACK)
        return next(reached, values[-1])

    return row_by_row(value_at, level)


Quantile = Callable[..., Any]
QUANTILES: Mapping[str, Quantile] = {
    TRIANGULAR: triangular,
    TWO_PIECE_LOGNORMAL: two_piece_lognormal,
    LOG_TRIANGULAR: log_triangular,
    PERT: pert,
    UNIFORM: uniform,
    LOGNORMAL: lognormal,
    NORMAL: normal,
    DISCRETE: discrete,
}
# Those that follow from a normal score, which many figures can have in common.
AT_SCORE: Mapping[str, Quantile] = {
    TWO_PIECE_LOGNORMAL: two_piece_lognormal_at,
    LOGNORMAL: lognormal_at,
}
POSITIVE = (TWO_PIECE_LOGNORMAL, LOG_TRIANGULAR, LOGNORMAL)  # what has values above 0 alone


def share_below(limit: float, best: float, high: float) -> float:
    """Return how much of a two-piece lognormal lies below a limit that is above its median.

    Parameters
    ----------
    limit, best, high : float
        In one unit; best is the median and high the quantile 0.95.
    """
    if high == best:
        return 1.0
    return normal_share(math.log(limit / best) / math.log(high / best) * Z95)


def levels_within(
    quantile: Callable[[float], float], least: float, most: float
) -> tuple[float, float]:
    """Return between which levels the quantiles of a distribution lie within limits.

    Parameters
    ----------
    quantile : callable
        The quantile at a level.
    least, most : float
        The limits, which belong to what is within.
    """
    start = 0.0
    if quantile(_TINY) < least:
        start = _last_level(partial(_is_below, quantile, least))
    end = 1.0
    if quantile(1.0) > most:
        end = _last_level(lambda level: quantile(level) <= most)
    return start, max(start, end)


def _is_below(quantile: Callable[[float], float], limit: float, level: float) -> bool:
    return quantile(level) < limit


def _last_level(holds: Callable[[float], bool]) -> float:
    """Return up to which level something holds, to the last digit."""
    low, high = 0.0, 1.0
    if holds(1.0):
        return 1.0
    while low < (middle := (low + high) / 2) < high:
        if middle > 0 and holds(middle):
            low = middle
        else:
            high = middle
        if high < _TINY:
            break
    return low
