"""How much of a load its own or contracted carbon-free generation covers.

Powers are means of steps [MW], time is the last axis, and a step is `step_h` hours long. Hourly
matching and its score follow Google, "24/7 Carbon-Free Energy: Methodologies and Metrics" (2021).
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np


class Coverage(NamedTuple):
    """What generation covers of a demand; floats, or arrays of designs.

    Attributes
    ----------
    demand_mwh, delivered_mwh : float
        Energy asked for, and generated after losses.
    matched_mwh, surplus_mwh, unmet_mwh : float
        Delivered in the step in which it is asked for; delivered beyond that; asked for beyond it.
    hourly_cfe : float
        Share of the demand that is matched, 0 to 1.
    volumetric, volumetric_uncapped : float
        Energy delivered over energy asked for, whenever it is: at most 1, and as it is.
    """

    demand_mwh: Any
    delivered_mwh: Any
    matched_mwh: Any
    surplus_mwh: Any
    unmet_mwh: Any
    hourly_cfe: Any
    volumetric: Any
    volumetric_uncapped: Any


def coverage(demand_mw: Any, delivered_mw: Any, step_h: float = 1.0) -> Coverage:
    """Return how much of a demand generation covers, without a battery.

    Parameters
    ----------
    demand_mw, delivered_mw : array
        Demand of the facility, and generation after losses [MW]; (…, steps).
    step_h : float
        Length of a step [h].

    Raises
    ------
    ValueError
        Where the demand is zero in all steps, or a power is negative.

    Notes
    -----
    ``CFE = 1 − Σ max(D − R, 0) / Σ D`` and ``V = Σ R / Σ D``.
    """
    _check_power(demand_mw, "demand")
    _check_power(delivered_mw, "generation")
    demand_mwh = energy_mwh(demand_mw, step_h)
    delivered_mwh = energy_mwh(delivered_mw, step_h)
    unmet_mwh = energy_mwh(np.maximum(demand_mw - delivered_mw, 0.0), step_h)
    matched_mwh = demand_mwh - unmet_mwh
    uncapped = volumetric(delivered_mwh, demand_mwh)
    return Coverage(
        demand_mwh,
        delivered_mwh,
        matched_mwh,
        np.maximum(delivered_mwh - matched_mwh, 0.0),
        unmet_mwh,
        hourly_cfe(unmet_mwh, demand_mwh),
        np.minimum(uncapped, 1.0),
        uncapped,
    )


def energy_mwh(power_mw: Any, step_h: float = 1.0) -> Any:
    """Return the energy of the mean powers of steps [MWh]; the sum is over the last axis."""
    return np.add.reduce(power_mw, axis=-1) * step_h


def delivered_mw(generation_mw: Any, loss: Any) -> Any:
    """Return generation after losses [MW]: ``R = G · (1 − loss)``.

    Raises
    ------
    ValueError
        For a loss that is no share from 0 to 1.
    """
    if not np.all((np.asarray(loss) >= 0) & (np.asarray(loss) <= 1)):
        raise ValueError("a loss is a share from 0 to 1")
    return generation_mw * (1 - loss)


def hourly_cfe(unmet_mwh: Any, demand_mwh: Any) -> Any:
    """Return the share of a demand that carbon-free energy covers step by step, 0 to 1.

    Parameters
    ----------
    unmet_mwh : float or array
        Energy that the grid supplies [MWh].
    demand_mwh : float or array
        All energy of the load [MWh].

    Raises
    ------
    ValueError
        Where the demand is zero: no share of it can be covered.
    """
    check_demand(demand_mwh)
    return 1 - unmet_mwh / demand_mwh


def volumetric(delivered_mwh: Any, demand_mwh: Any) -> Any:
    """Return generation over demand, whenever they occur; it may exceed 1.

    Raises
    ------
    ValueError
        Where the demand is zero.
    """
    check_demand(demand_mwh)
    return delivered_mwh / demand_mwh


def spilled_mw(load_mw: Any, delivered_mw: Any, charge_mw: Any = 0.0) -> Any:
    """Return generation that neither the load nor the battery takes [MW].

    ``max(R − L − charge, 0)``.
    """
    return np.maximum(delivered_mw - load_mw - charge_mw, 0.0)


def exported_mw(spilled_mw: Any, export_limit_mw: Any) -> Any:
    """Return the part of spilled generation that is exported [MW]; the rest is curtailed.

    Parameters
    ----------
    spilled_mw : float or array
        Generation that neither load nor battery takes [MW].
    export_limit_mw : float or array
        Most that the grid takes [MW]; infinite without a limit.

    Raises
    ------
    ValueError
        For a negative limit.
    """
    if np.any(np.asarray(export_limit_mw) < 0):
        raise ValueError("an export limit cannot be negative")
    return np.minimum(spilled_mw, export_limit_mw)


def largest_drawdown_mwh(load_mw: Any, delivered_mw: Any, step_h: float = 1.0) -> float:
    """Return the energy of the smallest lossless battery that covers all of a load [MWh].

    The period repeats without end, and the battery takes any power. It is the largest energy that
    the load draws beyond generation over any run of steps.

    Parameters
    ----------
    load_mw, delivered_mw : array
        Load, and generation after losses [MW]; (steps,).
    step_h : float
        Length of a step [h].

    Returns
    -------
    float
        Infinite where the generation of the period is less than its load.
    """
    deficit_mwh = (np.asarray(load_mw) - np.asarray(delivered_mw)) * step_h
    total_mwh = float(deficit_mwh.sum())
    if total_mwh > _ROUNDING * float(np.abs(deficit_mwh).sum()):
        return float("inf")
    twice = np.concatenate(([0.0], np.cumsum(np.tile(deficit_mwh, 2))))
    return float(np.max(twice - np.minimum.accumulate(twice)))


_ROUNDING = 1e-12  # of the energy of a period: what a sum of a year's steps may be wrong by


def check_demand(demand_mwh: Any) -> None:
    """Raise ValueError where the demand of the whole period is not above zero."""
    if not np.min(demand_mwh) > 0:
        raise ValueError("the demand is zero in all steps: there is nothing to cover")


def _check_power(power_mw: Any, name: str) -> None:
    if not np.minimum.reduce(power_mw, axis=None, initial=np.inf) >= 0:
        raise ValueError(f"the {name} has a step below 0 MW, or one without a figure")
