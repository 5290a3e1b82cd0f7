"""The least that the grid has to deliver, known everything ahead: a linear programme.

    minimise  Σ g·Δ  or  Σ I·g·Δ
    Σ y + c − d − g ≤ R − firm,   Σ y + firm ≤ capacity
    b_t = b_{t−1}·(1−σ)^Δ + η_c·c_t·Δ − d_t·Δ/η_d,   0 ≤ b ≤ B,   0 ≤ c ≤ P_c (and R),   0 ≤ d ≤ P_d
    Q_t = Q_{t−1} + (s·D_t − y_t)·Δ,   y_t ≥ 0,   low_t ≤ Q_t ≤ high_t      for each tier

The data repeat: the last step goes before the first. ``y`` is written by the backlogs ``Q``, so
that the variables are ``g``, then ``c, d, b``, then ``Q`` of each tier. Solved by HiGHS in scipy
(Huangfu & Hall 2018, doi:10.1007/s12532-017-0130-5).
"""

from __future__ import annotations

from typing import Any, Literal, NamedTuple

import numpy as np

from carbonctl.errors import Unavailable
from carbonctl.ledger.frames import require
from carbonctl.site.backlog import FlexibleDemand, Floats, bounds
from carbonctl.site.battery import Battery

EXTRA = "pip install 'carbonctl[optimum]'"
METHOD = "highs-ds"  # the dual simplex ends on a vertex: the same plan each time
DIGITS = 9  # after the point, of sums: HiGHS is no more exact than that


class Optimum(NamedTuple):
    """What the least import needs; arrays have the shape (steps,).

    Attributes
    ----------
    unmet_mwh : float
        Energy from the grid [MWh], to 9 digits.
    import_kg : float
        Its carbon [kg], to 9 digits.
    load_mw, charge_mw, discharge_mw, grid_mw : array of float
        What runs, goes into the battery, comes out of it, and is imported [MW].
    stored_mwh : array of float
        In the battery at the end of each step [MWh].
    """

    unmet_mwh: float
    import_kg: float
    load_mw: Floats
    charge_mw: Floats
    discharge_mw: Floats
    grid_mw: Floats
    stored_mwh: Floats


def optimum(
    flexible: FlexibleDemand,
    generation_mw: Floats,
    intensity: Floats,
    capacity_mw: float,
    *,
    storage: Battery | None = None,
    charge_from: Literal["generation", "grid"] = "generation",
    least: Literal["energy", "carbon"] = "energy",
) -> Optimum:
    """Return the plan that imports least, in energy or in carbon.

    Of several plans with the same least, any is returned: where the least carbon is asked for,
    the energy is not the only one, and the other way round.

    Parameters
    ----------
    flexible : FlexibleDemand
        Demand and its tiers.
    generation_mw : array of float, shape (steps,)
        Own generation [MW].
    intensity : array of float, shape (steps,)
        Of the grid [g/kWh].
    capacity_mw : float
        Most that may run in a step [MW].
    storage : Battery, optional
        Of floats, and as linear: its taper lowers the highest powers alone.
    charge_from : str
        "generation": the battery takes no more than own generation. "grid": from either. Taking
        surplus alone, as the policy does, is not linear.
    least : str
        "energy" or "carbon": what is minimised.

    Raises
    ------
    MissingExtra
        Where scipy is not installed.
    Unavailable
        Where HiGHS gives no solution.
    ValueError
        As `FlexibleDemand.check` and `window_starts`, and for another word.
    """
    if charge_from not in ("generation", "grid"):
        raise ValueError(f"the optimum charges from generation or grid, not {charge_from}")
    if least not in ("energy", "carbon"):
        raise ValueError(f"the optimum is that of energy or carbon, not {least}")
    flexible.check(capacity_mw)
    require("the optimum", "scipy", extra=EXTRA)
    demand_mw, step_h = flexible.demand_mw, flexible.step_h
    programme = _Programme(len(demand_mw))
    cost = np.full(len(demand_mw), step_h) if least == "energy" else intensity * step_h
    grid = programme.variable(0.0, np.inf, cost)
    power = {grid: -programme.same}
    cells: tuple[int, ...] = ()
    if storage is not None:
        limit = generation_mw if charge_from == "generation" else np.inf
        charge, discharge, _ = cells = _add_storage(programme, storage, limit, step_h)
        power |= {charge: programme.same, discharge: -programme.same}
    runs = (programme.before - programme.same) / step_h  # y − s·D, of Q
    running = {}
    for tier in flexible.tiers:
        backlog = programme.variable(*bounds(tier, flexible))
        programme.at_most({backlog: -runs}, tier.share * demand_mw)
        running[backlog] = runs
    programme.at_most(power | running, generation_mw - demand_mw)
    if running:
        programme.at_most(running, capacity_mw - demand_mw)
    figures = programme.solve()
    load = demand_mw + sum(runs @ figures[backlog] for backlog in running)
    none = np.zeros(len(demand_mw))
    charged, discharged, stored = (figures[cell] for cell in cells) if cells else (none,) * 3
    # Not the variable itself: at no cost, it may be more than is needed.
    imported = np.maximum(load + charged - discharged - generation_mw, 0.0)
    return Optimum(
        _rounded(imported.sum() * step_h),
        _rounded(intensity @ imported * step_h),
        load, charged, discharged, imported, stored,
    )  # fmt: skip


def _add_storage(
    programme: _Programme, storage: Battery, charge_limit: Any, step_h: float
) -> tuple[int, int, int]:
    """Add a battery; return its charge and discharge [MW] and what it holds [MWh]."""
    most_charge_mw, most_discharge_mw = storage.limits_mw()
    charge = programme.variable(0.0, np.minimum(most_charge_mw, charge_limit))
    discharge = programme.variable(0.0, most_discharge_mw)
    stored = programme.variable(0.0, storage.usable_mwh)
    kept = (1 - storage.self_discharge_per_h) ** step_h
    programme.equal(
        {
            stored: programme.same - kept * programme.before,
            charge: -storage.charge_efficiency * step_h * programme.same,
            discharge: step_h / storage.discharge_efficiency * programme.same,
        },
        0.0,
    )
    return charge, discharge, stored


class _Programme:
    """A linear programme of variables that have a figure in each step.

    Parameters
    ----------
    steps : int
        Number of steps; the last goes before the first.
    """

    def __init__(self, steps: int) -> None:
        from scipy import sparse

        ones, places = np.ones(steps), np.arange(steps)
        # What a variable is in a step, and what it was in the step before.
        self.same = sparse.csr_array((ones, (places, places)))
        self.before = sparse.csr_array((ones, (places, np.roll(places, 1))))
        self.steps = steps
        self._ranges: list[Floats] = []
        self._costs: list[Floats] = []
        self._rows: dict[str, list[tuple[dict[int, Any], Floats]]] = {"ub": [], "eq": []}

    def variable(self, low: Any, high: Any, cost: Any = 0.0) -> int:
        """Add a variable with its range and its cost in each step; return its number."""
        self._ranges.append(np.column_stack([self._each(low), self._each(high)]))
        self._costs.append(self._each(cost))
        return len(self._costs) - 1

    def at_most(self, terms: dict[int, Any], limit: Any) -> None:
        """Ask, in each step, that the terms, matrices by variable, add up to a limit at most."""
        self._rows["ub"].append((terms, self._each(limit)))

    def equal(self, terms: dict[int, Any], value: Any) -> None:
        """Ask, in each step, that the terms, matrices by variable, add up to a value."""
        self._rows["eq"].append((terms, self._each(value)))

    def solve(self) -> list[Floats]:
        """Return the figures of each variable at the least cost.

        Raises
        ------
        Unavailable
            Where HiGHS gives none.
        """
        from scipy import optimize

        rows = {}
        for kind, some in self._rows.items():
            if some:
                rows[f"A_{kind}"] = self._matrix([terms for terms, _ in some])
                rows[f"b_{kind}"] = np.concatenate([values for _, values in some])
        solution = optimize.linprog(
            np.concatenate(self._costs), bounds=np.concatenate(self._ranges), method=METHOD, **rows
        )
        if solution.status != 0:
            raise Unavailable(f"the optimum was not found by HiGHS: {solution.message}")
        return list(solution.x.reshape(len(self._costs), self.steps))

    def _matrix(self, rows: list[dict[int, Any]]) -> Any:
        from scipy import sparse

        none = sparse.csr_array((self.steps, self.steps))
        return sparse.block_array(
            [[terms.get(number, none) for number in range(len(self._costs))] for terms in rows],
            format="csc",
        )

    def _each(self, value: Any) -> Floats:
        return np.broadcast_to(np.asarray(value, dtype=float), (self.steps,))


def _rounded(value: float) -> float:
    return round(float(value), DIGITS)
