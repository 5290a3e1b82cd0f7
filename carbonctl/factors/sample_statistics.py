"""Statistics of one sample: a list of floats without numpy, or an array with it.

An unknown value is no part of a sample: callers leave it out. Samples may be of any order, unless a
function says that it takes a sorted one.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction
from itertools import accumulate
from typing import Any, TypeAlias

from carbonctl.numbers.intervals import is_array

Sample: TypeAlias = Any  # a list of floats, or an array of them


def ordered(sample: Sample) -> Sample:
    """Return a sample from its least to its largest value."""
    if is_array(sample):
        import numpy as np

        return np.sort(sample)
    return sorted(sample)


def total(sample: Sample) -> float:
    """Return the sum of a sample."""
    return float(sample.sum()) if is_array(sample) else math.fsum(sample)


def mean(sample: Sample) -> float:
    """Return the arithmetic mean of a sample that is not empty."""
    return total(sample) / len(sample)


def deviations(sample: Sample) -> Sample:
    """Return by how much each value differs from the mean."""
    middle = mean(sample)
    return sample - middle if is_array(sample) else [value - middle for value in sample]


def product_sum(first: Sample, second: Sample) -> float:
    """Return the sum of the products of two samples of one length."""
    if is_array(first):
        return float((first * second).sum())
    return math.fsum(a * b for a, b in zip(first, second, strict=True))


def logarithms(sample: Sample) -> Sample:
    """Return the natural logarithm of each value, which is above 0."""
    if is_array(sample):
        import numpy as np

        return np.log(sample)
    return [math.log(value) for value in sample]


def above_zero(sample: Sample) -> Sample:
    """Return the values of a sample that have a logarithm."""
    return sample[sample > 0] if is_array(sample) else [value for value in sample if value > 0]


def geometric_mean(sample: Sample) -> float | None:
    """Return exp(mean of ln x) over the values above 0; None where there are none."""
    positive = above_zero(sample)
    return math.exp(mean(logarithms(positive))) if len(positive) else None


def quantile(in_order: Sample, share: float) -> float:
    """Return a quantile of a sorted sample: linear between order statistics.

    Definition 7 of Hyndman and Fan (1996), https://doi.org/10.2307/2684934, which is the default
    of numpy.

    Parameters
    ----------
    in_order : list or array
        The sample, sorted, not empty.
    share : float
        Between 0 and 1.
    """
    place = share * (len(in_order) - 1)
    below = math.floor(place)
    low, high = float(in_order[below]), float(in_order[min(below + 1, len(in_order) - 1)])
    part = place - below
    return high - (high - low) * (1 - part) if part >= 0.5 else low + (high - low) * part


def trimmed(size: int, percent: Fraction) -> int:
    """Return how many values a trimmed mean leaves out on each side: floor(n · percent / 100)."""
    return int(size * percent / 100)


def trimmed_mean(in_order: Sample, percent: Fraction) -> float:
    """Return the mean of a sorted sample without some percent of it, below 50, on each side."""
    cut = trimmed(len(in_order), percent)
    return mean(in_order[cut : len(in_order) - cut])


def gini(in_order: Sample) -> float | None:
    """Return the Gini coefficient of a sorted sample; None where its sum is zero.

    G = 2 Σ i·x_i / (n Σ x) − (n + 1) / n, with i the rank from 1.
    """
    size, whole = len(in_order), total(in_order)
    if not whole:
        return None
    if is_array(in_order):
        import numpy as np

        ranks: Sample = np.arange(1, size + 1)
    else:
        ranks = range(1, size + 1)
    return 2 * product_sum(in_order, ranks) / (size * whole) - (size + 1) / size


def largest_share(in_order: Sample, count: int) -> float | None:
    """Return the share of a sum that the largest values of a sorted sample make."""
    whole = total(in_order)
    return total(in_order[len(in_order) - count :]) / whole if whole else None


def fewest_for(in_order: Sample, share: float) -> int:
    """Return how few of the largest values of a sorted sample make a share of the sum."""
    wanted = share * total(in_order)
    if is_array(in_order):
        import numpy as np

        place = int(np.searchsorted(np.cumsum(in_order[::-1]), wanted))
        return min(place + 1, len(in_order))
    sums = accumulate(reversed(in_order))
    return next((n for n, so_far in enumerate(sums, 1) if so_far >= wanted), len(in_order))


def shares_of_variance(logs: Sequence[Sample]) -> list[float] | None:
    """Return the share of each factor in the variance of the logarithm of their product.

    s_i = cov(ln x_i, Σ ln x) / var(Σ ln x). They add up to 1, and one may be negative.

    Parameters
    ----------
    logs : sequence of list or array
        The logarithms of each factor, all of one length.

    Returns
    -------
    list of float or None
        None where the product is the same everywhere.
    """
    parts = [deviations(log) for log in logs]
    if is_array(parts[0]):
        whole = sum(parts[1:], parts[0])
    else:
        whole = [math.fsum(row) for row in zip(*parts, strict=True)]
    variance = product_sum(whole, whole)
    return [product_sum(part, whole) / variance for part in parts] if variance else None
