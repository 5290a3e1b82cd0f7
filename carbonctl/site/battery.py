"""A battery that takes surplus generation and serves deficits, step by step.

    b ← b·(1 − σ)^Δ
    c = min(surplus, P_c, (B − b) / (η_c·Δ))
    d = min(deficit, P_d, b·η_d / Δ)
    b ← b + η_c·c·Δ − d·Δ / η_d

Without flexible load no other use of the battery leaves less to the grid. One kernel, `kernel`,
serves a year of floats and arrays of designs. With a `Taper`, powers fall near both ends.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, NamedTuple, TypeAlias

import numpy as np

from carbonctl.site.cyclic import cyclic
from carbonctl.site.taper import SUBSTEPS_PER_H, Extremes, Side, Taper, mean_power_mw

# (level MWh, offered MW, wanted MW) → (charge MW, discharge MW, level MWh)
Kernel: TypeAlias = Callable[[Any, Any, Any], tuple[Any, Any, Any]]
FLOATS: Extremes = (min, max)
ARRAYS: Extremes = (np.minimum, np.maximum)


@dataclass(frozen=True)
class Battery:
    """A battery, or an axis of them: each field a float or an array of designs.

    Attributes
    ----------
    usable_mwh : float or array
        Energy between empty and full, see `usable_mwh`.
    charge_mw, discharge_mw : float or array
        Highest powers at the terminals.
    charge_efficiency, discharge_efficiency : float or array
        One way, above 0 up to 1.
    self_discharge_per_h : float or array
        Share of the stored energy lost in an hour.
    taper : Taper, optional
        The C/L/C model.

    Raises
    ------
    ValueError
        For a figure outside its range.
    """

    usable_mwh: Any
    charge_mw: Any
    discharge_mw: Any
    charge_efficiency: Any = 1.0
    discharge_efficiency: Any = 1.0
    self_discharge_per_h: Any = 0.0
    taper: Taper | None = None

    def __post_init__(self) -> None:
        for value, name in (
            (self.usable_mwh, "energy of a battery"),
            (self.charge_mw, "charging power of a battery"),
            (self.discharge_mw, "discharging power of a battery"),
        ):
            if not np.all(np.asarray(value) >= 0):
                raise ValueError(f"the {name} cannot be negative")
        if not np.all(np.isfinite(self.usable_mwh)):
            raise ValueError("the energy of a battery cannot be infinite")
        for value in (self.charge_efficiency, self.discharge_efficiency):
            if not np.all((np.asarray(value) > 0) & (np.asarray(value) <= 1)):
                raise ValueError("the efficiency of a battery is above 0 % and at most 100 %")
        lost = np.asarray(self.self_discharge_per_h)
        if not np.all((lost >= 0) & (lost < 1)):
            raise ValueError("the self-discharge of a battery is from 0 % to under 100 % an hour")

    def limits_mw(self) -> tuple[Any, Any]:
        """Return the highest charging and discharging power [MW], the taper's rates included."""
        if self.taper is None:
            return self.charge_mw, self.discharge_mw
        charge = self.usable_mwh * self.taper.charge_per_h / self.charge_efficiency
        discharge = self.usable_mwh * self.taper.discharge_per_h * self.discharge_efficiency
        return np.minimum(self.charge_mw, charge), np.minimum(self.discharge_mw, discharge)


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


def usable_mwh(energy_mwh: Any, depth_of_discharge: Any, energy_is: str = "nameplate") -> Any:
    """Return the energy of a battery between empty and full [MWh].

    Parameters
    ----------
    energy_mwh : float or array
        As it is named [MWh].
    depth_of_discharge : float or array
        Share of the nameplate energy that is used, above 0 up to 1.
    energy_is : str
        "nameplate", or "usable" where the depth of discharge is already taken off.

    Raises
    ------
    ValueError
        For a depth outside its range, or another word.
    """
    _check_depth(depth_of_discharge)
    if energy_is not in ("nameplate", "usable"):
        raise ValueError(f"the energy of a battery is nameplate or usable, not {energy_is}")
    return energy_mwh if energy_is == "usable" else energy_mwh * depth_of_discharge


def nameplate_mwh(usable_mwh: Any, depth_of_discharge: Any) -> Any:
    """Return the energy that a battery is built with [MWh]: usable / depth of discharge."""
    _check_depth(depth_of_discharge)
    return usable_mwh / depth_of_discharge


def cycles(discharged_mwh: Any, battery: Battery) -> Any:
    """Return full cycles of a battery: ``Σ d·Δ / η_d / B``, or 0 where it has no energy."""
    usable = np.asarray(battery.usable_mwh, float)
    taken = np.asarray(discharged_mwh / battery.discharge_efficiency, float)
    turned = np.divide(
        taken, usable, out=np.zeros(np.broadcast(taken, usable).shape), where=usable > 0
    )
    return float(turned) if turned.ndim == 0 else turned


def resized(battery: Battery, usable_mwh: Any, *, keep_power: bool) -> Battery:
    """Return a battery of another energy, with its powers or with its hours of power."""
    if keep_power:
        return replace(battery, usable_mwh=usable_mwh)
    share = usable_mwh / battery.usable_mwh
    return replace(
        battery,
        usable_mwh=usable_mwh,
        charge_mw=battery.charge_mw * share,
        discharge_mw=battery.discharge_mw * share,
    )


def kernel(battery: Battery, step_h: float, extremes: Extremes) -> Kernel:
    """Return what a battery does in one step.

    Parameters
    ----------
    battery : Battery
        Of floats or of arrays.
    step_h : float
        Length of a step [h].
    extremes : pair of callables
        `FLOATS` or `ARRAYS`: the smaller and the larger of two.

    Returns
    -------
    callable
        Of the energy stored [MWh] and the powers offered and wanted [MW], both already within
        `Battery.limits_mw` and at most one of them above 0; gives charge and discharge at the
        terminals [MW] and the energy stored at the end [MWh].

    Raises
    ------
    ValueError
        For a step that is not above 0 or, with a taper, not of whole minutes.
    """
    if not step_h > 0:
        raise ValueError("the length of a step is above 0 h")
    if battery.taper is None:
        return _linear(battery, step_h, extremes)
    return _tapered(battery, battery.taper, step_h, extremes)


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


def _linear(battery: Battery, step_h: float, extremes: Extremes) -> Kernel:
    smaller, larger = extremes
    keep = (1 - battery.self_discharge_per_h) ** step_h
    full_mwh = battery.usable_mwh
    stored_h = battery.charge_efficiency * step_h  # MWh in per MW over a step
    taken_h = step_h / battery.discharge_efficiency  # MWh out per MW

    def step(level_mwh: Any, offered_mw: Any, wanted_mw: Any) -> tuple[Any, Any, Any]:
        kept_mwh = level_mwh * keep
        charge_mw = smaller(offered_mw, (full_mwh - kept_mwh) / stored_h)
        discharge_mw = smaller(wanted_mw, kept_mwh / taken_h)
        end_mwh = kept_mwh + charge_mw * stored_h - discharge_mw * taken_h
        # rounding may carry a level past its ends
        return charge_mw, discharge_mw, smaller(larger(end_mwh, 0.0), full_mwh)

    return step


def _tapered(battery: Battery, taper: Taper, step_h: float, extremes: Extremes) -> Kernel:
    smaller, larger = extremes
    substeps = round(step_h * SUBSTEPS_PER_H)
    if substeps < 1 or abs(substeps - step_h * SUBSTEPS_PER_H) > 1e-9:
        raise ValueError("a battery with a taper needs steps of whole minutes")
    keep = (1 - battery.self_discharge_per_h) ** step_h
    full_mwh = battery.usable_mwh
    stored_h = battery.charge_efficiency * step_h
    taken_h = step_h / battery.discharge_efficiency
    charging = Side(stored_h / substeps, taper.charge_lag_h, substeps)
    discharging = Side(taken_h / substeps, taper.discharge_lag_h, substeps)

    def step(level_mwh: Any, offered_mw: Any, wanted_mw: Any) -> tuple[Any, Any, Any]:
        kept_mwh = level_mwh * keep
        charge_mw = mean_power_mw(full_mwh - kept_mwh, offered_mw, charging, extremes)
        discharge_mw = mean_power_mw(kept_mwh, wanted_mw, discharging, extremes)
        end_mwh = kept_mwh + charge_mw * stored_h - discharge_mw * taken_h
        return charge_mw, discharge_mw, smaller(larger(end_mwh, 0.0), full_mwh)

    return step


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


def _check_depth(depth_of_discharge: Any) -> None:
    depth = np.asarray(depth_of_discharge)
    if not np.all((depth > 0) & (depth <= 1)):
        raise ValueError("a depth of discharge is above 0 % and at most 100 %")
