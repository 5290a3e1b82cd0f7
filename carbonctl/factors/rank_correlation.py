"""Correlation of two samples: Pearson, Spearman, Kendall's tau-b, and p values by Student's t.

Samples are lists of floats without numpy, or arrays with it.
"""

from __future__ import annotations

import math
from bisect import bisect_right, insort
from collections import Counter
from collections.abc import Iterable
from typing import Any

from carbonctl.factors.sample_statistics import Sample, deviations, product_sum
from carbonctl.numbers.intervals import is_array

_MOST_STEPS = 20_000
_ROUNDING = 1e-16
_SMALLEST = 1e-300


def ranks(sample: Sample) -> Sample:
    """Return the rank of each value, from 1; equal values share the mean of their ranks."""
    if is_array(sample):
        import numpy as np

        _, places, counts = np.unique(sample, return_inverse=True, return_counts=True)
        return (np.cumsum(counts) - (counts - 1) / 2)[places]
    mean_rank: dict[float, float] = {}
    before = 0
    in_order: list[tuple[float, int]] = sorted(Counter(sample).items())
    for value, count in in_order:
        mean_rank[value] = before + (count + 1) / 2
        before += count
    return [mean_rank[value] for value in sample]


def pearson(first: Sample, second: Sample) -> float | None:
    """Return Pearson's correlation; None where one sample is the same everywhere."""
    one, other = deviations(first), deviations(second)
    size = math.sqrt(product_sum(one, one)) * math.sqrt(product_sum(other, other))
    return max(-1.0, min(1.0, product_sum(one, other) / size)) if size else None


def spearman(first: Sample, second: Sample) -> float | None:
    """Return Spearman's correlation: Pearson's of mean ranks; None for a constant sample."""
    return pearson(ranks(first), ranks(second))


def p_value(correlation: float, size: int) -> float:
    """Return the two-sided p value of a correlation by Student's t with n − 2 degrees of freedom.

    t = r √((n − 2) / (1 − r²)), and p = I(1 − r²; (n − 2)/2, 1/2), the regularised incomplete beta
    function (Abramowitz and Stegun 26.7.1 and 26.5.27).

    Parameters
    ----------
    correlation : float
        Between −1 and 1.
    size : int
        How many pairs, at least 3.
    """
    return _beta_share((1 - correlation) * (1 + correlation), (size - 2) / 2, 0.5)


def _beta_share(x: float, a: float, b: float) -> float:
    """Return the regularised incomplete beta function by the continued fraction A&S 26.5.8."""
    if x <= 0 or x >= 1:
        return min(max(x, 0.0), 1.0)
    if x > (a + 1) / (a + b + 2):
        return 1 - _beta_share(1 - x, b, a)
    front = a * math.log(x) + b * math.log1p(-x)
    front += math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b)
    upper, lower = 1.0, 1 / _not_zero(1 - (a + b) * x / (a + 1))
    value = lower
    for step in range(1, _MOST_STEPS):  # the method of Lentz
        even = step * (b - step) * x / ((a + 2 * step - 1) * (a + 2 * step))
        odd = -(a + step) * (a + b + step) * x / ((a + 2 * step) * (a + 2 * step + 1))
        for term in (even, odd):
            lower = 1 / _not_zero(1 + term * lower)
            upper = _not_zero(1 + term / upper)
            value *= lower * upper
        if abs(lower * upper - 1) <= _ROUNDING:
            break
    return math.exp(front) * value / a


def _not_zero(number: float) -> float:
    return number if abs(number) > _SMALLEST else _SMALLEST


def kendall(first: Sample, second: Sample) -> float | None:
    """Return Kendall's tau-b; None where one sample is the same everywhere.

    τ_b = (P − Q) / √((n0 − n1)(n0 − n2)), P and Q concordant and discordant pairs, n0 all pairs, n1
    and n2 those that are tied in each sample. Knight (1966),
    https://doi.org/10.1080/01621459.1966.10480879: pairs are counted as the second sample is
    sorted.
    """
    pairs = _pairs([len(first)])
    if is_array(first):
        tied_first, tied_second, tied_both, discordant = _counts_of_arrays(first, second)
    else:
        in_order = sorted(zip(first, second, strict=True))
        tied_first, tied_second, tied_both = (
            _pairs(Counter(values).values()) for values in (first, second, in_order)
        )
        discordant = _inversions(value for _, value in in_order)
    size = math.sqrt(pairs - tied_first) * math.sqrt(pairs - tied_second)
    difference = pairs - tied_first - tied_second + tied_both - 2 * discordant
    return difference / size if size else None


def _pairs(counts: Iterable[int]) -> int:
    """Return how many pairs there are within groups of some sizes."""
    return sum(count * (count - 1) // 2 for count in counts)


def _inversions(values: Iterable[float]) -> int:
    """Return how many pairs stand in falling order."""
    seen: list[float] = []
    count = 0
    for value in values:
        count += len(seen) - bisect_right(seen, value)
        insort(seen, value)
    return count


def _counts_of_arrays(first: Any, second: Any) -> tuple[int, int, int, int]:
    """Return the tied pairs of the first, the second and both, and the discordant pairs."""
    import numpy as np

    (_, one, of_first), (_, other, of_second) = (
        np.unique(sample, return_inverse=True, return_counts=True) for sample in (first, second)
    )
    if len(of_second) > len(of_first):  # fewer values have fewer bits
        one, other, of_first, of_second = other, one, of_second, of_first
    both = np.sort(one * len(of_second) + other)
    of_both = np.diff(np.flatnonzero(np.concatenate(([True], both[1:] != both[:-1], [True]))))
    tied = [_pairs_of_array(counts) for counts in (of_first, of_second, of_both)]
    return tied[0], tied[1], tied[2], _inversions_of_array(both % len(of_second))


def _pairs_of_array(counts: Any) -> int:
    return int((counts.astype("int64") * (counts.astype("int64") - 1) // 2).sum())


def _inversions_of_array(values: Any) -> int:
    """Return how many pairs of whole numbers stand in falling order, bit by bit from the highest.

    Numbers that are equal in their higher bits stand together, in the order in which they came: of
    those a pair is in falling order where a number with the bit stands before one without it.
    """
    import numpy as np

    size = len(values)
    values = values.astype(np.int32)  # ranks of a sample that is in memory
    starts = np.zeros(size, dtype=np.int32)  # where the block of each number begins
    places = np.arange(size, dtype=np.int32)
    count = 0
    for bit in reversed(range(int(values.max()).bit_length())):
        has_bit = (values >> bit) & 1
        ones = np.zeros(size + 1, dtype=np.int32)
        np.cumsum(has_bit, out=ones[1:])
        before = ones[:-1] - ones[starts]  # ones in the block before each number
        count += int(before[has_bit == 0].sum(dtype=np.int64))
        ends = np.concatenate((np.flatnonzero(np.diff(starts)) + 1, [size]))
        first = np.concatenate(([0], ends[:-1]))
        zeros = np.repeat((ends - first) - (ones[ends] - ones[first]), ends - first)
        to = np.where(has_bit == 0, places - before, starts + zeros + before)
        moved, blocks = np.empty_like(values), np.empty_like(starts)
        moved[to] = values
        blocks[to] = starts + zeros * has_bit
        values, starts = moved, blocks
    return count
