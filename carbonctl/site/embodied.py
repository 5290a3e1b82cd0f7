"""Carbon of building batteries, plants and additional servers, by the year of their use.

Arguments are floats or arrays of designs.
"""

from __future__ import annotations

from typing import Any

import numpy as np

KWH_PER_MWH = 1000.0
KW_PER_MW = 1000.0


def battery_life_years(cycles_per_year: Any, lifetime_years: Any, cycle_life: Any) -> Any:
    """Return how long a battery lasts [years]: ``min(lifetime, cycle_life / cycles per year)``.

    Parameters
    ----------
    cycles_per_year : float or array
        Full cycles of its usable energy, 0 or more.
    lifetime_years : float or array
        Life of a battery that is not used [years].
    cycle_life : float or array
        Full cycles that it lasts; infinite where they do not limit it.

    Raises
    ------
    ValueError
        For a life that is not above 0, or negative cycles.
    """
    _check_above_zero(lifetime_years, "the lifetime of a battery")
    _check_above_zero(cycle_life, "the cycle life of a battery")
    _check_not_negative(cycles_per_year, "the cycles of a battery")
    return 1 / np.maximum(1 / np.asarray(lifetime_years, float), cycles_per_year / cycle_life)


def battery_kgco2e_per_year(nameplate_mwh: Any, kg_per_kwh: Any, life_years: Any) -> Any:
    """Return the embodied carbon of a battery [kg/year].

    Parameters
    ----------
    nameplate_mwh : float or array
        Energy that it is built with [MWh]: usable over depth of discharge.
    kg_per_kwh : float or array
        Embodied carbon of that [kg/kWh].
    life_years : float or array
        See `battery_life_years`.

    Raises
    ------
    ValueError
        For a negative figure, or a life that is not above 0.
    """
    _check_not_negative(nameplate_mwh, "the energy of a battery")
    _check_not_negative(kg_per_kwh, "the embodied carbon of a battery")
    _check_above_zero(life_years, "the lifetime of a battery")
    return nameplate_mwh * KWH_PER_MWH * kg_per_kwh / life_years


def generation_kgco2e(generation_mwh: Any, kg_per_mwh: Any) -> Any:
    """Return the life-cycle carbon of what a plant generates [kg], spilled energy included.

    Parameters
    ----------
    generation_mwh : float or array
        Before losses [MWh].
    kg_per_mwh : float or array
        Life-cycle carbon of the kind of plant [kg/MWh], which is g/kWh.

    Raises
    ------
    ValueError
        For a negative figure.
    """
    _check_not_negative(generation_mwh, "generation")
    _check_not_negative(kg_per_mwh, "the carbon of generation")
    return generation_mwh * kg_per_mwh


def servers_kgco2e_per_year(
    capacity_mw: Any, peak_mw: Any, kg_per_kw: Any, lifetime_years: Any
) -> Any:
    """Return the embodied carbon of servers beyond the peak of the demand [kg/year].

    Parameters
    ----------
    capacity_mw : float or array
        Most that the servers can draw [MW].
    peak_mw : float or array
        Highest demand [MW].
    kg_per_kw : float or array
        Embodied carbon of a server per power [kg/kW].
    lifetime_years : float or array
        Of a server [years].

    Raises
    ------
    ValueError
        For a capacity under the peak, a negative figure, or a lifetime that is not above 0.
    """
    if np.any(np.asarray(capacity_mw) < np.asarray(peak_mw)):
        raise ValueError("the capacity of the servers is below the highest demand")
    _check_not_negative(kg_per_kw, "the embodied carbon of servers")
    _check_above_zero(lifetime_years, "the lifetime of servers")
    return (capacity_mw - peak_mw) * KW_PER_MW * kg_per_kw / lifetime_years


def _check_not_negative(value: Any, name: str) -> None:
    if not np.all(np.asarray(value) >= 0):
        raise ValueError(f"{name} cannot be negative")


def _check_above_zero(value: Any, name: str) -> None:
    if not np.all(np.asarray(value) > 0):
        raise ValueError(f"{name} is above 0")
