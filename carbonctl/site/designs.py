"""Many designs of a site at once: sizes of plants and of the battery are arrays.

Designs are taken in chunks that fit the processor's cache, and each chunk goes through the period
step by step; nothing is kept but its sums.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, fields
from functools import partial
from typing import Any, NamedTuple, TypeAlias, cast

import numpy as np

from carbonctl.site.accounts import Accounts, metered_mw, volumetric_kgco2e
from carbonctl.site.battery import ARRAYS, Battery, Kernel, kernel, share_of_full
from carbonctl.site.coverage import exported_mw
from carbonctl.site.cyclic import cyclic

CHUNK = 4000  # designs: an array of them takes 32 kB
# The load of each step, of some designs [MW]: a figure for all of them, or one each.
Loads: TypeAlias = Callable[[slice], Iterable[Any]]


@dataclass(frozen=True)
class Plants:
    """The plants of designs.

    Attributes
    ----------
    shapes : array
        Generation after losses per capacity [MW per MW]; (plants, steps).
    capacity_mw : array
        (plants, designs).
    onsite : tuple of bool
        Which plants are behind the meter.

    Raises
    ------
    ValueError
        For arrays that do not fit each other, or a negative capacity.
    """

    shapes: Any
    capacity_mw: Any
    onsite: tuple[bool, ...]

    def __post_init__(self) -> None:
        count = len(self.onsite)
        if np.ndim(self.shapes) != 2 or np.ndim(self.capacity_mw) != 2:
            raise ValueError("shapes are (plants, steps), and capacities (plants, designs)")
        if not count == len(self.shapes) == len(self.capacity_mw):
            raise ValueError("each plant has a shape, a capacity in each design, and a connection")
        if not np.all(np.asarray(self.capacity_mw) >= 0):
            raise ValueError("the capacity of a plant cannot be negative")

    def steps(self, rows: slice) -> Iterator[tuple[Any, Any]]:
        """Yield generation of some designs, and what of it is behind the meter [MW], by step.

        The latter is None where no plant is behind the meter.
        """
        capacities = [capacity[rows] for capacity in self.capacity_mw]
        nothing = np.zeros(self.capacity_mw[:, rows].shape[1])
        for shares in self.shapes.T.tolist():
            onsite = contracted = nothing
            for share, capacity, behind in zip(shares, capacities, self.onsite, strict=True):
                if behind:
                    onsite = onsite + capacity * share
                else:
                    contracted = contracted + capacity * share
            yield onsite + contracted, onsite if any(self.onsite) else None

    def delivered_mwh(self, step_h: float = 1.0) -> Any:
        """Return the energy of all plants over the period [MWh]; (designs,)."""
        return (np.sum(self.shapes, axis=1) * step_h) @ self.capacity_mw


class Period(NamedTuple):
    """What is the same for all designs.

    Attributes
    ----------
    g_per_kwh : array or float
        Average intensity of the grid; (steps,).
    market_g_per_kwh : array or float
        Of the residual mix where it is known, else the same.
    step_h : float
        Length of a step [h].
    start : float or None
        Share of the usable energy that a battery starts with; None for a cyclic period.
    export_limit_mw : float
        Most of the spilled generation that the grid takes [MW].
    """

    g_per_kwh: Any
    market_g_per_kwh: Any
    step_h: float = 1.0
    start: float | None = None
    export_limit_mw: float = 0.0


class DesignSums(NamedTuple):
    """Sums over the period; each an array (designs,).

    Attributes
    ----------
    load_mwh, delivered_mwh : array
        What the facility draws; generation after losses.
    unmet_mwh : array
        What the grid supplies.
    import_kgco2e : array
        That, at the market-based intensity: the 24/7 account.
    metered_kgco2e : array
        What passes the meter, at the average intensity: the location-based account.
    charged_mwh, discharged_mwh : array
        Of the battery, at its terminals.
    spilled_mwh, exported_mwh : array
        Generation that neither load nor battery takes, and what of it the grid takes.
    start_mwh, end_mwh : array
        Energy stored at both ends of the period.
    """

    load_mwh: Any
    delivered_mwh: Any
    unmet_mwh: Any
    import_kgco2e: Any
    metered_kgco2e: Any
    charged_mwh: Any
    discharged_mwh: Any
    spilled_mwh: Any
    exported_mwh: Any
    start_mwh: Any
    end_mwh: Any


def accounts_of(designs: DesignSums, mean_market_g_per_kwh: float) -> Accounts:
    """Return the three accounts of designs.

    Parameters
    ----------
    designs : DesignSums
        Their sums.
    mean_market_g_per_kwh : float
        Plain mean of the market-based intensities [g/kWh].
    """
    return Accounts(
        designs.metered_kgco2e,
        designs.import_kgco2e,
        volumetric_kgco2e(designs.load_mwh, designs.delivered_mwh, mean_market_g_per_kwh),
    )


def sums(
    plants: Plants,
    battery: Battery,
    load: Any,
    period: Period,
    *,
    progress: Callable[[int], None] | None = None,
) -> DesignSums:
    """Return what comes of many designs over a period.

    Parameters
    ----------
    plants : Plants
        Their shapes and capacities.
    battery : Battery
        Fields are floats, or arrays (designs,).
    load : array or callable
        What the facility draws [MW]: (steps,), or, where it depends on the design, a callable that
        gives for a slice of the designs an iterable of the loads of each step. It is called once a
        pass.
    period : Period
        Intensities, length of a step, start and export limit.
    progress : callable, optional
        Called with the number of designs done, after each chunk.

    Raises
    ------
    ValueError
        For series of different lengths, no design, or as `carbonctl.site.battery.kernel`.
    """
    count = plants.capacity_mw.shape[1]
    loads = _loads(load, plants.shapes.shape[1])
    period = _by_step(period, plants.shapes.shape[1])
    _check_battery(battery, count)
    done = []
    for first in range(0, count, CHUNK):
        rows = slice(first, min(first + CHUNK, count))
        done.append(_chunk(plants, _rows(battery, rows), partial(loads, rows), period, rows))
        if progress:
            progress(rows.stop)
    if not done:
        raise ValueError("there is no design")
    return DesignSums(*(np.concatenate(parts) for parts in zip(*done, strict=True)))


def _chunk(
    plants: Plants,
    battery: Battery,
    loads: Callable[[], Iterable[Any]],
    period: Period,
    rows: slice,
) -> DesignSums:
    full_mwh = np.broadcast_to(np.asarray(battery.usable_mwh, float), (rows.stop - rows.start,))
    step = kernel(battery, period.step_h, ARRAYS)
    flows = partial(_flows, plants, period, rows)

    def pass_from(start_mwh: Any) -> DesignSums:
        return _pass(step, battery.limits_mw(), flows(loads()), period, start_mwh)

    if period.start is None:
        return cyclic(pass_from, full_mwh)
    return pass_from(share_of_full(period.start) * full_mwh)


def _flows(
    plants: Plants, period: Period, rows: slice, loads: Iterable[Any]
) -> Iterator[tuple[Any, Any, Any, Any, Any]]:
    """Yield load, generation, what is metered of it [MW] and both intensities, by step."""
    intensities = (period.g_per_kwh, period.market_g_per_kwh)
    steps = zip(loads, plants.steps(rows), *intensities, strict=True)
    for load, (delivered, onsite), average_kg, market_kg in steps:
        yield load, delivered, onsite, average_kg, market_kg


def _pass(
    step: Kernel,
    limits: tuple[Any, Any],
    flows: Iterable[tuple[Any, Any, Any, Any, Any]],
    period: Period,
    start_mwh: Any,
) -> DesignSums:
    """Go through the period once, from some energy [MWh]."""
    most_charge, most_discharge = limits
    totals = np.zeros((len(DesignSums._fields) - 2, *start_mwh.shape))
    level = start_mwh
    for load, delivered, onsite, average, market in flows:
        net = delivered - load
        offered, wanted = np.clip(net, 0.0, most_charge), np.clip(-net, 0.0, most_discharge)
        charge, discharge, level = step(level, offered, wanted)
        left = net - charge + discharge
        grid, spilled = np.maximum(-left, 0.0), np.maximum(left, 0.0)
        metered = metered_mw(load, onsite, charge, discharge)
        exported = exported_mw(spilled, period.export_limit_mw)
        figures = (
            load, delivered, grid, grid * market, metered * average, charge, discharge, spilled,
            exported,
        )  # fmt: skip
        for row, figure in enumerate(figures):
            totals[row] += figure
    return DesignSums._make([*(totals * period.step_h), start_mwh, level])


def _rows(battery: Battery, rows: slice) -> Battery:
    """Return the battery of some designs."""
    figures = (getattr(battery, field.name) for field in fields(battery))
    return Battery(*(each[rows] if np.ndim(each) else each for each in figures))


def _loads(load: Any, steps: int) -> Loads:
    if callable(load):
        return cast("Loads", load)
    return partial(_same_for_all, _column(load, steps, "load"))


def _same_for_all(load: list[float], _rows: slice) -> list[float]:
    return load


def _by_step(period: Period, steps: int) -> Period:
    """Return a period whose intensities are lists of floats."""
    average = _column(period.g_per_kwh, steps, "intensity of the grid")
    market = _column(period.market_g_per_kwh, steps, "intensity of the residual mix")
    return period._replace(g_per_kwh=average, market_g_per_kwh=market)


def _column(figures: Any, steps: int, name: str) -> list[float]:
    """Return a figure of each step, of one that is the same for all or of as many."""
    if np.ndim(figures) and np.shape(figures) != (steps,):
        raise ValueError(f"the {name} has {np.size(figures)} steps, and the plants have {steps}")
    return cast("list[float]", np.broadcast_to(np.asarray(figures, float), steps).tolist())


def _check_battery(battery: Battery, count: int) -> None:
    for field in fields(battery):
        figures = getattr(battery, field.name)
        if np.ndim(figures) and np.shape(figures) != (count,):
            raise ValueError(f"the batteries have {np.size(figures)} designs, the plants {count}")
