"""Embodied carbon of silicon: dies by area, memory and drives by capacity, packages by piece.

After ACT (Gupta et al., ISCA 2022). Carbon per area or capacity leaves the fab with the
wafer, so it is divided by the share of it that works; packages are added to what works.
"""

from typing import Any

from carbonctl.factors.checks import check_not_negative, check_positive, check_yield
from carbonctl.numbers.intervals import decide, over_corners
from carbonctl.numbers.intervals import high as highest
from carbonctl.numbers.intervals import low as lowest


def kgco2e_per_cm2(
    fab_kgco2e_per_kwh: Any, epa_kwh_per_cm2: Any, gpa_kgco2e_per_cm2: Any, mpa_kgco2e_per_cm2: Any
) -> Any:
    """Return the carbon of processed wafer, before yield [kgCO2e/cm²].

    Parameters
    ----------
    fab_kgco2e_per_kwh : float, Range or column
        Carbon intensity of the fab's electricity [kgCO2e/kWh].
    epa_kwh_per_cm2 : float, Range or column
        Electricity of the fab per area [kWh/cm²].
    gpa_kgco2e_per_cm2, mpa_kgco2e_per_cm2 : float, Range or column
        Process gases that escape, and materials, per area [kgCO2e/cm²].

    Raises
    ------
    ValueError
        For a figure below zero.

    Notes
    -----
    ``CI_fab · EPA + GPA + MPA`` (ACT). Each input appears once.
    """
    check_not_negative(fab_kgco2e_per_kwh, "the intensity of a fab's electricity")
    check_not_negative(epa_kwh_per_cm2, "electricity per area")
    check_not_negative(gpa_kgco2e_per_cm2, "gases per area")
    check_not_negative(mpa_kgco2e_per_cm2, "materials per area")
    return fab_kgco2e_per_kwh * epa_kwh_per_cm2 + gpa_kgco2e_per_cm2 + mpa_kgco2e_per_cm2


def die_kgco2e(area_cm2: Any, wafer_kgco2e_per_cm2: Any, good: Any) -> Any:
    """Return the embodied carbon of one working die, without its package [kgCO2e].

    Parameters
    ----------
    area_cm2 : float, Range or column
        Area of the die, or of wafer per die where the wafer's losses count [cm²].
    wafer_kgco2e_per_cm2 : float, Range or column
        Carbon of processed wafer, as `kgco2e_per_cm2` has it [kgCO2e/cm²].
    good : float, Range or column
        Yield: the share of dies that work (0..1].

    Raises
    ------
    ValueError
        For an area that is not above zero, a figure below it, or a yield outside (0..1].

    Notes
    -----
    ``A · (CI_fab · EPA + GPA + MPA) / Y`` (ACT). Each input appears once.
    """
    check_positive(area_cm2, "the area of a die")
    check_not_negative(wafer_kgco2e_per_cm2, "carbon per area")
    return of_good(area_cm2 * wafer_kgco2e_per_cm2, good)


def of_good(kgco2e: Any, good: Any) -> Any:
    """Return the embodied carbon of what works, from that of all that is made [kgCO2e].

    Parameters
    ----------
    kgco2e : float, Range or column
        Carbon of one piece, area or capacity, whether it works or not.
    good : float, Range or column
        Yield: the share that works (0..1].

    Raises
    ------
    ValueError
        For a figure below zero, or a yield outside (0..1].
    """
    check_not_negative(kgco2e, "carbon")
    check_yield(good)
    return kgco2e / good


def capacity_kgco2e(
    capacity_gb: Any, kgco2e_per_gb: Any, good: Any, *, includes_yield: bool
) -> Any:
    """Return the embodied carbon of memory or of a drive, without added packages [kgCO2e].

    Parameters
    ----------
    capacity_gb : float, Range or column
        Capacity [GB, decimal].
    kgco2e_per_gb : float, Range or column
        Carbon per capacity [kgCO2e/GB].
    good : float, Range or column
        Yield (0..1].
    includes_yield : bool
        Whether the figure per capacity is of what works already, as of finished products:
        then it is not divided again.

    Raises
    ------
    ValueError
        For a capacity or a figure below zero, or a yield outside (0..1].

    Notes
    -----
    ``GB · CPS / Y`` (ACT), or ``GB · CPS`` where CPS holds the yield.
    """
    check_not_negative(capacity_gb, "a capacity")
    check_not_negative(kgco2e_per_gb, "carbon per capacity")
    check_yield(good)
    whole = capacity_gb * kgco2e_per_gb
    return whole if includes_yield else of_good(whole, good)


def abated_kgco2e_per_cm2(
    abated: Any, low: Any, low_kgco2e_per_cm2: Any, high: Any, high_kgco2e_per_cm2: Any
) -> Any:
    """Return the process gases at a share abated between two that are known [kgCO2e/cm²].

    Parameters
    ----------
    abated : float, Range or column
        Share of the gases that is destroyed before it escapes [0..1].
    low, high : float
        The shares that are known [0..1], in order.
    low_kgco2e_per_cm2, high_kgco2e_per_cm2 : float, Range or column
        Gases at these shares [kgCO2e/cm²].

    Raises
    ------
    ValueError
        For a share outside ``low..high``.

    Notes
    -----
    Linear, as what escapes is a share of what is used: 97 % is the mean of 95 and 99 %, as
    ACT has it.
    """
    is_above = decide(lowest(abated) >= low)
    if not (is_above and decide(highest(abated) <= high) and low < high):
        wrong = highest(abated) if is_above else lowest(abated)
        raise ValueError(f"gases are known abated from {low:g} to {high:g}, not {wrong:g}")

    def between(share: Any, first: Any, last: Any) -> Any:
        weight = (share - low) / (high - low)
        return first * (1 - weight) + last * weight

    return over_corners(between, abated, low_kgco2e_per_cm2, high_kgco2e_per_cm2)
