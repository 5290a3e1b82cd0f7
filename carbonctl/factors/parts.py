"""Embodied carbon of what stands around the silicon: by piece, area, energy and mass."""

from typing import Any

from carbonctl.factors.domain import check_not_negative

MJ_PER_KWH = 3.6


def _checked(amount: Any, what: str, factor: Any) -> Any:
    check_not_negative(amount, what)
    check_not_negative(factor, "an emission factor")
    return amount * factor


def packages_kgco2e(packages: Any, kgco2e_per_package: Any) -> Any:
    """Return the carbon of IC packages [kgCO2e]; it is not divided by a yield.

    Parameters
    ----------
    packages : float, Range or array
        Number of packages.
    kgco2e_per_package : float, Range or array
        Carbon of one [kgCO2e]; 0.150 in ACT.

    Raises
    ------
    ValueError
        For a figure below zero.
    """
    return _checked(packages, "a number of packages", kgco2e_per_package)


def pieces_kgco2e(pieces: Any, kgco2e_per_piece: Any) -> Any:
    """Return the carbon [kgCO2e] of parts that are counted, of so much each [kgCO2e].

    Raises
    ------
    ValueError
        For a figure below zero.
    """
    return _checked(pieces, "a number of pieces", kgco2e_per_piece)


def board_kgco2e(area_cm2: Any, kgco2e_per_cm2: Any, layers: Any = 1) -> Any:
    """Return the carbon of a bare circuit board [kgCO2e].

    Parameters
    ----------
    area_cm2 : float, Range or array
        Area of the board [cm²].
    kgco2e_per_cm2 : float, Range or array
        Carbon per area [kgCO2e/cm²], of the whole board or of one layer.
    layers : float, Range or array
        Number of layers, where the factor is of one; else 1.

    Raises
    ------
    ValueError
        For a figure below zero.
    """
    check_not_negative(layers, "a number of layers")
    return _checked(area_cm2, "the area of a board", kgco2e_per_cm2) * layers


def battery_kgco2e(capacity_kwh: Any, kgco2e_per_kwh: Any) -> Any:
    """Return the carbon [kgCO2e] of a battery from its capacity [kWh] and factor [kgCO2e/kWh].

    Raises
    ------
    ValueError
        For a figure below zero.
    """
    return _checked(capacity_kwh, "the capacity of a battery", kgco2e_per_kwh)


def enclosure_kgco2e(mass_kg: Any, kgco2e_per_kg: Any) -> Any:
    """Return the carbon [kgCO2e] of material from its mass [kg] and its factor [kgCO2e/kg].

    Raises
    ------
    ValueError
        For a figure below zero.
    """
    return _checked(mass_kg, "a mass", kgco2e_per_kg)


def capacitors_kgco2e(pieces: Any, mass_kg: Any, mj_per_kg: Any, fab_kgco2e_per_kwh: Any) -> Any:
    """Return the carbon of capacitors from the energy of their manufacture [kgCO2e].

    Parameters
    ----------
    pieces : float, Range or array
        Number of capacitors.
    mass_kg : float, Range or array
        Mass of one [kg].
    mj_per_kg : float, Range or array
        Energy of manufacture [MJ/kg].
    fab_kgco2e_per_kwh : float, Range or array
        Carbon intensity of that energy [kgCO2e/kWh].

    Raises
    ------
    ValueError
        For a figure below zero.

    Notes
    -----
    All of the energy is taken as electricity, as ACT does.
    """
    check_not_negative(mass_kg, "a mass")
    check_not_negative(fab_kgco2e_per_kwh, "the intensity of a fab's electricity")
    energy_mj = _checked(pieces, "a number of pieces", mj_per_kg) * mass_kg
    return energy_mj / MJ_PER_KWH * fab_kgco2e_per_kwh
