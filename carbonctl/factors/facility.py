"""What the building adds to the energy of the machines in it."""

from __future__ import annotations

from typing import Any

from carbonctl.numbers.intervals import over_corners


def _overhead_kwh(it_kwh: Any, pue: Any) -> Any:
    return it_kwh * pue - it_kwh


def overhead_kwh(it_kwh: Any, pue: Any) -> Any:
    """Return the energy of cooling and power distribution.

    Parameters
    ----------
    it_kwh : float, Range or column
        Energy of the IT equipment [kWh].
    pue : float, Range or column
        Power usage effectiveness, facility energy over IT energy [≥ 1].

    Returns
    -------
    float, Range or column
        ``E · PUE − E`` [kWh], so that IT energy and overhead add up to ``E · PUE``.

    Notes
    -----
    The IT energy appears twice, so ranges are taken over their corners; the kernel is
    monotone in both arguments while PUE ≥ 1.
    """
    return over_corners(_overhead_kwh, it_kwh, pue)


def construction_kgco2e_per_kwh(embodied_kgco2e_per_kw: Any, lifetime_h: Any, in_use: Any) -> Any:
    """Return the embodied carbon of a building for each kWh of IT energy [kgCO2e/kWh].

    Parameters
    ----------
    embodied_kgco2e_per_kw : float, Range or column
        Embodied carbon per power of IT that the building is made for [kgCO2e/kW].
    lifetime_h : float, Range or column
        Service life of the building [h].
    in_use : float, Range or column
        Share of that power which is in use on average (0..1].

    Notes
    -----
    Over its life one kW of capacity serves ``lifetime · in_use`` kWh.
    """
    return embodied_kgco2e_per_kw / (lifetime_h * in_use)
