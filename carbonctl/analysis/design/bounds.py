"""Bounds of several figures that share what is uncertain, found by trying its ends."""

import math
from collections.abc import Callable, Iterable, Mapping
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

    ``evaluate`` takes a column of values of each unknown, or None for the best ones alone, and
    returns every figure at each of these points.

    Each figure rises or falls steadily in each unknown alone, so its bounds are at corners. Of
    few unknowns every corner is tried; of many, those that a walk along one unknown after
    the other leads to, for each figure up and down.
    """
    (best,) = evaluate(None)
    rows = [best]
    ordered = sorted(unknowns, key=repr)
    if len(ordered) > _FEW:
        rows += _walk(evaluate, best, ordered)
    elif ordered:
        from carbonctl.analysis.points import corners  # numpy, where something is uncertain

        rows += evaluate(corners(ordered))
    return {key: _between([row[key] for row in rows]) for key in best}


def _between(numbers: list[float | None]) -> Figure | None:
    """Return the first of some numbers between the least and the greatest."""
    best, *_ = numbers
    known = [number for number in numbers if number is not None]
    if best is None:
        return None
    return Figure(best, min(known), max(known)) if known == numbers else Figure(best, None, None)


def _walk(evaluate: Evaluate, keys: Iterable[str], unknowns: list[Uncertain]) -> list[Row]:
    """Move each unknown in turn to the end at which a signed figure is largest, for each of them.

    Returns the rows of all points; there are two for each walk and unknown: its low and its high
    end.
    """
    import numpy as np

    walks = [(key, sign) for key in keys for sign in (1.0, -1.0)]
    values = {unknown: np.array([unknown.best] * 2 * len(walks)) for unknown in unknowns}
    seen: list[Row] = []
    for unknown in unknowns:
        values[unknown] = np.array([unknown.low, unknown.high] * len(walks))
        rows = evaluate(values)
        ends: list[float] = []
        for (key, sign), *pair in zip(walks, rows[::2], rows[1::2], strict=True):
            numbers = [row[key] for row in pair]
            low, high = (-math.inf if number is None else sign * number for number in numbers)
            ends += [unknown.high if high >= low else unknown.low] * 2
        values[unknown] = np.array(ends)
        seen += rows
    return seen
