"""Where figures meet: at 129 points of the range a sign that turns, then Brent's method."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import NamedTuple

from carbonctl import __version__
from carbonctl.analysis.breakeven.curves import (
    Formulas,
    Given,
    NoFormulas,
    by_accounts,
    figures_of,
)
from carbonctl.analysis.breakeven.question import NOTHING, Question
from carbonctl.analysis.compare import Side
from carbonctl.analysis.compare.one_rule import on_one_rule
from carbonctl.catalog import Catalog
from carbonctl.errors import Caution, InputError
from carbonctl.factors.roots import EQUAL, POINTS, Crossing, crossings
from carbonctl.ledger.result import Result

SCHEMA = "carbonctl.breakeven/1"
_SAME = 1e-9  # of the figures: differences that are all smaller are none, and formulas are right
_SIDES = 2
WHOLE = "a whole number is wanted"  # ends the message about a count that is not whole


class Spread(NamedTuple):
    """Where a tie is over draws: its 5th, 50th and 95th percentile, and the share without one."""

    p5: float | None = None
    p50: float | None = None
    p95: float | None = None
    without: float | None = None


class Tie(NamedTuple):
    """Where figures meet.

    Attributes
    ----------
    tie : float
        In the unit that the user wrote; of a jump the value above it, of a stretch its low end.
    value : str
        The same as a value of the spec.
    low, high : float
        Equal for a point; the two sides of a jump, the ends of a stretch.
    kind : str
        One of those of `carbonctl.factors.roots`.
    below, above : str
        What is lower on both sides: base or head; of a limit on which side of it the figure is:
        under or over. Empty where that is outside the range.
    spread : Spread
        Over draws, where they are asked for.
    """

    tie: float
    value: str
    low: float
    high: float
    kind: str
    below: str
    above: str
    spread: Spread = Spread()


class Answer(NamedTuple):
    """All ties, or what there is where there are none.

    Attributes
    ----------
    question : Question
        What was asked.
    names : tuple of str
        What the workloads are called: by name, else by file, else base and head.
    workloads : tuple of str
        Their names.
    ties : tuple of Tie
        In their order.
    everywhere : str or None
        What is lower at all points, or ``equal``; None where there are ties.
    spread : Spread
        Over draws, of the first tie of each, where there is none by best estimates.
    draws : int or None
        How many.
    warnings : tuple
        Those of the accounts at the low end of the range, a side each with its label.
    notes : tuple of Caution
        What is to be said of both.
    """

    question: Question
    names: tuple[str, ...]
    workloads: tuple[str, ...]
    ties: tuple[Tie, ...]
    everywhere: str | None = None
    spread: Spread = Spread()
    draws: int | None = None
    warnings: tuple[tuple[str, tuple[Caution, ...]], ...] = ()
    notes: tuple[Caution, ...] = ()


class Curve(NamedTuple):
    """What is to be zero, as a function of the value, with the size of the figures behind it."""

    question: Question
    sums: Callable[[float], list[float]]

    def at(self, number: float) -> float:
        """Return the difference; 0 where it cannot be told from nothing."""
        return self.of(self.sums(number))

    def of(self, figures: Sequence[float]) -> float:
        """Return the difference that some figures make."""
        difference, size = self.parts(figures)
        return 0.0 if abs(difference) <= NOTHING * size else difference

    def parts(self, figures: Sequence[float]) -> tuple[float, float]:
        """Return the difference that some figures make, and the largest of them."""
        weights = [part.weight for side in self.question.sides for part in side.parts]
        own = [weight * figure for weight, figure in zip(weights, figures, strict=True)]
        own.append(self.question.constant)
        return math.fsum(own), max(map(abs, own))


class Solved(NamedTuple):
    """The crossings, the figures at all points, and formulas where these are right."""

    crossings: list[Crossing]
    figures: list[list[float]]
    formulas: list[Formulas] | None


def solve(question: Question, catalog: Catalog, draws: int | None, seed: int | None) -> Answer:
    """Return where the figures meet.

    ``draws`` says over how many draws, None by the best estimates alone; ``seed`` is theirs, that
    of the first workload unless given.

    Raises
    ------
    InputError
        Where a value is refused, or a figure unknown.
    """
    numbers = list(question.span.numbers(POINTS))
    try:
        solution = _solution(question, numbers, catalog)
    except InputError as error:
        if not any(WHOLE in problem.message for problem in error.problems):
            raise
        numbers = _whole(numbers)
        if len(numbers) < _SIDES:
            raise
        solution = _solution(question._replace(is_whole=True), numbers, catalog)
    return _answer(solution, numbers, draws, seed)


class _Solution(NamedTuple):
    """What was found, of which question, with the accounts at the first point."""

    question: Question
    solved: Solved
    firsts: list[Result]
    notes: tuple[Caution, ...]


def _solution(question: Question, numbers: Sequence[float], catalog: Catalog) -> _Solution:
    texts = [question.span.text(number) for number in numbers]
    question, firsts, notes = _on_one_rule(question, texts[0], catalog)
    return _Solution(question, _solved(question, numbers, texts, firsts), firsts, notes)


def _whole(numbers: Sequence[float]) -> list[float]:
    """Return whole numbers in the range of some numbers, as many at most."""
    low, high = math.ceil(numbers[0]), math.floor(numbers[-1])
    within = (min(max(round(number), low), high) for number in numbers)
    return [float(number) for number in sorted(set(within))] if low <= high else []


def _answer(
    solution: _Solution, numbers: Sequence[float], draws: int | None, seed: int | None
) -> Answer:
    """Return the answer, with its ranges over draws where they are asked for."""
    question, solved, firsts, notes = solution
    texts = [question.span.text(number) for number in numbers]
    curve = Curve(question, lambda _: [])
    differences = [curve.parts(figures) for figures in solved.figures]
    is_equal = all(abs(difference) <= _SAME * size for difference, size in differences)
    there = [] if is_equal else solved.crossings
    spreads = [Spread()] * max(len(there), 1)
    if draws is not None and not is_equal:
        from carbonctl.analysis.breakeven.spread import spreads_of

        of_points = (numbers, texts, firsts, solved.formulas)
        spreads = spreads_of(question, *of_points, len(there), draws, seed)
    ties = tuple(
        _tie(question, crossing, spread) for crossing, spread in zip(there, spreads, strict=False)
    )
    everywhere = None
    if is_equal:
        everywhere = EQUAL
    elif not ties:
        everywhere = question.lower(1 if differences[0][0] > 0 else -1)
    labels = [side.accounts.label for side in question.sides]
    warnings = tuple(zip(labels, (result.warnings for result in firsts), strict=True))
    over = Spread() if ties else spreads[0]
    names = _names(question, firsts)
    workloads = tuple(result.name for result in firsts)
    return Answer(question, names, workloads, ties, everywhere, over, draws, warnings, notes)


def _tie(question: Question, crossing: Crossing, spread: Spread) -> Tie:
    return Tie(
        crossing.at, question.span.text(crossing.at), crossing.low, crossing.high, crossing.kind,
        question.lower(crossing.below), question.lower(crossing.above), spread,
    )  # fmt: skip


def _names(question: Question, results: Sequence[Result]) -> tuple[str, ...]:
    """Return what two workloads are called: by name, else by file, else base and head."""
    labels = [side.accounts.label for side in question.sides]
    for names in ([result.name for result in results], labels, ["base", "head"]):
        if len(set(names)) == len(question.sides):
            break
    return tuple(names)


def _on_one_rule(
    question: Question, text: str, catalog: Catalog
) -> tuple[Question, list[Result], tuple[Caution, ...]]:
    """Return the question and the accounts at one value, grids of two by one method."""
    firsts = [side.account(text) for side in question.sides]
    if len(firsts) < _SIDES:
        return question, firsts, ()
    compared = [
        Side(side.accounts.label, (result,), __version__, catalog.version, catalog.own_records)
        for side, result in zip(question.sides, firsts, strict=True)
    ]
    made = on_one_rule(compared, catalog)
    if made.catalog is catalog:
        return question, firsts, made.notes
    sides = tuple(
        side._replace(accounts=side.accounts.under(made.catalog)) for side in question.sides
    )
    return question._replace(sides=sides), [side.account(text) for side in sides], made.notes


def _solved(
    question: Question, numbers: Sequence[float], texts: Sequence[str], firsts: list[Result]
) -> Solved:
    """Return the crossings by formulas where these are right, else by accounts."""
    try:
        return _by_formulas(question, numbers, texts, firsts)
    except (NoFormulas, ArithmeticError):
        pass
    by_side = [by_accounts(side, texts) for side in question.sides]
    figures = [[x for side in row for x in side] for row in zip(*by_side, strict=True)]
    curve = Curve(question, lambda number: _accounted(question, question.span.text(number)))
    values = [curve.of(row) for row in figures]
    return Solved(_crossings(question, curve.at, numbers, values), figures, None)


def _crossings(
    question: Question,
    function: Callable[[float], float],
    numbers: Sequence[float],
    values: Sequence[float],
) -> list[Crossing]:
    """Return the crossings; where only whole numbers are values, those of a staircase."""
    if not question.is_whole:
        return crossings(function, numbers, values)
    steps = crossings(lambda number: function(float(math.floor(number + 0.5))), numbers, values)
    return [_on_whole_numbers(step) for step in steps]


def _on_whole_numbers(step: Crossing) -> Crossing:
    """Return a crossing whose sides are whole numbers."""
    low, high, at = (float(math.floor(end + 0.5)) for end in (step.low, step.high, step.at))
    return step._replace(low=low, high=high, at=at)


def _accounted(question: Question, text: str) -> list[float]:
    """Return the figures of all sides by accounts at one value."""
    return [x for side in question.sides for x in figures_of(side, side.account(text), text)]


def _by_formulas(
    question: Question, numbers: Sequence[float], texts: Sequence[str], firsts: list[Result]
) -> Solved:
    """Return the crossings by formulas, checked at the ends, in the middle and at each tie.

    Raises
    ------
    NoFormulas
        Where they are not right.
    """
    lasts = _accounts(question, texts[-1], firsts)
    formulas = [
        Formulas(side, Given((first, last), (numbers[0], numbers[-1])))
        for side, first, last in zip(question.sides, firsts, lasts, strict=True)
    ]

    def sums(number: float) -> list[float]:
        return [x for side in formulas for x in side.at(number)]

    def check(number: float, text: str, results: Sequence[Result]) -> None:
        true = [
            x
            for side, result in zip(question.sides, results, strict=True)
            for x in figures_of(side, result, text)
        ]
        if not all(_is_same(a, b) for a, b in zip(sums(number), true, strict=True)):
            raise NoFormulas

    middle = len(numbers) // 2
    check(numbers[0], texts[0], firsts)
    check(numbers[-1], texts[-1], lasts)
    check(numbers[middle], texts[middle], _accounts(question, texts[middle], firsts))
    curve = Curve(question, sums)
    figures = [sums(number) for number in numbers]
    turns = _crossings(question, curve.at, numbers, [curve.of(row) for row in figures])
    for number in {end for crossing in turns for end in (crossing.low, crossing.high)}:
        if number not in (numbers[0], numbers[-1]):
            text = question.span.text(number)
            check(number, text, _accounts(question, text, firsts))
    return Solved(turns, figures, formulas)


def _accounts(question: Question, text: str, firsts: Sequence[Result]) -> list[Result]:
    """Return the accounts of all sides at one value; those in which nothing varies stay."""
    return [
        first if side.path is None else side.account(text)
        for side, first in zip(question.sides, firsts, strict=True)
    ]


def _is_same(one: float, other: float) -> bool:
    return abs(one - other) <= _SAME * max(abs(one), abs(other))
