"""Embodied carbon of what is counted by the energy of its manufacture."""

from typing import Any

from carbonctl.factors.checks import check_not_negative

MJ_PER_KWH = 3.6


def kgco2e_per_kg(mj_per_kg: Any, fab_kgco2e_per_kwh: Any) -> Any:
    """Return the carbon per mass of what takes so much energy to make [kgCO2e/kg].

    Parameters
    ----------
    mj_per_kg : float, Range or column
        Energy of manufacture [MJ/kg], all of it taken as electricity, as ACT does.
    fab_kgco2e_per_kwh : float, Range or column
        Carbon intensity of that electricity [kgCO2e/kWh].

    Raises
    ------
    ValueError
        For a figure below zero.
    """
    check_not_negative(mj_per_kg, "an energy of manufacture")
    check_not_negative(fab_kgco2e_per_kwh, "the intensity of a fab's electricity")
    return mj_per_kg / MJ_PER_KWH * fab_kgco2e_per_kwh
