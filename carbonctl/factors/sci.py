"""The Software Carbon Intensity of ISO/IEC 21031: carbon of one functional unit."""

from __future__ import annotations

from typing import Any

from carbonctl.factors.checks import check_not_negative, check_positive

G_PER_KG = 1000.0


def embodied_g(
    embodied_kgco2e: Any,
    reserved_h: Any,
    lifetime_h: Any,
    resources_reserved: Any,
    resources: Any,
) -> Any:
    """Return the embodied carbon of reserved hardware ``M = TE · TiR/EL · RR/ToR`` [gCO2e].

    Utilization is no part of it: hardware counts for the time that it is reserved.

    Parameters
    ----------
    embodied_kgco2e : float, Range or column
        TE, of the whole hardware [kgCO2e].
    reserved_h, lifetime_h : float, Range or column
        TiR and EL, how long it is reserved and how long it lives [h].
    resources_reserved, resources : float, Range or column
        RR and ToR, what is reserved of all that there is.

    Raises
    ------
    ValueError
        For a figure below zero, or a lifetime or total that is not above it.

    Notes
    -----
    Green Software Foundation, Software Carbon Intensity Specification, ISO/IEC 21031:2024.
    """
    check_not_negative(embodied_kgco2e, "embodied carbon")
    check_not_negative(reserved_h, "a time")
    check_not_negative(resources_reserved, "what is reserved")
    check_positive(lifetime_h, "a lifetime")
    check_positive(resources, "what there is")
    share = reserved_h / lifetime_h * (resources_reserved / resources)
    return embodied_kgco2e * share * G_PER_KG


def score_g(operational_g: Any, embodied_g: Any, units: Any) -> Any:
    """Return the score ``(O + M) / R`` [gCO2e per unit].

    Parameters
    ----------
    operational_g, embodied_g : float, Range or column
        O = E · I and M [gCO2e].
    units : float, Range or column
        R, how many functional units there are.

    Raises
    ------
    ValueError
        For carbon below zero, or no unit.
    """
    check_not_negative(operational_g, "operational carbon")
    check_not_negative(embodied_g, "embodied carbon")
    check_positive(units, "the number of units")
    return (operational_g + embodied_g) / units
