"""Rank correlations of several figures: which can be, and what a normal copula makes of them."""

import math
from collections.abc import Callable, Sequence

_SWEEPS = 100
_SMALL = 1e-15
_NOTHING = 1e-8  # of a root: what is smaller follows from others


def copula(rank: float) -> float:
    """Return the correlation of normal scores that gives a rank correlation (Pearson 1907).

    2 sin(π ρ / 6).
    """
    return 2 * math.sin(math.pi * rank / 6)


def rank_of(score: float) -> float:
    """Return the rank correlation of what has a correlation of normal scores."""
    return 6 / math.pi * math.asin(max(-1.0, min(score, 1.0)) / 2)


def root(
    matrix: Sequence[Sequence[float]], is_free: Callable[[int, int], bool] | None = None
) -> list[list[float]]:
    """Return the lower triangle whose product with its transpose is a matrix of correlations.

    The matrix is positive semidefinite; of what follows from those before it, the diagonal is 0.
    ``is_free`` says of a row and a column before it that the matrix does not say what they have
    in common: it is then what they have in common with those before both.
    """
    made = [[0.0] * len(matrix) for _ in matrix]
    for row, own in enumerate(made):
        for column in range(row):
            if made[column][column] > _NOTHING and not (is_free and is_free(row, column)):
                rest = matrix[row][column] - _product(own, made[column])
                own[column] = rest / made[column][column]
        own[row] = math.sqrt(max(matrix[row][row] - _product(own, own), 0.0))
    return made


def _product(row: Sequence[float], other: Sequence[float]) -> float:
    return sum(a * b for a, b in zip(row, other, strict=True))


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
