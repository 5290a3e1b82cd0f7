"""Terms parted by what they share: groups, and each of them as a tree of its unknowns."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import product
from typing import NamedTuple, TypeAlias

from carbonctl.analysis.terms import Term, Uncertain, exact

# The sums of a leaf, by its id, at each corner: bit n of its place says at which end unknown n is.
Sums: TypeAlias = dict[int, Sequence[float]]

MOST_EVALUATIONS = 400_000  # of terms, for one group
_MOST_HUBS = MOST_EVALUATIONS.bit_length()
_FEW = 3  # unknowns of which every corner is tried


class TooMany(Exception):
    """More corners than can be tried."""


class Leaf(NamedTuple):
    """Terms that are tried at every corner of their unknowns, those that are fixed first."""

    terms: list[Term]
    unknowns: tuple[Uncertain, ...]

    @property
    def corners(self) -> int:
        """How many there are."""
        return 1 << len(self.unknowns)


class Hub(NamedTuple):
    """An unknown that is set to each of its ends, and what it parts then."""

    unknown: Uncertain
    parts: "list[Leaf | Hub]"


class Group:
    """Terms that share unknowns, in the order of the leaves of their tree.

    Raises TooMany where there are too many corners.
    """

    def __init__(self, terms: list[Term]) -> None:
        self.tree = _tree(terms, ())
        self.leaves = list(_leaves(self.tree))
        self.terms = [term for leaf in self.leaves for term in leaf.terms]
        self.evaluations = sum(len(leaf.terms) * leaf.corners for leaf in self.leaves)
        if self.evaluations > MOST_EVALUATIONS:
            raise TooMany


def parted(terms: Sequence[Term], fixed: Sequence[Uncertain]) -> list[list[Term]]:
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


def _tree(terms: list[Term], fixed: tuple[Uncertain, ...]) -> Leaf | Hub:
    counts = Counter(u for term in terms for u in term.ranged.values() if u not in fixed)
    if len(counts) <= _FEW:
        return Leaf(terms, (*fixed, *counts))
    if len(fixed) == _MOST_HUBS:
        raise TooMany
    most = max(counts.values())
    hub = max((u for u, count in counts.items() if count == most), key=str)
    fixed = (*fixed, hub)
    return Hub(hub, [_tree(some, fixed) for some in parted(terms, fixed)])


def _leaves(node: Leaf | Hub) -> Iterator[Leaf]:
    if isinstance(node, Leaf):
        yield node
    else:
        for part in node.parts:
            yield from _leaves(part)


class End(NamedTuple):
    """The least of a signed sum, and the ends of the unknowns at which it is."""

    number: float
    at: Mapping[Uncertain, float]


def lowest(node: Leaf | Hub, sums: Sums, sign: float, depth: int = 0) -> list[End]:
    """Return the least signed sum of a node for each choice of what is fixed above it."""
    if isinstance(node, Leaf):
        free = node.unknowns[depth:]
        tried = [
            (sum(bit << depth + place for place, bit in enumerate(bits)),
             {u: u.high if bit else u.low for u, bit in zip(free, bits, strict=True)})
            for bits in product((0, 1), repeat=len(free))
        ]  # fmt: skip
        numbers = sums[id(node)]
        return [
            _least(End(sign * numbers[choice + corner], at) for corner, at in tried)
            for choice in range(1 << depth)
        ]
    parts = [lowest(part, sums, sign, depth + 1) for part in node.parts]
    ends = [
        End(exact(end.number for end in all_of_them),
            {node.unknown: node.unknown.high if choice >> depth else node.unknown.low}
            | {u: x for end in all_of_them for u, x in end.at.items()})
        for choice, all_of_them in enumerate(zip(*parts, strict=True))
    ]  # fmt: skip
    return [_least((ends[n], ends[n | 1 << depth])) for n in range(1 << depth)]


def _least(ends: Iterable[End]) -> End:
    return min(ends, key=lambda end: end.number)
