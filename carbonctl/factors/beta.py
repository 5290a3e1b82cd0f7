"""The incomplete beta function, and its inverse, for parameters of 1 and more.

The series of Abramowitz and Stegun 26.5.4, for each end from its own side, where it converges
with every term to at most half of the one before.
"""

import math
from functools import lru_cache
from typing import Any

from carbonctl.numbers.intervals import is_array, row_by_row

_TERMS = 60  # 0.5^60 is below the rounding of a float
_MOST_STEPS = 100
_NODES = 2048  # of the grid that the inverse of an array begins with
_ROUNDING = 4e-16
_NEAR = 1e-9  # Newton's next step is the square of that


def incomplete_beta(x: Any, a: float, b: float) -> Any:
    """Return the share of a beta distribution below ``x``, a float or an array, to 1e-14.

    Parameters
    ----------
    x : float or array
        Between 0 and 1.
    a, b : float
        The parameters of the distribution, 1 or more.
    """
    if is_array(x):
        import numpy as np

        is_low = x <= 0.5
        share = np.empty_like(x)
        share[is_low] = _from_below(x[is_low], a, b)
        share[~is_low] = 1 - _from_below(1 - x[~is_low], b, a)
        return share
    return _from_below(x, a, b) if x <= 0.5 else 1 - _from_below(1 - x, b, a)


def _from_below(x: Any, a: float, b: float) -> Any:
    """Return the share below ``x``, which is 0.5 at most."""
    total: Any = 0.0
    for coefficient in _coefficients(a, b):  # the highest power first
        total = total * x + coefficient
    return total * x**a / _whole(a, b)


@lru_cache(maxsize=256)
def _coefficients(a: float, b: float) -> tuple[float, ...]:
    """Return (1 − b)(2 − b)…(n − b) / (n! (a + n)), the last n first."""
    found, factor = [], 1.0
    for n in range(_TERMS):
        found.append(factor / (a + n))
        factor *= (n + 1 - b) / (n + 1)
    return tuple(reversed(found))


@lru_cache(maxsize=256)
def _whole(a: float, b: float) -> float:
    return math.gamma(a) * math.gamma(b) / math.gamma(a + b)


def beta_quantile(level: Any, a: Any, b: Any) -> Any:
    """Return a quantile of a beta distribution, to 1e-12.

    Parameters
    ----------
    level : float, column or array
        Between 0 and 1.
    a, b : float or column
        The parameters of the distribution, 1 or more; of an array of levels plain numbers.
    """
    if is_array(level):
        return _of_array(level, a, b)
    return row_by_row(_quantile, level, a, b)


def _quantile(level: float, a: float, b: float) -> float:
    """Return a quantile by Newton's method within a bracket that closes."""
    if not 0 < level < 1:
        return min(max(level, 0.0), 1.0)
    low, high = 0.0, 1.0
    x = a / (a + b)
    for _ in range(_MOST_STEPS):
        miss = incomplete_beta(x, a, b) - level
        low, high = (x, high) if miss < 0 else (low, x)
        slope = x ** (a - 1) * (1 - x) ** (b - 1) / _whole(a, b)
        step = miss / slope if slope else math.inf
        nearer = x - step if low < x - step < high else (low + high) / 2
        if abs(nearer - x) <= _ROUNDING * nearer:
            return nearer
        x = nearer
    return x


def _of_array(level: Any, a: float, b: float) -> Any:
    """Return the quantile of each level of an array, all of them by Newton's method at once.

    They begin between the two nodes of a grid that they lie between, and stay there.
    """
    import numpy as np

    nodes = np.sin(np.linspace(0, math.pi / 2, _NODES + 1)) ** 2
    shares = incomplete_beta(nodes, a, b)
    places = np.clip(np.searchsorted(shares, level, side="right"), 1, _NODES)
    low, high = nodes[places - 1], nodes[places]
    x = np.clip(np.interp(level, shares, nodes), low, high)
    rest = np.arange(len(x))  # those that are not near enough
    for _ in range(_MOST_STEPS):
        miss = incomplete_beta(x[rest], a, b) - level[rest]
        low[rest], high[rest] = (
            np.where(miss < 0, x[rest], low[rest]),
            np.where(miss < 0, high[rest], x[rest]),
        )
        with np.errstate(all="ignore"):
            slope = x[rest] ** (a - 1) * (1 - x[rest]) ** (b - 1) / _whole(a, b)
            nearer = x[rest] - miss / slope
        is_out = ~((nearer >= low[rest]) & (nearer <= high[rest]))
        nearer[is_out] = (low[rest][is_out] + high[rest][is_out]) / 2
        is_near = np.abs(nearer - x[rest]) <= _NEAR * nearer
        x[rest] = nearer
        rest = rest[~(is_near | (np.abs(miss) <= _ROUNDING * level[rest]))]
        if not len(rest):
            break
    return np.where(level <= 0, 0.0, np.where(level >= 1, 1.0, x))
