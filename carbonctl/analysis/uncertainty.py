"""How far sums of figures can range, where what is uncertain moves together.

An entry's own bounds are exact; the bounds of a sum of entries are an outer bound, as if the
grid could be clean for one and dirty for the next. Here each unknown is one variable, however
many entries it is in, so that a difference is not drowned by what both sides share.
"""

import math
from collections.abc import Sequence
from typing import TypeAlias

from carbonctl.analysis.terms import Term, exact
from carbonctl.analysis.trees import Group, TooMany, parted
from carbonctl.numbers.intervals import Range, high, low

Bounds: TypeAlias = tuple[float, float]


def bounds(sums: Sequence[Sequence[Term]]) -> list[Bounds]:
    """Return the lowest and the highest value of each of some sums of terms.

    They are not finite, or no number, where a term cannot be worked out at some point.

    Terms that share no unknown are bounded apart. The unknown that most terms share is set
    to each of its ends in turn, which parts the others. A figure rises or falls steadily in
    each unknown; a sum of such figures may turn in between, so the best corner is followed by
    a search along each unknown. Where there are too many corners, terms are bounded one by
    one: an outer bound.
    """
    parts: list[list[Bounds]] = [[] for _ in sums]
    searched: list[tuple[list[Bounds], Group]] = []
    for gathered, terms in zip(parts, sums, strict=True):
        for some in parted(terms, ()):
            if not some[0].ranged:
                number = math.fsum(term.sign * term.number for term in some)
                gathered.append((number, number))
                continue
            try:
                searched.append((gathered, Group(some)))
            except TooMany:
                gathered.extend(map(_outer, some))
    if searched:
        from carbonctl.analysis.search import Search  # numpy, where something is uncertain

        ends = Search([group for _, group in searched]).ends()
        for (gathered, _), end in zip(searched, ends, strict=True):
            gathered.append(end)
    return [(exact(end[0] for end in part), exact(end[1] for end in part)) for part in parts]


def _outer(term: Term) -> Bounds:
    """Return bounds of one term as intervals give them; no numbers where they hold a zero."""
    try:
        interval = term.at({u: Range(u.best, u.low, u.high) for u in term.ranged.values()})
    except (ArithmeticError, ValueError):
        return math.nan, math.nan
    return low(interval), high(interval)
