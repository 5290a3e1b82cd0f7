"""Means of figures that hold for a step of time each."""

from __future__ import annotations

import math
from collections.abc import Sequence


def mean_over(values: Sequence[float], begin: float, length: float) -> float:
    """Return the mean of a step function over a span.

    Parameters
    ----------
    values : sequence of float
        One figure a step.
    begin : float
        Where the span begins, in steps from the first.
    length : float
        How long it is, in steps; of none, the figure at its begin is returned.

    Returns
    -------
    float
        ``∫ value dt / length``: the intensity that a constant power meets.
    """
    first = min(max(math.floor(begin), 0), len(values) - 1)
    end = min(begin + length, float(len(values)))
    if end <= first + 1 or length <= 0:
        return values[first]
    last = min(math.ceil(end), len(values)) - 1
    parts = [values[first] * (first + 1 - begin), values[last] * (end - last)]
    return math.fsum([*parts, *values[first + 1 : last]]) / (end - begin)
