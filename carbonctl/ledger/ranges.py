"""The 90 % range of figures and of their sums, and what each unknown does to them.

Each unknown moves alone from its 5th to its 95th percentile, everywhere it is used at once, with
all others at their medians. The logarithms of what that does to a sum add in quadrature, each
side by itself, around the sum at all medians; of a sum that can be zero or negative the
differences do. An unknown whose two ends both raise a sum adds the larger move to that side.
To the squares of two with a rank correlation ρ comes twice ρ times the product of both, with the
sign of the ends that they come from.

Against two million draws the ends are within 4 % for usual accounts. They are further off where
a total is a sum of few independent unknowns of three times and more.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from contextlib import suppress
from functools import partial
from typing import Any, NamedTuple, TypeAlias

from carbonctl.ledger.terms import Term, term_of
from carbonctl.ledger.unknowns import Rank, Unknowns, is_certain, unknown_of
from carbonctl.numbers.intervals import (
    Mixed,
    best,
    decide,
    exact_sum,
    exp,
    least,
    log,
    most,
    plain_sum,
    row_by_row,
    sqrt,
)
from carbonctl.numbers.intervals import high as highest
from carbonctl.numbers.intervals import low as lowest
from carbonctl.numbers.quantities import Quantity

Ends: TypeAlias = tuple[Any, Any]
Pair: TypeAlias = tuple[int, int, float]  # two places and their rank correlation
UNKNOWN: Ends = (None, None)


class Move(NamedTuple):
    """What an unknown does to one figure: the differences at its low and its high end."""

    low: Any
    high: Any


class Moves:
    """What each unknown does alone to each of some figures, and to sums of them.

    Attributes
    ----------
    medians : list of float or None
        Each figure where all unknowns are at their medians; None where it is unknown.
    moves : list of dict
        For each figure what each of its unknowns does to it, by the place of the unknown.
    first : list of (int, str)
        For each unknown the figure in which it comes first, and its name there.
    ranks : sequence of Rank
        The rank correlations of pairs of unknowns, by their keys.
    """

    def __init__(self, figures: Sequence[Term | None], ranks: Sequence[Rank] = ()) -> None:
        self.unknowns = Unknowns()
        self.ranks = ranks
        self._pairs: tuple[Pair, ...] | None = None
        self.medians: list[Any] = []
        self.moves: list[dict[int, Move]] = []
        self.first: list[tuple[int, str]] = []
        for number, figure in enumerate(figures):
            median, moves = None, dict[int, Move]()
            if figure is not None:
                with suppress(ArithmeticError, ValueError):  # it has no value at some end
                    median, moves = self._figure(number, figure)
            self.medians.append(median)
            self.moves.append(moves)

    def _figure(self, number: int, figure: Term) -> tuple[Any, dict[int, Move]]:
        if not figure.ranged:
            return figure.sign * figure.number, {}
        levels, places = {}, dict[int, list[str]]()
        for name, uncertain in figure.ranged.items():
            place = self.unknowns.place(uncertain)
            if place == len(self.first):
                self.first.append((number, name))
            levels[name] = self.unknowns.levels(uncertain)
            places.setdefault(place, []).append(name)
        middle = {name: ends[1] for name, ends in levels.items()}
        if all(uncertain.is_centered for uncertain in figure.ranged.values()):
            median = figure.sign * figure.number
        else:
            median = figure.with_names(middle)
        moves = {}
        for place, names in places.items():
            low, high = (
                figure.with_names(middle | {name: levels[name][end] for name in names}) - median
                for end in (0, 2)
            )
            moves[place] = Move(low, high)
        return median, moves

    def sum(self, figures: Iterable[int], *, is_exact: bool = False) -> Sum:
        """Return what each unknown does to the sum of some figures.

        It is a sum of nothing known where one of them is unknown. ``is_exact`` says that what
        figures have in common has to cancel to the last digit.
        """
        figures = list(figures)
        if any(self.medians[number] is None for number in figures):
            return Sum(None, {})
        own: dict[int, list[Move]] = {}
        for number in figures:
            for place, move in self.moves[number].items():
                own.setdefault(place, []).append(move)
        add = exact_sum if is_exact else plain_sum
        moves = {
            place: some[0]
            if len(some) == 1
            else Move(*(add(ends) for ends in zip(*some, strict=True)))
            for place, some in own.items()
        }
        return Sum(exact_sum([self.medians[number] for number in figures]), moves, self.pairs)

    @property
    def pairs(self) -> tuple[Pair, ...]:
        """The rank correlations of pairs of unknowns, by their places."""
        if self._pairs is None:
            at = self.unknowns.place_of
            places = ((at(one), at(other), rank) for one, other, rank in self.ranks)
            self._pairs = tuple(
                (one, other, rank)
                for one, other, rank in places
                if one is not None and other is not None
            )
        return self._pairs


class Sum(NamedTuple):
    """A sum where all unknowns are at their medians, and what each does to it by its place.

    ``pairs`` are the rank correlations of unknowns by their places.
    """

    median: Any
    moves: dict[int, Move]
    pairs: tuple[Pair, ...] = ()

    def ends(self, *, is_amount: bool = True) -> Ends:
        """Return the range; none where the sum is unknown, or beyond all numbers.

        ``is_amount`` says that it is no difference: never below 0.
        """
        if self.median is None:
            return UNKNOWN
        if not self.moves:
            return self.median, self.median
        try:
            pairs = self._pairs() if self.pairs else ()
            moves = [*self.moves.values()]
            ends = range_of(self.median, moves, is_amount=is_amount, pairs=pairs)
        except ArithmeticError:
            return UNKNOWN
        return ends if decide(ends[1] < math.inf) else UNKNOWN

    def _pairs(self) -> list[Pair]:
        """Return the correlations of those that move the sum, by their order in it."""
        order = {place: number for number, place in enumerate(self.moves)}
        return [
            (order[one], order[other], rank)
            for one, other, rank in self.pairs
            if one in order and other in order
        ]


def ends_of(quantity: Quantity) -> Ends:
    """Return the range of one quantity: of one assumed unknown its ends, else as a sum has it.

    It holds the best estimate, also where that is the end of a skewed distribution.
    """
    ranged = [value for value in quantity.inputs if not is_certain(value)]
    number = quantity.number
    is_given = any(value.status == "given" for value in ranged)
    if not is_given and len({unknown_of(value).unknown for value in ranged}) <= 1:
        return lowest(number), highest(number)
    term = term_of(quantity.formula, quantity.inputs, best(number))
    ends = Moves([term]).sum([0]).ends()
    if ends[0] is None:
        return lowest(number), highest(number)
    return least(ends[0], best(number)), most(ends[1], best(number))


def range_of(
    median: Any, moves: Sequence[Move], *, is_amount: bool, pairs: Sequence[Pair] = ()
) -> Ends:
    """Return the range around a median from what each unknown does to it.

    ``pairs`` are rank correlations of two of the moves.

    Raises
    ------
    ArithmeticError
        Where an end is beyond all numbers.
    """
    if is_amount:
        sums = [median + end for move in moves for end in move]
        try:
            is_positive = decide(least(median, *sums) > 0)
        except Mixed:
            return _by_row(median, moves)
        if is_positive:
            logs = iter([log(number / median) for number in sums])
            down, up = _quadrature(list(zip(logs, logs, strict=True)), pairs)
            return median * exp(-down), median * exp(up)
    down, up = _quadrature(moves, pairs)
    low = median - down
    return (most(low, least(median, 0.0)) if is_amount else low), median + up


def ranges_of(median: Any, lows: Any, highs: Any) -> Ends:
    """Return the range of each of many amounts, as `range_of` has it, but for the last digit.

    Parameters
    ----------
    median : array
        A number for each.
    lows, highs : sequence of array
        For each unknown what it does to each, at its low and at its high end.

    """
    import numpy as np

    least_of = median.copy()
    for end in (*lows, *highs):
        np.minimum(least_of, median + end, out=least_of)
    is_positive = least_of > 0
    are_positive = bool(is_positive.all())

    def moved(end: Any) -> Any:
        logs = np.log1p(end / median)
        return logs if are_positive else np.where(is_positive, logs, end)

    down, up = np.zeros(len(median)), np.zeros(len(median))
    with np.errstate(all="ignore"):
        for low, high in zip(lows, highs, strict=True):
            one, other = moved(low), moved(high)
            down += np.minimum(np.minimum(one, other), 0.0) ** 2
            up += np.maximum(np.maximum(one, other), 0.0) ** 2
        down, up = np.sqrt(down), np.sqrt(up)
        bottom, top = median * np.exp(-down), median * np.exp(up)
        if not are_positive:
            others = np.maximum(median - down, np.minimum(median, 0.0))
            bottom = np.where(is_positive, bottom, others)
            top = np.where(is_positive, top, median + up)
    return bottom, top


def _by_row(median: Any, moves: Sequence[Move]) -> Ends:
    """Return the range of an amount that is 0 in some rows and not in others."""

    def end(place: int, median: float, *ends: float) -> float:
        own = [Move(*pair) for pair in zip(ends[::2], ends[1::2], strict=True)]
        number: float = range_of(median, own, is_amount=True)[place]
        return number

    numbers = [number for move in moves for number in move]
    low, high = (row_by_row(partial(end, place), median, *numbers) for place in (0, 1))
    return low, high


def _quadrature(moves: Sequence[tuple[Any, Any]], pairs: Sequence[Pair] = ()) -> Ends:
    """Return how far down and how far up some moves go together, each side by itself."""
    down: Any = 0.0
    up: Any = 0.0
    for one, other in moves:
        fall, rise = least(one, other, 0.0), most(one, other, 0.0)
        down, up = down + fall * fall, up + rise * rise
    for first, second, rank in pairs:
        (fall, rise), (other_fall, other_rise) = _signed(*moves[first]), _signed(*moves[second])
        down, up = down + 2 * rank * fall * other_fall, up + 2 * rank * rise * other_rise
    if pairs:
        down, up = most(down, 0.0), most(up, 0.0)
    return sqrt(down), sqrt(up)


def _signed(low: float, high: float) -> tuple[float, float]:
    """Return how far a move goes down and up, below 0 where its low end does it."""
    fall, rise = min(low, high, 0.0), max(low, high, 0.0)
    return (fall if low == fall else -fall), (-rise if low == rise else rise)


def is_finite(ends: Ends) -> bool:
    """Whether both ends of a range are numbers."""
    return all(end is not None and math.isfinite(end) for end in ends)
