"""Work and its carbon over years: rates, paths, and machines that are bought, age and go.

A rate is kept as its factor of one year. Machines bought in one year are a cohort: it works for
a whole number of years, and its embodied carbon is spread evenly over them.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

_ROUNDING = 1e-12  # of the work of a year


def grown(factor_per_year: float, years: float) -> float:
    """Return by what something has changed after some years: ``A^t``."""
    return math.pow(factor_per_year, years)


def doubling_time_y(factor_per_year: float) -> float:
    """Return after how many years something has doubled, below 0 where it falls: ``ln 2/ln A``.

    Raises
    ------
    ZeroDivisionError
        Where it does not change.
    """
    return math.log(2) / math.log(factor_per_year)


def elasticity(growth: float, left: float) -> float:
    """Return the elasticity of demand to efficiency that explains all growth.

    Parameters
    ----------
    growth : float
        The factor by which demand grew.
    left : float
        Energy per work that was left meanwhile, of 1.

    Notes
    -----
    The root of ``(1/e)^ε = G``: ``ε = −ln G / ln e``.
    """
    return -math.log(growth) / math.log(left)


def response(left: float, elasticity: float) -> float:
    """Return how demand answers to energy per work that has fallen to ``left``: ``(1/e)^ε``."""
    return math.pow(1 / left, elasticity)


def path_at(years: Sequence[float], values: Sequence[float], year: float) -> float:
    """Return a figure on a path: linear between its points, flat before and after them.

    Parameters
    ----------
    years, values : sequence of float
        The points, the years rising.
    year : float
        Where.
    """
    value = values[0]
    for (start, end), (first, last) in zip(pairwise(years), pairwise(values), strict=True):
        if year > start:
            value = last if year >= end else first + (last - first) * (year - start) / (end - start)
    return value


class Turnover(NamedTuple):
    """How machines are bought and replaced.

    Attributes
    ----------
    lifetime_y : int
        Years that a machine works.
    is_even : bool
        Whether machines of all ages are there at the start; else all are bought in year 0.
    fills_newest : bool
        Whether the newest machines take work first; else all share it by capacity.
    work_per_energy, work_per_machine, embodied_per_machine : float
        What those bought a year later have of what those of this year have.
    """

    lifetime_y: int
    is_even: bool = True
    fills_newest: bool = False
    work_per_energy: float = 1.0
    work_per_machine: float = 1.0
    embodied_per_machine: float = 1.0


class FleetYear(NamedTuple):
    """A fleet in one year, in units of the machines bought in year 0.

    Attributes
    ----------
    capacity, bought : float
        Work a year that it can do, and how much of that is bought this year.
    energy : float
        Energy of the work, that of one work on a machine of year 0 being 1.
    amortised, bought_embodied, book : float
        Embodied carbon that is written off this year, is bought, and is left at its end; that of
        machines of year 0 for one work a year being 1.
    machines, machines_bought : float
        Machines, those of year 0 for one work a year being 1.
    idle : float
        Capacity without work.
    """

    capacity: float
    bought: float
    energy: float
    amortised: float
    bought_embodied: float
    book: float
    machines: float
    machines_bought: float
    idle: float


class Cohort(NamedTuple):
    """Machines bought in one year, below 0 before the start, and the work a year they can do."""

    year: int
    capacity: float


def first_cohorts(work: float, turnover: Turnover) -> list[Cohort]:
    """Return the machines that are there at the end of year 0.

    Parameters
    ----------
    work : float
        Of year 0.
    turnover : Turnover
        How machines age.
    """
    life = turnover.lifetime_y
    if not turnover.is_even:
        return [Cohort(0, work)]
    return [Cohort(year, work / life) for year in range(1 - life, 1)]


def fleet(work: Sequence[float], turnover: Turnover) -> list[FleetYear]:
    """Return a fleet year by year: what is missing for the work of a year is bought in it.

    Parameters
    ----------
    work : sequence of float
        Work of each year.
    turnover : Turnover
        How machines age, and how those of later years differ.

    Notes
    -----
    Capacity bought: ``K_y = max(0, D_y − Σ_alive K)``.
    """
    cohorts = first_cohorts(work[0], turnover)
    years = []
    for year, needed in enumerate(work):
        cohorts = [cohort for cohort in cohorts if year - cohort.year < turnover.lifetime_y]
        if year:
            missing = needed - math.fsum(cohort.capacity for cohort in cohorts)
            if missing > _ROUNDING * needed:
                cohorts.append(Cohort(year, missing))
        years.append(_fleet_year(year, needed, cohorts, turnover))
    return years


def embodied_of(cohort: Cohort, turnover: Turnover) -> float:
    """Return the embodied carbon of a cohort: ``K (c/a)^v``."""
    ratio = turnover.embodied_per_machine / turnover.work_per_machine
    return cohort.capacity * math.pow(ratio, cohort.year)


def book_at_start(work: float, turnover: Turnover) -> float:
    """Return the embodied carbon that is left at the start, before anything is bought.

    The units are those of `FleetYear`.
    """
    life = turnover.lifetime_y
    return math.fsum(
        embodied_of(cohort, turnover) * (life + cohort.year) / life
        for cohort in first_cohorts(work, turnover)
        if cohort.year < 0
    )


def _fleet_year(
    year: int, needed: float, cohorts: Sequence[Cohort], turnover: Turnover
) -> FleetYear:
    """Return the figures of one year from the machines that are alive in it."""
    life = turnover.lifetime_y
    capacity = math.fsum(cohort.capacity for cohort in cohorts)
    spare = capacity - needed
    embodied = [embodied_of(cohort, turnover) for cohort in cohorts]
    counts = [c.capacity * math.pow(turnover.work_per_machine, -c.year) for c in cohorts]
    is_new = [cohort.year == year for cohort in cohorts]
    left = [(life - 1 - year + cohort.year) / life for cohort in cohorts]
    return FleetYear(
        capacity,
        math.fsum(c.capacity for c in cohorts if c.year == year),
        _energy(needed, capacity, cohorts, turnover),
        math.fsum(embodied) / life,
        math.fsum(kg for kg, new in zip(embodied, is_new, strict=True) if new),
        math.fsum(kg * share for kg, share in zip(embodied, left, strict=True)),
        math.fsum(counts),
        math.fsum(count for count, new in zip(counts, is_new, strict=True) if new),
        spare if spare > _ROUNDING * needed else 0.0,
    )


def _energy(needed: float, capacity: float, cohorts: Sequence[Cohort], turnover: Turnover) -> float:
    """Return the energy of the work of a year: ``Σ w_v γ^(−v)``."""
    used, left = list[float](), needed
    if turnover.fills_newest:
        for cohort in reversed(cohorts):
            used.append(min(cohort.capacity, left))
            left -= used[-1]
        used.reverse()
    else:
        share = needed / capacity if capacity else 0.0
        used = [cohort.capacity * share for cohort in cohorts]
    gains = (math.pow(turnover.work_per_energy, -cohort.year) for cohort in cohorts)
    return math.fsum(work * gain for work, gain in zip(used, gains, strict=True))
