"""Designs out of a table: figures from elsewhere, and the carbon that follows from them.

``C = n·M + PUE·I·E``, n being how often a design is bought over the years of the work; of a design
with a time, ``M·t / (L·u)`` stands for n·M: the share of a machine that the work takes up.

This module imports numpy: only what explores designs imports it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from carbonctl.analysis.explore import columns as c
from carbonctl.analysis.explore.columns import Designs, Figure
from carbonctl.analysis.explore.differences import Spread
from carbonctl.analysis.explore.labels import labels
from carbonctl.errors import Caution, InputError, Problem
from carbonctl.factors.energy_time import S_PER_H
from carbonctl.numbers.units import ENERGY, MASS

ENERGY_PER_UNIT, TIME, OWNED, LIFETIME = "energy_per_unit", "time", "owned", "lifetime"
YEAR_H = 8760.0


class Shared(NamedTuple):
    """What is the same for all designs of a table; None is not given.

    Attributes
    ----------
    intensity : float or None
        [kgCO2e/kWh].
    pue, volume : float
        Power usage effectiveness, and units of work.
    years, lifetime_h : float or None
        How long the work goes on [years], and the life of a design [h].
    utilization : float
        Share of its life that a machine does useful work.
    """

    intensity: float | None = None
    pue: float = 1.0
    volume: float = 1.0
    years: float | None = None
    lifetime_h: float | None = None
    utilization: float = 1.0


class Table(NamedTuple):
    """The columns of a table.

    Attributes
    ----------
    file : str
        What messages call it.
    lines : tuple of int
        Where each design stands.
    axes : tuple of str
        The columns that say which design it is.
    values : list of tuple of str
        Their texts.
    names : tuple of str or None
        What the table calls its designs, where it has a column `design`.
    figures : dict of str to Figure
        All other columns.
    owned : tuple of bool
        Which designs are owned already: their embodied carbon is sunk.
    not_numbers : set of (str, int)
        Columns and places of cells that say NaN.
    """

    file: str
    lines: tuple[int, ...]
    axes: tuple[str, ...]
    values: list[tuple[str, ...]]
    names: tuple[str, ...] | None
    figures: dict[str, Figure]
    owned: tuple[bool, ...]
    not_numbers: frozenset[tuple[str, int]] = frozenset()

    def problem(self, design: int, message: str) -> Problem:
        """Return a problem with a design."""
        return Problem(self.file, self.lines[design], None, message)


class TableDesigns:
    """The carbon of the designs of a table.

    Parameters
    ----------
    table : Table
        Their figures.
    shared : Shared
        What is the same for all of them.
    made : Figure, optional
        The embodied carbon of each by its parts, with what they share in ``made_spread``.
    made_spread : Spread, optional
        What each unknown does to it.
    """

    name = ""
    unit: dict[str, Any] | None = None
    warnings: Iterable[Caution] = ()

    def __init__(
        self,
        table: Table,
        shared: Shared,
        made: Figure | None = None,
        made_spread: Spread | None = None,
    ) -> None:
        self.table = table
        self.shared = shared
        self.made = made or table.figures.get(c.EMBODIED)
        self.made_spread = made_spread
        figures = self._figures()
        names = [*table.names] if table.names else labels(table.axes, table.values)
        self.designs = Designs(table.axes, table.values, names, figures, {})

    @property
    def is_share(self) -> bool:
        """Whether the work takes up a share of each machine: both have a time."""
        return TIME in self.table.figures and self._lifetime() is not None

    def per_whole(self) -> Any:
        """Return by what the embodied carbon of one whole design is multiplied; (designs,)."""
        shared, life = self.shared, self._lifetime()
        times: Any = np.ones(len(self.table.values))
        if self.is_share:
            hours = self.table.figures[TIME].best / S_PER_H
            times = hours / (life * shared.utilization)
        elif shared.years is not None and life is not None:
            times = np.ceil(shared.years * YEAR_H / life - 1e-9)
        return np.where(self.table.owned, 0.0, times)

    def energy(self) -> Figure | None:
        """Return the electricity of all work, at the meter of the site [kWh]; None if unknown."""
        figures, shared = self.table.figures, self.shared
        each = figures.get(ENERGY_PER_UNIT)
        by = shared.pue if each is None else shared.pue * shared.volume
        each = figures.get(c.ENERGY) if each is None else each
        if each is None:
            return None
        return Figure(c.ENERGY, "energy_kwh", ENERGY, each.best * by, each.low * by, each.high * by)

    def intensity(self) -> Any:
        """Return the intensity of each design's electricity [kgCO2e/kWh]; None if unknown."""
        own = self.table.figures.get("intensity")
        return own.best if own is not None else self.shared.intensity

    def electricity(self) -> Any:
        """Return the electricity that each design's carbon comes from [kWh]; NaN is unknown."""
        energy = self.energy()
        return np.full(len(self.table.values), np.nan) if energy is None else energy.best

    def spread(self, name: str) -> Spread | None:
        """Return what is uncertain in a figure of all designs; None where it has no range."""
        if name not in (c.TOTAL, c.EMBODIED, c.OPERATIONAL) or name in self.table.figures:
            figure = self.designs.figures.get(name)
            return None if figure is None else self._own(figure)
        spread = Spread(len(self.table.values))
        if name != c.OPERATIONAL and self.made is not None:
            if self.made_spread is not None:
                spread = self.made_spread.scaled(self.per_whole())
            else:
                made = self.designs.figures[c.EMBODIED]
                spread.add_private(made.best, made.low, made.high)
        if name != c.EMBODIED:
            used = self.designs.figures[c.OPERATIONAL]
            spread.add_private(used.best, used.low, used.high)
        return spread

    def _own(self, figure: Figure) -> Spread | None:
        if np.array_equal(figure.low, figure.high, equal_nan=True):
            return None
        spread = Spread(len(self.table.values))
        spread.add_private(figure.best, figure.low, figure.high)
        return spread

    def _lifetime(self) -> Any:
        own = self.table.figures.get(LIFETIME)
        return own.best if own is not None else self.shared.lifetime_h

    def _figures(self) -> dict[str, Figure]:
        """Return all columns, and the carbon that follows from them."""
        figures = dict(self.table.figures)
        energy, intensity, whole = self.energy(), self.intensity(), self.per_whole()
        if energy is not None:
            figures[c.ENERGY] = energy
        if self.made is not None:
            figures[c.EMBODIED] = _times(self.made, whole, "embodied_kgco2e", c.EMBODIED)
        if c.OPERATIONAL not in figures and energy is not None and intensity is not None:
            key = "operational_kgco2e"
            figures[c.OPERATIONAL] = _times(energy, intensity, key, c.OPERATIONAL)
        parts = [figures.get(c.EMBODIED), figures.get(c.OPERATIONAL)]
        if c.TOTAL not in figures and None not in parts:
            figures[c.TOTAL] = _sum(parts)  # type: ignore[arg-type]
        return figures


def require(table: Table, shared: Shared, names: Mapping[str, str]) -> None:
    """Require what carbon follows from, where it is asked for.

    Parameters
    ----------
    table, shared : Table, Shared
        What is given.
    names : mapping of str to str
        The columns that are asked for, each with the key that asks.

    Raises
    ------
    InputError
        Naming what is to be given.
    """
    figures = table.figures
    has_energy = c.ENERGY in figures or ENERGY_PER_UNIT in figures
    problems = []
    for name, key in names.items():
        if name in figures or name not in (c.TOTAL, c.OPERATIONAL, c.ENERGY):
            continue
        if name != c.TOTAL or c.OPERATIONAL not in figures:
            if not has_energy:
                said = f"`{name}` needs a column `energy`, or `energy_per_unit`"
                problems.append(Problem(table.file, 1, None, f"{key}: {said}"))
            elif name != c.ENERGY and shared.intensity is None and "intensity" not in figures:
                said = f"`{name}` needs `intensity`, as in `intensity: 400 g/kWh`"
                problems.append(Problem(table.file, 1, None, f"{key}: {said}"))
    if problems:
        raise InputError(problems)


def _times(figure: Figure, by: Any, key: str, name: str) -> Figure:
    return Figure(name, key, MASS, figure.best * by, figure.low * by, figure.high * by)


def _sum(parts: Sequence[Figure]) -> Figure:
    """Return the total with its range: the moves of both parts in quadrature."""
    best = sum(part.best for part in parts)
    down, up = (
        np.sqrt(sum((getattr(part, end) - part.best) ** 2 for part in parts))
        for end in ("low", "high")
    )
    return Figure(c.TOTAL, "total_kgco2e", MASS, best, best - down, best + up)
