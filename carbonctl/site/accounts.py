"""Three accounts of the carbon of a load, and Google's score of carbon-free energy.

The accounts answer different questions and are never summed: what the grid emits for the load
(location-based), what hourly matching leaves (24/7), and what matching by the year leaves, which
is the market-based method in force (GHG Protocol Scope 2 Guidance, 2015).

Intensities are means of steps [g/kWh], which is kg/MWh; time is the last axis.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from carbonctl.site.coverage import check_demand


class Accounts(NamedTuple):
    """Carbon of a load by three accounts; floats, or arrays of designs.

    Attributes
    ----------
    location_hourly_kgco2e : float
        What passes the meter, at the intensity of the grid in its step.
    market_hourly_kgco2e : float
        What own and contracted generation does not cover in the step in which it is used.
    market_volumetric_kgco2e : float
        What they do not cover over the whole period, at the plain mean intensity.
    """

    location_hourly_kgco2e: Any
    market_hourly_kgco2e: Any
    market_volumetric_kgco2e: Any


ACCOUNTS = Accounts._fields
LOCATION, MARKET_HOURLY, MARKET_VOLUMETRIC = ACCOUNTS


class Flows(NamedTuple):
    """The powers of steps that the accounts need [MW], each (…, steps).

    Attributes
    ----------
    load_mw : array
        What the facility draws.
    delivered_mw : array
        Own and contracted generation after losses.
    grid_mw : array
        What they and a battery leave to the grid.
    meter_mw : array
        What passes the meter of the site, see `metered_mw`.
    """

    load_mw: Any
    delivered_mw: Any
    grid_mw: Any
    meter_mw: Any


def accounts(
    flows: Flows, g_per_kwh: Any, *, residual_g_per_kwh: Any = None, step_h: float = 1.0
) -> Accounts:
    """Return the three accounts of a load.

    Parameters
    ----------
    flows : Flows
        Powers [MW].
    g_per_kwh : array
        Average intensity of the grid; (steps,).
    residual_g_per_kwh : array or float, optional
        Intensity of the residual mix, which the market-based accounts use instead.
    step_h : float
        Length of a step [h].

    Raises
    ------
    ValueError
        Where there is no load in any step.

    Notes
    -----
    ``Σ meter · I``, ``Σ grid · I_m`` and ``max(Σ L − Σ R, 0) · mean(I_m)``, with ``I_m`` the
    residual mix where it is given.
    """
    market = g_per_kwh if residual_g_per_kwh is None else residual_g_per_kwh
    load_mwh = np.sum(flows.load_mw, axis=-1) * step_h
    delivered_mwh = np.sum(flows.delivered_mw, axis=-1) * step_h
    check_demand(load_mwh)
    return Accounts(
        weighted_kgco2e(flows.meter_mw, g_per_kwh, step_h),
        weighted_kgco2e(flows.grid_mw, market, step_h),
        volumetric_kgco2e(load_mwh, delivered_mwh, np.mean(market)),
    )


def weighted_kgco2e(power_mw: Any, g_per_kwh: Any, step_h: float = 1.0) -> Any:
    """Return the carbon of a power, step by step: ``Σ P · I · Δ`` [kg]."""
    return np.sum(power_mw * g_per_kwh, axis=-1) * step_h


def volumetric_kgco2e(load_mwh: Any, delivered_mwh: Any, mean_g_per_kwh: Any) -> Any:
    """Return the carbon that matching over the whole period leaves [kg].

    ``max(Σ L − Σ R, 0) · mean(I)``, with the plain mean of the intensities.
    """
    return np.maximum(load_mwh - delivered_mwh, 0.0) * mean_g_per_kwh


def metered_mw(load_mw: Any, onsite_mw: Any, charge_mw: Any = 0.0, discharge_mw: Any = 0.0) -> Any:
    """Return what a site draws through its meter [MW].

    Parameters
    ----------
    load_mw : array
        What the facility draws [MW].
    onsite_mw : array or None
        Generation after losses of the plants behind the meter [MW]; None where there are none.
        Contracted plants do not change what the meter shows, nor does a battery then: the
        location-based account is that of all of the load.
    charge_mw, discharge_mw : array or float
        Of the battery [MW].

    Notes
    -----
    ``max(L + charge − discharge − R_onsite, 0)``: what the grid supplies, where all plants are
    behind the meter.
    """
    if onsite_mw is None:
        return load_mw
    return np.maximum(load_mw - onsite_mw + charge_mw - discharge_mw, 0.0)


def grid_cfe_score(load_mw: Any, grid_mw: Any, cfe_share: Any) -> Any:
    """Return the share of a load that is carbon-free with what the grid supplies, 0 to 1.

    Parameters
    ----------
    load_mw, grid_mw : array
        What the facility draws, and what own generation and battery leave to the grid [MW].
    cfe_share : array
        Carbon-free share of the grid in each step, 0 to 1.

    Raises
    ------
    ValueError
        Where there is no load in any step, or a share is outside 0 to 1.

    Notes
    -----
    ``Σ (matched + grid · cfe) / Σ L``. Source: Google, "24/7 Carbon-Free Energy: Methodologies and
    Metrics" (2021).
    """
    if np.min(cfe_share) < 0 or np.max(cfe_share) > 1:
        raise ValueError("a carbon-free share of the grid is outside 0 to 1")
    load = np.sum(load_mw, axis=-1)
    check_demand(load)
    return np.sum(load_mw - grid_mw + grid_mw * cfe_share, axis=-1) / load


def energy_weighted_g_per_kwh(power_mw: Any, g_per_kwh: Any) -> Any:
    """Return the mean intensity of a power, weighted by its energy: ``Σ P · I / Σ P``.

    Raises
    ------
    ValueError
        Where the power is zero in all steps.
    """
    total = np.sum(power_mw, axis=-1)
    check_demand(total)
    return np.sum(power_mw * g_per_kwh, axis=-1) / total
