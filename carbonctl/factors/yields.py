"""How much of a wafer becomes good dies: yield models and the dies that fit on it.

Yield models take the area of a die and the density of defects; carbon is divided by what
they return. A larger area lowers the yield and raises the carbon, so that plain interval
arithmetic of area over yield is exact although both hold the area: its upper end is the
corner of the largest die.
"""

import math
from collections.abc import Iterator
from itertools import product
from typing import Any

from carbonctl.factors.checks import check_not_negative, check_positive
from carbonctl.numbers.intervals import Range, exp, expm1, log1p, over_corners, row_by_row

MM2_PER_CM2 = 100
_MOST_LINES = 100_000  # a side of 1.5 µm on a wafer of 300 mm; smaller ones are slips of units


def _defects(area_cm2: Any, defects_per_cm2: Any) -> Any:
    """Return the mean number of defects on a die, ``A · D0``, once both are in order."""
    check_positive(area_cm2, "the area of a die")
    check_not_negative(defects_per_cm2, "a density of defects")
    return area_cm2 * defects_per_cm2


def poisson(area_cm2: Any, defects_per_cm2: Any) -> Any:
    """Return the yield where defects fall independently.

    Parameters
    ----------
    area_cm2 : float, Range or column
        Area of a die [cm²].
    defects_per_cm2 : float, Range or column
        Density of defects D0 [1/cm²].

    Returns
    -------
    float, Range or column
        ``exp(−A · D0)`` (0..1].

    Raises
    ------
    ValueError
        For an area that is not above zero or a density below it.

    Notes
    -----
    Murphy, Proc. IEEE 52 (1964) 1537, the limit of one density for all wafers.
    """
    return over_corners(_poisson, area_cm2, defects_per_cm2)


def _poisson(area_cm2: Any, defects_per_cm2: Any) -> Any:
    return exp(-_defects(area_cm2, defects_per_cm2))


def murphy(area_cm2: Any, defects_per_cm2: Any) -> Any:
    """Return the yield where the density of defects spreads over a triangle.

    Parameters
    ----------
    area_cm2, defects_per_cm2
        As in `poisson`.

    Raises
    ------
    ValueError
        As `poisson` does.

    Notes
    -----
    ``((1 − exp(−A · D0)) / (A · D0))²`` (Murphy 1964); by expm1, which keeps its digits
    where few defects are expected. It falls in both arguments, so corners are exact.
    """
    return over_corners(_murphy, area_cm2, defects_per_cm2)


def _murphy(area_cm2: Any, defects_per_cm2: Any) -> Any:
    defects = _defects(area_cm2, defects_per_cm2)
    none = defects == 0
    some = defects + none  # 1 where there are none, which is replaced by the limit below
    share = -expm1(-some) / some
    return (share * (1 - none) + none) ** 2


def negative_binomial(area_cm2: Any, defects_per_cm2: Any, clustering: Any) -> Any:
    """Return the yield where defects cluster.

    Parameters
    ----------
    area_cm2, defects_per_cm2
        As in `poisson`.
    clustering : float, Range or column
        The parameter α: 1 is Seeds' model, without bound that of Poisson.

    Raises
    ------
    ValueError
        As `poisson` does, and for a parameter that is not above zero.

    Notes
    -----
    ``(1 + A · D0 / α)^(−α)`` (Stapper, Armstrong, Saji, Proc. IEEE 71 (1983) 453); by log1p, which
    holds where α is large. It falls in all three arguments, so corners are exact.
    """
    return over_corners(_negative_binomial, area_cm2, defects_per_cm2, clustering)


def _negative_binomial(area_cm2: Any, defects_per_cm2: Any, clustering: Any) -> Any:
    check_positive(clustering, "the clustering of defects")
    defects = _defects(area_cm2, defects_per_cm2)
    return exp(-clustering * log1p(defects / clustering))


def gross_dies(width_mm: Any, height_mm: Any, wafer_mm: Any, edge_mm: Any, kerf_mm: Any) -> Any:
    """Return how many dies a wafer holds, good or bad.

    Parameters
    ----------
    width_mm, height_mm : float, Range or column
        Sides of the die [mm].
    wafer_mm : float, Range or column
        Diameter of the wafer [mm].
    edge_mm : float, Range or column
        Width of the ring at the edge that holds no dies [mm].
    kerf_mm : float, Range or column
        Width of the line between two dies [mm].

    Returns
    -------
    float, Range or column
        Whole dies, each with its share of the lines, that lie within the ring: the most of
        the four grids in which a die or a line stands at the centre, in width and in height.

    Raises
    ------
    ValueError
        For sides or diameters that are not above zero, a negative ring or kerf, and where
        not one die fits.

    Notes
    -----
    Counted line by line. A smaller die's grid is the larger one's, drawn together towards the
    centre, so no die of it leaves the wafer: the count falls in the sides, ring and kerf and
    rises in the diameter, and corners are exact.
    """
    return over_corners(_gross_dies, width_mm, height_mm, wafer_mm, edge_mm, kerf_mm)


def _gross_dies(width_mm: Any, height_mm: Any, wafer_mm: Any, edge_mm: Any, kerf_mm: Any) -> Any:
    check_positive(width_mm, "the width of a die")
    check_positive(height_mm, "the height of a die")
    check_not_negative(edge_mm, "the edge of a wafer")
    check_not_negative(kerf_mm, "the kerf")
    radius_mm = wafer_mm / 2 - edge_mm
    check_positive(radius_mm, "the radius of a wafer within its edge")
    return row_by_row(_counted, width_mm + kerf_mm, height_mm + kerf_mm, radius_mm)


def _counted(width: float, height: float, radius: float) -> float:
    """Return the most dies of the four grids on a disc of this radius."""
    if min(width, height) * _MOST_LINES < radius:
        raise ValueError("a die of this size is too small to be cut from the wafer")
    dies = max(
        sum(
            lines * _across(half, width, centred) for half, lines in _lines(height, radius, upright)
        )
        for centred, upright in product((False, True), repeat=2)
    )
    if dies < 1:
        raise ValueError("a die of this size does not fit on the wafer")
    return float(dies)


def _lines(height: float, radius: float, centred: bool) -> Iterator[tuple[float, int]]:
    """Yield half the chord that bounds each line of dies, and how many lines have it."""
    if centred and height / 2 <= radius:
        yield math.sqrt(radius**2 - (height / 2) ** 2), 1
    first = 1.5 if centred else 1.0
    for line in range(math.floor(radius / height) + 1):
        outer = (first + line) * height
        if outer <= radius:
            yield math.sqrt(radius**2 - outer**2), 2


def _across(half: float, width: float, centred: bool) -> int:
    """Return how many dies fit on a line of this half length."""
    if not centred:
        return 2 * math.floor(half / width)
    return 2 * math.floor(half / width - 0.5) + 1 if half >= width / 2 else 0


def wafer_cm2_per_die(
    width_mm: Any, height_mm: Any, wafer_mm: Any, edge_mm: Any, kerf_mm: Any
) -> Any:
    """Return the wafer area that one die uses up, good or bad [cm²].

    Parameters
    ----------
    width_mm, height_mm, edge_mm, kerf_mm : float, Range or column
        As in `gross_dies`.
    wafer_mm : float or array
        As there, but no range: a wafer is of one size or of another.

    Raises
    ------
    ValueError
        As `gross_dies` does, and for a range of diameters.

    Notes
    -----
    ``π d² / 4`` of the whole wafer over its gross dies. It takes the place of the die's own
    area, never of one that holds these losses already (Boavizta's effective areas). The
    yield stays that of the die's own area. It rises in the sides, ring and kerf, so corners
    are exact.
    """
    if isinstance(wafer_mm, Range):
        raise ValueError("the diameter of a wafer is one number, no range")
    return over_corners(_wafer_cm2, width_mm, height_mm, wafer_mm, edge_mm, kerf_mm)


def _wafer_cm2(width_mm: Any, height_mm: Any, wafer_mm: Any, edge_mm: Any, kerf_mm: Any) -> Any:
    dies = _gross_dies(width_mm, height_mm, wafer_mm, edge_mm, kerf_mm)
    return math.pi * wafer_mm * wafer_mm / 4 / MM2_PER_CM2 / dies
