"""How much of a wafer becomes good dies: yield models and the dies that fit on it.

Yield models take the area of a die and the density of defects; carbon is divided by what
they return. A larger area lowers the yield and raises the carbon, so that plain interval
arithmetic of area over yield is exact although both hold the area: its upper end is the
corner of the largest die.
"""

import math
from typing import Any

from carbonctl.factors.domain import check_not_negative, check_positive
from carbonctl.ranges import over_corners

MM2_PER_CM2 = 100
_PLAIN = (int, float)


def _elementary(name: str, x: Any) -> Any:
    """Return a function of `math` that `numpy` has under the same name, for either."""
    if isinstance(x, _PLAIN):
        return getattr(math, name)(x)
    import numpy as np

    return getattr(np, name)(x)


def _defects(area_cm2: Any, defects_per_cm2: Any) -> Any:
    """Return the mean number of defects on a die, ``A · D0``, once both are in order."""
    check_positive(area_cm2, "the area of a die")
    check_not_negative(defects_per_cm2, "a density of defects")
    return area_cm2 * defects_per_cm2


def poisson(area_cm2: Any, defects_per_cm2: Any) -> Any:
    """Return the yield where defects fall independently.

    Parameters
    ----------
    area_cm2 : float, Range or array
        Area of a die [cm²].
    defects_per_cm2 : float, Range or array
        Density of defects D0 [1/cm²].

    Returns
    -------
    float, Range or array
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
    return _elementary("exp", -_defects(area_cm2, defects_per_cm2))


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
    share = -_elementary("expm1", -some) / some
    return (share * (1 - none) + none) ** 2


def negative_binomial(area_cm2: Any, defects_per_cm2: Any, clustering: Any) -> Any:
    """Return the yield where defects cluster.

    Parameters
    ----------
    area_cm2, defects_per_cm2
        As in `poisson`.
    clustering : float, Range or array
        The parameter α: 1 is Seeds' model, without bound that of Poisson.

    Raises
    ------
    ValueError
        As `poisson` does, and for a parameter that is not above zero.

    Notes
    -----
    ``(1 + A · D0 / α)^(−α)`` (Stapper, IBM J. Res. Dev. 27 (1983) 549); by log1p, which
    holds where α is large. It falls in all three arguments, so corners are exact.
    """
    return over_corners(_negative_binomial, area_cm2, defects_per_cm2, clustering)


def _negative_binomial(area_cm2: Any, defects_per_cm2: Any, clustering: Any) -> Any:
    check_positive(clustering, "the clustering of defects")
    defects = _defects(area_cm2, defects_per_cm2)
    return _elementary("exp", -clustering * _elementary("log1p", defects / clustering))


def gross_dies(width_mm: Any, height_mm: Any, wafer_mm: Any, edge_mm: Any, kerf_mm: Any) -> Any:
    """Return how many dies a wafer holds, good or bad, as an expectation.

    Parameters
    ----------
    width_mm, height_mm : float, Range or array
        Sides of the die [mm].
    wafer_mm : float, Range or array
        Diameter of the wafer [mm].
    edge_mm : float, Range or array
        Ring at the edge that holds no dies [mm].
    kerf_mm : float, Range or array
        Width of the line between two dies [mm].

    Returns
    -------
    float, Range or array
        ``π d / S · (d / 4 − m / √2)`` with ``d`` the diameter within the ring, ``S`` the
        area and ``m`` the mean side of die and kerf.

    Raises
    ------
    ValueError
        For sides or diameters that are not above zero, a negative ring or kerf, and where
        not one die is expected to fit.

    Notes
    -----
    The usual ``π d² / (4 S) − π d / √(2 S)``, in which the mean of the sides takes the place
    of √S as de Vries found to fit dies that are not square (IEEE Trans. Semicond. Manuf. 18
    (2005) 136). Not rounded down, so that it falls in the sides, ring and kerf and rises in
    the diameter wherever a die fits: corners are exact.
    """
    return over_corners(_gross_dies, width_mm, height_mm, wafer_mm, edge_mm, kerf_mm)


def _gross_dies(width_mm: Any, height_mm: Any, wafer_mm: Any, edge_mm: Any, kerf_mm: Any) -> Any:
    check_positive(width_mm, "the width of a die")
    check_positive(height_mm, "the height of a die")
    check_not_negative(edge_mm, "the edge of a wafer")
    check_not_negative(kerf_mm, "the kerf")
    usable_mm = wafer_mm - 2 * edge_mm
    check_positive(usable_mm, "the diameter of a wafer within its edge")
    width, height = width_mm + kerf_mm, height_mm + kerf_mm
    room = usable_mm / 4 - (width + height) / 2 / math.sqrt(2)
    dies = math.pi * usable_mm / (width * height) * room
    if not (dies >= 1 if isinstance(dies, _PLAIN) else (dies >= 1).all()):
        raise ValueError("a die of this size does not fit on the wafer")
    return dies


def wafer_cm2_per_die(
    width_mm: Any, height_mm: Any, wafer_mm: Any, edge_mm: Any, kerf_mm: Any
) -> Any:
    """Return the wafer area that one die uses up, good or bad [cm²].

    Parameters
    ----------
    width_mm, height_mm, wafer_mm, edge_mm, kerf_mm
        As in `gross_dies`.

    Raises
    ------
    ValueError
        As `gross_dies` does.

    Notes
    -----
    ``π d² / 4`` of the whole wafer over its gross dies. It takes the place of the die's own
    area, never of one that holds these losses already (Boavizta's effective areas). The
    yield stays that of the die's own area. It rises in the sides, ring and kerf and falls in
    the diameter, so corners are exact.
    """
    return over_corners(_wafer_cm2, width_mm, height_mm, wafer_mm, edge_mm, kerf_mm)


def _wafer_cm2(width_mm: Any, height_mm: Any, wafer_mm: Any, edge_mm: Any, kerf_mm: Any) -> Any:
    dies = _gross_dies(width_mm, height_mm, wafer_mm, edge_mm, kerf_mm)
    return math.pi * wafer_mm * wafer_mm / 4 / MM2_PER_CM2 / dies
