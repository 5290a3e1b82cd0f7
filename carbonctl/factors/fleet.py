"""Machines that stand ready: busy for a share of the time, idle or released for the rest."""

from typing import Any

from carbonctl.factors.power import W_PER_KW
from carbonctl.numbers.intervals import over_corners


def _on(hours: Any, busy: Any, released: Any) -> Any:
    return hours * (busy + (1 - busy) * (1 - released))


def hours_on(hours: Any, busy: Any, released: Any) -> Any:
    """Return the hours [h] for which machines are on.

    Parameters
    ----------
    hours : float, Range or column
        Hours for which the fleet stands ready [h].
    busy : float, Range or column
        Share of them in which a machine serves [0..1].
    released : float, Range or column
        Share of the idle hours in which autoscaling gives machines back [0..1].

    Notes
    -----
    ``hours · (busy + (1 − busy) · (1 − released))``. Busy appears twice, so ranges are
    taken over their corners; the kernel is linear in each argument.
    """
    return over_corners(_on, hours, busy, released)


def _energy(hours: Any, idle_w: Any, max_w: Any, busy: Any, released: Any) -> Any:
    return hours * (busy * max_w + (1 - busy) * (1 - released) * idle_w) / W_PER_KW


def energy_kwh(hours: Any, idle_w: Any, max_w: Any, busy: Any, released: Any) -> Any:
    """Return the energy [kWh] of a fleet.

    Parameters
    ----------
    hours, busy, released
        As in `hours_on`.
    idle_w, max_w : float, Range or column
        Draw of one machine when idle and when busy [W].

    Notes
    -----
    ``hours · (busy · max + (1 − busy) · (1 − released) · idle)``; linear in each argument.
    """
    return over_corners(_energy, hours, idle_w, max_w, busy, released)


def _pool_idle(hours: Any, idle_w: Any, utilization: Any) -> Any:
    return hours * (1 / utilization - 1) * idle_w / W_PER_KW


def pool_idle_kwh(hours: Any, idle_w: Any, utilization: Any) -> Any:
    """Return the idle energy [kWh] of a shared pool that goes with some hours of work.

    Parameters
    ----------
    hours : float, Range or column
        Device-hours of work [device-h].
    idle_w : float, Range or column
        Draw of an idle device [W].
    utilization : float, Range or column
        Share of the time that the pool's devices work (0..1].

    Notes
    -----
    ``hours · (1/u − 1) · idle``: a pool busy a share ``u`` waits ``1/u − 1`` hours an hour.
    """
    return over_corners(_pool_idle, hours, idle_w, utilization)
