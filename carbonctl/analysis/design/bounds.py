"""The 90 % range of several figures that share what is uncertain: each unknown moves alone."""

import math
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import NamedTuple, TypeAlias

from carbonctl.factors.distributions import P50
from carbonctl.ledger.ranges import Move, range_of
from carbonctl.ledger.unknowns import Key, Uncertain

Row: TypeAlias = dict[str, float | None]
Values: TypeAlias = Mapping[Uncertain, float]
Evaluate: TypeAlias = Callable[[Values | None], Row]


class Figure(NamedTuple):
    """A figure between its bounds, which may be infinite; a bound is None where it is unknown."""

    best: float
    low: float | None
    high: float | None


def scan(
    evaluate: Evaluate, unknowns: Iterable[Uncertain], steps: Collection[str] = ()
) -> dict[str, Figure | None]:
    """Return figures with their ranges; None where the best estimate is unknown.

    Parameters
    ----------
    evaluate : callable
        Takes a value of each unknown, or None for the best ones, and returns every figure there.
    unknowns : iterable of Uncertain
        What is uncertain.
    steps : collection of str
        Figures that are places in a list: their range is from the least to the greatest.
    """
    best = evaluate(None)
    groups: dict[Key, list[Uncertain]] = {}
    for unknown in sorted(unknowns, key=repr):
        groups.setdefault(unknown.key, []).append(unknown)
    middle = {unknown: unknown.at(P50) for own in groups.values() for unknown in own}
    median = evaluate(middle) if groups else best
    moved = []
    for own in groups.values():
        ends = {unknown: unknown.levels for unknown in own}
        low, high = (
            evaluate(middle | {unknown: levels[end] for unknown, levels in ends.items()})
            for end in (0, -1)
        )
        moved.append((low, high))
    return {
        key: _between(
            best[key],
            median[key],
            [(low[key], high[key]) for low, high in moved],
            is_step=key in steps,
        )
        for key in best
    }


def _between(
    best: float | None,
    median: float | None,
    moved: list[tuple[float | None, float | None]],
    *,
    is_step: bool,
) -> Figure | None:
    """Return a figure within its range; one that has no end is between the least and the most."""
    if best is None:
        return None
    numbers = [number for pair in moved for number in pair if number is not None]
    if median is None or len(numbers) < 2 * len(moved):
        return Figure(best, None, None)
    if all(number == median for number in numbers):
        return Figure(best, best, best)
    if is_step or not all(map(math.isfinite, (median, *numbers))):
        return Figure(best, min(median, *numbers), max(median, *numbers))
    ends = zip(numbers[::2], numbers[1::2], strict=True)
    moves = [Move(low - median, high - median) for low, high in ends]
    return Figure(best, *range_of(median, moves, is_amount=min(median, *numbers) >= 0))
