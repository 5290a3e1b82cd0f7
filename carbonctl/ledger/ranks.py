"""Rank correlations of the unknowns of several workloads that are looked at together."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from carbonctl.factors.correlation import copula, least_eigenvalue, rank_of, root
from carbonctl.ledger.entry import Entry
from carbonctl.ledger.unknowns import Key, Rank, Uncertain, is_certain, unknown_of


def renamed(
    ranks: Sequence[Rank],
    entries: Iterable[Entry],
    workload: str = "",
    same: Mapping[Uncertain, Uncertain] | None = None,
) -> tuple[Rank, ...]:
    """Return the rank correlations of a workload by what its unknowns are called beside others.

    Parameters
    ----------
    ranks : sequence of Rank
        Those of the workload.
    entries : iterable of Entry
        Its entries.
    workload : str
        Tells given figures of one workload from those of another, as `unknown_of` does.
    same : mapping of Uncertain, optional
        Unknowns of it that are those of another workload under another name.
    """
    if not ranks or not (workload or same):
        return tuple(ranks)
    named = {key: key for *pair, _ in ranks for key in pair}
    for entry in entries:
        for value in entry.inputs:
            if not is_certain(value) and (key := unknown_of(value).key) in named:
                unknown = unknown_of(value, workload)
                named[key] = (same or {}).get(unknown, unknown).key
    return tuple((named[one], named[other], rank) for one, other, rank in ranks)


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


def least_eigenvalue_of(ranks: Sequence[Rank], worth: Callable[[float], float]) -> float:
    """Return the least eigenvalue of some correlations; below 0 they cannot be all at once.

    ``worth`` makes of a rank correlation what stands in their matrix.
    """
    keys = sorted({key for *pair, _ in ranks for key in pair})
    matrix = [[float(row == column) for column in keys] for row in keys]
    for first, second, rank in ranks:
        a, b = keys.index(first), keys.index(second)
        matrix[a][b] = matrix[b][a] = worth(rank)
    return least_eigenvalue(matrix)


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
