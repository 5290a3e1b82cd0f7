"""The power of a lithium-ion cell falls as it becomes full or empty: the C/L/C model.

Energy may rise to ``B − u·p`` at a power p, and fall to ``v·p``: so the power that a step of a
minute allows is a share of the room that is left. Carbon Explorer takes 60 steps an hour; here
they are summed in closed form, and give the same figures.

References
----------
F. Kazhamiaka, C. Rosenberg and S. Keshav, "Tractable lithium-ion storage models for optimizing
energy systems", Energy Informatics 2 (2019).
B. Acun et al., "Carbon Explorer", ASPLOS 2023. The defaults are the lithium cell of its code,
facebookresearch/CarbonExplorer at commit 61d4cfd, src/battery.py, class Battery2.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeAlias

# the smaller and the larger of two
Extremes: TypeAlias = tuple[Callable[[Any, Any], Any], Callable[[Any, Any], Any]]

SUBSTEPS_PER_H = 60
_TINY = 1e-300  # in place of zero, so that nothing at no power is nothing


@dataclass(frozen=True)
class Taper:
    """How the power of a battery falls near its ends, and its highest power.

    Attributes
    ----------
    charge_lag_h, discharge_lag_h : float
        Room above, and energy below, that a power needs besides what it moves [MWh per MW].
    charge_per_h, discharge_per_h : float
        Energy stored and given in an hour at most, as a multiple of the usable energy [1/h].
    """

    charge_lag_h: float = 0.04
    discharge_lag_h: float = 0.01
    charge_per_h: float = 3.0
    discharge_per_h: float = 3.0

    def __post_init__(self) -> None:
        if min(self.charge_lag_h, self.discharge_lag_h) < 0:
            raise ValueError("a taper's lag cannot be negative")
        if min(self.charge_per_h, self.discharge_per_h) <= 0:
            raise ValueError("a taper's highest rate is above 0")


NMC = Taper()


class Side(NamedTuple):
    """Charging or discharging in the sub-steps of a step.

    Attributes
    ----------
    moved_h : float or array
        Energy that a power moves in one sub-step [MWh per MW].
    lag_h : float
        Room that it needs besides [MWh per MW].
    substeps : int
        Sub-steps of the step.
    """

    moved_h: Any
    lag_h: float
    substeps: int


def mean_power_mw(room_mwh: Any, power_mw: Any, side: Side, extremes: Extremes) -> Any:
    """Return the mean power of a step that begins with some room and is offered a power [MW].

    Parameters
    ----------
    room_mwh : float or array
        Energy that may still be stored or, of a discharge, taken out [MWh].
    power_mw : float or array
        Offered or wanted at the terminals [MW], 0 or more.
    side : Side
        Charging or discharging.
    extremes : pair of callables
        The smaller and the larger of two: ``min, max`` for floats, numpy's for arrays.

    Notes
    -----
    With ``k = moved + lag``: the whole power for as long as ``room ≥ p·k`` at the start of a
    sub-step, which lowers the room by ``p · moved``; from then on ``room / k``, which lowers it by
    the factor ``1 − moved / k`` a sub-step.
    """
    smaller, larger = extremes
    moved_h, lag_h, substeps = side
    needed_h = moved_h + lag_h
    moved_mwh = power_mw * moved_h
    steady = (room_mwh - power_mw * needed_h) / larger(moved_mwh, _TINY) + 1
    steady = smaller(larger(steady, 0.0), substeps) // 1  # whole sub-steps at the whole power
    left_mwh = room_mwh - steady * moved_mwh
    tapering = 1 - (1 - moved_h / needed_h) ** (substeps - steady)
    return power_mw * (steady / substeps) + left_mwh * tapering / (substeps * moved_h)
