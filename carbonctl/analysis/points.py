"""Sums of figures at many draws of what is uncertain in them, as columns: a row a draw.

Entries are worked out at all draws at once by their formulas, those of an account that was just
made as those of a saved result, so that there is one way to a figure at a draw.

This module imports numpy: only what asks for draws imports it.
"""

from collections.abc import Iterable, Sequence
from hashlib import sha256
from typing import Any, TypeAlias

import numpy as np

from carbonctl.factors.correlation import copula
from carbonctl.factors.normal import normal_quantile
from carbonctl.ledger.samples import DRAWS
from carbonctl.ledger.terms import Term
from carbonctl.ledger.unknowns import Rank, Uncertain

SEED = 1

_PLACE = np.uint64(2**24 - 1)  # the bits of a place: more than the most draws

Numbers: TypeAlias = Any  # an array of numbers


def draws(
    unknowns: Iterable[Uncertain],
    count: int = DRAWS,
    seed: int = SEED,
    *,
    ranks: Sequence[Rank] = (),
    stream: str = "",
) -> dict[Uncertain, Numbers]:
    """Return equally likely values of each unknown.

    There is one value from each of ``count`` parts of equal probability, in an order that
    depends on the seed, the stream and the unknown alone. What is cut off at a limit makes the
    rest more likely.

    Parameters
    ----------
    unknowns : iterable of Uncertain
        Repeated ones are drawn once.
    count : int
        How many values of each.
    seed : int
        Between 0 and 2^64 - 1.
    ranks : sequence of Rank
        The rank correlations of pairs of unknowns, by their identities.
    stream : str
        Tells independent sets of draws of one seed apart.
    """
    return draw_sets(unknowns, count, seed, ranks=ranks, streams=(stream,))


def draw_sets(
    unknowns: Iterable[Uncertain],
    count: int,
    seed: int,
    *,
    ranks: Sequence[Rank] = (),
    streams: Sequence[str],
) -> dict[Uncertain, Numbers]:
    """Return independent sets of ``count`` draws each, one behind the other, by their streams."""
    ranked = [_ranked_orders(ranks, count, seed, stream) for stream in streams] if ranks else []
    levels = _levels(count)
    scores = normal_quantile(levels)
    drawn = {}
    for unknown in dict.fromkeys(unknowns):
        if ranked and unknown.unknown in ranked[0]:
            orders = [orders[unknown.unknown] for orders in ranked]
        else:
            orders = [_order((seed, unknown.key, stream), count) for stream in streams]
        quantiles = np.asarray(unknown.quantile(levels, scores))
        drawn[unknown] = quantiles[orders[0] if len(orders) == 1 else np.concatenate(orders)]
    return drawn


def _levels(count: int) -> Numbers:
    """Return the middle of each of ``count`` parts of equal probability."""
    return (np.arange(count) + 0.5) / count


def _order(key: tuple[Any, ...], count: int) -> Numbers:
    """Return an order of ``count`` parts that follows from a key, the same on every platform.

    It is that of random bits, of which the lowest are the place: so no two are equal.
    """
    digest = int.from_bytes(sha256(repr(key).encode()).digest())
    bits = np.random.PCG64(digest).random_raw(count)
    bits &= ~_PLACE
    bits |= np.arange(count, dtype=np.uint64)
    bits.sort()
    bits &= _PLACE
    return bits.view(np.int64)


def _ranked_orders(ranks: Sequence[Rank], count: int, seed: int, stream: str) -> dict[str, Numbers]:
    """Return an order for each identity that has a rank correlation with another.

    All of them are made together, whichever of them are asked for, so that a phase has the
    draws of the total. A normal copula: normal scores of orders of their own, freed of what
    they have in common by chance, are mixed to the correlations and ranked again (Iman and
    Conover 1982).
    """
    names = sorted({name for first, second, _ in ranks for name in (first, second)})
    wanted = np.eye(len(names))
    for first, second, rank in ranks:
        row, column = names.index(first), names.index(second)
        wanted[row, column] = wanted[column, row] = copula(rank)
    middle = normal_quantile(_levels(count))
    scores = np.array([middle[_order((seed, (name,), stream), count)] for name in names])
    mixed = _root(wanted) @ np.linalg.solve(_root(np.corrcoef(scores)), scores)
    return {
        name: np.argsort(np.argsort(row, kind="stable"), kind="stable")
        for name, row in zip(names, mixed, strict=True)
    }


def _root(matrix: Numbers) -> Numbers:
    """Return the lower triangle whose product with its transpose is a positive semidefinite matrix.

    Of an unknown that follows from those before it, the diagonal is 0.
    """
    root = np.zeros_like(matrix)
    for row in range(len(matrix)):
        for column in range(row + 1):
            rest = matrix[row, column] - root[row, :column] @ root[column, :column]
            if row == column:
                root[row, row] = np.sqrt(max(rest, 0.0))
            elif root[column, column] > 1e-8:
                root[row, column] = rest / root[column, column]
    return root


def samples(
    terms: Sequence[Term],
    count: int = DRAWS,
    seed: int = SEED,
    *,
    ranks: Sequence[Rank] = (),
    stream: str = "",
) -> Numbers:
    """Return equally likely sums of some terms, or one where nothing is uncertain.

    The parameters are those of `draws`.
    """
    unknowns = [unknown for term in terms for unknown in term.ranged.values()]
    return sums_at(terms, draws(unknowns, count, seed, ranks=ranks, stream=stream), count)


def sums_at(terms: Sequence[Term], drawn: dict[Uncertain, Numbers], count: int) -> Numbers:
    """Return the sum of some terms at ``count`` draws, or one sum where nothing is drawn."""
    total = np.zeros(count if drawn else 1)
    with np.errstate(all="ignore"):  # the caller reports what is not finite
        for term in terms:
            total = total + term.at(drawn)
    return total
