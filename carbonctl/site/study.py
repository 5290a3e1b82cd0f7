"""What comes of a site's file: accounts, battery and shifting, the optimum, sizes, designs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from carbonctl.catalog import Catalog
from carbonctl.errors import Caution, InputError, Problem
from carbonctl.site.accounts import energy_weighted_g_per_kwh
from carbonctl.site.assembly import W_PER_MW, FloatArray, site_hours
from carbonctl.site.by_time import cfe_of_day, hours_of_day
from carbonctl.site.coverage import coverage
from carbonctl.site.equipment import (
    Assumption,
    capacity_mw,
    equipped,
    flexible,
    plant_assumptions,
)
from carbonctl.site.operation import Operated, followed, generated_mw, operate
from carbonctl.site.remarks import remarks
from carbonctl.site.results import (
    BATTERY,
    BOTH,
    NONE,
    SHIFTING,
    Best,
    Outcome,
    Signal,
    SiteQuestion,
    SiteResult,
    Sized,
    Trace,
)
from carbonctl.site.sizes import sized
from carbonctl.site.sweep import Axis, DesignTable, read_axes, swept
from carbonctl.spec.site_file import LoadedSite


def study(
    loaded: LoadedSite,
    catalog: Catalog,
    question: SiteQuestion,
    progress: Callable[[int], None] | None = None,
) -> SiteResult:
    """Return what comes of a site.

    Parameters
    ----------
    loaded : LoadedSite
        Its file.
    catalog : Catalog
        Reads the files of hours.
    question : SiteQuestion
        What is asked.
    progress : callable, optional
        Called with the number of designs done.

    Raises
    ------
    InputError
        With all faults of the file and of the files of hours; where a target is out of reach.
    """
    return _Study(loaded, catalog, question).result(progress)


class _Study:
    def __init__(self, loaded: LoadedSite, catalog: Catalog, question: SiteQuestion) -> None:
        self.loaded = loaded
        self.question = question
        self.hours = site_hours(loaded, catalog)
        self.assumed: list[Assumption] = list(plant_assumptions(loaded.site.site))
        self.warnings = list(self.hours.warnings)
        self.site = self.operated()

    def refuse(self, keys: tuple[Any, ...], message: str) -> InputError:
        return InputError([self.loaded.problem(keys, message)])

    def operated(self) -> Operated:
        """Return the site as the kernels take it.

        Raises InputError where demand, capacity and flexible load do not go together.
        """
        hours, site = self.hours, self.loaded.site.site
        generation, onsite = generated_mw(hours)
        battery = None if site.battery is None else equipped(site.battery, self.assumed)
        demand = flexible(site, hours.demand_mw, hours.step_h, hours.start_s)
        capacity = capacity_mw(site, hours.demand_mw)
        limit = site.export_limit
        try:
            demand.check(capacity)
            demand.windows()
        except ValueError as error:
            key = "capacity" if site.capacity is not None else "flexibility"
            raise self.refuse(("site", key), str(error)) from None
        return Operated(
            hours, generation, onsite, demand, capacity, battery,
            site.servers, float("inf") if limit is None else limit.best / W_PER_MW,
            self.question.account,
        )  # fmt: skip

    def result(self, progress: Callable[[int], None] | None) -> SiteResult:
        """Return what comes of the site."""
        hours, site = self.hours, self.site
        try:
            alone = coverage(hours.demand_mw, site.generation_mw, hours.step_h)
        except ValueError as error:
            raise self.refuse(("demand",), str(error)) from None
        outcomes, trace = self.outcomes(followed(site))
        axes, size, sized_outcome = self.planned()
        self.warnings += remarks(self.site, self.loaded.site.site, outcomes[-1], self.question)
        return SiteResult(
            name=self.loaded.site.name,
            file=self.loaded.file,
            question=self.question,
            hours=hours,
            coverage=alone,
            mean_g_per_kwh=float(hours.g_per_kwh.mean()),
            weighted_g_per_kwh=float(energy_weighted_g_per_kwh(hours.demand_mw, hours.g_per_kwh)),
            tiers=tuple(site.flexible.tiers),
            capacity_mw=site.capacity_mw,
            outcomes=outcomes,
            trace=trace,
            optimum=self.optimum(outcomes[-1], trace) if self.question.wants_optimum else None,
            sized=size,
            sized_outcome=sized_outcome,
            designs=self.designs(axes, progress),
            signal=self.signal(trace),
            hours_of_day=hours_of_day(hours) if self.question.wants_hours_of_day else (),
            cfe_of_day=cfe_of_day(hours, trace),
            warnings=tuple(dict.fromkeys(self.warnings)),
            assumptions=tuple(self.assumed),
        )

    def outcomes(self, shifted_mw: FloatArray) -> tuple[tuple[Outcome, ...], Trace]:
        """Return each way to run the site, and the trace of the last."""
        ways = [(NONE, self.hours.demand_mw, False)]
        has_battery, is_flexible = self.site.equipped is not None, bool(self.site.flexible.tiers)
        if has_battery:
            ways.append((BATTERY, self.hours.demand_mw, True))
        if is_flexible:
            ways.append((SHIFTING, shifted_mw, False))
        if has_battery and is_flexible:
            ways.append((BOTH, shifted_mw, True))
        done = [operate(self.site, name, load, has_battery=battery) for name, load, battery in ways]
        return tuple(outcome for outcome, _ in done), done[-1][1]

    def optimum(self, outcome: Outcome, trace: Trace) -> Best:
        """Return the optimum with perfect foresight beside the way that the site is run."""
        from carbonctl.site.optimum import DIGITS, optimum  # scipy, which few need

        site, hours = self.site, self.hours
        charge_from = site.equipped.charge_from if site.equipped is not None else "generation"
        if charge_from == "surplus":
            charge_from = "generation"
            message = (
                "charging from surplus has no linear form; the optimum charges from generation"
            )
            self.warnings.append(Caution(message, "site.battery.charge_from"))
        known = {
            "storage": None if site.equipped is None else site.equipped.battery,
            "charge_from": charge_from,
        }
        args = (site.flexible, site.generation_mw, hours.g_per_kwh, site.capacity_mw)
        energy = optimum(*args, least="energy", **known)  # type: ignore[arg-type]
        carbon = optimum(*args, least="carbon", **known)  # type: ignore[arg-type]
        imported = float(trace.grid_mw @ hours.g_per_kwh) * hours.step_h
        return Best(
            energy.unmet_mwh, carbon.import_kg, round(outcome.unmet_mwh - energy.unmet_mwh, DIGITS),
            round(imported - carbon.import_kg, DIGITS), charge_from,
        )  # fmt: skip

    def planned(self) -> tuple[tuple[Axis, ...], Sized | None, Outcome | None]:
        """Return the axes of the plan's sweep, the size that meets its target and its outcome."""
        plan = self.loaded.site.plan
        if plan is None:
            return (), None, None
        if plan.excess is not None and plan.target is None and not plan.sweep:
            message = "counts with `target` or `sweep` alone"
            self.warnings.append(Caution(message, "plan.excess"))
        problems: list[Problem] = []
        names = tuple(plant.name for plant in self.hours.plants)
        axes: list[Axis] = []
        read = read_axes(plan.sweep or {}, names, has_battery=self.site.equipped is not None)
        for path, axis in read:
            if isinstance(axis, str):
                problems.append(self.loaded.problem(("plan", "sweep", path), axis))
            else:
                axes.append(axis)
        size: Sized | None = None
        outcome: Outcome | None = None
        if plan.target is not None:
            try:
                size, outcome = sized(self.site, plan, self.assumed)
            except ValueError as error:
                problems.append(self.loaded.problem(("plan", "target"), str(error)))
        if problems:
            raise InputError(problems)
        return tuple(axes), size, outcome

    def designs(
        self, axes: tuple[Axis, ...], progress: Callable[[int], None] | None
    ) -> DesignTable | None:
        """Return the designs of the plan's sweep."""
        plan = self.loaded.site.plan
        if not axes or plan is None:
            return None
        excess = None if plan.excess is None else plan.excess.best
        try:
            return swept(self.site, axes, excess, progress)
        except ValueError as error:
            raise self.refuse(("plan", "sweep"), str(error)) from None

    def signal(self, trace: Trace) -> Signal | None:
        """Return what the marginal intensity says of battery, shifting and exports."""
        marginal = self.hours.marginal_g_per_kwh
        if marginal is None:
            return None
        before = np.maximum(self.hours.demand_mw - self.site.generation_mw, 0.0)
        step_h = self.hours.step_h
        return Signal(
            float((trace.grid_mw - before) @ marginal) * step_h,
            float(trace.exported_mw @ marginal) * step_h,
        )
