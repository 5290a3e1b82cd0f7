"""How far a sum of figures can range, where what is uncertain moves together.

An entry's own bounds are exact; the bounds of a sum of entries are an outer bound, as if the
grid could be clean for one and dirty for the next. Here each unknown is one variable, however
many entries it is in, so that a difference is not drowned by what both sides share.
"""

import math
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from hashlib import sha256
from itertools import product
from typing import Any, NamedTuple

from carbonctl.analysis.terms import Term, Uncertain
from carbonctl.numbers.intervals import Range, high, low

_FEW = 3  # unknowns of which every corner is tried
_MOST_EVALUATIONS = 400_000
_STEPS = 40  # of a search between two ends: each leaves 0.62 of the interval
_STRAIGHT = 1e-12
_GOLDEN = (math.sqrt(5) - 1) / 2
SAMPLES = 10_000

Values = dict[Uncertain, float]


class _Ends(NamedTuple):
    """The lowest and the highest sum that were found, and where."""

    low: float
    high: float
    at_low: Values
    at_high: Values


class _TooMany(Exception):
    """More corners than can be tried."""


def bounds(terms: Sequence[Term]) -> tuple[float, float]:
    """Return the lowest and the highest sum of some terms.

    Notes
    -----
    Terms that share no unknown are bounded apart. The unknown that most terms share is set
    to each of its ends in turn, which parts the others. A figure rises or falls steadily in
    each unknown; a sum of such figures may turn in between, so the best corner is followed by
    a search along each unknown. Where there are too many corners, terms are bounded one by
    one: an outer bound.
    """
    lows, highs = [], []
    for group in _groups(list(terms), {}):
        try:
            ends = _Search(group).ends()
            lows.append(ends[0])
            highs.append(ends[1])
        except _TooMany:
            each = [_outer(term) for term in group]
            lows += [end[0] for end in each]
            highs += [end[1] for end in each]
    return math.fsum(lows), math.fsum(highs)


def _groups(terms: list[Term], fixed: Mapping[Uncertain, float]) -> list[list[Term]]:
    """Return terms by what they share beside what is fixed."""
    parent: dict[Uncertain, Uncertain] = {}

    def root(unknown: Uncertain) -> Uncertain:
        while parent.setdefault(unknown, unknown) != unknown:
            parent[unknown] = parent[parent[unknown]]
            unknown = parent[unknown]
        return unknown

    free = [[u for u in term.ranged.values() if u not in fixed] for term in terms]
    for unknowns in free:
        for unknown in unknowns[1:]:
            parent[root(unknown)] = root(unknowns[0])
    groups: dict[Uncertain | None, list[Term]] = {}
    for term, unknowns in zip(terms, free, strict=True):
        groups.setdefault(root(unknowns[0]) if unknowns else None, []).append(term)
    return list(groups.values())


class _Search:
    """Bounds one group of terms."""

    def __init__(self, terms: list[Term]) -> None:
        self.terms = terms
        self.evaluations = 0

    def ends(self) -> tuple[float, float]:
        found = self.corners(self.terms, {})
        middle = {u: u.best for term in self.terms for u in term.ranged.values()}
        best = self.sum(self.terms, middle)
        lowest, highest = min(found.low, best), max(found.high, best)
        try:
            lowest = min(lowest, self.refined({**middle, **found.at_low}, 1.0))
            highest = max(highest, -self.refined({**middle, **found.at_high}, -1.0))
        except _TooMany:  # the corners are what is known then
            pass
        return lowest, highest

    def sum(self, terms: list[Term], values: Values) -> float:
        self.evaluations += len(terms)
        if self.evaluations > _MOST_EVALUATIONS:
            raise _TooMany
        return math.fsum(term.at(values) for term in terms)

    def corners(self, terms: list[Term], fixed: Values) -> _Ends:
        """Return the best corners of what is not fixed, group by group."""
        lows, highs = [], []
        at_low, at_high = dict(fixed), dict(fixed)
        for group in _groups(terms, fixed):
            ends = self.group(group, fixed)
            lows.append(ends.low)
            highs.append(ends.high)
            at_low |= ends.at_low
            at_high |= ends.at_high
        return _Ends(math.fsum(lows), math.fsum(highs), at_low, at_high)

    def group(self, terms: list[Term], fixed: Values) -> _Ends:
        counts = Counter(u for term in terms for u in term.ranged.values() if u not in fixed)
        if len(counts) <= _FEW:
            choices = product(*((u.low, u.high) for u in counts))
            tried = [dict(zip(counts, ends, strict=True)) for ends in choices]
            found = [(self.sum(terms, {**fixed, **values}), values) for values in tried]
            lowest = min(found, key=lambda one: one[0])
            highest = max(found, key=lambda one: one[0])
            return _Ends(lowest[0], highest[0], lowest[1], highest[1])
        hub = max(counts, key=lambda u: (counts[u], str(u)))
        both = [self.corners(terms, {**fixed, hub: end}) for end in (hub.low, hub.high)]
        lower = min(both, key=lambda ends: ends.low)
        upper = max(both, key=lambda ends: ends.high)
        return _Ends(lower.low, upper.high, lower.at_low, upper.at_high)

    def refined(self, values: Values, sign: float) -> float:
        """Return the least of the signed sum along each unknown in turn, from a corner."""
        least = sign * self.sum(self.terms, values)
        having: dict[Uncertain, list[Term]] = {}
        for term in self.terms:
            for unknown in set(term.ranged.values()):
                having.setdefault(unknown, []).append(term)
        for unknown, own in having.items():
            if len(own) == 1:
                continue
            here = sign * self.sum(own, values)
            if self.is_straight(own, values, unknown):
                continue
            at, found = self.along(own, values, unknown, sign)
            if found < here:
                values = {**values, unknown: at}
                least += found - here
        return least

    def is_straight(self, terms: list[Term], values: Values, unknown: Uncertain) -> bool:
        """Whether a sum is straight over an unknown or over its inverse, and so turns nowhere."""
        low, high = unknown.low, unknown.high
        middles = [(low + high) / 2, *([2 / (1 / low + 1 / high)] if low > 0 else [])]
        ends = [self.sum(terms, {**values, unknown: x}) for x in (low, high)]
        size = math.fsum(abs(term.number) for term in terms)
        return any(
            abs(ends[0] + ends[1] - 2 * self.sum(terms, {**values, unknown: x})) <= _STRAIGHT * size
            for x in middles
        )

    def along(
        self, terms: list[Term], values: Values, unknown: Uncertain, sign: float
    ) -> tuple[float, float]:
        """Return the least of a sum over one unknown, by golden section."""
        left, right = unknown.low, unknown.high

        def at(x: float) -> float:
            return sign * self.sum(terms, {**values, unknown: x})

        for _ in range(_STEPS):
            first, second = right - _GOLDEN * (right - left), left + _GOLDEN * (right - left)
            if at(first) < at(second):
                right = second
            else:
                left = first
        middle = (left + right) / 2
        return middle, at(middle)


def _outer(term: Term) -> tuple[float, float]:
    """Return bounds of one term as intervals give them."""
    found = term.at({u: Range(u.best, u.low, u.high) for u in term.ranged.values()})
    return low(found), high(found)


def draws(unknowns: Collection[Uncertain]) -> dict[Uncertain, Any]:
    """Return `SAMPLES` equally likely values of each unknown.

    Each is drawn from a triangle between its bounds with its best estimate as the peak: one
    value from each of `SAMPLES` parts of equal probability, in an order of its own that is
    the same in every call and on both sides of a comparison.
    """
    import numpy as np

    levels = (np.arange(SAMPLES) + 0.5) / SAMPLES
    found = {}
    for unknown in unknowns:
        seed = int.from_bytes(sha256(repr(unknown).encode()).digest()[:8])
        order = np.random.default_rng(seed).permutation(SAMPLES)
        found[unknown] = _triangle(unknown, levels[order])
    return found


def samples(terms: Sequence[Term]) -> Any:
    """Return equally likely sums of some terms, over the `draws` of what is uncertain.

    Returns
    -------
    ndarray
        Of `SAMPLES` sums, or of one where nothing is uncertain.
    """
    import numpy as np

    drawn = draws({unknown for term in terms for unknown in term.ranged.values()})
    total = np.zeros(SAMPLES if drawn else 1)
    with np.errstate(all="ignore"):  # what is not finite is told by whoever asked
        for term in terms:
            total = total + term.at(drawn)
    return total


def _triangle(unknown: Uncertain, levels: Any) -> Any:
    """Return the quantiles of a triangular distribution."""
    import numpy as np

    least, peak, most = unknown.low, unknown.best, unknown.high
    width = most - least
    turn = (peak - least) / width
    rising = least + np.sqrt(levels * width * (peak - least))
    falling = most - np.sqrt((1 - levels) * width * (most - peak))
    return np.where(levels < turn, rising, falling)
