"""How often something happens."""

from __future__ import annotations

import math

from carbonctl.numbers.intervals import Number, apply

_SLACK = 1 + 1e-12  # absorbs the rounding of quotients such as 0.3 / 0.1


def occurrences(span_h: Number, interval_h: Number) -> Number:
    """Return how many whole intervals fit in a span.

    Parameters
    ----------
    span_h, interval_h : float or Range
        The whole span and the interval [h].

    Returns
    -------
    float or Range
        ``floor(span / interval)``: 52 weekly, 8,760 hourly in a year of 8,760 h.

    Notes
    -----
    wu2022 §2.1 counts retraining in this way.
    """
    intervals: Number = apply(lambda x: float(math.floor(x * _SLACK)), span_h / interval_h)
    return intervals


def whole_number(needed: Number, each: Number) -> Number:
    """Return how many things are needed, rounded up.

    Parameters
    ----------
    needed, each : float or Range
        What is needed, and what one of them gives, in one unit.
    """
    count: Number = apply(lambda x: float(math.ceil(x / _SLACK)), needed / each)
    return count
