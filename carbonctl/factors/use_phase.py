"""The use of a machine over its life, and ACT's year.

From facebookresearch/ACT at commit abc9fbb (MIT); what it looks up, and its defaults, are in
catalog/act.py, its other choices in bill/act_model.py.
"""

from typing import Any

from carbonctl.factors.checks import check_not_negative, check_share
from carbonctl.factors.power import energy_kwh

HOURS_PER_YEAR = 8766  # 365.25 days


def use_kgco2e(power_w: Any, duty: Any, hours: Any, kgco2e_per_kwh: Any) -> Any:
    """Return the operational carbon of a machine over its life [kgCO2e].

    Parameters
    ----------
    power_w : float, Range or column
        Draw while in use [W].
    duty : float, Range or column
        Share of the time in use [0..1].
    hours : float, Range or column
        Life [h]; a year has `HOURS_PER_YEAR`.
    kgco2e_per_kwh : float, Range or column
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
