"""Which design is best, by how much and how surely, and when others are.

This module imports numpy: only what explores designs imports it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple, Protocol

import numpy as np

from carbonctl.analysis.explore import columns as c
from carbonctl.analysis.explore import fronts
from carbonctl.analysis.explore.columns import Designs, Figure
from carbonctl.analysis.explore.differences import Spread
from carbonctl.analysis.explore.fronts import Objective
from carbonctl.analysis.explore.lines import Source as LineSource
from carbonctl.analysis.explore.metrics import computed
from carbonctl.analysis.explore.question import Asked, Blame, Question, found
from carbonctl.analysis.explore.regions import Regions, regions
from carbonctl.errors import Caution, InputError, UsageError
from carbonctl.spec.explore_file import MIN

SCHEMA = "carbonctl.explore/1"
MOST = 100_000  # designs


class Source(Protocol):
    """Where designs come from: a workload and its axes, or a table."""

    designs: Designs

    @property
    def warnings(self) -> Iterable[Caution]:
        """What the user should know."""

    def spread(self, name: str) -> Spread | None:
        """Return what is uncertain in a figure of all designs; None where that is unknown."""


class Given(NamedTuple):
    """Designs, and what else is known of them.

    Attributes
    ----------
    file, name : str
        What messages and reports call it.
    source : Source
        The designs.
    lines : LineSource
        Their carbon along axes.
    amounts : callable
        Returns the units of work of each: an array, or a number.
    meter : array or None
        Energy of devices [kWh], where figures have PUE in them.
    not_numbers : set of (str, int)
        Columns and places of cells that say NaN.
    unit : str or None
        The name of a unit of work.
    eta : float or None
        The weight at which Zeus' cost ranks as carbon does.
    """

    file: str
    name: str
    source: Source
    lines: LineSource
    amounts: Callable[[], Any]
    meter: Any = None
    not_numbers: frozenset[tuple[str, int]] = frozenset()
    unit: str | None = None
    eta: float | None = None


class Difference(NamedTuple):
    """By how much the runner-up is worse than the best, in the column that decides.

    ``low`` and ``high`` are its range, in which what both share cancels.
    """

    value: float
    low: float
    high: float

    @property
    def is_sure(self) -> bool:
        """Whether the best stays the best within the range."""
        return self.low > 0


class Answer(NamedTuple):
    """What comes of designs.

    Attributes
    ----------
    file, name : str
        Where they are from, and what reports call it.
    designs : Designs
        With the metrics that are asked for among their figures.
    asked : Asked
        What decides.
    reasons : dict of int to str
        Why a design that has figures is not feasible.
    feasible, non_dominated, maybe : array of bool
        (designs,).
    order : tuple of int
        The feasible designs, the best first.
    difference : Difference or None
        Of the runner-up and the best; None where there is one design.
    near : tuple of int
        Designs that may be better than the best, within the ranges of the differences.
    regions : tuple of Regions
        Who wins along an axis; several at several lifetimes.
    no_regions : str
        Why there are none.
    unit : str or None
        The name of a unit of work.
    eta : float or None
        The weight at which Zeus' cost ranks as carbon does.
    warnings : tuple of Caution
        What the user should know of the accounts.
    idle : tuple of str
        Axes whose values change nothing that decides.
    """

    file: str
    name: str
    designs: Designs
    asked: Asked
    reasons: dict[int, str]
    feasible: Any
    non_dominated: Any
    maybe: Any
    order: tuple[int, ...]
    difference: Difference | None
    near: tuple[int, ...]
    regions: tuple[Regions, ...]
    no_regions: str
    unit: str | None
    eta: float | None
    warnings: tuple[Caution, ...]
    idle: tuple[str, ...] = ()

    @property
    def best(self) -> int | None:
        """The place of the best design; None where none is feasible."""
        return self.order[0] if self.order else None


def answer(given: Given, question: Question, blame: Blame) -> Answer:
    """Return what comes of designs.

    Parameters
    ----------
    given : Given
        The designs.
    question : Question
        What is asked of them.
    blame : callable
        Returns a problem at some keys of the file.

    Raises
    ------
    InputError
        For columns that nobody gives, fewer than two designs, and what is no number where it
        decides.
    UsageError
        For regions that are asked for and cannot be known.
    """
    designs = given.source.designs
    if designs.size < 2:
        raise InputError([blame(("axes",), "one design is no choice; give two or more")])
    asked = found(question, designs.figures, blame)
    designs = _with_metrics(given, question, asked, blame)
    _require_numbers(given, asked, designs, blame)
    reasons = _reasons(designs, asked)
    objectives = {
        name: Objective(designs.figures[name], sense, given.source.spread(name))
        for name, sense in {**asked.objectives, asked.rank: asked.sense}.items()
    }
    feasible = np.array([n not in designs.errors and n not in reasons for n in range(designs.size)])
    rows = np.flatnonzero(feasible)
    front = [objectives[name] for name in asked.objectives]
    on_front, may_be = np.zeros(designs.size, bool), np.zeros(designs.size, bool)
    if rows.size:
        is_on_front = fronts.on_front(front, rows)
        on_front[rows] = is_on_front
        may_be[rows] = fronts.maybes(front, rows, is_on_front)
    rank = objectives[asked.rank]
    order = rows[np.argsort(rank.costs[rows], kind="stable")]
    difference, near = _compared(rank, order)
    along, why_not = _regions(given, question, designs, order)
    return Answer(
        given.file, given.name, designs, asked, reasons, feasible, on_front, may_be,
        tuple(order.tolist()), difference, near, along, why_not, given.unit, given.eta,
        tuple(given.source.warnings), _idle(designs, objectives),
    )  # fmt: skip


def _with_metrics(given: Given, question: Question, asked: Asked, blame: Blame) -> Designs:
    designs = given.source.designs
    weights = question.weights
    if question.base is not None:
        if question.base not in designs.labels:
            said = (
                f"base: no design is called `{question.base}`; the first is `{designs.labels[0]}`"
            )
            raise InputError([blame(("base",), said)])
        weights = weights._replace(base=designs.labels.index(question.base))
    figures = dict(designs.figures)
    amounts = given.amounts() if asked.metrics else 1.0
    for name in asked.metrics:
        figures |= computed(name, designs.figures, amounts, weights, given.meter)
    return designs._replace(figures=figures)


def _require_numbers(given: Given, asked: Asked, designs: Designs, blame: Blame) -> None:
    """Require that no objective, and not the rank, is NaN.

    Raises
    ------
    InputError
        Naming each design.
    """
    deciding = {*asked.objectives, asked.rank}
    problems = [
        blame(("designs",), f"{designs.labels[place]}: {name} is NaN; leave it empty if unknown")
        for name, place in sorted(given.not_numbers)
        if name in deciding
    ]
    if problems:
        raise InputError(problems)


def _reasons(designs: Designs, asked: Asked) -> dict[int, str]:
    """Return why designs that have an account are not feasible."""
    reasons: dict[int, list[str]] = {}
    for constraint in asked.constraints:
        figure = designs.figures[constraint.name]
        held = fronts.holds(constraint, figure)
        for place in np.flatnonzero(~held).tolist():
            is_known = not np.isnan(figure.best[place])
            said = f"not {constraint.text}" if is_known else "is not known"
            reasons.setdefault(place, []).append(f"{constraint.name} {said}")
    for name in {**asked.objectives, asked.rank: asked.sense}:
        for place in np.flatnonzero(np.isnan(designs.figures[name].best)).tolist():
            if f"{name} is not known" not in reasons.get(place, ()):
                reasons.setdefault(place, []).append(f"{name} is not known")
    return {
        place: "; ".join(said) for place, said in reasons.items() if place not in designs.errors
    }


def _idle(designs: Designs, objectives: Mapping[str, Objective]) -> tuple[str, ...]:
    """Return the axes whose values change nothing that decides, and not the total."""
    names = [*objectives, *([c.TOTAL] if c.TOTAL in designs.figures else [])]
    decides = list(zip(*(designs.figures[name].best.tolist() for name in names), strict=True))
    idle = []
    for place, axis in enumerate(designs.axes):
        if len({row[place] for row in designs.values}) < 2:
            continue
        by_others: dict[tuple[str, ...], set[tuple[float, ...]]] = {}
        counts: dict[tuple[str, ...], int] = {}
        for row, figures in zip(designs.values, decides, strict=True):
            others = (*row[:place], *row[place + 1 :])
            by_others.setdefault(others, set()).add(figures)
            counts[others] = counts.get(others, 0) + 1
        is_compared = any(count > 1 for count in counts.values())
        if is_compared and all(len(figures) == 1 for figures in by_others.values()):
            idle.append(axis)
    return tuple(idle)


def _compared(rank: Objective, order: Any) -> tuple[Difference | None, tuple[int, ...]]:
    """Return what lies between the best and the next, and which may be better than the best."""
    if len(order) < 2:
        return None, ()
    best, others = int(order[0]), order[1:]
    costs = rank.costs
    values = costs[others] - costs[best]
    if not rank.is_ranged:
        low = high = values
    elif rank.spread is not None:
        ends = rank.spread.differences(best, others)
        low, high = ends if rank.sense == MIN else (-ends[1], -ends[0])
    else:
        ours, theirs = (rank.figure.low, rank.figure.high)
        if rank.sense != MIN:
            ours, theirs = -rank.figure.high, -rank.figure.low
        low, high = ours[others] - theirs[best], theirs[others] - ours[best]
    near = others[low <= 0] if rank.is_ranged else others[:0]
    difference = Difference(float(values[0]), float(low[0]), float(high[0]))
    return difference, tuple(near.tolist())


def _regions(
    given: Given, question: Question, designs: Designs, order: Any
) -> tuple[tuple[Regions, ...], str]:
    """Return who wins along an axis, and why nobody does where that is not known."""
    if not len(order):
        return (), "no design is feasible"
    rows: Sequence[int] = sorted(order.tolist())
    try:
        return regions(given.lines, designs, rows, question.over, given.file), ""
    except (InputError, UsageError) as error:
        if question.is_over_given:
            raise
        return (), str(error)


def figure_of(figure: Figure, place: int) -> float | None:
    """Return the best estimate of one design; None where it is unknown."""
    number = float(figure.best[place])
    return None if np.isnan(number) else number


def ends_of(figure: Figure, place: int) -> tuple[float, float] | None:
    """Return the range of one design's figure; None where it has none, or is unknown."""
    low, high = float(figure.low[place]), float(figure.high[place])
    return None if low == high or np.isnan(low) or np.isnan(high) else (low, high)
