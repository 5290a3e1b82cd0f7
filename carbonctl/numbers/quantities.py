"""Numbers on their way through an estimator, each with its formula and its inputs.

Arithmetic with a `Quantity` is written once: an expression makes the number, the text of the
formula and the list of inputs together, and a kernel of `carbonctl.factors` that is given
quantities returns one.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from functools import reduce
from typing import Any

from carbonctl.numbers import intervals
from carbonctl.numbers.intervals import Number, Range, best
from carbonctl.numbers.values import Value

# How tightly a formula binds: what it is, seen from outside.
SUM, PRODUCT, ATOM = range(3)


class Quantity:
    """A number with the formula and the inputs that it comes from.

    It goes through ``+ - * /`` with other quantities and with plain numbers. Its
    number is that of the same operations; a range that is mentioned twice belongs in a kernel
    with `carbonctl.numbers.intervals.over_corners`. In the formula a sum within a product has
    parentheses, and a quotient that is multiplied is written ``a * b / c``.

    Attributes
    ----------
    number : float, Range or column
        The figure.
    formula : str
        An expression over the names of the inputs.
    inputs : tuple of Value
        In the order in which the formula mentions them, each name once; then what these come
        from.
    binds : int
        Whether the formula is a `SUM`, a `PRODUCT`, or an `ATOM`: a name or in parentheses.
    """

    __slots__ = ("binds", "formula", "inputs", "number")
    is_quantity = True
    # Columns leave the operators to this class.
    __array_ufunc__ = None

    def __init__(
        self, number: Number, formula: str, inputs: tuple[Value, ...] = (), binds: int = PRODUCT
    ) -> None:
        self.number = number
        self.formula = formula
        self.inputs = inputs
        self.binds = binds

    def __repr__(self) -> str:
        return f"Quantity({self.number!r}, {self.formula!r}, {self.inputs!r})"

    def __add__(self, other: Any) -> Quantity:
        return _joined(self, operator.add, other)

    def __radd__(self, other: Any) -> Quantity:
        return _joined(other, operator.add, self)

    def __sub__(self, other: Any) -> Quantity:
        return _joined(self, operator.sub, other)

    def __rsub__(self, other: Any) -> Quantity:
        return _joined(other, operator.sub, self)

    def __mul__(self, other: Any) -> Quantity:
        return _joined(self, operator.mul, other)

    def __rmul__(self, other: Any) -> Quantity:
        return _joined(other, operator.mul, self)

    def __truediv__(self, other: Any) -> Quantity:
        return _joined(self, operator.truediv, other)

    def __rtruediv__(self, other: Any) -> Quantity:
        return _joined(other, operator.truediv, self)

    def at(self, number: Number) -> Quantity:
        """Return it with another number under the same formula."""
        return Quantity(number, self.formula, self.inputs, self.binds)

    def beside(self, *inputs: Value) -> Quantity:
        """Return it with more inputs: what those of the formula come from."""
        return Quantity(self.number, self.formula, merge(self.inputs, inputs), self.binds)


# The sign of an operation, what its formula is, and how tightly what stands to the left and to
# the right of the sign must bind to need no parentheses.
_WRITTEN: dict[Any, tuple[str, int, int, int]] = {
    operator.add: ("+", SUM, SUM, PRODUCT),
    operator.sub: ("-", SUM, SUM, PRODUCT),
    operator.mul: ("*", PRODUCT, PRODUCT, PRODUCT),
    operator.truediv: ("/", PRODUCT, PRODUCT, ATOM),
}


def _joined(left: Any, work: Callable[[Any, Any], Number], right: Any) -> Quantity:
    a, b = _operand(left), _operand(right)
    if a is None or b is None:
        return NotImplemented  # type: ignore[no-any-return]
    sign, binds, to_left, to_right = _WRITTEN[work]
    formula = f"{_within(a, to_left)} {sign} {_within(b, to_right)}"
    inputs = merge(a.inputs, b.inputs) if a.inputs and b.inputs else a.inputs or b.inputs
    return Quantity(work(a.number, b.number), formula, inputs, binds)


def _operand(x: Any) -> Quantity | None:
    """Return what can be written in a formula: a quantity, a value, a plain number."""
    if isinstance(x, Quantity):
        return x
    if isinstance(x, Value):
        return of(x)
    return Quantity(x, str(x), (), ATOM) if isinstance(x, int | float) else None


def _within(quantity: Quantity, binds: int) -> str:
    return quantity.formula if quantity.binds >= binds else f"({quantity.formula})"


def of(value: Value) -> Quantity:
    """Return a value as the quantity that it is."""
    return Quantity(value.number, value.name, (value,), ATOM)


def known(value: Value | None) -> Quantity | None:
    """Return a value as the quantity that it is; None where it is unknown."""
    return None if value is None else of(value)


def product(*parts: Quantity) -> Quantity:
    """Return the product of quantities that share no ranged input."""
    return reduce(operator.mul, parts)


def added(*parts: Quantity) -> Quantity:
    """Return the sum of quantities that all rise, or all fall, with what they share.

    It is written in parentheses, unless there is one.
    """
    return parts[0] if len(parts) == 1 else grouped(*parts)


def grouped(*parts: Quantity) -> Quantity:
    """Return the sum of quantities as `added` does, and one by itself in parentheses too."""
    number: Number = parts[0].number
    for part in parts[1:]:
        number = number + part.number
    formula = " + ".join(_within(part, PRODUCT) for part in parts)
    return Quantity(number, f"({formula})", merge(*(part.inputs for part in parts)), ATOM)


def over_corners(kernel: Callable[..., Any], *args: Any) -> Quantity:
    """Evaluate a kernel of quantities as `carbonctl.numbers.intervals.over_corners` does.

    Parameters
    ----------
    kernel : callable
        A function of numbers, which is called with quantities to write its formula.
    *args : Quantity or number
        At least one is a quantity.
    """
    result: Quantity = kernel(*(at_best(a) if isinstance(a, Quantity) else a for a in args))
    numbers = [arg.number if isinstance(arg, Quantity) else arg for arg in args]
    if any(isinstance(number, Range) for number in numbers):
        return result.at(intervals.over_corners(kernel, *numbers))
    return result


def at_best(quantity: Quantity) -> Quantity:
    """Return a quantity without its range."""
    return quantity.at(best(quantity.number))


def merge(*groups: tuple[Value, ...]) -> tuple[Value, ...]:
    """Join inputs of several formulas, each name once."""
    by_name = {value.name: value for group in groups for value in group}
    return tuple(by_name.values())
