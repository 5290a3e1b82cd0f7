"""How far a sum of figures can range, where what is uncertain moves together.

An entry's own bounds are exact; the bounds of a sum of entries are an outer bound, as if the
grid could be clean for one and dirty for the next. Here each unknown is one variable, however
many entries it is in, so that a difference is not drowned by what both sides share.
"""

import math
from collections.abc import Iterable, Sequence
from hashlib import sha256
from itertools import product
from typing import Any

from carbonctl.formulas import Term, Uncertain

_MOST_EVALUATIONS = 60_000
SAMPLES = 10_000


def bounds(terms: Sequence[Term]) -> tuple[float, float]:
    """Return the lowest and the highest sum of some terms.

    Notes
    -----
    Terms that share no unknown are bounded apart. Each group is evaluated at the corners of
    its unknowns: exact, as every figure rises or falls steadily in each of them. Where there
    are too many corners, its terms are bounded one by one: an outer bound.
    """
    lows, highs = [], []
    for group in _groups(terms):
        low, high = _corners(group)
        lows.append(low)
        highs.append(high)
    return math.fsum(lows), math.fsum(highs)


def _groups(terms: Iterable[Term]) -> list[list[Term]]:
    """Return terms by what they share."""
    groups: list[tuple[set[Uncertain], list[Term]]] = []
    for term in terms:
        unknowns, members = set(term.ranged.values()), [term]
        apart = []
        for group in groups:
            if unknowns & group[0]:
                unknowns |= group[0]
                members = [*group[1], *members]
            else:
                apart.append(group)
        groups = [*apart, (unknowns, members)]
    return [members for _, members in groups]


def _corners(terms: list[Term]) -> tuple[float, float]:
    unknowns = sorted({unknown for term in terms for unknown in term.ranged.values()}, key=str)
    if len(terms) * 2 ** len(unknowns) > _MOST_EVALUATIONS:
        if len(terms) == 1:
            return _outer(terms[0], unknowns)
        each = [_corners([term]) for term in terms]
        return math.fsum(low for low, _ in each), math.fsum(high for _, high in each)
    sums = []
    for ends in product(*((unknown.low, unknown.high) for unknown in unknowns)):
        values = dict(zip(unknowns, ends, strict=True))
        sums.append(math.fsum(term.at(values) for term in terms))
    return min(sums), max(sums)


def _outer(term: Term, unknowns: list[Uncertain]) -> tuple[float, float]:
    """Return bounds of one term with very many unknowns, as intervals give them."""
    from carbonctl.ranges import Range, high, low

    found = term.at({u: Range(u.best, u.low, u.high) for u in unknowns})
    return low(found), high(found)


def samples(terms: Sequence[Term]) -> Any:
    """Return equally likely sums of some terms.

    Each unknown is drawn from a triangle between its bounds with its best estimate as the
    peak, by a seed of its own: the same in every call, and on both sides of a comparison.

    Returns
    -------
    ndarray
        Of `SAMPLES` sums, or of one where nothing is uncertain.
    """
    import numpy as np

    unknowns = {unknown for term in terms for unknown in term.ranged.values()}
    drawn = {}
    for unknown in unknowns:
        seed = int.from_bytes(sha256(repr(unknown).encode()).digest()[:8])
        generator = np.random.default_rng(seed)
        drawn[unknown] = generator.triangular(unknown.low, unknown.best, unknown.high, SAMPLES)
    total = np.zeros(SAMPLES if unknowns else 1)
    for term in terms:
        total = total + term.at(drawn)
    return total
