"""Figures of a workload as functions of one value: by the formulas of its entries, or by accounts.

Formulas are quick, and right where a value only enters them. Where it changes what entries there
are, or is rounded on its way into them, accounts are made.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

from carbonctl.analysis.accounts import PointAccount
from carbonctl.analysis.breakeven.question import VariedWorkload, WeightedFigure
from carbonctl.analysis.figures import figure_of, of_phase
from carbonctl.errors import InputError, Problem
from carbonctl.ledger.entry import Entry
from carbonctl.ledger.result import Result
from carbonctl.ledger.terms import Term, at_paths, derive, terms, varies
from carbonctl.numbers.formulas import NotArithmetic
from carbonctl.numbers.intervals import Range

VARIED = "varied"  # the identity of the value that varies, among unknowns
_SAME = 1e-12  # of a number: more is another unit, or another place


class NoFormulas(Exception):
    """The figures of a side do not follow from the value by formulas."""


class Given(NamedTuple):
    """The accounts of a side at both ends of the range, with the numbers that stand for them."""

    ends: tuple[Result, Result]
    numbers: tuple[float, float]


class VariedSum:
    """A sum as a function of the number of the value that varies; all else at its best.

    ``terms`` are the figures that it is of, unknown is None.
    """

    def __init__(self, figures: Sequence[Term], weight: float) -> None:
        self.weight = weight
        self.terms = figures
        self.constants: list[float] = []
        self.varied: list[tuple[Term, dict[str, Any], list[str]]] = []
        for figure in figures:
            names = [n for n, unknown in figure.ranged.items() if unknown.unknown == VARIED]
            values = {name: unknown.best for name, unknown in figure.ranged.items()}
            if names:
                self.varied.append((figure, {**figure.known, **values}, names))
            else:
                self.constants.append(figure.with_names(values))

    def at(self, number: float) -> float:
        """Return it where the value is a number, in the unit of the inputs."""
        figures = list(self.constants)
        for figure, values, names in self.varied:
            assert figure.formula is not None
            known = values | dict.fromkeys(names, number)
            figures.append(figure.sign * figure.formula.at(derive(known, figure.derived)))
        return math.fsum(figures)


class Formulas:
    """The sums of a side by formulas.

    Parameters
    ----------
    side : VariedWorkload
        The workload, and what is asked of it.
    given : Given
        Its accounts at both ends.

    Raises
    ------
    NoFormulas
        Where a sum has none, and where the value is not found in them.
    """

    def __init__(self, side: VariedWorkload, given: Given) -> None:
        place = _place(side)
        low, high = (_number(result, place) for result in given.ends)
        first, last = given.numbers
        self.ratio = 0.0 if high is None else high / last if last else (low or 0.0) / first
        for number, written in ((low, first), (high, last)):
            if number is not None and not _is_near(number, self.ratio * written):
                raise NoFormulas
        entries: Sequence[Entry] = given.ends[0].booked
        if low is not None and high is not None and place is not None:
            entries = [_varied(entry, place, (low, high)) for entry in entries]
        self.sums = [_sum(entries, part) for part in side.parts]

    def at(self, number: float) -> list[float]:
        """Return the sums where the value is a number, in the unit that the user wrote."""
        return [figure.at(number * self.ratio) for figure in self.sums]


def _place(side: VariedWorkload) -> str | None:
    try:
        return None if side.path is None else side.accounts.place(side.path)
    except (LookupError, ValueError):
        return None


def _number(result: Result, place: str | None) -> float | None:
    """Return the number of the inputs at a path; None where there is none.

    Raises
    ------
    NoFormulas
        Where it is a range, or several numbers.
    """
    if place is None:
        return None
    numbers = set()
    for entry in result.booked:
        names = at_paths(entry.inputs, (place,))
        numbers |= {value.number for value in entry.inputs if value.name in names}
    if not numbers:
        return None
    number = numbers.pop()
    if numbers or not isinstance(number, float):
        raise NoFormulas
    return number


def _is_near(number: float, other: float) -> bool:
    return abs(number - other) <= _SAME * max(abs(number), abs(other))


def _varied(entry: Entry, place: str, ends: tuple[float, float]) -> Entry:
    """Return an entry in which the inputs at a path are uncertain: what varies."""
    names = at_paths(entry.inputs, (place,))
    if not names:
        return entry
    low, high = sorted(ends)
    inputs = tuple(
        value._replace(number=Range(ends[0], low, high), unknown=VARIED)
        if value.name in names
        else value
        for value in entry.inputs
    )
    return entry._replace(inputs=inputs)


def _sum(entries: Sequence[Entry], part: WeightedFigure) -> VariedSum:
    if not varies(part.key):
        raise NoFormulas
    try:
        figures = terms(of_phase(entries, part.phase), part.key)
    except NotArithmetic:
        raise NoFormulas from None
    if figures is None:
        raise NoFormulas
    return VariedSum(figures, part.weight)


def figures_of(side: VariedWorkload, result: Result, text: str) -> list[float]:
    """Return the sums of an account.

    Raises
    ------
    InputError
        Where one is unknown.
    """
    made = [figure_of(result, part.phase, part.key) for part in side.parts]
    return [_known(side, part, figure, text) for part, figure in zip(side.parts, made, strict=True)]


def by_accounts(side: VariedWorkload, texts: Sequence[str]) -> list[list[float]]:
    """Return the sums of a side at many values, by accounts.

    Raises
    ------
    InputError
        Where a value is refused, or a sum unknown.
    """
    if side.path is None:
        return [figures_of(side, side.account(""), "")] * len(texts)
    outcomes = side.accounts.outcomes([side.path], [(text,) for text in texts])
    made: dict[tuple[int, WeightedFigure], Any] = {}
    rows = []
    for text, outcome in zip(texts, outcomes, strict=True):
        if outcome.result is None:
            assert outcome.error is not None
            raise side.refused(outcome.error, text)
        row = []
        for part in side.parts:
            key = id(outcome.result), part
            if key not in made:
                made[key] = figure_of(outcome.result, part.phase, part.key)
            row.append(_known(side, part, _at(outcome, made[key]), text))
        rows.append(row)
    return rows


def _at(outcome: PointAccount, figure: Any) -> float | None:
    number: float | None = outcome.of(figure)
    return number


def _known(side: VariedWorkload, part: WeightedFigure, figure: float | None, text: str) -> float:
    if figure is not None and math.isfinite(figure):
        return figure
    key = f"phases.{part.phase}.{part.key}" if part.phase else part.key
    where = f" at {side.path}={text}" if side.path is not None else ""
    said = f"{key} is unknown{where}; without it there is nothing to compare"
    raise InputError([Problem(side.accounts.file, side.accounts.first, 1, said)])
