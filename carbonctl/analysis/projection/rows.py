"""The rows of a projection: the figures of each phase, and of all, step by step."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from carbonctl.analysis.projection.bases import Base
from carbonctl.analysis.projection.series import Series, Step

TOTAL = "total"
AMORTISED, BOUGHT = EMBODIED = ("amortised", "bought")


class ProjectionRow(NamedTuple):
    """One phase, or all of them, at one step. None is unknown, or is not counted.

    Attributes
    ----------
    year : str
        The year, or the month where steps are no years.
    phase : str
        A phase, or `TOTAL`.
    demand : float
        Work that is asked for, 1 at the start; of several activities by their energy then.
    energy_kwh : float
        Electricity of a year.
    operational_kgco2e, operational_market_kgco2e : float
        Its carbon, location- and market-based.
    embodied_amortised_kgco2e, embodied_bought_kgco2e, embodied_book_kgco2e : float
        Embodied carbon that is written off in the year, that is bought in it, and that is left
        at its end.
    total_kgco2e : float
        Operational carbon, and embodied carbon that is written off or, where asked for, bought.
    intensity_kgco2e_per_kwh : float
        Operational carbon per electricity.
    machines_bought, machines : float
        Machines bought in the year, and all that there are.
    """

    year: str
    phase: str
    demand: float
    energy_kwh: float
    operational_kgco2e: float
    operational_market_kgco2e: float | None
    embodied_amortised_kgco2e: float | None
    embodied_bought_kgco2e: float | None
    embodied_book_kgco2e: float | None
    total_kgco2e: float | None
    intensity_kgco2e_per_kwh: float | None
    machines_bought: float | None
    machines: float | None


FLOWS = (
    "energy_kwh", "operational_kgco2e", "operational_market_kgco2e", "embodied_amortised_kgco2e",
    "embodied_bought_kgco2e", "total_kgco2e", "machines_bought",
)  # fmt: skip


class Amounts(NamedTuple):
    """One activity at one step; the fields are those of `ProjectionRow`."""

    energy_kwh: float
    operational_kgco2e: float
    operational_market_kgco2e: float | None
    embodied_amortised_kgco2e: float | None
    embodied_bought_kgco2e: float | None
    embodied_book_kgco2e: float | None
    machines_bought: float | None
    machines: float | None


class Table(NamedTuple):
    """All rows of a projection.

    Attributes
    ----------
    rows : tuple of ProjectionRow
        Those of each step: the phases that have work, then all of them.
    idle : tuple of float
        For each step the largest share of the capacity of an activity that has no work.
    """

    rows: tuple[ProjectionRow, ...]
    idle: tuple[float, ...]

    @property
    def totals(self) -> list[ProjectionRow]:
        """The rows of all phases together."""
        return [row for row in self.rows if row.phase == TOTAL]


def table(
    bases: Sequence[Base], series: Series, embodied: str = AMORTISED, *, is_cumulative: bool = False
) -> Table:
    """Return the rows of a projection.

    Parameters
    ----------
    bases : sequence of Base
        The activities at the start.
    series : Series
        What becomes of them.
    embodied : str
        Which of `EMBODIED` the total holds.
    is_cumulative : bool
        Whether each row has the sum since the start: each step counts with its length in years.
    """
    steps = [series.steps(base.phase, base.activity) for base in bases]
    amounts = [_amounts(base, own, series) for base, own in zip(bases, steps, strict=True)]
    if is_cumulative:
        years = series.projection.step_months / 12
        amounts = [_summed(own, years) for own in amounts]
    phases = list(dict.fromkeys(base.phase for base in bases))
    rows = []
    for n, year in enumerate(labels(series)):
        for phase in (*phases, TOTAL):
            chosen = [k for k, base in enumerate(bases) if phase in (TOTAL, base.phase)]
            demand = _mean([(bases[k].energy_kwh, steps[k][n].demand) for k in chosen])
            rows.append(_row(year, phase, demand, [amounts[k][n] for k in chosen], embodied))
    idle = [max(own[n].idle for own in steps) for n in range(len(series.years))]
    return Table(tuple(rows), tuple(idle))


def labels(series: Series) -> list[str]:
    """Return what the steps are called: years, or months where steps are no whole years."""
    projection = series.projection
    start, step = projection.from_.number, projection.step_months
    months = [start + n * step for n in range(len(series.years))]
    if all(month % 12 == 0 for month in months):
        return [str(month // 12) for month in months]
    return [f"{month // 12}-{month % 12 + 1:02}" for month in months]


def _amounts(base: Base, steps: Sequence[Step], series: Series) -> list[Amounts]:
    """Return the figures of one activity at each step."""
    shares = [series.shares(contract.share) for contract in base.contracts]
    made = []
    for n, step in enumerate(steps):
        market = _scaled(base.market_kgco2e, step.energy * step.grid)
        if market is not None:
            market += step.energy * math.fsum(
                own[n] * contract.contracted + (1 - own[n]) * contract.rest * step.grid
                for contract, own in zip(base.contracts, shares, strict=True)
            )
        embodied = base.embodied_kgco2e
        made.append(
            Amounts(
                base.energy_kwh * step.energy,
                base.operational_kgco2e * step.energy * step.grid,
                market,
                _scaled(embodied, step.amortised),
                _scaled(embodied, step.bought),
                _scaled(embodied, step.book),
                _scaled(base.machines, step.machines_bought),
                _scaled(base.machines, step.machines),
            )
        )
    return made


def _scaled(figure: float | None, factor: float | None) -> float | None:
    return None if figure is None or factor is None else figure * factor


def _summed(steps: Sequence[Amounts], years: float) -> list[Amounts]:
    """Return what flows since the start; what there is stays as it is."""
    made = list[Amounts]()
    for step in steps:
        before = made[-1] if made else None
        sums = {}
        for key in FLOWS:
            if key in Amounts._fields:
                own = _scaled(getattr(step, key), years)
                earlier = 0.0 if before is None else getattr(before, key)
                sums[key] = None if own is None or earlier is None else earlier + own
        made.append(step._replace(**sums))  # type: ignore[arg-type]
    return made


def _row(
    year: str, phase: str, demand: float, amounts: Sequence[Amounts], embodied: str
) -> ProjectionRow:
    sums = {key: _total(getattr(own, key) for own in amounts) for key in Amounts._fields}
    counted = [own.machines for own in amounts if own.machines is not None]
    sums["machines"] = math.fsum(counted) if counted else None
    bought = [own.machines_bought for own in amounts if own.machines_bought is not None]
    sums["machines_bought"] = math.fsum(bought) if bought else None
    own_embodied, operational = sums[f"embodied_{embodied}_kgco2e"], sums["operational_kgco2e"]
    energy = sums["energy_kwh"]
    assert energy is not None
    assert operational is not None
    more = {
        "total_kgco2e": None if own_embodied is None else operational + own_embodied,
        "intensity_kgco2e_per_kwh": operational / energy if energy else None,
    }
    return ProjectionRow(year, phase, demand, **sums, **more)  # type: ignore[arg-type]


def _total(figures: Iterable[float | None]) -> float | None:
    """Return a sum; None where one of it is unknown."""
    listed = list(figures)
    known = [figure for figure in listed if figure is not None]
    return math.fsum(known) if len(known) == len(listed) else None


def _mean(weighted: Sequence[tuple[float, float]]) -> float:
    """Return a mean by weights; a plain one where there are none."""
    whole = math.fsum(weight for weight, _ in weighted)
    if not whole:
        return math.fsum(number for _, number in weighted) / len(weighted)
    return math.fsum(weight * number for weight, number in weighted) / whole


def weights(
    steps: Sequence[Step], embodied: str, cumulative_years: float | None
) -> list[tuple[float, float | None]]:
    """Return by what operational and embodied carbon of an activity are multiplied at each step.

    Parameters
    ----------
    steps : sequence of Step
        Of the activity.
    embodied : str
        Which of `EMBODIED` the total holds.
    cumulative_years : float or None
        The length of a step, where each has the sum since the start.
    """
    made = list[tuple[float, float | None]]()
    for step in steps:
        own: tuple[float, float | None] = (step.energy * step.grid, getattr(step, embodied))
        if cumulative_years is not None:
            before = made[-1] if made else (0.0, 0.0)
            own = (
                before[0] + own[0] * cumulative_years,
                None if own[1] is None or before[1] is None
                else before[1] + own[1] * cumulative_years,
            )  # fmt: skip
        made.append(own)
    return made
