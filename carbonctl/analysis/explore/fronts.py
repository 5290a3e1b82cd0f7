"""Which designs are feasible, which no other dominates, and which may not be dominated.

This module imports numpy: only what explores designs imports it.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from carbonctl.analysis.explore.columns import Figure
from carbonctl.analysis.explore.differences import Spread
from carbonctl.factors.domination import non_dominated
from carbonctl.numbers.intervals import Range
from carbonctl.numbers.unit_table import QuantityError
from carbonctl.numbers.units import parse
from carbonctl.spec.explore_file import MIN

_SIGNS: dict[str, Callable[[Any, Any], Any]] = {
    "<=": operator.le, ">=": operator.ge, "<": operator.lt, ">": operator.gt,
}  # fmt: skip
_CONDITION = re.compile(r"\s*(?P<sign><=|>=|<|>)\s*(?P<limit>.*\S)\s*", re.S)


class Constraint(NamedTuple):
    """What a design has to hold: ``figure sign limit``; ``text`` is as it was written."""

    name: str
    sign: str
    limit: float
    text: str


class Objective(NamedTuple):
    """A figure of all designs that is to be low, or high; ``spread`` is what is uncertain in it."""

    figure: Figure
    sense: str
    spread: Spread | None = None

    @property
    def sign(self) -> float:
        """By what figures are multiplied so that low ones are good."""
        return 1.0 if self.sense == MIN else -1.0

    @property
    def costs(self) -> Any:
        """The figures of all designs, low ones being good."""
        return self.figure.best * self.sign

    @property
    def is_ranged(self) -> bool:
        """Whether any design has a range."""
        return not np.array_equal(self.figure.low, self.figure.high, equal_nan=True)

    def may_be_lower(self, design: int, others: Any) -> Any:
        """Whether the figure of each of some others may be better than that of one design."""
        if self.spread is not None:
            low, high = self.spread.differences(design, others)
            return low < 0 if self.sign > 0 else high > 0
        ends = self.figure[3:]
        is_same = np.logical_and.reduce([end[others] == end[design] for end in ends])
        _, low, high = ends
        is_apart = low[others] >= high[design] if self.sign > 0 else high[others] <= low[design]
        return ~is_same & ~is_apart


def read_constraint(figure: Figure, text: str) -> Constraint:
    """Read a condition over a figure.

    Raises
    ------
    QuantityError
        For another unit, a range, or what is no condition.
    """
    match = _CONDITION.fullmatch(text)
    if match is None:
        raise QuantityError(f"`{text}` is no condition; write `<= {figure.dimension.example}`")
    limit = parse(match["limit"], figure.dimension)
    if isinstance(limit, Range):
        raise QuantityError(f"`{text}` is a range; give one limit")
    return Constraint(figure.name, match["sign"], float(limit), text)


def holds(constraint: Constraint, figure: Figure) -> Any:
    """Return which designs hold a constraint; those without the figure do not."""
    with np.errstate(invalid="ignore"):
        held: Any = _SIGNS[constraint.sign](figure.best, constraint.limit)
    return held & ~np.isnan(figure.best)


def on_front(objectives: Sequence[Objective], rows: Any) -> Any:
    """Return which of some designs no other of them dominates; (rows,)."""
    return non_dominated(np.column_stack([o.costs[rows] for o in objectives]))


def maybes(objectives: Sequence[Objective], rows: Any, is_on_front: Any) -> Any:
    """Return which dominated designs may not be, within the ranges; (rows,).

    Such a design may be better than each design that dominates it, in one objective at least: the
    range of their difference, in which what both share cancels, has values on its side. Of figures
    whose unknowns are not known the ends are compared.
    """
    ranged = [objective for objective in objectives if objective.is_ranged]
    may_be = np.zeros(len(rows), bool)
    if not ranged:
        return may_be
    costs = np.column_stack([objective.costs[rows] for objective in objectives])
    open_ = np.flatnonzero(~is_on_front)
    for design in np.flatnonzero(is_on_front).tolist():  # most fall at the first
        open_ = _left(ranged, rows, costs, design, open_)
    order = open_[np.argsort(costs[open_].sum(axis=1), kind="stable")]
    is_open = np.zeros(len(rows), bool)
    is_open[order] = True
    for design in order:
        if is_open[design]:
            rest = np.flatnonzero(is_open)
            left = _left(ranged, rows, costs, design, rest)
            is_open[:] = False
            is_open[left] = True
    may_be[is_open] = True
    return may_be


def _left(ranged: Sequence[Objective], rows: Any, costs: Any, design: int, open_: Any) -> Any:
    """Return those of some designs that one design does not clearly dominate."""
    is_worse = (costs[open_] >= costs[design]).all(axis=1) & (costs[open_] > costs[design]).any(
        axis=1
    )
    below = open_[is_worse]
    may_win = np.zeros(len(below), bool)
    for objective in ranged:
        may_win |= objective.may_be_lower(int(rows[design]), rows[below])
    return np.concatenate((open_[~is_worse], below[may_win]))
