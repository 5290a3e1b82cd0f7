"""Least squares of a few parameters, linear ones and others, in plain Python."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import TypeAlias

Vector: TypeAlias = list[float]
_MOST = 2000  # steps of a search
_NEAR = 1e-12  # of a sum of squares: the corners of a search that differ by less have met


def solved(matrix: Sequence[Sequence[float]], right: Sequence[float]) -> Vector | None:
    """Return x of ``A x = b`` by elimination with pivots; None where A is singular."""
    rows = [[*row, value] for row, value in zip(matrix, right, strict=True)]
    size = len(rows)
    largest = max((abs(cell) for row in matrix for cell in row), default=0.0)
    for column in range(size):
        pivot = max(range(column, size), key=lambda place: abs(rows[place][column]))
        if abs(rows[pivot][column]) <= 1e-14 * largest:
            return None
        rows[column], rows[pivot] = rows[pivot], rows[column]
        for place in range(column + 1, size):
            factor = rows[place][column] / rows[column][column]
            rows[place] = [
                cell - factor * above for cell, above in zip(rows[place], rows[column], strict=True)
            ]
    x = [0.0] * size
    for column in reversed(range(size)):
        known = math.fsum(rows[column][n] * x[n] for n in range(column + 1, size))
        x[column] = (rows[column][size] - known) / rows[column][column]
    return x


def linear(design: Sequence[Sequence[float]], targets: Sequence[float]) -> Vector | None:
    """Return the coefficients of least squares; None where columns say the same.

    Parameters
    ----------
    design : sequence of sequence of float
        A row a point, a cell a coefficient.
    targets : sequence of float
        One a point.
    """
    return solved(normal(design), [
        math.fsum(row[n] * target for row, target in zip(design, targets, strict=True))
        for n in range(len(design[0]))
    ])  # fmt: skip


def normal(design: Sequence[Sequence[float]]) -> list[Vector]:
    """Return ``JᵀJ`` of a design."""
    size = range(len(design[0]))
    return [[math.fsum(row[a] * row[b] for row in design) for b in size] for a in size]


def least(function: Callable[[Vector], float], start: Vector, step: float) -> Vector:
    """Return where a function of a few numbers is least, by the method of Nelder and Mead (1965).

    Parameters
    ----------
    function : callable
        Of a vector; infinite where it is not defined.
    start : list of float
        Where to begin.
    step : float
        How far the other corners of the first simplex are off.
    """
    corners = [start] + [
        [x + step * (n == place) for n, x in enumerate(start)] for place in range(len(start))
    ]
    valued = sorted((function(corner), corner) for corner in corners)
    for _ in range(_MOST if start else 0):
        (low, first), (high, last) = valued[0], valued[-1]
        if not math.isfinite(low) or high - low <= _NEAR * (abs(low) + 1e-300):
            break
        middle = [
            math.fsum(xs) / len(first) for xs in zip(*(c for _, c in valued[:-1]), strict=True)
        ]

        def beyond(
            far: float, middle: Vector = middle, last: Vector = last
        ) -> tuple[float, Vector]:
            corner = [m + far * (m - x) for m, x in zip(middle, last, strict=True)]
            return function(corner), corner

        tried = beyond(1.0)
        if tried[0] < low:
            tried = min(tried, beyond(2.0))
        elif tried[0] >= valued[-2][0]:
            tried = beyond(0.5) if tried[0] < high else beyond(-0.5)
        if tried[0] < high:
            valued[-1] = tried
        else:
            halved = [[(x + b) / 2 for x, b in zip(c, first, strict=True)] for _, c in valued[1:]]
            valued[1:] = [(function(corner), corner) for corner in halved]
        valued.sort()
    return valued[0][1]
