"""Numbers with bounds: a best estimate between a low and a high.

Kernels are written once with ordinary operators and serve a float, a `Range` or an
array. Interval arithmetic is exact as long as each ranged input is mentioned once;
a kernel that must mention one twice goes through `over_corners`.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import product
from typing import Any, TypeAlias, TypeVar

from carbonctl import symbols

T = TypeVar("T")


class Range:
    """A number known to lie in ``low..high``, with ``best`` inside.

    The three move together through ``+ - * /``. IEEE rounding is monotone, so best
    stays inside its bounds.
    """

    __slots__ = ("best", "high", "low")

    def __init__(self, best: float, low: float, high: float) -> None:
        self.best = best
        self.low = low
        self.high = high

    def __repr__(self) -> str:
        return f"Range(best={self.best!r}, low={self.low!r}, high={self.high!r})"

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Range):
            return NotImplemented
        return (self.best, self.low, self.high) == (other.best, other.low, other.high)

    def __hash__(self) -> int:
        return hash((self.best, self.low, self.high))

    # NumPy arrays leave the operators to this class.
    __array_ufunc__ = None

    def __add__(self, other: Number) -> Range:
        o = _as_range(other)
        return Range(self.best + o.best, self.low + o.low, self.high + o.high)

    def __sub__(self, other: Number) -> Range:
        o = _as_range(other)
        return Range(self.best - o.best, self.low - o.high, self.high - o.low)

    def __mul__(self, other: Number) -> Range:
        o = _as_range(other)
        ends = (self.low * o.low, self.low * o.high, self.high * o.low, self.high * o.high)
        return Range(self.best * o.best, min(ends), max(ends))

    def __truediv__(self, other: Number) -> Range:
        o = _as_range(other)
        if o.low <= 0 <= o.high:
            raise ZeroDivisionError("division by a range that holds zero")
        ends = (self.low / o.low, self.low / o.high, self.high / o.low, self.high / o.high)
        return Range(self.best / o.best, min(ends), max(ends))

    __radd__ = __add__
    __rmul__ = __mul__

    def __rsub__(self, other: float) -> Range:
        return _as_range(other) - self

    def __rtruediv__(self, other: float) -> Range:
        return _as_range(other) / self


Number: TypeAlias = float | Range


def _as_range(x: Number) -> Range:
    return x if isinstance(x, Range) else Range(x, x, x)


def best(x: Number) -> float:
    """Return the best estimate of ``x``."""
    return x.best if isinstance(x, Range) else x


def low(x: Number) -> float:
    """Return the lower bound of ``x``."""
    return x.low if isinstance(x, Range) else x


def high(x: Number) -> float:
    """Return the upper bound of ``x``."""
    return x.high if isinstance(x, Range) else x


def apply(function: Callable[[float], float], x: Number) -> Number:
    """Apply a monotone rising ``function`` to a float or to the three parts of a range."""
    if isinstance(x, Range):
        return Range(function(x.best), function(x.low), function(x.high))
    return function(x)


def over_corners(kernel: Callable[..., Any], *args: Any) -> Any:
    """Evaluate ``kernel`` at every corner of its ranged arguments.

    For kernels that mention a ranged input twice, where plain interval arithmetic
    would widen the result. Exact when the kernel is monotone in each argument alone.

    Parameters
    ----------
    kernel : callable
        A function of numbers.
    *args : float, Range or array
        Without any Range the kernel is simply called.
    """
    if not any(isinstance(a, Range) for a in args):
        return kernel(*args)
    middle = kernel(*map(best, args))
    ends = [(a.low, a.high) if isinstance(a, Range) else (a,) for a in args]
    values = [kernel(*corner) for corner in product(*ends)]
    return Range(middle, min(middle, *values), max(middle, *values))


def exact_sum(numbers: list[float]) -> float:
    """Return the exactly rounded sum, the same in any order."""
    try:
        return math.fsum(numbers)
    except TypeError:  # numbers that are to come
        return symbols.exact_sum(numbers)  # type: ignore[return-value]
