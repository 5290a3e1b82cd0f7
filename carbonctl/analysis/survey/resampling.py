"""Bootstrap intervals of a mean and a median: percentiles of resamples with replacement.

Efron (1979), https://doi.org/10.1214/aos/1176344552. Draws follow from a key of bytes alone.
"""

from __future__ import annotations

import math
from hashlib import sha256
from random import Random
from typing import Any, NamedTuple

from carbonctl.factors.normal import normal_quantile
from carbonctl.factors.sample_statistics import (
    Sample,
    deviations,
    mean,
    product_sum,
    quantile,
)
from carbonctl.numbers.intervals import is_array

RESAMPLES = 10_000
FEWEST = 5  # values for which there is an interval
MOST_DRAWN = 5_000  # values that are drawn; of more the intervals follow from moments and ranks
_BYTE = 256


class Interval(NamedTuple):
    """The ends of an interval."""

    low: float
    high: float


def bootstrap(
    in_order: Sample,
    key: bytes,
    confidence: float,
    *,
    is_drawn: bool = True,
    has_median: bool = True,
) -> tuple[Interval, Interval | None] | None:
    """Return the intervals of the mean and of the median of a sample.

    Parameters
    ----------
    in_order : list or array
        The sample, sorted.
    key : bytes
        What the draws follow from.
    confidence : float
        The share of resamples inside the interval, between 0 and 1.
    is_drawn : bool
        Whether resamples are drawn; else, and for more than `MOST_DRAWN` values, the ends are those
        that many resamples tend to.
    has_median : bool
        Whether that of the median is wanted, which takes as long again.

    Returns
    -------
    tuple of Interval or None
        None for fewer than `FEWEST` values.
    """
    if len(in_order) < FEWEST:
        return None
    tails = ((1 - confidence) / 2, (1 + confidence) / 2)
    if not is_drawn or len(in_order) > MOST_DRAWN:
        return _expected(in_order, tails)
    sample = in_order.tolist() if is_array(in_order) else in_order
    draw = _by_bytes if len(sample) <= _BYTE else _by_array
    means, medians = draw(sample, key, has_median=has_median)
    mean_ends = Interval(*(quantile(means, tail) for tail in tails))
    return mean_ends, Interval(*(quantile(medians, tail) for tail in tails)) if has_median else None


def _by_bytes(
    sample: list[float], key: bytes, *, has_median: bool
) -> tuple[list[float], list[float]]:
    """Return the sorted means and medians of resamples, each draw a byte."""
    size = len(sample)
    wanted, most = size * RESAMPLES, _BYTE - _BYTE % size
    refused = bytes(range(most, _BYTE))  # so that each value is as likely
    places = bytes(value % size for value in range(_BYTE))
    random, drawn = Random(sha256(key).digest()), b""  # noqa: S311
    while len(drawn) < wanted:
        drawn += random.randbytes(wanted).translate(places, refused)
    values = list(map(sample.__getitem__, drawn[:wanted]))
    starts = range(0, wanted, size)
    means = sorted(sum(values[start : start + size]) / size for start in starts)
    low, high = (size - 1) // 2, size // 2
    medians = []
    for start in starts if has_median else ():
        some = sorted(drawn[start : start + size])
        medians.append((sample[some[low]] + sample[some[high]]) / 2)
    return means, sorted(medians)


def _by_array(sample: list[float], key: bytes, *, has_median: bool) -> tuple[Any, Any]:
    """Return the sorted means and medians of resamples, drawn by numpy."""
    import numpy as np

    values, size = np.array(sample), len(sample)
    random = np.random.Generator(np.random.PCG64(int.from_bytes(sha256(key).digest(), "big")))
    at_once = max(1, 1_000_000 // size)
    means, medians = [], []
    for start in range(0, RESAMPLES, at_once):
        rows = min(at_once, RESAMPLES - start)
        places = random.integers(0, size, (rows, size), dtype=np.uint16)
        means.append(values[places].mean(axis=1))
        if not has_median:
            continue
        middle = [(size - 1) // 2, size // 2]
        halves = np.partition(places, sorted({*middle}), axis=1)[:, middle]
        medians.append(values[halves].mean(axis=1))
    return np.sort(np.concatenate(means)), np.sort(np.concatenate(medians or [[]]))


def _expected(in_order: Sample, tails: tuple[float, float]) -> tuple[Interval, Interval]:
    """Return the ends that resamples of a large sample tend to.

    Of the mean by its first three moments (Cornish and Fisher), of the median by the binomial
    number of values below it, which is normal.
    """
    size, middle, apart = len(in_order), mean(in_order), deviations(in_order)
    squares = [d * d for d in apart] if not is_array(apart) else apart * apart
    variance = product_sum(apart, apart) / size
    skew = product_sum(apart, squares) / size / variance**1.5 if variance else 0.0
    means, medians = [], []
    for tail in tails:
        z = normal_quantile(tail)
        shift = z + skew * (z * z - 1) / (6 * math.sqrt(size))
        means.append(middle + math.sqrt(variance / size) * shift)
        medians.append(quantile(in_order, min(max(0.5 + z / (2 * math.sqrt(size)), 0.0), 1.0)))
    return Interval(*means), Interval(*medians)
