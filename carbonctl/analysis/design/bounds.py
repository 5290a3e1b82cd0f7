"""Bounds of several figures that share what is uncertain, found by trying its ends."""

import math
from collections.abc import Callable, Mapping
from itertools import product
from typing import NamedTuple, TypeAlias

from carbonctl.analysis.terms import Uncertain

_FEW = 10  # unknowns of which every corner is tried

Values: TypeAlias = dict[Uncertain, float]
Evaluate: TypeAlias = Callable[[Mapping[Uncertain, float] | None], dict[str, float | None]]


class Figure(NamedTuple):
    """A figure between its bounds, which may be infinite; a bound is None where it is unknown."""

    best: float
    low: float | None
    high: float | None


def scan(evaluate: Evaluate, unknowns: set[Uncertain]) -> dict[str, Figure | None]:
    """Return figures with their bounds; None where the best estimate is unknown.

    Parameters
    ----------
    evaluate : callable
        Takes values of what is uncertain, or None for the best ones; returns every figure.
    unknowns : set of Uncertain
        What is uncertain.

    Notes
    -----
    Each figure rises or falls steadily in each unknown alone, so its bounds are at corners. Of
    few unknowns every corner is tried; of many, those that a walk along one unknown after
    the other leads to, for each figure up and down.
    """
    seen = _Seen(evaluate)
    ordered = sorted(unknowns, key=repr)
    if len(ordered) <= _FEW:
        for ends in product(*((unknown.low, unknown.high) for unknown in ordered)):
            seen.at(dict(zip(ordered, ends, strict=True)))
    else:
        for key in seen.best:
            for sign in (1.0, -1.0):
                _walk(seen, key, sign, ordered)
    return seen.figures()


def _walk(seen: "_Seen", key: str, sign: float, unknowns: list[Uncertain]) -> None:
    """Move each unknown in turn to the end at which the signed figure is largest."""
    values = {unknown: unknown.best for unknown in unknowns}
    for unknown in unknowns:
        tried = []
        for end in (unknown.low, unknown.high):
            number = seen.at({**values, unknown: end})[key]
            tried.append((-math.inf if number is None else sign * number, end))
        values[unknown] = max(tried)[1]


class _Seen:
    """Remembers the least and the greatest of each figure."""

    def __init__(self, evaluate: Evaluate) -> None:
        self.evaluate = evaluate
        self.best = evaluate(None)
        self.low = dict(self.best)
        self.high = dict(self.best)

    def at(self, values: Values) -> dict[str, float | None]:
        """Evaluate at some values and remember the ends."""
        try:
            found = self.evaluate(values)
        except (ArithmeticError, ValueError):
            found = dict.fromkeys(self.best)
        for key, number in found.items():
            least, most = self.low[key], self.high[key]
            self.low[key] = None if number is None or least is None else min(least, number)
            self.high[key] = None if number is None or most is None else max(most, number)
        return found

    def figures(self) -> dict[str, Figure | None]:
        """Return every figure between its bounds."""
        return {
            key: None if number is None else Figure(number, self.low[key], self.high[key])
            for key, number in self.best.items()
        }
