"""Bounds of several figures that share what is uncertain, found by trying its ends."""

import math
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, TypeAlias

from carbonctl.analysis.terms import Uncertain

_FEW = 10  # unknowns of which every corner is tried

Row: TypeAlias = dict[str, float | None]
Values: TypeAlias = Mapping[Uncertain, Any]
Evaluate: TypeAlias = Callable[[Values | None], list[Row]]


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
        Takes a column of values of each unknown, or None for the best ones alone; returns every
        figure at each of these points.
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
    if ordered:
        from carbonctl.analysis.points import corners  # numpy, where something is uncertain

        if len(ordered) <= _FEW:
            seen.at(corners(ordered))
        else:
            _walk(seen, ordered)
    return seen.figures()


def _walk(seen: "_Seen", unknowns: list[Uncertain]) -> None:
    """Move each unknown in turn to the end at which a signed figure is largest, for each of them.

    There are two points for each walk: the low and the high end of the unknown.
    """
    from carbonctl.analysis.points import column

    walks = [(key, sign) for key in seen.best for sign in (1.0, -1.0)]
    values = {unknown: column([unknown.best] * 2 * len(walks)) for unknown in unknowns}
    for unknown in unknowns:
        values[unknown] = column([unknown.low, unknown.high] * len(walks))
        rows = iter(seen.at(values))
        ends: list[float] = []
        for key, sign in walks:
            numbers = (next(rows)[key] for _ in range(2))
            low, high = (-math.inf if one is None else sign * one for one in numbers)
            ends += [unknown.high if high >= low else unknown.low] * 2
        values[unknown] = column(ends)


class _Seen:
    """Remembers the least and the greatest of each figure."""

    def __init__(self, evaluate: Evaluate) -> None:
        self.evaluate = evaluate
        (self.best,) = evaluate(None)
        self.low = dict(self.best)
        self.high = dict(self.best)

    def at(self, values: Values) -> list[Row]:
        """Evaluate at some points and remember the ends."""
        rows = self.evaluate(values)
        for key in self.best:
            numbers = [self.low[key], self.high[key], *(row[key] for row in rows)]
            known = [number for number in numbers if number is not None]
            is_known = len(known) == len(numbers)
            self.low[key] = min(known) if is_known else None
            self.high[key] = max(known) if is_known else None
        return rows

    def figures(self) -> dict[str, Figure | None]:
        """Return every figure between its bounds."""
        return {
            key: None if number is None else Figure(number, self.low[key], self.high[key])
            for key, number in self.best.items()
        }
