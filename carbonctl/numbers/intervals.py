"""Numbers with bounds: a best estimate between a low and a high.

Kernels are written once with ordinary operators and serve a float, a `Range`, a column
(`carbonctl.numbers.columns`), which holds a number a row, an array, or a quantity
(`carbonctl.numbers.quantities`), which writes their formula too. A range may be of columns. What
operators do not say goes through the functions here, which dispatch on their argument: `decide`
for a
condition, `least` and `most`, `log`, `exp` and their kin. None of them imports numpy for a
float.

Interval arithmetic is exact as long as each ranged input is mentioned once; a kernel that must
mention one twice goes through `over_corners`.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Iterable, Sequence
from functools import partial, reduce
from itertools import product
from typing import Any, TypeAlias, TypeVar

T = TypeVar("T")


class NotOneNumber(TypeError):
    """A column stands where one number is needed: in a text, as a key, in a plain `if`.

    Who works with columns does such a workload row by row instead.
    """


class Mixed(Exception):
    """A condition that holds in some rows of a column and not in others.

    Attributes
    ----------
    rows : ndarray of bool
        Where it holds.
    """

    def __init__(self, rows: Any) -> None:
        super().__init__("a condition holds in some rows and not in others")
        self.rows = rows


def decide(condition: Any) -> bool:
    """Return whether a condition on numbers holds, the same in all rows of a column.

    Conditions that matter together are joined by ``&`` and ``|``, so that rows which differ in
    one of them alone stay together.

    Raises
    ------
    Mixed
        Where rows differ.
    """
    try:
        return bool(condition)
    except NotOneNumber:
        from carbonctl.numbers.columns import agreed

        return agreed(condition)


def has_rows(number: Any) -> bool:
    """Return whether a number is a column, or a range of columns."""
    if isinstance(number, Range):
        return any(map(has_rows, (number.best, number.low, number.high)))
    return getattr(number, "is_column", False)


def is_array(number: Any) -> bool:
    """Return whether a number is a plain array of many, which numpy's own functions serve."""
    return bool(getattr(number, "ndim", 0)) and not getattr(number, "is_column", False)


def row_by_row(function: Callable[..., Any], *numbers: Any) -> Any:
    """Return a function of floats; of columns its value in each row.

    Raises
    ------
    Mixed
        Where it fails in some rows and not in others.
    """
    if any(getattr(number, "is_column", False) for number in numbers):
        from carbonctl.numbers.columns import each

        return each(function, *numbers)
    return function(*numbers)


def least(*numbers: Any) -> Any:
    """Return the least of some numbers, the first of equal ones, row by row."""
    try:
        return min(numbers)
    except NotOneNumber:
        from carbonctl.numbers.columns import chosen

        return chosen(operator.lt, numbers)
    except ValueError:  # of arrays no one truth is known
        if not any(map(is_array, numbers)):
            raise
        import numpy as np

        return reduce(np.minimum, numbers)


def most(*numbers: Any) -> Any:
    """Return the greatest of some numbers, the first of equal ones, row by row."""
    try:
        return max(numbers)
    except NotOneNumber:
        from carbonctl.numbers.columns import chosen

        return chosen(operator.gt, numbers)
    except ValueError:
        if not any(map(is_array, numbers)):
            raise
        import numpy as np

        return reduce(np.maximum, numbers)


class Range:
    """A number known to lie in ``low..high``, with ``best`` inside; each may be a column.

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

    # Columns leave the operators to this class.
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
        return Range(self.best * o.best, least(*ends), most(*ends))

    def __truediv__(self, other: Number) -> Range:
        o = _as_range(other)
        if decide((o.low <= 0) & (o.high >= 0)):
            raise ZeroDivisionError("division by a range that holds zero")
        ends = (self.low / o.low, self.low / o.high, self.high / o.low, self.high / o.high)
        return Range(self.best / o.best, least(*ends), most(*ends))

    __radd__ = __add__
    __rmul__ = __mul__

    def __rsub__(self, other: float) -> Range:
        return _as_range(other) - self

    def __rtruediv__(self, other: float) -> Range:
        return _as_range(other) / self


Number: TypeAlias = float | Range


def _as_range(x: Number) -> Range:
    if isinstance(x, Range):
        return x
    if getattr(x, "is_quantity", False):
        raise TypeError("a range without a name cannot stand in a formula")
    return Range(x, x, x)


def best(x: Number) -> float:
    """Return the best estimate of ``x``."""
    return x.best if isinstance(x, Range) else x


def low(x: Number) -> float:
    """Return the lower bound of ``x``."""
    return x.low if isinstance(x, Range) else x


def high(x: Number) -> float:
    """Return the upper bound of ``x``."""
    return x.high if isinstance(x, Range) else x


def apply(function: Callable[[float], float], x: Any) -> Any:
    """Apply a rising function of floats to a float, a column or the three parts of a range.

    A column takes it row by row: numpy's own exp and log may differ in the last digit. An array,
    whose rows need not be those of a float, takes numpy's.
    """
    if isinstance(x, Range):
        return Range(*(row_by_row(function, part) for part in (x.best, x.low, x.high)))
    if is_array(x):
        import numpy as np

        return getattr(np, function.__name__)(x)
    return row_by_row(function, x)


log = partial(apply, math.log)
log1p = partial(apply, math.log1p)
exp = partial(apply, math.exp)
expm1 = partial(apply, math.expm1)
sqrt = partial(apply, math.sqrt)
floor = partial(apply, math.floor)
ceil = partial(apply, math.ceil)


def over_corners(kernel: Callable[..., Any], *args: Any) -> Any:
    """Evaluate ``kernel`` at every corner of its ranged arguments.

    For kernels that mention a ranged input twice, where plain interval arithmetic
    would widen the result. Exact when the kernel is monotone in each argument alone.

    Parameters
    ----------
    kernel : callable
        A function of numbers.
    *args : float, Range, column or Quantity
        Without any Range the kernel is simply called. Of quantities it gives the number at
        the corners, with the formula that the kernel writes.
    """
    if any(getattr(a, "is_quantity", False) for a in args):
        from carbonctl.numbers import quantities

        return quantities.over_corners(kernel, *args)
    if not any(isinstance(a, Range) for a in args):
        return kernel(*args)
    middle = kernel(*map(best, args))
    ends = [(a.low, a.high) if isinstance(a, Range) else (a,) for a in args]
    values = [kernel(*corner) for corner in product(*ends)]
    return Range(middle, least(middle, *values), most(middle, *values))


def plain_sum(numbers: Iterable[Any]) -> Any:
    """Return a sum from left to right, rounded at each step: `sum` of newer Pythons is not."""
    return reduce(operator.add, numbers, 0)


def exact_sum(numbers: Sequence[float]) -> float:
    """Return the exactly rounded sum, the same in any order."""
    try:
        return math.fsum(numbers)
    except NotOneNumber:
        from carbonctl.numbers.columns import exact_sums

        return exact_sums(numbers)  # type: ignore[return-value]
