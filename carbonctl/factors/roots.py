"""Where a function of one number is zero, on points of a range and between them.

A sign that turns between two points is bracketed, and the bracket made narrow by Brent's method
(R. P. Brent, Algorithms for Minimization without Derivatives, 1973, chapter 4). A function that
does not go to zero as the bracket shrinks, jumps there.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import NamedTuple, TypeAlias

Function: TypeAlias = Callable[[float], float]

POINTS = 129
TIE, JUMP, EQUAL = "tie", "jump", "equal"
_TOLERANCE = 1e-10  # of a bracket between two points: of the range under 1e-12
_SUSPECT = 1e-6  # of what a function changes by in a bracket: more at its end may be a jump
_MOST = 200  # steps; each halves a bracket at least every second time


class Bracket(NamedTuple):
    """Two numbers with the values of a function, of different signs or zero."""

    low: float
    high: float
    at_low: float
    at_high: float


class Crossing(NamedTuple):
    """Where a function is zero, or its sign turns.

    Attributes
    ----------
    at : float
        Where; of a jump the number above it, of a stretch its low end.
    low, high : float
        Equal for a point; the two sides of a jump, which nothing lies between; the ends of a
        stretch in which the function is zero.
    kind : str
        `TIE`, `JUMP`, or `EQUAL` for a stretch.
    below, above : int
        The sign of the function on both sides; 0 where that is outside the range.
    """

    at: float
    low: float
    high: float
    kind: str
    below: int
    above: int


def crossings(
    function: Function, points: Sequence[float], values: Sequence[float]
) -> list[Crossing]:
    """Return all crossings on some points and between them, in their order.

    Parameters
    ----------
    function : callable
        Of a number; what is too small to be told from zero has to be 0.
    points, values : sequence of float
        Rising numbers, and the function there.
    """
    signs = [_sign(value) for value in values]
    found = _zeros(points, signs)
    for place, (one, other) in enumerate(pairwise(signs)):
        if one * other < 0:
            bracket = Bracket(*points[place : place + 2], *values[place : place + 2])
            found.append(_crossing(function, bracket))
    return sorted(found, key=lambda crossing: crossing.at)


def _zeros(points: Sequence[float], signs: Sequence[int]) -> list[Crossing]:
    """Return the crossings that are points, and stretches of them."""
    found = []
    start: int | None = None
    for place in range(len(points) + 1):
        is_zero = place < len(points) and signs[place] == 0
        if is_zero and start is None:
            start = place
        elif not is_zero and start is not None:
            below = signs[start - 1] if start else 0
            above = signs[place] if place < len(points) else 0
            low, high = points[start], points[place - 1]
            kind = TIE if low == high else EQUAL
            found.append(Crossing(low, low, high, kind, below, above))
            start = None
    return found


def _sign(value: float) -> int:
    return (value > 0) - (value < 0)


def _crossing(function: Function, bracket: Bracket) -> Crossing:
    """Return what a function does in a bracket in which its sign turns."""
    below, above = _sign(bracket.at_low), _sign(bracket.at_high)
    most = abs(bracket.at_high - bracket.at_low) * _SUSPECT
    root, narrow = brent(function, bracket, (bracket.high - bracket.low) * _TOLERANCE)
    if narrow.at_low * narrow.at_high < 0 and abs(narrow.at_high - narrow.at_low) > most:
        narrow = _halved(function, narrow, most)
        if abs(narrow.at_high - narrow.at_low) > most:
            return Crossing(narrow.high, narrow.low, narrow.high, JUMP, below, above)
        root = narrow.low if abs(narrow.at_low) < abs(narrow.at_high) else narrow.high
    return Crossing(root, root, root, TIE, below, above)


def _halved(function: Function, bracket: Bracket, most: float) -> Bracket:
    """Halve a bracket until the function changes by no more than ``most``, or nothing is left."""
    low, high, at_low, at_high = bracket
    while abs(at_high - at_low) > most:
        middle = low + (high - low) / 2
        if not low < middle < high:
            break
        value = function(middle)
        if value == 0:
            return Bracket(middle, middle, value, value)
        if (value < 0) == (at_low < 0):
            low, at_low = middle, value
        else:
            high, at_high = middle, value
    return Bracket(low, high, at_low, at_high)


def brent(function: Function, bracket: Bracket, tolerance: float) -> tuple[float, Bracket]:
    """Return a zero in a bracket in which the sign turns, and what the bracket has become.

    Parameters
    ----------
    function : callable
        Of a number.
    bracket : Bracket
        Where to look.
    tolerance : float
        How far the zero may be off.
    """
    a, b, at_a, at_b = bracket
    c, at_c = a, at_a
    step = before = b - a
    for _ in range(_MOST):
        if (at_b > 0) == (at_c > 0):
            c, at_c = a, at_a
            step = before = b - a
        if abs(at_c) < abs(at_b):
            a, b, c = b, c, b
            at_a, at_b, at_c = at_b, at_c, at_b
        least = 2 * math.ulp(1.0) * abs(b) + tolerance / 2
        half = (c - b) / 2
        if abs(half) <= least or at_b == 0:
            break
        next_step = half
        if abs(before) >= least and abs(at_a) > abs(at_b):
            tried = _interpolated((a, at_a), (b, at_b), (c, at_c))
            if 0 <= tried / half < 1.5 - least / abs(half) and abs(tried) < abs(before) / 2:
                next_step = tried
        before = step if next_step is not half else half
        step = next_step
        a, at_a = b, at_b
        b += step if abs(step) > least else math.copysign(least, half)
        at_b = function(b)
    if at_b == 0:
        return b, Bracket(b, b, at_b, at_b)
    if b < c:
        return b, Bracket(b, c, at_b, at_c)
    return b, Bracket(c, b, at_c, at_b)


def _interpolated(
    before: tuple[float, float], best: tuple[float, float], other: tuple[float, float]
) -> float:
    """Return the step from the best number to where a curve through the last ones is zero.

    It is an inverse quadratic through three points, or the secant where there are two.
    """
    (a, at_a), (b, at_b), (c, at_c) = before, best, other
    s = at_b / at_a
    if a == c:
        p, q = (b - c) * s, 1 - s
    else:
        q, r = at_a / at_c, at_b / at_c
        p = s * ((b - c) * q * (q - r) + (b - a) * (r - 1))
        q = (q - 1) * (r - 1) * (s - 1)
    return p / q if q else (c - b) / 2
