"""First-order and total indices: which share of the variance of a figure an unknown has.

With A and B as two independent sets of draws, and A_B as A with one unknown as in B (saltelli2010,
jansen1999):

    first order  S = mean(f(B) · (f(A_B) − f(A))) / V
    total        T = mean((f(A) − f(A_B))²) / 2 V

V is the variance over A and B together, and f(B) is less their mean, which takes nothing but
noise away. An entry is worked out again only for the unknowns that are in it: all others leave
f(A_B) − f(A) as it is.

This module imports numpy: only what asks for draws imports it.
"""

from collections.abc import Iterable, Sequence
from hashlib import sha256
from typing import Any, NamedTuple, TypeAlias

import numpy as np

from carbonctl.analysis.sensitivity.drawn import DrawsByTerm
from carbonctl.factors.normal import normal_quantile
from carbonctl.ledger.terms import Term
from carbonctl.ledger.unknowns import Rank, Uncertain

RESAMPLINGS = 200
Z975 = normal_quantile(0.975)  # how many standard deviations a 95 % interval has on either side

Numbers: TypeAlias = Any  # an array of numbers


class VarianceIndices(NamedTuple):
    """First-order and total index, each with half the width of its 95 % confidence interval."""

    first: float | None
    first_conf: float | None
    total: float | None
    total_conf: float | None


UNDEFINED = VarianceIndices(None, None, None, None)


class Evaluations(NamedTuple):
    """A figure at A and at B, and for each group how far it is at A_B from A."""

    at_a: Numbers
    at_b: Numbers
    steps: Numbers  # a row a group


def indices(
    terms: Sequence[Term],
    groups: Sequence[Sequence[Uncertain]],
    *,
    points: int,
    seed: int,
    ranks: Sequence[Rank],
) -> list[VarianceIndices]:
    """Return the indices of some groups of unknowns, whose members are drawn together.

    Parameters
    ----------
    terms : sequence of Term
        The figure is their sum; unknowns in no group vary, too.
    groups : sequence of sequence of Uncertain
        Groups that are independent of each other and of all other unknowns.
    points : int
        How many draws A and B have each: a power of 2.
    seed : int
        Of the draws.
    ranks : sequence of Rank
        The rank correlations within groups.
    """
    evaluated = _evaluate(terms, groups, points, seed, ranks)
    return of_evaluations(evaluated, seed)


def _evaluate(
    terms: Sequence[Term],
    groups: Sequence[Sequence[Uncertain]],
    points: int,
    seed: int,
    ranks: Sequence[Rank],
) -> Evaluations:
    sets = [DrawsByTerm(terms, points, seed, ranks, stream) for stream in "AB"]
    member_of = {unknown: place for place, group in enumerate(groups) for unknown in group}
    at_a, at_b = np.zeros(points), np.zeros(points)
    steps = np.zeros((len(groups), points))
    with np.errstate(all="ignore"):  # what is not finite has no indices
        for term in terms:
            a, b = (drawn.of(term) for drawn in sets)
            here = term.at(a)
            at_a += here
            at_b += term.at(b)
            own: dict[int, list[str]] = {}
            for name, unknown in term.ranged.items():
                if unknown in member_of:
                    own.setdefault(member_of[unknown], []).append(name)
            values = {name: a[unknown] for name, unknown in term.ranged.items()}
            for place, names in own.items():
                moved = {name: b[term.ranged[name]] for name in names}
                steps[place] += term.with_names(values | moved) - here
    return Evaluations(at_a, at_b, steps)


def of_evaluations(evaluated: Evaluations, seed: int) -> list[VarianceIndices]:
    """Return the indices of each group; undefined where the figure is always the same."""
    at_a, at_b, steps = evaluated
    if not all(np.isfinite(numbers).all() for numbers in evaluated):
        return [UNDEFINED] * len(steps)
    middle = (at_a.mean() + at_b.mean()) / 2
    at_a, at_b = at_a - middle, at_b - middle
    columns = np.vstack([at_a + at_b, at_a**2 + at_b**2, at_b * steps, steps**2])
    first, total = _ratios(columns.mean(axis=1), len(steps))
    if first is None:
        return [UNDEFINED] * len(steps)
    again = [_ratios(columns @ weights, len(steps)) for weights in _weights(len(at_a), seed)]
    confs = [Z975 * np.std([made[n] for made in again], axis=0, ddof=1) for n in (0, 1)]
    return [
        VarianceIndices(*map(float, row))
        for row in zip(first, confs[0], total, confs[1], strict=True)
    ]


def _ratios(means: Numbers, count: int) -> tuple[Numbers, Numbers]:
    """Return first-order and total indices from the means of what they are of."""
    variance = means[1] / 2 - (means[0] / 2) ** 2
    if not variance > 0:
        return None, None
    return means[2 : 2 + count] / variance, means[2 + count :] / (2 * variance)


def _weights(points: int, seed: int) -> Iterable[Numbers]:
    """Yield the weights of the points in each resampling, the same on every platform."""
    key = int.from_bytes(sha256(repr((seed, "resamplings")).encode()).digest())
    bits = np.random.PCG64(key)
    for _ in range(RESAMPLINGS):
        places = bits.random_raw(points) & np.uint64(points - 1)
        yield np.bincount(places.astype(np.int64), minlength=points) / points
