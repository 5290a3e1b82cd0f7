"""Quantiles and shares of the standard normal distribution."""

import math
from collections.abc import Sequence
from typing import Any

from carbonctl.numbers.intervals import is_array, row_by_row

Z95 = 1.6448536269514722  # its 95th percentile

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


_MIDDLE_HALF, _FAR_ROOT = 0.425, 5.0  # where the three meet


def normal_quantile(level: Any) -> Any:
    """Return a quantile of the standard normal distribution (Wichura 1988, AS 241), to 1e-15.

    Parameters
    ----------
    level : float, column or array
        Above 0 and below 1; 0 and 1 are infinitely far out.
    """
    return _of_array(level) if is_array(level) else row_by_row(_normal_quantile, level)


def _normal_quantile(level: float) -> float:
    middle = level - 0.5
    if abs(middle) <= _MIDDLE_HALF:
        return float(middle * _ratio(_MIDDLE, 0.180625 - middle * middle))
    rest = min(level, 1 - level)
    if rest <= 0:
        return math.copysign(math.inf, middle)
    root = math.sqrt(-math.log(rest))
    size = _ratio(_TAIL, root - 1.6) if root <= _FAR_ROOT else _ratio(_FAR, root - _FAR_ROOT)
    return math.copysign(size, middle)


def _of_array(level: Any) -> Any:
    """Return the quantile of each level of an array."""
    import numpy as np

    middle = level - 0.5
    quantile = middle * _ratio(_MIDDLE, 0.180625 - middle * middle)
    is_out = np.abs(middle) > _MIDDLE_HALF
    out = level[is_out]
    with np.errstate(divide="ignore", invalid="ignore"):
        root = np.sqrt(-np.log(np.minimum(out, 1 - out)))
        size = np.where(
            root <= _FAR_ROOT, _ratio(_TAIL, root - 1.6), _ratio(_FAR, root - _FAR_ROOT)
        )
    size[np.isinf(root)] = np.inf
    quantile[is_out] = np.copysign(size, middle[is_out])
    return quantile


def normal_share(score: float) -> float:
    """Return how much of the standard normal distribution lies below a score."""
    return math.erfc(-score / math.sqrt(2)) / 2


def _ratio(powers: Sequence[Sequence[float]], x: Any) -> Any:
    above: Any = 0.0
    below: Any = 0.0
    for first, second in zip(*powers, strict=True):
        above, below = above * x + first, below * x + second
    return above / below
