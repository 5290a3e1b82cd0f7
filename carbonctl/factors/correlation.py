"""Rank correlations of several figures: which can be, and what a normal copula makes of them."""

import math
from collections.abc import Sequence

_SWEEPS = 100
_SMALL = 1e-15


def copula(rank: float) -> float:
    """Return the correlation of normal scores that gives a rank correlation (Pearson 1907).

    2 sin(π ρ / 6).
    """
    return 2 * math.sin(math.pi * rank / 6)


def least_eigenvalue(matrix: Sequence[Sequence[float]]) -> float:
    """Return the least eigenvalue of a symmetric matrix, by Jacobi's rotations.

    Of a matrix of correlations that can be it is not negative.
    """
    rows = [list(map(float, row)) for row in matrix]
    size = len(rows)
    for _ in range(_SWEEPS):
        rest = sum(rows[p][q] ** 2 for p in range(size) for q in range(p))
        if rest < _SMALL**2:
            break
        for p in range(size):
            for q in range(p + 1, size):
                _rotate(rows, p, q)
    return min(rows[n][n] for n in range(size))


def _rotate(rows: list[list[float]], p: int, q: int) -> None:
    """Turn two axes so that what they have in common is 0."""
    if abs(rows[p][q]) < _SMALL**2:
        return
    angle = (rows[q][q] - rows[p][p]) / (2 * rows[p][q])
    tangent = math.copysign(1.0, angle) / (abs(angle) + math.hypot(1.0, angle))
    cosine = 1 / math.hypot(1.0, tangent)
    sine = tangent * cosine
    for row in rows:
        row[p], row[q] = cosine * row[p] - sine * row[q], sine * row[p] + cosine * row[q]
    first, second = rows[p], rows[q]
    for n in range(len(rows)):
        first[n], second[n] = (
            cosine * first[n] - sine * second[n],
            sine * first[n] + cosine * second[n],
        )
