"""Rank correlation of each unknown with a figure, over the draws of `carbonctl.analysis.points`.

This module imports numpy: only what asks for draws imports it.
"""

from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as np

from carbonctl.analysis.sensitivity.drawn import DrawsByTerm
from carbonctl.ledger.samples import DRAWS
from carbonctl.ledger.terms import Term
from carbonctl.ledger.unknowns import Rank, Uncertain

Numbers: TypeAlias = Any  # an array of numbers


def rank_correlations(
    terms: Sequence[Term], unknowns: Sequence[Uncertain], seed: int, ranks: Sequence[Rank]
) -> list[float | None]:
    """Return Spearman's rank correlation of each of some unknowns with a sum of terms.

    None where one of the two is the same in all draws, or the sum has no value in some of them.
    """
    drawn = DrawsByTerm(terms, DRAWS, seed, ranks)
    total = np.zeros(DRAWS)
    with np.errstate(all="ignore"):  # what is not finite has no correlation
        for term in terms:
            total += term.at(drawn.of(term))
    if not np.isfinite(total).all():
        return [None] * len(unknowns)
    ordered = average_ranks(total)
    return [correlation(average_ranks(drawn.again(unknown)), ordered) for unknown in unknowns]


def average_ranks(numbers: Numbers) -> Numbers:
    """Return the rank of each number, from 1; equal ones share the mean of their ranks."""
    _, places, counts = np.unique(numbers, return_inverse=True, return_counts=True)
    return (np.cumsum(counts) - (counts - 1) / 2)[places]


def correlation(first: Numbers, second: Numbers) -> float | None:
    """Return Pearson's correlation; None where one of the two is always the same."""
    one, other = first - first.mean(), second - second.mean()
    size = float(np.sqrt(np.dot(one, one) * np.dot(other, other)))
    return float(np.dot(one, other)) / size if size else None


def shares_pct(correlations: Sequence[float | None]) -> list[float | None]:
    """Return the square of each correlation, in percent of the squares of all of them."""
    whole = sum(rank * rank for rank in correlations if rank is not None)
    return [
        None if rank is None or not whole else 100 * rank * rank / whole for rank in correlations
    ]
