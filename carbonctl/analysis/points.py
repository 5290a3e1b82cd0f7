"""Sums of figures at many draws of what is uncertain in them, as columns: a row a draw.

Entries are worked out at all draws at once by their formulas, those of an account that was just
made as those of a saved result, so that there is one way to a figure at a draw.

This module imports numpy: only what asks for draws imports it.
"""

from collections.abc import Iterable, Sequence
from hashlib import sha256
from typing import Any, TypeAlias

import numpy as np

from carbonctl.factors.correlation import copula, root
from carbonctl.factors.normal import normal_quantile
from carbonctl.ledger.ranks import correlated_groups
from carbonctl.ledger.samples import DRAWS
from carbonctl.ledger.terms import Term
from carbonctl.ledger.unknowns import Key, Rank, Uncertain

SEED = 1

_PLACE = np.uint64(2**24 - 1)  # the bits of a place: more than the most draws

Numbers: TypeAlias = Any  # an array of numbers


class Draws:
    """Equally likely values of unknowns, those of each made when they are first asked for.

    There is one value from each of ``count`` parts of equal probability, in an order that
    depends on the seed, the stream and the unknown alone, and on those that it is correlated
    with. What is cut off at a limit makes the rest more likely.

    Parameters
    ----------
    count : int
        How many values of each.
    seed : int
        Between 0 and 2^64 - 1.
    ranks : sequence of Rank
        The rank correlations of pairs of unknowns, by their keys.
    streams : sequence of str
        Tell independent sets of ``count`` draws of one seed apart, one behind the other.
    """

    def __init__(
        self, count: int, seed: int, ranks: Sequence[Rank] = (), streams: Sequence[str] = ("",)
    ) -> None:
        self.count = count
        self.seed = seed
        self.streams = streams
        self.levels = _levels(count)
        self.scores = normal_quantile(self.levels)
        self.made: dict[Uncertain, Numbers] = {}
        self.ranked = [self._ranked(ranks, stream) for stream in streams] if ranks else []

    def of(self, unknown: Uncertain) -> Numbers:
        """Return the draws of an unknown."""
        if unknown not in self.made:
            if self.ranked and unknown.key in self.ranked[0]:
                orders = [ranked[unknown.key] for ranked in self.ranked]
            else:
                orders = [self._order(unknown.key, stream) for stream in self.streams]
            quantiles = np.asarray(unknown.quantile(self.levels, self.scores))
            order = orders[0] if len(orders) == 1 else np.concatenate(orders)
            self.made[unknown] = quantiles[order]
        return self.made[unknown]

    def drop(self, unknown: Uncertain) -> None:
        """Keep the draws of an unknown no longer; asked for again, they are made again."""
        self.made.pop(unknown, None)

    def _order(self, key: Key, stream: str) -> Numbers:
        return _order((self.seed, key, stream), self.count)

    def _ranked(self, ranks: Sequence[Rank], stream: str) -> dict[Key, Numbers]:
        """Return the order of each unknown that is correlated with another.

        All of them are made together, whichever of them are asked for, so that a phase has the
        draws of the total. A normal copula: normal scores of their own orders, freed of what
        they have in common by chance, are mixed to the correlations and ranked again (Iman and
        Conover 1982).
        """
        worth = {frozenset(pair): copula(rank) for *pair, rank in ranks}
        orders = {}
        for keys in correlated_groups(ranks):
            wanted = [[worth.get(frozenset((a, b)), float(a == b)) for b in keys] for a in keys]
            scores = np.array([self.scores[self._order(key, stream)] for key in keys])
            own = np.array(root(np.corrcoef(scores).tolist()))
            mixed = np.array(root(wanted)) @ np.linalg.solve(own, scores)
            for key, row in zip(keys, mixed, strict=True):
                orders[key] = np.argsort(np.argsort(row, kind="stable"), kind="stable")
        return orders


def draws(
    unknowns: Iterable[Uncertain],
    count: int = DRAWS,
    seed: int = SEED,
    *,
    ranks: Sequence[Rank] = (),
    streams: Sequence[str] = ("",),
) -> dict[Uncertain, Numbers]:
    """Return the draws of each unknown; the parameters are those of `Draws`."""
    drawn = Draws(count, seed, ranks, streams)
    return {unknown: drawn.of(unknown) for unknown in unknowns}


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


def samples(
    terms: Sequence[Term],
    count: int = DRAWS,
    seed: int = SEED,
    *,
    ranks: Sequence[Rank] = (),
) -> Numbers:
    """Return equally likely sums of some terms, or one where nothing is uncertain.

    The parameters are those of `draws`.
    """
    unknowns = [unknown for term in terms for unknown in term.ranged.values()]
    return sums_at(terms, draws(unknowns, count, seed, ranks=ranks), count)


def sums_at(terms: Sequence[Term], drawn: dict[Uncertain, Numbers], count: int) -> Numbers:
    """Return the sum of some terms at ``count`` draws, or one sum where nothing is drawn."""
    total = np.zeros(count if drawn else 1)
    with np.errstate(all="ignore"):  # the caller reports what is not finite
        for term in terms:
            total = total + term.at(drawn)
    return total
