"""Differences of figures, with ranges in which what both sides share moves together."""

from collections.abc import Sequence

from carbonctl.compare.match import Pair
from carbonctl.compare.model import Delta
from carbonctl.formulas import terms
from carbonctl.ledger import SUMS, Entry
from carbonctl.ranges import exact_sum
from carbonctl.spread import bounds


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
    """Return the delta of two sums, None being unknown."""
    ours = None if head is None else exact_sum(head)
    theirs = None if base is None else exact_sum(base)
    if base is None or head is None:
        return Delta(theirs, ours, None, None)
    difference = exact_sum([*head, *(-value for value in base)])
    percent = difference / theirs * 100 if theirs else None
    return Delta(theirs, ours, difference, percent)


def _range(pairs: Sequence[Pair], key: str) -> tuple[float | None, float | None]:
    changed = [pair for pair in pairs if pair.base != pair.head]  # the rest cancels
    left = terms([pair.base for pair in changed if pair.base], key, -1.0)
    right = terms([pair.head for pair in changed if pair.head], key)
    if left is None or right is None:
        return None, None
    try:
        low, high = bounds([*left, *right])
    except ArithmeticError:
        return None, None
    return low, high
