"""Water for cooling on site, and for generating the electricity."""

from typing import Any


def litres(it_kwh: Any, kwh: Any, wue: Any, water_intensity: Any) -> Any:
    """Return the water of some energy.

    Parameters
    ----------
    it_kwh, kwh : float, Range or column
        Energy of the IT equipment, and all energy that was used for it [kWh].
    wue : float, Range or column
        Water usage effectiveness of the site [L per kWh of IT].
    water_intensity : float, Range or column
        Water consumed by generation (EWIF) [L/kWh].

    Notes
    -----
    ``E_it · WUE + E · EWIF``: PUE enters once, through the energy.
    """
    return it_kwh * wue + kwh * water_intensity
