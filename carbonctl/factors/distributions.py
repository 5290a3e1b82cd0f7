"""How likely the values of an uncertain figure are: quantile functions of its distributions.

A level is a probability between 0 and 1, or a column of them. A new distribution is a function of
level and bounds and a row of `QUANTILES`.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from carbonctl.numbers.intervals import exp, least, log, most, row_by_row, sqrt

TRIANGULAR = "triangular"
TWO_PIECE_LOGNORMAL = "two-piece-lognormal"
P5, P50, P95 = 0.05, 0.5, 0.95
Z95 = 1.6448536269514722  # the 95th percentile of the standard normal distribution


def triangular(level: Any, low: Any, best: Any, high: Any) -> Any:
    """Return a quantile of a triangle between hard bounds, with ``best`` as its peak.

    Parameters
    ----------
    level : float or column
        Between 0 and 1.
    low, best, high : float
        In one unit; low is below high.
    """
    width = high - low
    turn = (best - low) / width
    rising = sqrt(least(level, turn) * width * (best - low))
    falling = sqrt((1 - most(level, turn)) * width * (high - best))
    return low + rising + (high - best - falling)


def two_piece_lognormal(level: Any, low: Any, best: Any, high: Any) -> Any:
    """Return a quantile of the lognormal with a width of its own on either side of its median.

    Parameters
    ----------
    level : float or column
        Between 0 and 1.
    low, best, high : float
        The quantiles 0.05, 0.5 and 0.95, above 0 and in one unit.
    """
    return best * exp(two_piece_logarithm(normal_quantile(level), low, best, high))


def two_piece_logarithm(z: Any, low: Any, best: Any, high: Any) -> Any:
    """Return the logarithm of a value over the median, from its normal quantile ``z``."""
    below, above = least(z, 0.0) * log(best / low), most(z, 0.0) * log(high / best)
    return (below + above) / Z95


Quantile = Callable[[Any, Any, Any, Any], Any]
QUANTILES: Mapping[str, Quantile] = {
    TRIANGULAR: triangular,
    TWO_PIECE_LOGNORMAL: two_piece_lognormal,
}


def share_below(limit: float, best: float, high: float) -> float:
    """Return how much of a two-piece lognormal lies below a limit that is above its median.

    Parameters
    ----------
    limit, best, high : float
        In one unit; best is the median and high the quantile 0.95.
    """
    if high == best:
        return 1.0
    z = math.log(limit / best) / math.log(high / best) * Z95
    return math.erfc(-z / math.sqrt(2)) / 2


# Wichura 1988, algorithm AS 241 (PPND16): coefficients of the numerator and of the denominator,
# the highest power first, for the middle, the tails, and what lies far out.
_MIDDLE = (
    (2509.0809287301226727, 33430.575583588128105, 67265.770927008700853, 45921.953931549871457,
     13731.693765509461125, 1971.5909503065514427, 133.14166789178437745, 3.387132872796366608),
    (5226.495278852854561, 28729.085735721942674, 39307.89580009271061, 21213.794301586595867,
     5394.1960214247511077, 687.1870074920579083, 42.313330701600911252, 1.0),
)  # fmt: skip
_TAIL = (
    (7.7454501427834140764e-4, 0.0227238449892691845833, 0.24178072517745061177,
     1.27045825245236838258, 3.64784832476320460504, 5.7694972214606914055,
     4.6303378461565452959, 1.42343711074968357734),
    (1.05075007164441684324e-9, 5.475938084995344946e-4, 0.0151986665636164571966,
     0.14810397642748007459, 0.68976733498510000455, 1.6763848301838038494,
     2.05319162663775882187, 1.0),
)  # fmt: skip
_FAR = (
    (2.01033439929228813265e-7, 2.71155556874348757815e-5, 0.0012426609473880784386,
     0.026532189526576123093, 0.29656057182850489123, 1.7848265399172913358,
     5.4637849111641143699, 6.6579046435011037772),
    (2.04426310338993978564e-15, 1.4215117583164458887e-7, 1.8463183175100546818e-5,
     7.868691311456132591e-4, 0.0148753612908506148525, 0.13692988092273580531,
     0.59983220655588793769, 1.0),
)  # fmt: skip


def normal_quantile(level: Any) -> Any:
    """Return a quantile of the standard normal distribution (Wichura 1988, AS 241), to 1e-15."""
    return row_by_row(_normal_quantile, level)


def _normal_quantile(level: float) -> float:
    middle = level - 0.5
    if abs(middle) <= 0.425:
        return middle * _ratio(_MIDDLE, 0.180625 - middle * middle)
    root = math.sqrt(-math.log(min(level, 1 - level)))
    size = _ratio(_TAIL, root - 1.6) if root <= 5 else _ratio(_FAR, root - 5)
    return math.copysign(size, middle)


def _ratio(powers: Sequence[Sequence[float]], x: float) -> float:
    above = below = 0.0
    for first, second in zip(*powers, strict=True):
        above, below = above * x + first, below * x + second
    return above / below
