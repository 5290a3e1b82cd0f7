"""What one battery does over a period, and with what energy it begins."""

from __future__ import annotations

from functools import partial
from typing import Any, NamedTuple

import numpy as np

from carbonctl.site.battery import FLOATS, Battery, Kernel, kernel
from carbonctl.site.cyclic import cyclic


class BatteryRun(NamedTuple):
    """One battery over a period; arrays are (steps,).

    Attributes
    ----------
    charge_mw, discharge_mw : array
        At the terminals.
    soc_mwh : array
        Energy stored at the end of each step.
    grid_mw : array
        Load that neither generation nor the battery serves.
    spilled_mw : array
        Generation that neither the load nor the battery takes.
    start_mwh : float
        Energy stored at the beginning.
    step_h : float
        Length of a step [h].
    """

    charge_mw: Any
    discharge_mw: Any
    soc_mwh: Any
    grid_mw: Any
    spilled_mw: Any
    start_mwh: float
    step_h: float

    @property
    def end_mwh(self) -> float:
        """Energy stored at the end [MWh]."""
        return float(self.soc_mwh[-1])

    @property
    def unmet_mwh(self) -> float:
        """Energy that the grid supplies [MWh]."""
        return float(self.grid_mw.sum()) * self.step_h

    @property
    def spilled_mwh(self) -> float:
        """Energy neither used nor stored [MWh]."""
        return float(self.spilled_mw.sum()) * self.step_h

    @property
    def charged_mwh(self) -> float:
        """Energy taken in at the terminals [MWh]."""
        return float(self.charge_mw.sum()) * self.step_h

    @property
    def discharged_mwh(self) -> float:
        """Energy given at the terminals [MWh]."""
        return float(self.discharge_mw.sum()) * self.step_h

    @property
    def given_away_mwh(self) -> float:
        """Energy that the start had and the end lacks [MWh]: 0 where the period is cyclic."""
        return self.start_mwh - self.end_mwh

    @property
    def loss_mwh(self) -> float:
        """Energy lost in the battery [MWh]."""
        return self.charged_mwh - self.discharged_mwh + self.given_away_mwh


def run(
    battery: Battery,
    load_mw: Any,
    delivered_mw: Any,
    *,
    step_h: float = 1.0,
    start: float | None = None,
) -> BatteryRun:
    """Return what a battery does over a period.

    Parameters
    ----------
    battery : Battery
        Of floats.
    load_mw, delivered_mw : array
        What the facility draws, and generation after losses [MW]; (steps,).
    step_h : float
        Length of a step [h].
    start : float, optional
        Energy at the beginning as a share of the usable one. Without it the period is cyclic: it
        ends with what it began with.

    Raises
    ------
    ValueError
        For series of different lengths or none, a start outside 0 to 1, or as `kernel`.
    """
    net_mw = _net_mw(load_mw, delivered_mw)
    battery = _of_floats(battery)
    step = kernel(battery, step_h, FLOATS)
    most_charge_mw, most_discharge_mw = battery.limits_mw()
    flows = (
        np.clip(net_mw, 0.0, most_charge_mw).tolist(),
        np.clip(-net_mw, 0.0, most_discharge_mw).tolist(),
    )
    pass_from = partial(_pass, step, flows)
    if start is None:
        passed = cyclic(pass_from, battery.usable_mwh)
    else:
        passed = pass_from(share_of_full(start) * battery.usable_mwh)
    charge_mw, discharge_mw, soc_mwh = np.array(passed.steps).T
    left_mw = net_mw - charge_mw + discharge_mw
    return BatteryRun(
        charge_mw,
        discharge_mw,
        soc_mwh,
        np.maximum(-left_mw, 0.0),
        np.maximum(left_mw, 0.0),
        passed.start_mwh,
        step_h,
    )


def share_of_full(start: float) -> float:
    """Return the share of the usable energy that a battery starts with, checked."""
    if not 0 <= start <= 1:
        raise ValueError("a battery starts with a share of its energy, 0 % to 100 %")
    return start


class _Pass(NamedTuple):
    start_mwh: float
    steps: list[tuple[float, float, float]]  # charge, discharge [MW]; energy at the end [MWh]

    @property
    def end_mwh(self) -> float:
        return self.steps[-1][2]


def _pass(step: Kernel, flows: tuple[list[float], list[float]], start_mwh: Any) -> _Pass:
    """Go through the period once, from some energy [MWh]."""
    level_mwh = float(start_mwh)
    steps = []
    for offered_mw, wanted_mw in zip(*flows, strict=True):
        moved = step(level_mwh, offered_mw, wanted_mw)
        level_mwh = moved[2]
        steps.append(moved)
    return _Pass(float(start_mwh), steps)


def _of_floats(battery: Battery) -> Battery:
    """Return a battery whose figures are Python floats: they are the quickest, one by one."""
    return Battery(
        float(battery.usable_mwh),
        float(battery.charge_mw),
        float(battery.discharge_mw),
        float(battery.charge_efficiency),
        float(battery.discharge_efficiency),
        float(battery.self_discharge_per_h),
        battery.taper,
    )


def _net_mw(load_mw: Any, delivered_mw: Any) -> Any:
    load, delivered = np.asarray(load_mw, float), np.asarray(delivered_mw, float)
    if load.shape != delivered.shape or load.ndim != 1 or not load.size:
        raise ValueError(
            f"load and generation are a figure per step each, as many: not {load.shape} and "
            f"{delivered.shape}"
        )
    net = delivered - load
    if not np.all(np.isfinite(net)):
        raise ValueError("load or generation has a step without a figure")
    return net
