"""Sums of figures at many draws of what is uncertain in them, as columns: a row a draw.

Entries are worked out at all draws at once by their formulas, those of an account that was just
made as those of a saved result, so that there is one way to a figure at a draw.

This module imports numpy: only what asks for draws imports it.
"""

from collections.abc import Iterable, Sequence
from functools import cache
from hashlib import sha256
from typing import Any, TypeAlias

import numpy as np

from carbonctl.factors.distributions import (
    TWO_PIECE_LOGNORMAL,
    normal_quantile,
    two_piece_logarithm,
)
from carbonctl.ledger.terms import Term
from carbonctl.ledger.unknowns import Key, Uncertain
from carbonctl.numbers.columns import Column

DRAWS = 10_000
_LEVELS = (np.arange(DRAWS) + 0.5) / DRAWS

Numbers: TypeAlias = Any  # an array of numbers


def draws(unknowns: Iterable[Uncertain]) -> dict[Uncertain, Numbers]:
    """Return `DRAWS` equally likely values of each unknown.

    There is one value from each of `DRAWS` parts of equal probability, in an order of its own that
    is the same in every call and on both sides of a comparison. What is cut off at a limit makes
    the rest more likely.
    """
    return {
        unknown: _quantiles(unknown)[_order(unknown.key)] for unknown in dict.fromkeys(unknowns)
    }


def _quantiles(unknown: Uncertain) -> Numbers:
    """Return the middle of each part, in their order."""
    if unknown.distribution != TWO_PIECE_LOGNORMAL:
        return np.asarray(unknown.at(Column(_LEVELS * unknown.within)))
    start = unknown.start
    ends = (end - start for end in (unknown.low, unknown.best, unknown.high))
    logarithm = two_piece_logarithm(_normal(unknown.within), *ends)
    return start + (unknown.best - start) * np.exp(np.asarray(logarithm))


@cache
def _normal(within: float) -> Column:
    """Return the normal quantile of the middle of each part of what is not cut off."""
    return Column(normal_quantile(Column(_LEVELS * within)))


@cache
def _order(key: Key) -> Numbers:
    seed = int.from_bytes(sha256(repr(key).encode()).digest()[:8])
    return np.random.default_rng(seed).permutation(DRAWS)


def samples(terms: Sequence[Term]) -> Numbers:
    """Return `DRAWS` equally likely sums of some terms, or one where nothing is uncertain."""
    drawn = draws(unknown for term in terms for unknown in term.ranged.values())
    total = np.zeros(DRAWS if drawn else 1)
    with np.errstate(all="ignore"):  # the caller reports what is not finite
        for term in terms:
            total = total + term.at(drawn)
    return total
