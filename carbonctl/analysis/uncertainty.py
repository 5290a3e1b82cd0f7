"""How far sums of figures can range, where what is uncertain moves together.

An entry's own bounds are exact; the bounds of a sum of entries are an outer bound, as if the
grid could be clean for one and dirty for the next. Here each unknown is one variable, however
many entries it is in, so that a difference is not drowned by what both sides share.

Terms that share no unknown are bounded apart, as groups. All groups of all sums are searched at
once: the figures of their terms at a point are columns (`carbonctl.analysis.points.Terms`).
"""

import math
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property
from itertools import accumulate, pairwise, product
from typing import Any, NamedTuple, TypeAlias

from carbonctl.analysis.terms import Term, Uncertain, exact
from carbonctl.numbers.intervals import Range, high, low

Bounds: TypeAlias = tuple[float, float]
# The sums of a leaf, by its id, at each corner: bit n of its place says at which end unknown n is.
Sums: TypeAlias = dict[int, tuple[float, ...]]
Line: TypeAlias = Callable[[Sequence[Sequence[float]]], list[list[float]]]

_FEW = 3  # unknowns of which every corner is tried
_MOST_EVALUATIONS = 400_000  # of terms, for one group
_MOST_HUBS = _MOST_EVALUATIONS.bit_length()
_STEPS = 40  # of a search between two ends: each leaves 0.62 of the interval
_STRAIGHT = 1e-12
_GOLDEN = (math.sqrt(5) - 1) / 2


class _TooMany(Exception):
    """More corners than can be tried."""


def bounds(sums: Sequence[Sequence[Term]]) -> list[Bounds]:
    """Return the lowest and the highest value of each of some sums of terms.

    Returns
    -------
    list of (float, float)
        Not finite, or no number, where a term cannot be worked out at some point.

    Notes
    -----
    Terms that share no unknown are bounded apart. The unknown that most terms share is set
    to each of its ends in turn, which parts the others. A figure rises or falls steadily in
    each unknown; a sum of such figures may turn in between, so the best corner is followed by
    a search along each unknown. Where there are too many corners, terms are bounded one by
    one: an outer bound.
    """
    parts: list[list[Bounds]] = [[] for _ in sums]
    searched: list[tuple[list[Bounds], _Group]] = []
    for found, terms in zip(parts, sums, strict=True):
        for some in _parted(terms, ()):
            try:
                if any(term.ranged for term in some):
                    searched.append((found, _Group(some)))
                else:
                    number = math.fsum(term.sign * term.number for term in some)
                    found.append((number, number))
            except _TooMany:
                found.extend(map(_outer, some))
    if searched:
        ends = _Search([group for _, group in searched]).ends()
        for (found, _), end in zip(searched, ends, strict=True):
            found.append(end)
    return [(exact(end[0] for end in found), exact(end[1] for end in found)) for found in parts]


def _outer(term: Term) -> Bounds:
    """Return bounds of one term as intervals give them; no numbers where they hold a zero."""
    try:
        found = term.at({u: Range(u.best, u.low, u.high) for u in term.ranged.values()})
    except (ArithmeticError, ValueError):
        return math.nan, math.nan
    return low(found), high(found)


def _parted(terms: Sequence[Term], fixed: Sequence[Uncertain]) -> list[list[Term]]:
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


class _End(NamedTuple):
    """The least of a signed sum, and the ends of the unknowns at which it is."""

    number: float
    at: dict[Uncertain, float]


class _Leaf(NamedTuple):
    """Terms that are tried at every corner of their unknowns, those that are fixed first."""

    terms: list[Term]
    unknowns: tuple[Uncertain, ...]

    @property
    def corners(self) -> int:
        """How many there are."""
        return 1 << len(self.unknowns)


class _Hub(NamedTuple):
    """An unknown that is set to each of its ends, and what it parts then."""

    unknown: Uncertain
    parts: "list[_Leaf | _Hub]"


def _tree(terms: list[Term], fixed: tuple[Uncertain, ...]) -> _Leaf | _Hub:
    counts = Counter(u for term in terms for u in term.ranged.values() if u not in fixed)
    if len(counts) <= _FEW:
        return _Leaf(terms, (*fixed, *counts))
    if len(fixed) == _MOST_HUBS:
        raise _TooMany
    most = max(counts.values())
    hub = max((u for u, count in counts.items() if count == most), key=str)
    fixed = (*fixed, hub)
    return _Hub(hub, [_tree(some, fixed) for some in _parted(terms, fixed)])


def _leaves(node: _Leaf | _Hub) -> Iterator[_Leaf]:
    if isinstance(node, _Leaf):
        yield node
    else:
        for part in node.parts:
            yield from _leaves(part)


class _Group:
    """Terms that share unknowns, in the order of the leaves of their tree.

    Raises
    ------
    _TooMany
        Where there are too many corners.
    """

    def __init__(self, terms: list[Term]) -> None:
        self.tree = _tree(terms, ())
        self.leaves = list(_leaves(self.tree))
        self.terms = [term for leaf in self.leaves for term in leaf.terms]
        self.evaluations = sum(len(leaf.terms) * leaf.corners for leaf in self.leaves)
        if self.evaluations > _MOST_EVALUATIONS:
            raise _TooMany


class _Search:
    """Bounds groups of terms, all at once."""

    def __init__(self, groups: list[_Group]) -> None:
        from carbonctl.analysis.points import Terms  # numpy, where something is uncertain

        self.groups = groups
        self.terms = Terms([group.terms for group in groups])
        ends = accumulate(len(group.terms) for group in groups)
        self.spans = list(pairwise([0, *ends]))  # the places of each group's terms
        self.unbounded: set[int] = set()  # groups with a figure that is not finite somewhere

    def ends(self) -> list[Bounds]:
        """Return the bounds of each group."""
        sums = self.corners()
        best = self.terms.at_values(self.spans, self.terms.best)
        for group in self.groups:
            group.evaluations += len(group.terms)
        lows, highs = (self.least(sign, sums, best) for sign in (1.0, -1.0))
        return [
            (math.nan, math.nan) if number in self.unbounded else (low, -high)
            for number, (low, high) in enumerate(zip(lows, highs, strict=True))
        ]

    def least(self, sign: float, sums: Sums, best: list[float]) -> list[float]:
        """Return the least of each group's signed sum."""
        values = self.terms.best.copy()
        found = []
        for number, group in enumerate(self.groups):
            (end,) = _lowest(group.tree, sums, sign)
            found.append(min(end.number, sign * best[number]))
            for unknown, x in end.at.items():
                values[self.terms.slots[number][unknown]] = x
        for number, refined in self.refined(values, sign).items():
            found[number] = min(found[number], refined)
        return found

    def corners(self) -> Sums:
        """Return the sums of each leaf at all its corners."""
        by_size: dict[int, list[tuple[int, _Leaf, tuple[int, int]]]] = {}
        place = 0
        for number, group in enumerate(self.groups):
            for leaf in group.leaves:
                span = (place, place := place + len(leaf.terms))
                by_size.setdefault(leaf.corners, []).append((number, leaf, span))
                for bit, unknown in enumerate(leaf.unknowns):
                    self.terms.bits[self.terms.slots[number][unknown]] = bit
        found: Sums = {}
        for corners, leaves in by_size.items():
            tried = self.terms.at_corners(corners, [span for *_, span in leaves])
            for (number, leaf, _), sums in zip(leaves, tried, strict=True):
                found[id(leaf)] = sums
                if not all(map(math.isfinite, sums)):
                    self.unbounded.add(number)
        return found

    def refined(self, values: Any, sign: float) -> dict[int, float]:
        """Return the least of each signed sum along each unknown in turn, from a corner.

        Groups that take too many evaluations are left out.
        """
        sums = self.terms.at_values(self.spans, values)
        least = {number: sign * sums[number] for number in range(len(self.groups))}
        for number, group in enumerate(self.groups):
            self.count(least, number, len(group.terms))
        for jobs in self.rounds:
            open_ = [job for job in jobs if job.group in least]
            for job, (gain, at) in zip(open_, self.along(open_, values, sign, least), strict=True):
                if gain < 0 and job.group in least:
                    least[job.group] += gain
                    values[job.slot] = at
        return least

    def count(self, least: dict[int, float], number: int, evaluations: int) -> None:
        """Add to the evaluations of a group, which is left out where these are too many."""
        self.groups[number].evaluations += evaluations
        if self.groups[number].evaluations > _MOST_EVALUATIONS:
            least.pop(number, None)

    @cached_property
    def rounds(self) -> "list[list[_Job]]":
        """Return the unknowns of several terms, in rounds of unknowns that share no term."""
        rounds: list[list[_Job]] = []
        for number, group in enumerate(self.groups):
            first, _ = self.spans[number]
            having: dict[Uncertain, list[int]] = {}
            for place, term in enumerate(group.terms):
                for unknown in dict.fromkeys(term.ranged.values()):
                    having.setdefault(unknown, []).append(place)
            last = [-1] * len(group.terms)
            for unknown, own in having.items():
                if len(own) == 1:
                    continue
                turn = max(last[place] for place in own) + 1
                for place in own:
                    last[place] = turn
                if turn == len(rounds):
                    rounds.append([])
                slot = self.terms.slots[number][unknown]
                rounds[turn].append(_Job(number, unknown, slot, [first + n for n in own]))
        return rounds

    def along(
        self, jobs: "list[_Job]", values: Any, sign: float, least: dict[int, float]
    ) -> list[tuple[float, float]]:
        """Return how much lower each job's signed sum gets over its unknown, and where."""
        if not jobs:
            return []
        line = self.terms.along([(job.slot, job.places) for job in jobs], values)
        ends = [(job.unknown.low, job.unknown.high) for job in jobs]
        tried = [
            [values[job.slot], a, b, (a + b) / 2, 2 / (1 / a + 1 / b) if a > 0 else (a + b) / 2]
            for job, (a, b) in zip(jobs, ends, strict=True)
        ]
        sums = list(zip(*line(list(zip(*tried, strict=True))), strict=True))
        found = [(0.0, 0.0)] * len(jobs)
        turning = []
        for place, job in enumerate(jobs):
            _, left, right, *middles = sums[place]
            self.count(least, job.group, len(job.places) * (3 + len(middles)))
            size = math.fsum(abs(self.terms.terms[n].number) for n in job.places)
            if not any(abs(left + right - 2 * middle) <= _STRAIGHT * size for middle in middles):
                self.count(least, job.group, len(job.places) * (2 * _STEPS + 1))
                turning.append(place)
        if turning:
            again = self.terms.along([(jobs[n].slot, jobs[n].places) for n in turning], values)
            lowest = _golden(again, [ends[n] for n in turning], sign)
            for n, (at, number) in zip(turning, lowest, strict=True):
                found[n] = (number - sign * sums[n][0], at)
        return found


class _Job(NamedTuple):
    """An unknown along which a sum is searched, and the places of the terms that have it."""

    group: int
    unknown: Uncertain
    slot: int
    places: list[int]


def _lowest(node: _Leaf | _Hub, sums: Sums, sign: float, depth: int = 0) -> list[_End]:
    """Return the least signed sum of a node for each choice of what is fixed above it."""
    if isinstance(node, _Leaf):
        free = node.unknowns[depth:]
        tried = [
            (sum(bit << depth + place for place, bit in enumerate(bits)),
             {u: u.high if bit else u.low for u, bit in zip(free, bits, strict=True)})
            for bits in product((0, 1), repeat=len(free))
        ]  # fmt: skip
        found = sums[id(node)]
        return [
            _least(_End(sign * found[choice + corner], at) for corner, at in tried)
            for choice in range(1 << depth)
        ]
    parts = [_lowest(part, sums, sign, depth + 1) for part in node.parts]
    ends = [
        _End(exact(end.number for end in all_of_them),
             {node.unknown: node.unknown.high if choice >> depth else node.unknown.low}
             | {u: x for end in all_of_them for u, x in end.at.items()})
        for choice, all_of_them in enumerate(zip(*parts, strict=True))
    ]  # fmt: skip
    return [_least((ends[n], ends[n | 1 << depth])) for n in range(1 << depth)]


def _least(ends: Iterable[_End]) -> _End:
    return min(ends, key=lambda end: end.number)


def _golden(line: Line, ends: list[Bounds], sign: float) -> list[tuple[float, float]]:
    """Return where each signed sum is least between two ends, and that, by golden section."""
    left, right = (list(end) for end in zip(*ends, strict=True))
    for _ in range(_STEPS):
        spread = [_GOLDEN * (b - a) for a, b in zip(left, right, strict=True)]
        first = [b - width for b, width in zip(right, spread, strict=True)]
        second = [a + width for a, width in zip(left, spread, strict=True)]
        for n, (one, other) in enumerate(zip(*line([first, second]), strict=True)):
            if sign * one < sign * other:
                right[n] = second[n]
            else:
                left[n] = first[n]
    middle = [(a + b) / 2 for a, b in zip(left, right, strict=True)]
    return [(at, sign * one) for at, one in zip(middle, line([middle])[0], strict=True)]
