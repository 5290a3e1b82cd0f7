"""Embodied carbon, spread over the useful life of the hardware."""

from __future__ import annotations

from typing import Any


def kgco2e_per_hour(embodied_kgco2e: Any, lifetime_h: Any, utilization: Any) -> Any:
    """Return the embodied carbon of one useful hour of a machine.

    Parameters
    ----------
    embodied_kgco2e : float, Range or column
        Embodied carbon of the machine [kgCO2e].
    lifetime_h : float, Range or column
        Service life [h].
    utilization : float, Range or column
        Share of its life in which it does useful work (0..1]; 1 for reserved machines.

    Returns
    -------
    float, Range or column
        ``C / (lifetime · utilization)`` [kgCO2e/h].

    Notes
    -----
    Eq. 1 of wu2022 with the utilization that its text adds: a machine busy a share ``u``
    of its life serves ``lifetime · u`` useful hours. Each input appears once.
    """
    return embodied_kgco2e / (lifetime_h * utilization)
