"""Numbers on their way through an estimator, each with its formula and its inputs."""

from collections.abc import Callable
from typing import Any, NamedTuple

from carbonctl.numbers.intervals import Number
from carbonctl.numbers.values import Value


class Quantity(NamedTuple):
    """A number with the formula and the inputs that it comes from."""

    number: Number
    formula: str
    inputs: tuple[Value, ...] = ()

    def times(self, other: "Quantity", kernel: Callable[[Any, Any], Number]) -> "Quantity":
        """Return ``kernel(self, other)``, a product, with the formulas joined.

        The two share no ranged input.
        """
        return Quantity(
            kernel(self.number, other.number),
            f"{self.formula} * {other.formula}",
            merge(self.inputs, other.inputs),
        )


def of(value: Value) -> Quantity:
    """Return a value as the quantity that it is."""
    return Quantity(value.number, value.name, (value,))


def known(value: Value | None) -> Quantity | None:
    """Return a value as the quantity that it is; None where it is unknown."""
    return None if value is None else of(value)


def product(*parts: Quantity) -> Quantity:
    """Return the product of quantities that share no ranged input."""
    number: Number = parts[0].number
    for part in parts[1:]:
        number = number * part.number
    formula = " * ".join(part.formula for part in parts)
    return Quantity(number, formula, merge(*(part.inputs for part in parts)))


def quotient(above: Quantity, below: Quantity) -> Quantity:
    """Return a quotient of quantities that share no ranged input; ``below`` is one factor."""
    formula = f"{above.formula} / {below.formula}"
    return Quantity(above.number / below.number, formula, merge(above.inputs, below.inputs))


def added(*parts: Quantity) -> Quantity:
    """Return the sum of quantities that all rise, or all fall, with what they share."""
    if len(parts) == 1:
        return parts[0]
    number: Number = parts[0].number
    for part in parts[1:]:
        number = number + part.number
    formula = " + ".join(part.formula for part in parts)
    return Quantity(number, f"({formula})", merge(*(part.inputs for part in parts)))


def with_input(inputs: tuple[Value, ...], value: Value) -> tuple[Value, ...]:
    """Return inputs with one more, unless it is among them already."""
    is_there = any(one.name == value.name and one.path == value.path for one in inputs)
    return inputs if is_there else (*inputs, value)


def merge(*groups: tuple[Value, ...]) -> tuple[Value, ...]:
    """Join inputs of several formulas, each name once."""
    found = {value.name: value for group in groups for value in group}
    return tuple(found.values())
