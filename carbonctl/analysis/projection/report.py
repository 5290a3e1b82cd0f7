"""The projection of one workload: its rows, its ranges, and what to know of them."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import NamedTuple

from carbonctl.analysis.projection.bases import Base, bases
from carbonctl.analysis.projection.rows import AMORTISED, BOUGHT, Table, table
from carbonctl.analysis.projection.series import Series
from carbonctl.analysis.projection.solve import (
    Goal,
    NoRate,
    Solved,
    figures_of_goal,
    solved_rate,
    with_rate,
)
from carbonctl.analysis.projection.solve_range import solved_range
from carbonctl.analysis.projection.spread import Bounds, Spread
from carbonctl.errors import Caution, InputError, Problem
from carbonctl.ledger.entry import BEYOND, in_limits
from carbonctl.ledger.ranges import Ends
from carbonctl.ledger.result import Result
from carbonctl.spec.load import Loaded
from carbonctl.spec.projection import Projection

BLOCK = "projection"
EXAMPLE = """projection:
  {from: 2024, for: 10 years, demand: 2x / 3 years, optimisation: {energy: -10 % / year}}"""
_NONE = "this workload has no projection; two lines add one:"
_NEAR = 0.01  # how far a path may begin from the account without a word


class NoProjection(InputError):
    """A workload without a projection; its text ends with the lines that would add one."""

    def __str__(self) -> str:
        return f"{super().__str__()}\n{EXAMPLE}"


def _share(part: float) -> str:
    """Write a share in percent to two digits, or whole ones; never all of it unless it is."""
    percent = part * 100
    if 99.5 <= percent < 100:
        return "over 99 %"
    return f"{percent:.0f} %" if percent >= 10 else f"{percent:.2g} %"


class Wanted(NamedTuple):
    """How a projection is asked for.

    Attributes
    ----------
    embodied : str
        Which embodied carbon its totals hold.
    is_cumulative : bool
        Whether each row has the sum since the start.
    solve : str or None
        The rate to be found.
    goal : Goal or None
        What it is to bring about.
    """

    embodied: str = AMORTISED
    is_cumulative: bool = False
    solve: str | None = None
    goal: Goal | None = None


class Report:
    """The projection of one workload.

    Parameters
    ----------
    loaded : Loaded
        The workload.
    result : Result
        Its account.
    wanted : Wanted
        What is asked for.

    Attributes
    ----------
    file, name : str
        The input, and the workload.
    projection : Projection
        The block, with the rate that was solved.
    series : Series
        What becomes of each activity.
    table : Table
        All rows.
    solved : Solved or None
        The rate that was solved.

    Raises
    ------
    InputError
        Where there is no projection, no rate to be found, or a figure is beyond all limits.
    UsageError
        Where there is no such rate as is to be solved.
    """

    def __init__(self, loaded: Loaded, result: Result, wanted: Wanted) -> None:
        self.loaded = loaded
        self.result = result
        self.wanted = wanted
        self.file, self.name = result.file, result.name
        self.bases = bases(result)
        self.projection = self._block()
        self.solved: Solved | None = None
        if wanted.solve is not None and wanted.goal is not None:
            self.solved = self._solved(wanted.solve, wanted.goal)
            self.projection = with_rate(
                self.projection, wanted.solve, self.bases, self.solved.per_year
            )
        self.series = Series(self.projection)
        self.table = self._checked()

    def _block(self) -> Projection:
        block: Projection | None = self.loaded.workload.projection
        if block is None:
            raise NoProjection([self._problem(_NONE, ())])
        if self.wanted.embodied == BOUGHT and block.hardware is None:
            said = "embodied carbon is counted as bought only with `hardware`; give it"
            raise InputError([self._problem(said)])
        if isinstance(block.grid, Mapping) and Series(block).start_of(block.grid) <= 0:
            said = "grid: the path begins at 0, and nothing can be scaled from that"
            raise InputError([self._problem(said, (BLOCK, "grid"))])
        return block

    def _problem(self, message: str, keys: tuple[str, ...] = (BLOCK,)) -> Problem:
        return self.loaded.problem(keys, ".".join(keys), message)

    def _solved(self, key: str, goal: Goal) -> Solved:
        """Return the rate that brings about what is wanted."""
        years = self.projection.steps * self.projection.step_months / 12

        def solve(bases: Sequence[Base], numbers: Mapping[str, float] | None) -> Solved:
            def total(per_year: float) -> tuple[float, float]:
                projection = with_rate(self.projection, key, self.bases, per_year)
                made = self._table(Series(projection, numbers), bases)
                return figures_of_goal(goal, made.totals)

            return solved_rate(goal, key, years, total)

        try:
            rate = solve(self.bases, None)
            projection = with_rate(self.projection, key, self.bases, rate.per_year)
            low, high = solved_range(
                self.result, self.bases, projection, goal.key,
                lambda bases, numbers: solve(bases, numbers).per_year,
            )  # fmt: skip
            if low is None or low == high:
                return rate
            return rate._replace(per_year_low=low, per_year_high=high)
        except NoRate as fault:
            raise InputError([self._problem(str(fault))]) from None
        except (OverflowError, ZeroDivisionError):
            raise InputError([self._problem(BEYOND)]) from None

    def _table(self, series: Series, some: Sequence[Base] | None = None) -> Table:
        wanted = self.wanted
        activities = self.bases if some is None else some
        return table(activities, series, wanted.embodied, is_cumulative=wanted.is_cumulative)

    def _checked(self) -> Table:
        """Return the rows, all of whose figures are within limits."""
        try:
            made = self._table(self.series)
        except (OverflowError, ZeroDivisionError):
            raise InputError([self._problem(BEYOND)]) from None
        figures = [x for row in made.rows for x in row if isinstance(x, float)]
        if not all(map(math.isfinite, figures)) or not in_limits(figures):
            raise InputError([self._problem(BEYOND)])
        return made

    @cached_property
    def spread(self) -> Spread:
        """What is uncertain in the total."""
        wanted = self.wanted
        return Spread(
            self.projection, self.bases, self.result.moves, wanted.embodied,
            is_cumulative=wanted.is_cumulative,
        )  # fmt: skip

    def bounds(self, step: int) -> Bounds:
        """Return the range of the total at a step."""
        try:
            ends: Ends = self.spread.at(step)
        except (OverflowError, ZeroDivisionError):
            return Bounds(None, None)
        return Bounds(*ends)

    @property
    def step_name(self) -> str:
        """What a step is called by: a year, or a month."""
        return "Month" if "-" in self.table.totals[0].year else "Year"

    @cached_property
    def efficiency(self) -> list[float | None]:
        """Energy per work at each step, that of the start being 1; None without energy."""
        demands = [row.demand for row in self._plain.totals]
        energies = [row.energy_kwh for row in self._plain.totals]
        start = energies[0]
        return [
            energy / start / demand if start else None
            for energy, demand in zip(energies, demands, strict=True)
        ]

    @cached_property
    def _plain(self) -> Table:
        """The rows of each year by itself."""
        return table(self.bases, self.series) if self.wanted.is_cumulative else self.table

    @property
    def has_embodied(self) -> bool:
        """Whether embodied carbon is unknown or not zero."""
        return any(row.embodied_amortised_kgco2e != 0 for row in self.table.totals)

    @cached_property
    def notes(self) -> tuple[Caution, ...]:
        """What the user should know."""
        return tuple(Caution(said) for said in self._notes())

    def _notes(self) -> Iterator[str]:
        projection, totals = self.projection, self.table.totals
        demand = projection.demand
        if isinstance(demand, Mapping):
            still = [
                f"{base.phase}.{base.activity}"
                for base in self.bases
                if not {base.phase, f"{base.phase}.{base.activity}"} & {
                    word.removeprefix("phases.") for word in demand
                }
            ]  # fmt: skip
            if still:
                yield f"no rate of demand is given for {', '.join(still)}: it stays as it is"
        yield from self._paths()
        rebound = projection.rebound
        if rebound is not None and rebound.elasticity.best > 1:
            yield "the elasticity is above 1: demand takes back more than efficiency saves"
        most = max(self.table.idle)
        if most > 1e-9:
            year = totals[self.table.idle.index(most)].year
            yield (
                f"demand falls faster than machines go: in {year} {_share(most)} of the "
                "capacity of an activity stands idle, and its embodied carbon is still written off"
            )
        if totals[0].total_kgco2e is None:
            yield "embodied carbon is unknown, and so is the total"

    def _paths(self) -> Iterator[str]:
        """Yield what is said of paths that do not begin where the account is."""
        grid, start = self.projection.grid, self.table.totals[0].intensity_kgco2e_per_kwh
        if isinstance(grid, Mapping) and start is not None:
            first = self.series.start_of(grid)
            if abs(first - start) > _NEAR * start:
                yield (
                    f"the path of the grid begins at {first * 1000:.4g} g/kWh, and the account "
                    f"has {start * 1000:.4g}: the account is scaled by the path"
                )
        free = self.projection.carbon_free_energy
        if isinstance(free, Mapping):
            first = self.series.start_of(free)
            own = {c.share for base in self.bases for c in base.contracts}
            if any(abs(share - first) > 1e-9 for share in own):
                shares = ", ".join(f"{share * 100:.3g} %" for share in sorted(own))
                yield (
                    f"carbon_free_energy begins at {first * 100:.3g} %, and the account has "
                    f"{shares}: the market-based column is that of the path from the start"
                )
