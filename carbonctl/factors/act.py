"""As ACT computes it, where that differs from what the other kernels do.

ACT divides every capacity by yield, also of finished drives; its year has 8,766 hours; and a
part of given carbon has its package divided by the yield too. From facebookresearch/ACT at
commit abc9fbb (MIT); what it looks up, and its defaults, are in catalog/act.py.
"""

from typing import Any

from carbonctl.factors import fab, parts
from carbonctl.factors.domain import check_not_negative, check_share, check_yield
from carbonctl.factors.power import energy_kwh

HOURS_PER_YEAR = 8766  # 365.25 days


def logic_kgco2e(
    area_cm2: Any, wafer_kgco2e_per_cm2: Any, good: Any, packages: Any, kgco2e_per_package: Any
) -> Any:
    """Return the embodied carbon of logic: die over yield, and its packages [kgCO2e].

    Parameters
    ----------
    area_cm2, wafer_kgco2e_per_cm2, good
        As in `fab.die_kgco2e`.
    packages, kgco2e_per_package
        As in `parts.packages_kgco2e`.

    Raises
    ------
    ValueError
        As these two do.
    """
    packaging = parts.packages_kgco2e(packages, kgco2e_per_package)
    return fab.die_kgco2e(area_cm2, wafer_kgco2e_per_cm2, good) + packaging


def stored_kgco2e(
    capacity_gb: Any, kgco2e_per_gb: Any, good: Any, packages: Any, kgco2e_per_package: Any
) -> Any:
    """Return the embodied carbon of DRAM, SSDs and HDDs [kgCO2e].

    Parameters
    ----------
    capacity_gb, kgco2e_per_gb, good
        As in `fab.capacity_kgco2e`; divided by the yield whatever the figure holds.
    packages, kgco2e_per_package
        As in `parts.packages_kgco2e`.

    Raises
    ------
    ValueError
        As these two do.
    """
    packaging = parts.packages_kgco2e(packages, kgco2e_per_package)
    return fab.capacity_kgco2e(capacity_gb, kgco2e_per_gb, good, includes_yield=False) + packaging


def given_kgco2e(kgco2e: Any, good: Any, packages: Any, kgco2e_per_package: Any) -> Any:
    """Return the carbon of a part that is given by hand, over yield with its packages [kgCO2e].

    Raises
    ------
    ValueError
        For a figure below zero or a yield outside (0..1].
    """
    check_not_negative(kgco2e, "carbon")
    check_yield(good)
    return (kgco2e + parts.packages_kgco2e(packages, kgco2e_per_package)) / good


def use_kgco2e(power_w: Any, duty: Any, hours: Any, kgco2e_per_kwh: Any) -> Any:
    """Return the operational carbon of a machine over its life [kgCO2e].

    Parameters
    ----------
    power_w : float, Range or array
        Draw while in use [W].
    duty : float, Range or array
        Share of the time in use [0..1].
    hours : float, Range or array
        Life [h]; a year has `HOURS_PER_YEAR`.
    kgco2e_per_kwh : float, Range or array
        Carbon intensity of the electricity [kgCO2e/kWh].

    Raises
    ------
    ValueError
        For a figure below zero or a share above one.
    """
    check_not_negative(power_w, "a power")
    check_share(duty, "a duty cycle")
    check_not_negative(hours, "a life")
    check_not_negative(kgco2e_per_kwh, "an intensity")
    return energy_kwh(hours * duty, power_w) * kgco2e_per_kwh
