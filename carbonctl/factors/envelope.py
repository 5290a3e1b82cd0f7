"""Which of several straight lines is lowest, and from where to where."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple


class Segment(NamedTuple):
    """From where to where a line is lowest; ``line`` is its place."""

    start: float
    end: float
    line: int


def lower_envelope(
    intercepts: Sequence[float], slopes: Sequence[float], start: float, end: float
) -> list[Segment]:
    """Return which line ``a + b·x`` is lowest where, from ``start`` to ``end``.

    Where several are lowest at the start, the flattest of them is taken; where several cross at
    one place, too. Of equal lines it is the first.

    Parameters
    ----------
    intercepts, slopes : sequence of float
        The ``a`` and ``b`` of each line; kgCO2e, and kgCO2e per unit of the axis.
    start, end : float
        Of the axis; ``start`` below ``end``.

    Raises
    ------
    ValueError
        Without lines, for lines of unequal numbers, for what is no number, and for an axis that
        does not rise.

    Notes
    -----
    The lines that are lowest somewhere are the lower left convex hull of the points (a, b)
    (Andrew's monotone chain).
    """
    if not intercepts or len(intercepts) != len(slopes):
        raise ValueError("each line has an intercept and a slope, and there is at least one")
    if not all(map(math.isfinite, (*intercepts, *slopes, start))) or not start < end:
        raise ValueError("lines are of finite numbers, and the axis rises")
    hull = _hull([(a + b * start, b) for a, b in zip(intercepts, slopes, strict=True)])
    segments: list[Segment] = []
    begins = start
    for place, line in enumerate(hull):
        after = hull[place + 1] if place + 1 < len(hull) else None
        ends = end
        if after is not None:
            ends = (intercepts[after] - intercepts[line]) / (slopes[line] - slopes[after])
        if ends > begins:
            segments.append(Segment(begins, min(ends, end), line))
            begins = ends
        if ends >= end:
            break
    return segments


def never_lowest(intercepts: Sequence[float], slopes: Sequence[float]) -> list[int]:
    """Return the lines that are nowhere lowest above 0, though no line beats them in both.

    No line has both a lower intercept and a lower slope, so each of them seems to be the best for
    some use; yet at every place another line is lower.

    Parameters
    ----------
    intercepts, slopes : sequence of float
        As in `lower_envelope`.
    """
    points = list(zip(intercepts, slopes, strict=True))
    on_hull = {points[line] for line in _hull(points)} if points else set()
    order = sorted(range(len(points)), key=points.__getitem__)
    least, candidates = math.inf, list[int]()
    for line in order:
        slope = points[line][1]
        if slope < least or (candidates and points[line] == points[candidates[-1]]):
            candidates.append(line)
            least = slope
    return sorted(line for line in candidates if points[line] not in on_hull)


def crossing(intercept: float, slope: float, other_intercept: float, other_slope: float) -> float:
    """Return from where on a line is below another one that begins lower or is owned already.

    Parameters
    ----------
    intercept, slope : float
        Of the line that is to pay for itself.
    other_intercept, other_slope : float
        Of the other one; 0 is the intercept of a machine whose carbon is sunk.

    Returns
    -------
    float
        ``(a − a₀) / (b₀ − b)``; infinite where its slope is not lower, 0 where it is below from
        the start.
    """
    if other_slope <= slope:
        return 0.0 if intercept < other_intercept and other_slope == slope else math.inf
    return max(0.0, (intercept - other_intercept) / (other_slope - slope))


def _hull(points: Sequence[tuple[float, float]]) -> list[int]:
    """Return the lower left convex hull of points, by rising intercept, without straight corners.

    It is strict: the middle of three points on a line is not on it.
    """
    hull: list[int] = []
    for line in sorted(range(len(points)), key=lambda n: (*points[n], n)):
        a, b = points[line]
        if hull and b >= points[hull[-1]][1]:
            continue
        while len(hull) > 1 and not _is_corner(points[hull[-2]], points[hull[-1]], (a, b)):
            hull.pop()
        hull.append(line)
    return hull


def _is_corner(
    first: tuple[float, float], middle: tuple[float, float], last: tuple[float, float]
) -> bool:
    """Whether the middle point lies below the line from the first to the last."""
    (a, b), (c, d), (e, f) = first, middle, last
    return (c - a) * (b - f) < (e - a) * (b - d)
