"""The 90 % ranges of one machine of an account."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import TypeAlias

from carbonctl.analysis.refresh.question import YEAR
from carbonctl.ledger.entry import Entry
from carbonctl.ledger.ranges import UNKNOWN, Ends, Move, Moves, Sum
from carbonctl.ledger.terms import Term, term, term_of
from carbonctl.ledger.unknowns import Rank, is_certain, unknown_of
from carbonctl.numbers.formulas import NotArithmetic
from carbonctl.numbers.intervals import Number, Range
from carbonctl.numbers.values import Value

LIFETIME, UTILIZATION = "lifetime", "utilization"  # names of inputs
Holder: TypeAlias = tuple[Entry, float]
_Figure: TypeAlias = Callable[[int, int], float]
_NOTHING = 1e-12  # of a figure: a smaller move is rounding
_LOW, _MEDIAN, _HIGH = range(3)  # of an unknown: its quantiles 0.05, 0.5 and 0.95


def within(best: float, ends: Ends) -> Number:
    """Return a figure with its range; the figure alone where there is none."""
    low, high = ends
    if low is None or low == high:
        return best
    return Range(best, min(low, best), max(high, best))


def machine_ranges(
    held: Sequence[Entry], holders: Sequence[Holder], work: Sequence[Entry], ranks: Sequence[Rank]
) -> tuple[Ends, Ends]:
    """Return the ranges of a machine's embodied carbon and of what a year of it emits.

    Parameters
    ----------
    held, work : sequence of Entry
        Its embodied and its operational entries.
    holders : sequence of (Entry, float)
        The embodied entries that say for how long machines are held, with the devices of one.
    ranks : sequence of Rank
        The rank correlations of pairs of unknowns.

    Returns
    -------
    embodied, yearly : (float, float)
        [kgCO2e, kgCO2e/year]; None where an entry has no value at some end.

    Notes
    -----
    Each unknown moves alone, everywhere it is used at once (`carbonctl.ledger.ranges`). Lifetime
    and utilization cancel in the embodied carbon of a whole machine: they divide the carbon of an
    hour and multiply the hours.
    """
    try:
        machine = _Machine(held, holders, work, ranks)
        if None in machine.moves.medians:  # one has no value at some end
            return UNKNOWN, UNKNOWN
        return machine.ends(machine.embodied), machine.ends(machine.yearly)
    except (ArithmeticError, NotArithmetic):
        return UNKNOWN, UNKNOWN


class _Machine:
    """The figures of a machine with one unknown at an end, the others at their medians."""

    def __init__(
        self,
        held: Sequence[Entry],
        holders: Sequence[Holder],
        work: Sequence[Entry],
        ranks: Sequence[Rank],
    ) -> None:
        self.held = range(len(held))
        self.work = range(len(held), len(held) + len(work))
        self.holders = holders
        carbon = [term(entry, "kgco2e") for entry in (*held, *work)]
        hours = [_hours(entry) for entry, _ in self.holders]
        self.moves = Moves([*carbon, *hours], ranks)
        self.life = _value(held[0], LIFETIME)

    def embodied(self, place: int, level: int) -> float:
        """Return its embodied carbon where the unknown at a place is at a level [kgCO2e]."""
        carbon = math.fsum(self.figure(n, place, level) for n in self.held)
        life = self.of_value(self.life, place, level) / YEAR
        return carbon * life / self.years(place, level)

    def yearly(self, place: int, level: int) -> float:
        """Return what a year of it emits there [kgCO2e/year]."""
        used = math.fsum(self.figure(n, place, level) for n in self.work)
        return used / self.years(place, level)

    def years(self, place: int, level: int) -> float:
        """Return for how many years machines are held there."""
        hours = [
            self.figure(n, place, level)
            / devices
            / self.of_value(_value(entry, UTILIZATION), place, level)
            for n, (entry, devices) in enumerate(self.holders, self.work.stop)
        ]
        return math.fsum(hours) / YEAR

    def figure(self, number: int, place: int, level: int) -> float:
        """Return one of the figures there."""
        median: float = self.moves.medians[number]
        move = self.moves.moves[number].get(place)
        if move is None or level == _MEDIAN:
            return median
        change: float = move.low if level == _LOW else move.high
        return median + change

    def of_value(self, value: Value | None, place: int, level: int) -> float:
        """Return an input there; 1 where there is none."""
        if value is None:
            return 1.0
        if is_certain(value):
            return value.best
        unknown = unknown_of(value)
        own = self.moves.unknowns.place(unknown)
        number: float = self.moves.unknowns.levels(unknown)[level if own == place else _MEDIAN]
        return number

    def ends(self, figure: _Figure) -> Ends:
        """Return the range of one of its figures."""
        median = figure(0, _MEDIAN)
        moves = {
            place: Move(figure(place, _LOW) - median, figure(place, _HIGH) - median)
            for place in range(self.moves.unknowns.count)
        }
        moving = {
            place: move for place, move in moves.items()
            if max(map(abs, move)) > _NOTHING * abs(median)
        }  # fmt: skip
        return Sum(median, moving, self.moves.pairs).ends()


def _hours(entry: Entry) -> Term:
    """Return the hours of an embodied entry as a term."""
    return term_of(entry.amount, entry.inputs, entry.quantity, item=entry.item)


def _value(entry: Entry, name: str) -> Value | None:
    return next((value for value in entry.inputs if value.name == name), None)
