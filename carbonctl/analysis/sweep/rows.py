"""The accounts of the points of a sweep, and what is asked of each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from carbonctl.analysis.accounts import Accounts, PointAccount
from carbonctl.analysis.columns import Point
from carbonctl.analysis.figures import Figures, sampling_of
from carbonctl.analysis.gates.rules import Gates
from carbonctl.analysis.gates.verdicts import Verdict, judge
from carbonctl.analysis.spans import shown
from carbonctl.analysis.sweep.measures import Measure, Unit
from carbonctl.analysis.sweep.points import Points
from carbonctl.errors import Caution, InputError, Problem
from carbonctl.ledger.entry import Totals
from carbonctl.ledger.result import Result
from carbonctl.spec.overrides import ORIGIN
from carbonctl.spec.paths import split
from carbonctl.spec.tree import Map, Text

SCHEMA = "carbonctl.sweep/1"
OVER = "--over"
_BLOCK = 10_000  # points that are worked on together
_NO_PATH = "unknown key `"  # what the problem of a key begins with that no workload has


class Subject(NamedTuple):
    """What is swept: a workload, the paths, and what is asked of each point.

    ``unit`` is the name of the functional unit, where something is asked per unit.
    """

    file: str
    workload: str
    paths: tuple[str, ...]
    measures: tuple[Measure, ...]
    points: Points
    unit: str | None = None


class Row(NamedTuple):
    """One point, and what came of it.

    Attributes
    ----------
    point : int
        From 1.
    values : tuple of str
        The text of the value of each path.
    workload : str
        The name of the workload.
    total : Totals or None
        The sums over the account; None where the point is refused.
    figures : tuple of float or None
        What is asked of the point, None where it is unknown.
    error : str or None
        Why the point is refused.
    """

    point: int
    values: Point
    workload: str
    total: Totals | None
    figures: tuple[float | None, ...]
    error: str | None = None

    @property
    def is_complete(self) -> bool:
        """Whether every entry of the account is known."""
        return self.total is not None and self.total.total_kgco2e is not None


class Rows(NamedTuple):
    """Some points: their rows, what was refused, the rules that triggered, and the warnings.

    A problem comes with the number of its point, warnings with the place of their row.
    """

    rows: list[Row]
    problems: list[tuple[int, Problem]]
    verdicts: list[Verdict]
    cautions: list[tuple[int, tuple[Caution, ...]]]


class Sweep:
    """Goes over the points of a sweep.

    Parameters
    ----------
    accounts : Accounts
        Makes the accounts of the workload.
    points : Points
        Where.
    measures : sequence of Measure
        What is asked of each point.
    gates : Gates
        Rules that each point has to pass.

    Raises
    ------
    InputError
        Where no workload has a path, where the workload is faulty at all points, and where
        something is asked per functional unit and the workload has none.
    """

    def __init__(
        self, accounts: Accounts, points: Points, measures: Sequence[Measure], gates: Gates
    ) -> None:
        self.accounts = accounts
        self.points = points
        self.measures = tuple(measures)
        self.gates = gates
        self.of_file = _problems_of(accounts)
        first = accounts.outcome(points.paths, next(iter(points)))
        if first.error is not None:
            self._refuse_paths(first.error)
            own = [problem for problem in first.error.problems if problem.message in self.of_file]
            if own:  # whatever the point is
                raise InputError(own)
        self.unit = Unit(accounts, points.paths) if self.per_unit else None
        unit = first.result.spec.get("functional_unit") if first.result and self.unit else None
        if self.unit and first.result and unit is None:
            said = "--per: the workload has no `functional_unit`; give its `name` and `amount`"
            raise InputError([Problem(accounts.file, accounts.first, 1, said)])
        name = first.result.name if first.result else _name(accounts)
        of_unit = unit["name"] if unit else None
        self.subject = Subject(accounts.label, name, points.paths, self.measures, points, of_unit)

    @property
    def per_unit(self) -> bool:
        """Whether something is asked per functional unit."""
        return any(measure.is_per_unit for measure in self.measures)

    def blocks(self) -> Iterator[Rows]:
        """Yield what comes of the points, some at a time, in their order."""
        start = 1
        for points in self.points.blocks(_BLOCK):
            yield self._rows(start, points)
            start += len(points)

    def place(self, values: Point) -> str:
        """Return what messages call a point."""
        said = ", ".join(
            f"{shown(path)}={shown(text)}"
            for path, text in zip(self.points.paths, values, strict=True)
        )
        return f"{self.accounts.label} at {said}"

    def _rows(self, start: int, points: Sequence[Point]) -> Rows:
        outcomes = self.accounts.outcomes(self.points.paths, points)
        counts = _counts(outcomes)
        made = Rows([], [], [], [])
        known: dict[int, _Answers] = {}
        for number, (values, outcome) in enumerate(zip(points, outcomes, strict=True)):
            result = outcome.result
            if result is None:
                self._refused(made, start + number, values, outcome)
                continue
            key = id(result)
            if key not in known:
                known[key] = _Answers(result, counts.get(key), self.measures)
            total, figures = known[key].at(outcome)
            if self.unit is not None:
                figures = self._per_unit(figures, self.unit.amount(values))
            made.rows.append(Row(start + number, values, result.name, total, figures))
            if result.warnings:
                made.cautions.append((number, outcome.warnings))
        if self.gates.fail or self.gates.warn:
            made.verdicts.extend(self._verdicts(points, outcomes, counts))
        return made

    def _per_unit(
        self, figures: tuple[float | None, ...], amount: float | None
    ) -> tuple[float | None, ...]:
        """Return figures over how many functional units there are, where that is asked."""
        return tuple(
            figure if not measure.is_per_unit or figure is None
            else None if not amount else figure / amount
            for figure, measure in zip(figures, self.measures, strict=True)
        )  # fmt: skip

    def _refused(self, made: Rows, point: int, values: Point, outcome: PointAccount) -> None:
        """Add the row of a point that is refused, and why it is."""
        assert outcome.error is not None
        problems = [self._problem(problem, values) for problem in outcome.error.problems]
        made.problems.extend((point, problem) for problem in problems)
        said = "; ".join(problem.message for problem in problems)
        nothing = (None,) * len(self.measures)
        made.rows.append(Row(point, values, self.subject.workload, None, nothing, said))

    def _verdicts(
        self, points: Sequence[Point], outcomes: Sequence[PointAccount], counts: Mapping[int, int]
    ) -> Iterator[Verdict]:
        """Yield the verdicts of rules that trigger or cannot be judged, point by point."""
        by_row: dict[int, dict[int, list[Verdict]]] = {}
        of_samples = any(rule.statistic.of_samples for rule in (*self.gates.fail, *self.gates.warn))
        for values, outcome in zip(points, outcomes, strict=True):
            if outcome.result is None:
                continue
            if outcome.row is None or of_samples:
                verdicts = self._alone(outcome)
            else:
                key = id(outcome.result)
                if key not in by_row:
                    by_row[key] = self.gates.judge_rows(outcome.result, counts[key])
                verdicts = by_row[key].get(outcome.row, [])
            if verdicts:
                place = self.place(values)
                yield from (verdict._replace(subject=place) for verdict in verdicts)

    def _alone(self, outcome: PointAccount) -> list[Verdict]:
        """Return the verdicts of one point that are no pass."""
        assert outcome.result is not None
        sampling = sampling_of([outcome.result])
        figures = Figures(outcome.of(outcome.result.booked), sampling=sampling)
        verdicts = [judge(rule, figures, None, "fail") for rule in self.gates.fail]
        verdicts += [judge(rule, figures, None, "warn") for rule in self.gates.warn]
        return [verdict for verdict in verdicts if verdict.outcome != "pass"]

    def _problem(self, problem: Problem, values: Point) -> Problem:
        """Return what is wrong with a point, called by its values."""
        message = problem.message
        for path, text in zip(self.points.paths, values, strict=True):
            message = message.removeprefix(f"{path}={text}: ")
        return Problem(self.place(values), None, None, message)

    def _refuse_paths(self, error: InputError) -> None:
        """Refuse paths that no workload has, each once.

        Raises
        ------
        InputError
            Where there are such.
        """
        faults = []
        for problem in error.problems:
            if problem.file != ORIGIN or problem.message in self.of_file:
                continue
            for path in self.points.paths:
                if is_of_path(problem.message, path):
                    message = problem.message.partition(": ")[2] if problem.col == 1 else ""
                    said = f"{shown(path)}: {message or problem.message}"
                    faults.append(Problem(OVER, None, None, said))
                    break
        if faults:
            raise InputError(faults)


class _Answers:
    """What is asked of an account, in all its rows.

    Parameters
    ----------
    result : Result
        The account.
    rows : int or None
        How many rows there are; None where it is alone.
    measures : sequence of Measure
        What is asked.
    """

    def __init__(self, result: Result, rows: int | None, measures: Sequence[Measure]) -> None:
        total = result.total
        figures = tuple(measure.figures(result, total) for measure in measures)
        self.totals: Sequence[tuple[float | None, ...]] = [total]
        self.figures: Sequence[tuple[float | None, ...]] = [figures]
        if rows is not None:
            from carbonctl.numbers.columns import by_row

            self.totals, self.figures = by_row(total, rows), by_row(figures, rows)

    def at(self, outcome: PointAccount) -> tuple[Totals, tuple[float | None, ...]]:
        """Return the sums and what is asked, at one point."""
        row = outcome.row or 0
        return Totals._make(self.totals[row]), self.figures[row]


def _counts(outcomes: Sequence[PointAccount]) -> dict[int, int]:
    """Return how many rows each account with columns has."""
    counts: dict[int, int] = {}
    for outcome in outcomes:
        if outcome.row is not None:
            key = id(outcome.result)
            counts[key] = max(counts.get(key, 0), outcome.row + 1)
    return counts


def _problems_of(accounts: Accounts) -> set[str]:
    """Return what is wrong with a workload as it stands."""
    try:
        accounts.account()
    except InputError as error:
        return {problem.message for problem in error.problems}
    return set()


def is_of_path(message: str, path: str) -> bool:
    """Whether a problem is that no workload has a path, whatever its value."""
    if message.startswith(_NO_PATH):
        key = message.removeprefix(_NO_PATH).partition("`")[0]
        return key in path or key in split(path)
    return message.startswith(f"{path}=")


def _name(accounts: Accounts) -> str:
    """Return the name of a workload as the file has it."""
    name = accounts.tree.get("name") if isinstance(accounts.tree, Map) else None
    return name if isinstance(name, Text) else ""
