"""Energy of power that was sampled, and of a counter of energy."""

from __future__ import annotations

import math
from array import array
from collections.abc import Sequence
from itertools import pairwise
from statistics import median
from typing import NamedTuple

J_PER_KWH = 3.6e6
S_PER_H = 3600.0
GAP = 10.0  # a gap is an interval longer than this many times the median one


class Integral(NamedTuple):
    """What a series amounts to.

    Attributes
    ----------
    energy_kwh : float
        Over the time that is covered.
    covered_h, uncovered_h : float
        Hours between samples, and hours in gaps, which count nothing.
    gaps : int
        How many there are.
    """

    energy_kwh: float
    covered_h: float
    uncovered_h: float = 0.0
    gaps: int = 0


class Samples:
    """Samples of one device, in the order of the log.

    Attributes
    ----------
    times_s, values : array
        Seconds since any moment, and what was measured then.
    """

    def __init__(self) -> None:
        self.times_s = array("d")
        self.values = array("d")

    def __len__(self) -> int:
        return len(self.times_s)

    def add(self, time_s: float, value: float) -> None:
        """Add a sample."""
        self.times_s.append(time_s)
        self.values.append(value)

    def sorted(self) -> list[tuple[float, float]]:
        """Return (time, value) by time; of several at one time the first in the log."""
        order = sorted(range(len(self.times_s)), key=self.times_s.__getitem__)
        points: list[tuple[float, float]] = []
        for index in order:
            if not points or self.times_s[index] != points[-1][0]:
                points.append((self.times_s[index], self.values[index]))
        return points


def power(points: Sequence[tuple[float, float]]) -> Integral:
    """Return the energy of sampled power, by the trapezoid rule.

    An interval longer than ten times the median one is a gap and is not integrated.

    Parameters
    ----------
    points : sequence of (float, float)
        Time in s and power in W, by time.
    """
    spans = [later[0] - point[0] for point, later in pairwise(points)]
    longest = GAP * median(spans) if spans else math.inf
    joules, covered, missed = [], [], []
    for (point, later), span in zip(pairwise(points), spans, strict=True):
        if span > longest:
            missed.append(span)
        else:
            covered.append(span)
            joules.append(span * (point[1] + later[1]) / 2)
    return Integral(
        _sum(joules) / J_PER_KWH, _sum(covered) / S_PER_H, _sum(missed) / S_PER_H, len(missed)
    )


def counter(points: Sequence[tuple[float, float]]) -> Integral:
    """Return the energy of a counter; where it falls it was reset, and counts from zero.

    Parameters
    ----------
    points : sequence of (float, float)
        Time in s and the counter in J, by time.
    """
    joules = [
        later[1] - point[1] if later[1] >= point[1] else later[1]
        for point, later in pairwise(points)
    ]
    span_s = points[-1][0] - points[0][0] if points else 0.0
    return Integral(_sum(joules) / J_PER_KWH, span_s / S_PER_H)


def _sum(terms: list[float]) -> float:
    try:
        return math.fsum(terms)
    except OverflowError:
        return math.inf
