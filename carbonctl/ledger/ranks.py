"""Rank correlations between unknowns: of one workload, and of several that are looked at together.

A workload names its unknowns by identity, which is theirs alone within it. Two workloads may have
unknowns of one identity and other bounds: so from here on they are known by their keys.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TypeAlias

from carbonctl.factors.correlation import copula, rank_of, root
from carbonctl.ledger.entry import Entry
from carbonctl.ledger.unknowns import Key, NamedRank, Uncertain, identity, is_certain, unknown_of

# The keys of two unknowns and their rank correlation.
Rank: TypeAlias = tuple[Key, Key, float]


def ranks_of(
    entries: Iterable[Entry],
    said: Sequence[NamedRank],
    workload: str = "",
    same: Mapping[Uncertain, Uncertain] | None = None,
) -> tuple[Rank, ...]:
    """Return the rank correlations that a workload gives, by the keys of its unknowns.

    Parameters
    ----------
    entries : iterable of Entry
        Those of the workload.
    said : sequence of NamedRank
        What it gives.
    workload : str
        Tells given figures of one workload from those of another, as `unknown_of` does.
    same : mapping of Uncertain, optional
        Unknowns of it that are those of another workload under another name.
    """
    if not said:
        return ()
    keys: dict[str, dict[Key, None]] = {name: {} for *names, _ in said for name in names}
    for entry in entries:
        for value in entry.inputs:
            if is_certain(value) or (name := identity(value)) not in keys:
                continue
            unknown = unknown_of(value, workload)
            keys[name][(same or {}).get(unknown, unknown).key] = None
    return tuple(
        (key, other, rank)
        for first, second, rank in said
        for key in keys[first]
        for other in keys[second]
    )


def merged(workloads: Iterable[Sequence[Rank]]) -> tuple[Rank, ...]:
    """Return the rank correlations of workloads whose unknowns are looked at together.

    Where two workloads correlate the same two unknowns, the later one takes precedence. What is
    in one workload goes with what is in another only as far as both go with what they share.
    """
    known: tuple[Rank, ...] = ()
    for ranks in workloads:
        known = _joined(known, ranks)
    return known


def _joined(base: Sequence[Rank], head: Sequence[Rank]) -> tuple[Rank, ...]:
    pairs = {frozenset((one, other)): (one, other, rank) for one, other, rank in (*base, *head)}
    left, right = ({key for *keys, _ in ranks for key in keys} for ranks in (base, head))
    shared = left & right
    if not shared or shared in (left, right):
        return tuple(pairs.values())
    names = [*sorted(shared), *sorted(left - shared), *sorted(right - shared)]
    matrix = [
        [1.0 if one == other else _score(pairs, one, other) for other in names] for one in names
    ]
    first, last = len(shared), len(left)
    scores = root(matrix, lambda row, column: row >= last > column >= first)
    for row in range(last, len(names)):
        for column in range(first, last):
            score = sum(a * b for a, b in zip(scores[row], scores[column], strict=True))
            one, other = names[row], names[column]
            if score:
                pairs[frozenset((one, other))] = (one, other, rank_of(score))
    return tuple(pairs.values())


def _score(pairs: Mapping[frozenset[Key], Rank], one: Key, other: Key) -> float:
    known = pairs.get(frozenset((one, other)))
    return 0.0 if known is None else copula(known[2])


def correlated_groups(ranks: Iterable[Rank]) -> list[list[Key]]:
    """Return the keys that have correlations with each other, each group in its order."""
    group_of: dict[Key, list[Key]] = {}
    for one, other, rank in ranks:
        first, second = (group_of.setdefault(key, [key]) for key in (one, other))
        if rank and first is not second:
            first += second
            group_of.update(dict.fromkeys(second, first))
    made = {id(group): group for group in group_of.values() if len(group) > 1}
    return [sorted(group) for group in made.values()]
