"""Sums over entries, with the range of the total and what matters most in it."""

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from carbonctl.ledger.entry import BOUNDS, HIGH, LOW, NOTHING, SUMS, Entry, Totals
from carbonctl.ledger.ranges import Ends, Moves
from carbonctl.ledger.terms import term
from carbonctl.ledger.unknowns import Rank
from carbonctl.numbers.intervals import exact_sum
from carbonctl.numbers.values import Value

MATTER_MOST = 3
_PLAIN = tuple(name for name in SUMS if name not in BOUNDS)
_NO_RANGE = {LOW: None, HIGH: None}


class Driver(NamedTuple):
    """What an unknown does to the total.

    Attributes
    ----------
    name : str
        What the figure is called.
    path : str or None
        Where it stands in the spec, or would stand.
    value, low, high : float
        Its best estimate and its bounds, in ``unit``.
    unit, status, source : str
        Of its first place in the ledger.
    entries : int
        In how many entries it is.
    at_low_kgco2e, at_high_kgco2e : float
        The total with it at its 5th and at its 95th percentile, all others at their medians; of
        what is known, where the total is not.
    swing_kgco2e : float
        The distance between the two.
    narrow : str or None
        The key to give for a narrower range.
    """

    name: str
    path: str | None
    value: float
    unit: str
    low: float
    high: float
    status: str
    source: str | None
    entries: int
    at_low_kgco2e: float
    at_high_kgco2e: float
    swing_kgco2e: float
    narrow: str | None


def moves_of(entries: Iterable[Entry], ranks: Sequence[Rank] = ()) -> Moves:
    """Return what each unknown does to the carbon of some entries.

    ``ranks`` are the rank correlations of pairs of unknowns.

    Raises
    ------
    NotArithmetic
        Where the formula of an entry is none, or names what is no input.
    """
    return Moves([term(entry, "kgco2e") for entry in entries], ranks)


def total(entries: Sequence[Entry], name: str) -> float | None:
    """Return one of the sums of `Totals`; None where an entry it needs is unknown."""
    if name in BOUNDS:
        end: float | None = ends_over(entries, ())[BOUNDS.index(name)]
        return end
    boundary, column = SUMS[name]
    numbers = [getattr(e, column) for e in entries if boundary in (None, e.boundary)]
    return None if any(n is None for n in numbers) else exact_sum(numbers)


def totals(
    entries: Sequence[Entry], moves: Moves | None = None, places: Iterable[int] | None = None
) -> Totals:
    """Return the sums over some entries.

    ``moves`` are those of the ledger that they are of, ``places`` where they stand in it: all of
    it, unless given.
    """
    if not entries:
        return NOTHING
    moves = moves_of(entries) if moves is None else moves
    low, high = moves.sum(range(len(entries)) if places is None else places).ends()
    return without_range(entries)._replace(**{LOW: low, HIGH: high})


def ends_over(entries: Sequence[Entry], over: Sequence[Value], ranks: Sequence[Rank] = ()) -> Ends:
    """Return the range of the carbon of some entries over the product of some values.

    ``ranks`` are the rank correlations of pairs of unknowns.
    """
    if not over:
        return moves_of(entries, ranks).sum(range(len(entries))).ends()
    named = {
        f"over_{n}": value.named(f"over_{n}", figure=value.figure or value.name)
        for n, value in enumerate(over)
    }
    divided = [
        entry._replace(
            formula=f"({entry.formula}) / ({' * '.join(named)})",
            inputs=(*entry.inputs, *named.values()),
            kgco2e=entry.kgco2e and entry.kgco2e / math.prod(value.best for value in over),
        )
        for entry in entries
    ]
    return moves_of(divided, ranks).sum(range(len(entries))).ends()


def without_range(entries: Sequence[Entry]) -> Totals:
    """Return the sums over some entries, but for the range of the total."""
    return Totals(**{name: total(entries, name) for name in _PLAIN}, **_NO_RANGE)


def ranged(entries: Sequence[Entry], moves: Moves) -> tuple[Entry, ...]:
    """Return entries with the 90 % range of each."""
    ends = (moves.sum((place,)).ends() for place in range(len(entries)))
    return tuple(
        entry._replace(kgco2e_low=low, kgco2e_high=high)
        for entry, (low, high) in zip(entries, ends, strict=True)
    )


class Reach(NamedTuple):
    """What an unknown does alone to a sum.

    Attributes
    ----------
    place : int
        Of the unknown, as `carbonctl.ledger.ranges.Moves` counts them.
    value : Value
        The input behind it, where it comes first in the ledger.
    entry : int
        The place of the entry in which that is.
    entries : int
        In how many entries it is.
    low, high : float
        The sum with it at its low and at its high end, all others in the middle.
    """

    place: int
    value: Value
    entry: int
    entries: int
    low: float
    high: float


def reaches(
    entries: Sequence[Entry], moves: Moves, *, is_exact: bool = False
) -> tuple[float, list[Reach]]:
    """Return the sum of what is known with all unknowns in the middle, and what each does to it.

    ``moves`` are those of one figure of each entry; ``is_exact`` is that of `Moves.sum`. The
    unknowns are in the order in which they come.
    """
    known = [n for n, median in enumerate(moves.medians) if median is not None]
    median, moved, _ = moves.sum(known, is_exact=is_exact)
    counts = Counter(place for own in moves.moves for place in own)
    made = []
    for place, move in moved.items():
        number, name = moves.first[place]
        value = next(value for value in entries[number].inputs if value.name == name)
        low, high = median + move.low, median + move.high
        made.append(Reach(place, value, number, counts[place], low, high))
    return median, made


def drivers(entries: Sequence[Entry], moves: Moves) -> list[Driver]:
    """Return what each unknown does to the total, in the order in which they come."""
    return [
        Driver(
            value.figure or value.name, value.path, value.best, value.unit, value.low, value.high,
            value.status, value.source, count, low, high, abs(high - low), value.path,
        )
        for _, value, _, count, low, high in reaches(entries, moves)[1]
    ]  # fmt: skip


def foremost(several: Iterable[Driver]) -> tuple[Driver, ...]:
    """Return those that matter most, the largest swing first and ties by path."""
    some = sorted(several, key=lambda driver: (-driver.swing_kgco2e, driver.path or ""))
    return tuple(driver for driver in some[:MATTER_MOST] if driver.swing_kgco2e)
