"""Designs of a workload: what values of some of its keys make of it.

Points that differ in figures alone are accounted for together, as columns
(`carbonctl.analysis.accounts`); every figure here is taken from such accounts.

This module imports numpy: only what explores designs imports it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from carbonctl.analysis.accounts import Accounts, PointAccount
from carbonctl.analysis.columns import Point
from carbonctl.analysis.explore import columns as c
from carbonctl.analysis.explore.columns import Designs, Figure
from carbonctl.analysis.explore.differences import Spread
from carbonctl.analysis.explore.labels import labels
from carbonctl.analysis.sweep.rows import is_of_path
from carbonctl.errors import Caution, InputError, Problem
from carbonctl.ledger import entry as e
from carbonctl.ledger.ranges import Moves
from carbonctl.ledger.result import Result
from carbonctl.ledger.terms import term
from carbonctl.numbers.intervals import Mixed, NotOneNumber, exact_sum
from carbonctl.spec.overrides import ORIGIN

AXES = "axes"  # where a problem is that stands at no line yet
_BLOCK = 10_000  # designs that are worked on together
_BOUNDS = {c.TOTAL: e.BOUNDS}


class WorkloadDesigns:
    """Makes the accounts of designs, and keeps what is asked of them.

    Parameters
    ----------
    accounts : Accounts
        Of the workload.
    paths : sequence of str
        What differs from design to design.
    points : sequence of Point
        The designs.
    own : mapping of str to Figure
        Figures that the user gives.
    owned : array of bool, optional
        Which designs run on machines that are owned already: their embodied carbon is sunk.

    Raises
    ------
    InputError
        Where no workload has a path, or the workload is faulty whatever the design is.
    """

    def __init__(
        self,
        accounts: Accounts,
        paths: Sequence[str],
        points: Sequence[Point],
        own: Mapping[str, Figure],
        owned: Any = None,
    ) -> None:
        self.accounts = accounts
        self.paths = tuple(paths)
        self.points = points
        self.owned = np.zeros(len(points), bool) if owned is None else owned
        self.outcomes: list[PointAccount] = []
        for start in range(0, len(points), _BLOCK):
            self.outcomes += accounts.outcomes(paths, points[start : start + _BLOCK])
        errors = {
            place: "; ".join(problem.message for problem in outcome.error.problems)
            for place, outcome in enumerate(self.outcomes)
            if outcome.error is not None
        }
        if len(errors) == len(points):
            self._refuse()
        self.groups = self._grouped()
        figures = self._figures()
        figures |= {name: figure for name, figure in own.items() if name not in figures}
        self.designs = Designs(self.paths, [*points], labels(paths, points), figures, errors)
        self.spreads: dict[str, Spread | None] = {}
        self.alone: dict[int, Result] = {}

    @property
    def name(self) -> str:
        """The name of the workload."""
        return next(o.result.name for o in self.outcomes if o.result is not None)

    @property
    def unit(self) -> dict[str, Any] | None:
        """The functional unit of the first design; None where it has none."""
        first = next(n for n, outcome in enumerate(self.outcomes) if outcome.result is not None)
        unit: dict[str, Any] | None = self.result(first).spec.get("functional_unit")
        return unit

    @property
    def warnings(self) -> Iterable[Caution]:
        """What the user should know, each once."""
        said = {w: None for result, _ in self.groups for w in result.warnings}
        return said.keys()

    def spread(self, name: str) -> Spread | None:
        """Return what each unknown does to a figure of all designs; None where it has none."""
        if name not in self.spreads:
            self.spreads[name] = self._spread(name)
        return self.spreads[name]

    def result(self, design: int) -> Result:
        """Return the account of one design alone."""
        if design not in self.alone:
            outcome = self.outcomes[design]
            whole = outcome.result
            if outcome.row is not None or whole is None:
                whole = self.accounts.at(self.paths, self.points[design])
            self.alone[design] = whole
        return self.alone[design]

    def electricity(self) -> Any:
        """Return the electricity that each design's carbon comes from, losses included [kWh]."""
        kwh = np.full(len(self.points), np.nan)
        for result, rows in self.groups:
            some = [
                entry.quantity for entry in result.booked
                if entry.boundary == e.OPERATIONAL and entry.quantity_unit == "kWh"
            ]  # fmt: skip
            known = [number for number in some if number is not None]
            if len(known) == len(some):
                kwh[rows] = exact_sum(known) if known else 0.0
        return kwh

    def _grouped(self) -> list[tuple[Result, list[int]]]:
        """Return each account with the designs that are its rows, in the order of the rows."""
        groups: dict[int, tuple[Result, dict[int, int]]] = {}
        for place, outcome in enumerate(self.outcomes):
            if outcome.result is not None:
                rows = groups.setdefault(id(outcome.result), (outcome.result, {}))[1]
                rows[outcome.row or 0] = place
        return [(result, [rows[row] for row in sorted(rows)]) for result, rows in groups.values()]

    def _figures(self) -> dict[str, Figure]:
        """Return the sums over each account, and what its activities say of themselves."""
        count = len(self.points)
        found: dict[str, list[Any]] = {}
        units: dict[str, str] = {}
        several = set[str]()
        for result, rows in self.groups:
            total = result.total
            for name, kind in c.ACCOUNT.items():
                ends = _BOUNDS.get(name, (kind.key, kind.key))
                _fill(found, name, count, rows, [getattr(total, k) for k in (kind.key, *ends)])
            names = [figure.name for figure in result.figures]
            for figure in result.figures:
                name = figure.name
                if names.count(name) > 1:
                    several.add(name)
                    name = f"{figure.activity}.{name}"
                units[name] = figure.unit
                _fill(found, name, count, rows, [figure.value, figure.low, figure.high])
        self._sink(found)
        made = {
            name: Figure(name, kind.key, kind.dimension, *found[name])
            for name, kind in c.ACCOUNT.items()
        }
        for name, unit in units.items():
            if name not in several and name not in made:
                made[name] = Figure(name, name, c.of_unit(unit), *found[name])
        return made

    def _sink(self, found: dict[str, list[Any]]) -> None:
        """Leave embodied carbon out of designs whose machines are owned already."""
        if not self.owned.any():
            return
        for ends in found[c.EMBODIED]:
            ends[self.owned] = 0.0
        for total, used in ((c.TOTAL, c.OPERATIONAL), ("total_market", "operational_market")):
            for whole, part in zip(found[total], found[used], strict=True):
                whole[self.owned] = part[self.owned]
        for result, rows in self.groups:
            is_owned = self.owned[rows]
            moves = _moves(result, e.OPERATIONAL, "kgco2e")
            ends = moves.sum(range(len(moves.medians))).ends()
            if is_owned.any() and None not in ends:
                places = np.asarray(rows)[is_owned]
                for into, end in zip(found[c.TOTAL][1:], ends, strict=True):
                    into[places] = np.broadcast_to(end, len(rows))[is_owned]

    def _spread(self, name: str) -> Spread | None:
        kind = c.ACCOUNT.get(name)
        if kind is None:
            return None
        boundary, column = e.SUMS[kind.key]
        ranks = self.groups[0][0].uncertainty.ranks if self.groups else ()
        made = Spread(len(self.points), ranks)
        for result, rows in self.groups:
            try:
                self._add(made, result, rows, (boundary, column))
            except (Mixed, NotOneNumber, ArithmeticError):  # rows that differ in kind: one by one
                for row in rows:
                    self._add(made, self.result(row), [row], (boundary, column))
        return made

    def _add(
        self, made: Spread, result: Result, rows: list[int], what: tuple[str | None, str]
    ) -> None:
        """Add what is uncertain in a figure of some designs, sunk carbon left out."""
        boundary, column = what
        is_owned = self.owned[rows]
        if boundary == e.OPERATIONAL or not is_owned.any():
            made.add(_moves(result, boundary, column), rows)
            return
        made.add(_moves(result, boundary, column), rows, ~is_owned)
        if boundary is None:
            made.add(_moves(result, e.OPERATIONAL, column), rows, is_owned)
        else:
            made.median[np.asarray(rows)[is_owned]] = 0.0

    def _refuse(self) -> None:
        """Refuse what no design can do anything about, each problem once, at its axis.

        Raises
        ------
        InputError
            Where a path is no workload's, or the workload is faulty as it stands.
        """
        problems = dict[str, Problem]()
        try:
            self.accounts.account()
        except InputError as error:
            problems = {problem.message: problem for problem in error.problems}
        for values, outcome in zip(self.points, self.outcomes, strict=True):
            assert outcome.error is not None
            for problem in outcome.error.problems:
                if problem.file == ORIGIN and problem.message not in problems:
                    problems[problem.message] = self._at_axis(problem.message, values)
        if problems:
            raise InputError(problems.values())

    def _at_axis(self, message: str, values: Point) -> Problem:
        """Return a problem at the axis that it is of, as far as that can be told."""
        for path, text in zip(self.paths, values, strict=True):
            if is_of_path(message, path) or f"`{text}`" in message:
                said = message.removeprefix(f"{path}={text}: ")
                return Problem(AXES, None, None, said, path)
        return Problem(AXES, None, None, message)


def _moves(result: Result, boundary: str | None, column: str) -> Moves:
    """Return what each unknown does to one figure of the entries of an account."""
    if boundary is None and column == "kgco2e":
        return result.moves
    entries = [entry for entry in result.booked if boundary in (None, entry.boundary)]
    return Moves([term(entry, column) for entry in entries], result.uncertainty.ranks)


def _fill(
    found: dict[str, list[Any]], name: str, count: int, rows: list[int], numbers: list[Any]
) -> None:
    """Put best estimates and bounds of some designs in their places; None is unknown."""
    if name not in found:
        found[name] = [np.full(count, np.nan) for _ in range(3)]
    best, low, high = numbers
    if low is None or high is None:
        low = high = best
    for into, number in zip(found[name], (best, low, high), strict=True):
        into[rows] = np.nan if number is None else number
