"""Differences of figures, with ranges in which what both sides share moves together."""

import math
from collections.abc import Sequence

from carbonctl.analysis.compare.model import Delta
from carbonctl.analysis.compare.pairing import Pair
from carbonctl.analysis.terms import Term, Uncertain, term, unknown_of, varies
from carbonctl.analysis.uncertainty import bounds
from carbonctl.ledger.entry import SUMS, Entry
from carbonctl.numbers.intervals import exact_sum


def delta(pairs: Sequence[Pair], key: str, *, ranged: bool = True) -> Delta:
    """Return one sum over some pairs.

    Raises
    ------
    NotArithmetic
        Where the formula of an entry is none.
    """
    base = _numbers([pair.base for pair in pairs], key)
    head = _numbers([pair.head for pair in pairs], key)
    low, high = _range(pairs, key) if ranged else (None, None)
    return of_numbers(base, head)._replace(low=low, high=high)


def _numbers(entries: Sequence[Entry | None], key: str) -> list[float] | None:
    """Return what a sum is over; None where one of them is unknown."""
    boundary, column = SUMS[key]
    found = [getattr(e, column) for e in entries if e and boundary in (None, e.boundary)]
    return None if None in found else found


def of_numbers(base: list[float] | None, head: list[float] | None) -> Delta:
    """Return the delta of two sums, None being unknown or beyond all numbers."""
    ours = None if head is None else exact_sum(head)
    theirs = None if base is None else exact_sum(base)
    if base is None or head is None:
        return Delta(theirs, ours, None, None)
    difference = exact_sum([*head, *(-value for value in base)])
    return Delta(theirs, ours, difference, percent_of(difference, theirs))


def percent_of(difference: float, base: float | None) -> float | None:
    """Return a difference in percent of the base; None where that is zero or unknown."""
    return difference * 100 / abs(base) if base else None


def _range(pairs: Sequence[Pair], key: str) -> tuple[float | None, float | None]:
    """Return the bounds of a difference; None where they are unknown."""
    if not varies(key):
        return None, None
    boundary, column = SUMS[key]
    same = same_unknowns(pairs)
    found: list[Term | None] = []
    for pair in pairs:
        if boundary not in (None, pair.entry.boundary) or _cancels(pair):
            continue
        if pair.base is not None:
            found.append(term(pair.base, column, -1.0, pair.workload))
        if pair.head is not None:
            found.append(term(pair.head, column, 1.0, pair.workload, same))
    known = [one for one in found if one is not None]
    if len(known) < len(found):
        return None, None
    try:
        low, high = bounds(known)
    except (ArithmeticError, ValueError):
        return None, None
    return (low, high) if math.isfinite(low) and math.isfinite(high) else (None, None)


def _cancels(pair: Pair) -> bool:
    """Whether both sides have the same formula of the same figures."""
    if pair.base is None or pair.head is None or pair.base.formula != pair.head.formula:
        return False
    left, right = (
        [(v.name, v.unit, v.best, v.low, v.high) for v in entry.inputs]
        for entry in (pair.base, pair.head)
    )
    return left == right and pair.base.kgco2e == pair.head.kgco2e


def same_unknowns(pairs: Sequence[Pair]) -> dict[Uncertain, Uncertain]:
    """Return unknowns of the head that are one of the base: in a pair, by name and bounds.

    A system or a site that was renamed is still itself.
    """
    found = {}
    for pair in pairs:
        if pair.base is None or pair.head is None:
            continue
        theirs = {value.name: value for value in pair.base.inputs}
        for value in pair.head.inputs:
            other = theirs.get(value.name)
            if value.low == value.high or other is None or other[:2] != value[:2]:
                continue
            found[unknown_of(value, pair.workload)] = unknown_of(other, pair.workload)
    return found
