"""Energy against time: Zeus' cost, and the same trade-off in carbon."""

from __future__ import annotations

from typing import Any

from carbonctl.factors.checks import check_not_negative, check_positive, check_share

J_PER_KWH = 3.6e6
S_PER_H = 3600.0


def zeus_cost(energy_j: Any, time_s: Any, eta: Any, max_power_w: Any) -> Any:
    """Return Zeus' cost ``η·E + (1 − η)·P_max·t`` [J].

    Parameters
    ----------
    energy_j, time_s : float or array
        What a run takes to reach its goal [J, s].
    eta : float
        Weight of energy, 0..1; the rest is that of time.
    max_power_w : float
        The highest power limit of the device [W].

    Raises
    ------
    ValueError
        For a weight outside 0..1, or a power that is not above 0.

    Notes
    -----
    You, Chung, Chowdhury: Zeus (NSDI 2023), equation 2.
    """
    check_share(eta, "the weight of energy")
    check_positive(max_power_w, "the highest power")
    return eta * energy_j + (1 - eta) * max_power_w * time_s


def carbon_cost(
    energy_j: Any,
    time_s: Any,
    kgco2e_per_kwh: Any,
    pue: Any,
    embodied_kgco2e: Any,
    lifetime_h: Any,
    utilization: Any = 1.0,
) -> Any:
    """Return the carbon of a run ``PUE·I·E + M·t / (L·u)`` [kgCO2e].

    The price of time is the share of the machine that the run takes up.

    Parameters
    ----------
    energy_j, time_s : float or array
        What a run takes to reach its goal [J, s]; energy of the host belongs to it.
    kgco2e_per_kwh, pue : float
        Carbon intensity of the electricity [kgCO2e/kWh], and power usage effectiveness.
    embodied_kgco2e, lifetime_h, utilization : float or array
        Of the system: what it costs to make [kgCO2e], for how long it is kept [h], and the share
        of that in which it does useful work.

    Raises
    ------
    ValueError
        For a negative intensity, or a lifetime or utilization that is not above 0.
    """
    check_not_negative(kgco2e_per_kwh, "an intensity")
    check_positive(lifetime_h, "a lifetime")
    check_positive(utilization, "a utilization")
    operational = energy_j / J_PER_KWH * pue * kgco2e_per_kwh
    return operational + embodied_kgco2e * time_s / S_PER_H / (lifetime_h * utilization)


def equivalent_eta(
    kgco2e_per_kwh: Any,
    pue: Any,
    embodied_kgco2e: Any,
    lifetime_h: Any,
    utilization: Any,
    max_power_w: Any,
) -> Any:
    """Return the weight at which Zeus' cost ranks runs as their carbon does.

    The parameters are those of `carbon_cost` and `zeus_cost`.

    Returns
    -------
    float or array
        ``α / (α + β)`` with ``α = PUE·I / 3.6e6`` [kgCO2e/J] and ``β = M / (3600·L·u) / P_max``
        [kgCO2e/J]: carbon over α + β is Zeus' cost. 0 where electricity has no carbon.

    Raises
    ------
    ValueError
        As they have it, and where neither energy nor time has carbon.
    """
    check_not_negative(kgco2e_per_kwh, "an intensity")
    check_positive(lifetime_h, "a lifetime")
    check_positive(utilization, "a utilization")
    check_positive(max_power_w, "the highest power")
    per_joule = pue * kgco2e_per_kwh / J_PER_KWH
    of_time = embodied_kgco2e / (lifetime_h * utilization * S_PER_H) / max_power_w
    check_positive(per_joule + of_time, "the carbon of energy and time together")
    return per_joule / (per_joule + of_time)
