"""What is asked of designs: constraints, objectives, the rank, and the axes of regions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple, TypeAlias

from carbonctl.analysis.explore import columns as c
from carbonctl.analysis.explore.axes import Axis
from carbonctl.analysis.explore.columns import Figure
from carbonctl.analysis.explore.fronts import Constraint, read_constraint
from carbonctl.analysis.explore.metrics import Weights, missing
from carbonctl.errors import InputError, Problem
from carbonctl.numbers.unit_table import QuantityError
from carbonctl.spec.explore_file import MAX, MIN
from carbonctl.spec.validation import Loc

Blame: TypeAlias = Callable[[Loc, str], Problem]  # a problem at some keys of the file


class Question(NamedTuple):
    """What is asked; columns by their names.

    Attributes
    ----------
    constraints : dict of str to str
        Conditions as they are written.
    objectives : dict of str to str
        `min` or `max`.
    rank : str or None
        The column that decides; the first objective unless given.
    over : tuple of Axis
        The axes of regions.
    is_over_given : bool
        Whether somebody has asked for them.
    weights : Weights
        What metrics weigh by.
    base : str or None
        What the design is called that `ncf` compares with; the first unless given.
    """

    constraints: Mapping[str, str]
    objectives: Mapping[str, str]
    rank: str | None
    over: tuple[Axis, ...]
    is_over_given: bool
    weights: Weights = Weights()
    base: str | None = None

    @property
    def asked(self) -> dict[str, str]:
        """The columns that are asked for, each with the key that asks."""
        by_key = dict.fromkeys(self.constraints, "constraints")
        by_key |= dict.fromkeys(self.objectives or {c.TOTAL: MIN}, "objectives")
        return by_key | ({} if self.rank is None else {self.rank: "rank"})


class Asked(NamedTuple):
    """The same with every column found.

    Attributes
    ----------
    constraints : tuple of Constraint
        In the units of their columns.
    objectives : dict of str to str
        `min` or `max`, by the names of columns.
    rank, sense : str
        The column that decides, and whether it is to be low or high.
    metrics : tuple of str
        Those of `columns.METRICS` that are asked for.
    """

    constraints: tuple[Constraint, ...]
    objectives: dict[str, str]
    rank: str
    sense: str
    metrics: tuple[str, ...]


def found(question: Question, figures: Mapping[str, Figure], blame: Blame) -> Asked:
    """Find the columns that are asked for.

    Raises
    ------
    InputError
        With every column that nobody gives, and every condition in another unit.
    """
    finder = _Finder(question, figures, blame)
    objectives = {
        name: sense
        for key, sense in (question.objectives or {c.TOTAL: MIN}).items()
        if (name := finder.column(("objectives", key), key))
    }
    constraints = [finder.constraint(key, text) for key, text in question.constraints.items()]
    rank = question.rank
    if rank is not None:
        rank = finder.column(("rank",), rank)
    if finder.problems:
        raise InputError(finder.problems)
    rank = rank or next(iter(objectives))
    sense = objectives.get(rank) or (MAX if rank in _HIGH_IS_GOOD else MIN)
    known = tuple(constraint for constraint in constraints if constraint is not None)
    return Asked(known, objectives, rank, sense, tuple(finder.metrics))


_HIGH_IS_GOOD = frozenset({"tokens_per_s", "accuracy"})


class _Finder:
    def __init__(self, question: Question, figures: Mapping[str, Figure], blame: Blame) -> None:
        self.question, self.figures, self.blame = question, figures, blame
        self.metrics: dict[str, None] = {}
        self.problems: list[Problem] = []

    def column(self, keys: Loc, name: str) -> str | None:
        """Return the column that a name means; None, and a problem, where there is none."""
        known = [*self.figures, *c.METRICS]
        column = c.resolve(name, known)
        if column is None:
            self.problems.append(self.blame(keys, f"{keys[0]}: {c.nobody_gives(name, known)}"))
            return None
        if column in c.METRICS and column not in self.figures:
            lacking = missing(column, self.figures, self.question.weights)
            if lacking:
                self.problems.append(self.blame(keys, f"{keys[0]}: {lacking}"))
                return None
            self.metrics[column] = None
        return column

    def constraint(self, name: str, text: str) -> Constraint | None:
        """Return a condition in the unit of its column; None, and a problem, where it has none."""
        column = self.column(("constraints", name), name)
        if column is None:
            return None
        figure = self.figures.get(column)
        if figure is None:
            kind = c.METRICS[column]
            figure = Figure(column, kind.key, kind.dimension, None, None, None)
        try:
            return read_constraint(figure, text)
        except QuantityError as error:
            self.problems.append(self.blame(("constraints", name), f"{name}: {error}"))
            return None
