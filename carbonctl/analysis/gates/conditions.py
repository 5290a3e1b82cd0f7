"""The condition of a rule, and whether it holds between a figure and that of a base."""

import math
import operator
from collections.abc import Callable
from typing import NamedTuple, TypeAlias

PERCENT = "%"
Pair: TypeAlias = tuple[float, float]  # a figure of the head, and of the base

_COMPARE: dict[str, Callable[[float, float], bool]] = {
    ">": operator.gt, ">=": operator.ge, "<": operator.lt, "<=": operator.le,
}  # fmt: skip


class RuleFault(ValueError):
    """What is wrong with a rule; ``column`` counts from 1."""

    def __init__(self, column: int, message: str) -> None:
        super().__init__(message)
        self.column = column
        self.message = message


class Unknown(Exception):
    """What a verdict needs and is not known."""


class Condition(NamedTuple):
    """The second half of a rule: what a number is compared with.

    The limit is in ``unit``: kgCO2e, kWh, L, ``%`` for a relative change, or empty for a fraction;
    ``is_change`` says that it is of the change from the base.
    """

    operator: str
    limit: float
    unit: str
    is_change: bool

    def is_met(self, value: float) -> bool:
        """Return whether a number in the condition's unit triggers it."""
        return _COMPARE[self.operator](value, self.limit)

    def holds(self, pair: Pair) -> bool:
        """Return whether the condition holds, without a division that would round.

        A relative change is compared as (head − base) · 100 with limit · |base|.
        """
        head, base = pair
        if self.unit != PERCENT:
            return self.is_met(head - base)
        if not any(pair):  # 0 → 0
            return False
        return _COMPARE[self.operator]((head - base) * 100, self.limit * abs(base))

    def change(self, pair: Pair) -> float:
        """Return the change in the condition's unit; from a zero base it is infinite."""
        head, base = pair
        difference = head - base
        if self.unit != PERCENT or difference == 0:
            return difference
        return difference * 100 / abs(base) if base else math.copysign(math.inf, difference)
