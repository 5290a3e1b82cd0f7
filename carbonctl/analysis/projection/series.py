"""What becomes of one piece of work over the steps of a projection, in parts of its start."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any, NamedTuple

from carbonctl.factors.projection import Turnover, fleet, grown, path_at, response
from carbonctl.numbers.rates import YEAR_H
from carbonctl.numbers.values import Value
from carbonctl.spec.projection import (
    EVEN,
    MONTHS,
    NEWEST,
    Hardware,
    Month,
    Optimisation,
    Projection,
)
from carbonctl.spec.systems import Spec

_PHASES = "phases."


class Step(NamedTuple):
    """What there is of some work at one step; at the start each is 1 unless it says otherwise.

    Attributes
    ----------
    demand : float
        Work that is asked for.
    energy : float
        Its electricity.
    grid : float
        Carbon intensity of the grid.
    amortised : float
        Embodied carbon that is written off in a year.
    bought, book : float or None
        Embodied carbon that is bought in a year, and what is left at its end, of what is
        written off in the first year; None where machines are not counted.
    machines : float
        Machines.
    machines_bought : float or None
        Of the machines of the start.
    idle : float
        Share of the capacity that has no work; 0 at the start.
    """

    demand: float
    energy: float
    grid: float
    amortised: float
    bought: float | None
    book: float | None
    machines: float
    machines_bought: float | None
    idle: float


class Series:
    """The steps of a projection, for figures that are at one place of their ranges.

    Parameters
    ----------
    projection : Projection
        Of a workload.
    numbers : mapping of str to float, optional
        Figures by their paths; the best estimates unless given.
    """

    def __init__(self, projection: Projection, numbers: Mapping[str, float] | None = None) -> None:
        self.projection = projection
        self.numbers = numbers or {}
        self.years = [
            n * projection.step_months / MONTHS for n in range(projection.steps + 1)
        ]  # since the start
        self._of: dict[float, list[Step]] = {}

    def number(self, value: Value) -> float:
        """Return the number of a figure."""
        return self.numbers.get(value.path or "", value.best)

    def steps(self, phase: str, activity: str) -> list[Step]:
        """Return what there is of an activity at each step."""
        rate = self.growth(phase, activity)
        if rate not in self._of:
            self._of[rate] = self._steps(rate)
        return self._of[rate]

    def growth(self, phase: str, activity: str) -> float:
        """Return by what an activity grows in a year, without rebound; 1 where nothing is said."""
        demand = self.projection.demand
        if not isinstance(demand, Mapping):
            return 1.0 if demand is None else self.number(demand)
        rates = {word.removeprefix(_PHASES): rate for word, rate in demand.items()}
        rate = rates.get(f"{phase}.{activity}", rates.get(phase))
        return 1.0 if rate is None else self.number(rate)

    def _steps(self, rate: float) -> list[Step]:
        answer = self.response
        demand = [grown(rate, t) * more for t, more in zip(self.years, answer, strict=True)]
        work = [asked * left for asked, left in zip(demand, self.time_left, strict=True)]
        if self.projection.hardware is None:
            energies = [a * left for a, left in zip(demand, self.energy_left, strict=True)]
            return [
                Step(asked, energy, grid, done, None, None, done, None, 0.0)
                for asked, energy, grid, done in zip(
                    demand, energies, self.grid, work, strict=True
                )
            ]  # fmt: skip
        return self._with_machines(demand, work, self.projection.hardware)

    def _with_machines(
        self, demand: Sequence[float], work: Sequence[float], hardware: Hardware
    ) -> list[Step]:
        """Return the steps of work on machines that are bought, age and go."""
        years = fleet(work, self.turnover(hardware))
        start = years[0]
        steps = []
        for n, year in enumerate(years):
            energy = year.energy / start.energy * self.energy_left[n] / self.time_left[n]
            steps.append(
                Step(
                    demand[n], energy, self.grid[n],
                    year.amortised / start.amortised,
                    year.bought_embodied / start.amortised,
                    year.book / start.amortised,
                    year.machines / start.machines,
                    year.machines_bought / start.machines,
                    year.idle / year.capacity,
                )
            )  # fmt: skip
        return steps

    def turnover(self, hardware: Hardware) -> Turnover:
        """Return how machines are replaced."""
        gain, machine, embodied = (
            None if rate is None else self.number(rate)
            for rate in (
                hardware.work_per_energy, hardware.work_per_machine, hardware.embodied_per_machine
            )
        )  # fmt: skip
        gain = 1.0 if gain is None else gain
        return Turnover(
            round(hardware.lifetime.best / YEAR_H),
            hardware.ages in (None, EVEN),
            hardware.share == NEWEST,
            gain,
            gain if machine is None else machine,
            1.0 if embodied is None else embodied,
        )

    @cached_property
    def energy_left(self) -> list[float]:
        """Energy per work at each step, by optimisation alone."""
        return self._left(lambda item: item.energy if item.energy is not None else item.time)

    @cached_property
    def time_left(self) -> list[float]:
        """Device time per work at each step, by optimisation alone."""
        return self._left(lambda item: item.time)

    def _left(self, rate_of: Any) -> list[float]:
        left = [1.0] * len(self.years)
        for item in self.projection.optimisations:
            rate = rate_of(item)
            if rate is not None:
                factor = self.number(rate)
                left = [
                    before * grown(factor, min(t, _years(item)))
                    for before, t in zip(left, self.years, strict=True)
                ]
        return left

    @cached_property
    def response(self) -> list[float]:
        """How demand answers to efficiency at each step."""
        rebound = self.projection.rebound
        if rebound is None:
            return [1.0] * len(self.years)
        share = self.number(rebound.elasticity)
        return [response(left, share) for left in self.energy_left]

    @cached_property
    def grid(self) -> list[float]:
        """Carbon intensity at each step, of that at the start."""
        path = self.projection.grid
        if path is None:
            return [1.0] * len(self.years)
        figures = self._path(path)
        return [figure / figures[0] for figure in figures]

    def shares(self, own: float) -> list[float]:
        """Return the carbon-free share at each step of electricity that begins with its own."""
        path = self.projection.carbon_free_energy
        if path is None:
            return [own] * len(self.years)
        if not isinstance(path, Mapping):
            return [min(1.0, own * factor) for factor in self._path(path)]
        return self._path(path)

    def start_of(self, path: Mapping[Month, Value]) -> float:
        """Return the figure at which a path begins."""
        return self._path(path)[0]

    def _path(self, path: Value | Mapping[Month, Value]) -> list[float]:
        if not isinstance(path, Mapping):
            factor = self.number(path)
            return [grown(factor, t) for t in self.years]
        points = sorted(path.items(), key=lambda point: point[0].number)
        start = self.projection.from_.number
        years = [(date.number - start) / MONTHS for date, _ in points]
        values = [self.number(value) for _, value in points]
        return [path_at(years, values, t) for t in self.years]


def _years(item: Optimisation) -> float:
    """Return for how many years an optimisation goes on."""
    return math.inf if item.for_ is None else item.for_.best / YEAR_H


def figures_of(part: Any) -> Iterator[Value]:
    """Yield the figures of a projection."""
    if isinstance(part, Value):
        yield part
    elif isinstance(part, Mapping):
        for item in part.values():
            yield from figures_of(item)
    elif isinstance(part, tuple):
        for item in part:
            yield from figures_of(item)
    elif isinstance(part, Spec):
        for item in vars(part).values():
            yield from figures_of(item)
