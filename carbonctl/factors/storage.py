"""Data at rest: terabytes over time."""

from typing import Any

from carbonctl.factors.power import W_PER_KW


def energy_kwh(tb_hours: Any, w_per_tb: Any) -> Any:
    """Return the energy [kWh] of stored data.

    Parameters
    ----------
    tb_hours : float, Range or column
        Capacity × replication × duration [TB·h]; a terabyte is decimal.
    w_per_tb : float, Range or column
        Draw of the medium [W/TB].
    """
    return tb_hours * w_per_tb / W_PER_KW


def kgco2e_per_tb_hour(kgco2e_per_tb: Any, lifetime_h: Any, fill: Any) -> Any:
    """Return the embodied carbon of one terabyte kept for one hour [kgCO2e/(TB·h)].

    Parameters
    ----------
    kgco2e_per_tb : float, Range or column
        Embodied carbon of the medium [kgCO2e/TB].
    lifetime_h : float, Range or column
        Service life [h].
    fill : float, Range or column
        Share of the medium that holds data (0..1]; the rest is carried along.
    """
    return kgco2e_per_tb / (lifetime_h * fill)
