"""Where figures meet over draws of what is uncertain in them.

Each draw has its own tie: a sign that turns between two of the points, and where the figures
follow by formulas, the false position made exact by the Illinois method; else the tie lies on the
line between the points.

This module imports numpy: only what asks for draws imports it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, TypeAlias

import numpy as np

from carbonctl import __version__
from carbonctl.analysis.breakeven.curves import VARIED, Formulas
from carbonctl.analysis.breakeven.question import NOTHING, Question, VariedWorkload
from carbonctl.analysis.breakeven.ties import Spread
from carbonctl.analysis.compare import Side
from carbonctl.analysis.compare.deltas import ranks_of_sides, same_unknowns
from carbonctl.analysis.compare.pairing import pairs
from carbonctl.analysis.figures import of_phase
from carbonctl.analysis.points import Draws
from carbonctl.errors import InputError, Problem
from carbonctl.ledger.result import Result
from carbonctl.ledger.terms import Same, Term, terms

_SIDES = 2
_STEPS = 60
_NEAR = 1e-10  # of the range: ties that move less have been found
_PERCENTILES = (5, 50, 95)

Numbers: TypeAlias = Any  # an array of numbers, one a draw


class SharedDraws:
    """Draws of the unknowns of one workload or two, the same on both sides."""

    def __init__(
        self, question: Question, results: Sequence[Result], count: int, seed: int | None
    ) -> None:
        self.count = count
        self.same: list[Same] = [{} for _ in results]
        ranks = results[0].uncertainty.ranks
        if len(results) == _SIDES:
            base, head = (
                Side(side.accounts.label, (result,), __version__, "")
                for side, result in zip(question.sides, results, strict=True)
            )
            paired = pairs(base, head)
            ranks = ranks_of_sides(base, head, paired)
            self.same[1] = same_unknowns(paired)
        seed = results[0].uncertainty.seed if seed is None else seed
        self.draws = Draws(count, seed, ranks)

    def sum(self, figures: Sequence[Term], place: int, number: Any) -> Numbers:
        """Return a sum of a side at all draws, where the value that varies has some numbers."""
        total: Numbers = np.zeros(self.count)
        for own in figures:
            figure = own.under(self.same[place])
            values = {
                name: number if unknown.unknown == VARIED else self.draws.of(unknown)
                for name, unknown in figure.ranged.items()
            }
            total = total + figure.with_names(values)
        return total


def spreads_of(
    question: Question,
    numbers: Sequence[float],
    texts: Sequence[str],
    results: Sequence[Result],
    formulas: Sequence[Formulas] | None,
    most: int,
    count: int,
    seed: int | None,
) -> list[Spread]:
    """Return the 5th, 50th and 95th percentile of each tie, and the share of draws without it.

    Parameters
    ----------
    question : Question
        What is asked.
    numbers, texts : sequence of float and of str
        The points, as numbers and as values of the spec.
    results : sequence of Result
        The accounts at the first point, a side each.
    formulas : sequence of Formulas or None
        Those of each side; None where accounts are to be made at every point.
    most : int
        How many ties there are by the best estimates; of each draw as many are taken, 1 at least.
    count : int
        How many draws.
    seed : int or None
        Theirs; that of the first workload unless given.

    Raises
    ------
    InputError
        Where a figure has no formula of what is uncertain in it.
    """
    drawn = SharedDraws(question, results, count, seed)
    with np.errstate(all="ignore"):
        if formulas is None:
            brackets = _brackets(_by_accounts(question, texts, drawn), numbers, max(most, 1))
            ties = [_line(bracket) for bracket in brackets]
        else:
            function = _by_formulas(question, formulas, drawn)
            values = (function(number) for number in numbers)
            reach = numbers[-1] - numbers[0]
            brackets = _brackets(values, numbers, max(most, 1))
            ties = [_refined(function, bracket, reach) for bracket in brackets]
    return [_spread(tie) for tie in ties]


def _by_formulas(
    question: Question, formulas: Sequence[Formulas], drawn: SharedDraws
) -> Callable[[Any], Numbers]:
    """Return the difference at all draws as a function of one number, or of one a draw."""

    def difference(number: Any) -> Numbers:
        return _difference(
            question.constant,
            [
                figure.weight * drawn.sum(figure.terms, place, number * side.ratio)
                for place, side in enumerate(formulas)
                for figure in side.sums
            ],
        )

    return difference


def _by_accounts(question: Question, texts: Sequence[str], drawn: SharedDraws) -> Iterator[Numbers]:
    """Yield the difference at all draws at each point, by its accounts."""
    for text in texts:
        figures: list[Numbers] = []
        for place, side in enumerate(question.sides):
            figures += _of_account(side, side.account(text), place, drawn)
        yield _difference(question.constant, figures)


def _of_account(
    side: VariedWorkload, result: Result, place: int, drawn: SharedDraws
) -> Iterator[Numbers]:
    """Yield the weighted figures of a side."""
    for part in side.parts:
        figures = terms(of_phase(result.booked, part.phase), part.key)
        if figures is None:
            said = f"the spread of {part.key} is unknown; leave out --draws"
            raise InputError([Problem(side.accounts.file, side.accounts.first, 1, said)])
        yield part.weight * drawn.sum(figures, place, 0.0)


def _difference(constant: float, figures: Sequence[Numbers]) -> Numbers:
    """Return the sum of weighted figures and a constant; 0 where it cannot be told from nothing."""
    total, size = constant, abs(constant)
    for figure in figures:
        total, size = total + figure, np.maximum(size, abs(figure))
    return np.where(abs(total) <= NOTHING * size, 0.0, total)


def _brackets(values: Iterable[Numbers], numbers: Sequence[float], most: int) -> list[Numbers]:
    """Return, of each of the first ties, low, high and the differences there, a column a draw.

    A tie is where the sign turns between two points, and where a difference becomes 0 at one.
    """
    before, low = np.array([np.nan]), numbers[0]
    counts: Numbers = 0
    brackets: list[Numbers] = []
    for high, after in zip(numbers, values, strict=True):
        if not brackets:
            brackets = [np.full((4, len(after)), np.nan) for _ in range(most)]
        is_zero = (after == 0) & (before != 0)
        turned = (np.sign(before) * np.sign(after) < 0) & np.isfinite(before) & np.isfinite(after)
        for order, bracket in enumerate(brackets):
            for rows, ends in (
                (is_zero, (high, high, 0.0, 1.0)),
                (turned, (low, high, before, after)),
            ):
                for line, end in zip(bracket, ends, strict=True):
                    np.copyto(line, end, where=rows & (counts == order))
        counts = counts + (is_zero | turned)
        before, low = after, high
    return brackets


def _line(bracket: Numbers) -> Numbers:
    """Return where a line between the ends of each bracket is zero."""
    low, high, at_low, at_high = bracket
    return low - at_low * (high - low) / (at_high - at_low)


def _refined(function: Callable[[Any], Numbers], bracket: Numbers, reach: float) -> Numbers:
    """Return the tie in each bracket; no number where there is none.

    The false position, with the value at an end that stays halved (Illinois).
    """
    low, high, at_low, at_high = (line.copy() for line in bracket)
    is_there = np.isfinite(low)
    tie = _line(bracket)
    if not is_there.any():
        return tie
    kept = np.zeros(len(low), dtype=int)  # the end that stayed: -1 low, 1 high
    for _ in range(_STEPS):
        value = function(np.where(is_there, tie, 0.5 * reach))
        is_low = (value < 0) == (at_low < 0)
        at_high = np.where(is_low & (kept == 1), at_high / 2, at_high)
        at_low = np.where(~is_low & (kept == -1), at_low / 2, at_low)
        low, at_low = np.where(is_low, tie, low), np.where(is_low, value, at_low)
        high, at_high = np.where(is_low, high, tie), np.where(is_low, at_high, value)
        kept = np.where(is_low, 1, -1)
        new = low - at_low * (high - low) / (at_high - at_low)
        new = np.where(np.isfinite(new), new, tie)
        moved = np.abs(new - tie)[is_there].max()
        tie = np.where(is_there, new, np.nan)
        if moved <= _NEAR * reach:
            break
    return tie


def _spread(ties: Numbers) -> Spread:
    known = ties[np.isfinite(ties)]
    without = 1 - len(known) / len(ties)
    if not len(known):
        return Spread(without=without)
    low, middle, high = np.percentile(known, _PERCENTILES).tolist()
    return Spread(low, middle, high, without)
