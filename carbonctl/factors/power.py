"""Electric energy of machines at work."""

from __future__ import annotations

from typing import Any

from carbonctl.numbers.intervals import over_corners

W_PER_KW = 1000
GB_PER_TB = 1000


def energy_kwh(hours: Any, power_w: Any) -> Any:
    """Return the energy of ``hours`` at a mean draw.

    Parameters
    ----------
    hours : float, Range or column
        Hours of one device or one system [h].
    power_w : float, Range or column
        Its mean draw [W].

    Returns
    -------
    float, Range or column
        Energy [kWh].

    Notes
    -----
    Eq. 1 of luccioni2023, before the grid's intensity.
    """
    return hours * power_w / W_PER_KW


def loaded_w(rated_w: Any, load: Any) -> Any:
    """Return the draw [W] of a device at a share ``load`` [0..1] of its rated power [W]."""
    return rated_w * load


def _busy_w(idle_w: Any, max_w: Any, busy: Any) -> Any:
    return idle_w + (max_w - idle_w) * busy


def busy_w(idle_w: Any, max_w: Any, busy: Any) -> Any:
    """Return the mean draw [W] of a device that is busy a share of the time.

    Parameters
    ----------
    idle_w, max_w : float, Range or column
        Draw when idle and when busy [W].
    busy : float, Range or column
        Share of the time it is busy [0..1].

    Notes
    -----
    ``idle + (max − idle) · busy``. Idle and busy appear twice, so ranges are taken over
    their corners; the kernel is linear in each argument, hence that is exact.
    """
    return over_corners(_busy_w, idle_w, max_w, busy)


def memory_w(capacity_gb: Any, w_per_gb: Any) -> Any:
    """Return the draw [W] of host DRAM from its capacity [GB] and its power density [W/GB]."""
    return capacity_gb * w_per_gb


def drives_w(capacity_gb: Any, w_per_tb: Any) -> Any:
    """Return the draw [W] of a host's drives from their capacity [GB] and draw [W/TB]."""
    return capacity_gb / GB_PER_TB * w_per_tb
