"""Statistics against numpy and scipy, lists against arrays, and what has to hold of any sample."""

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from carbonctl.analysis.survey.resampling import bootstrap
from carbonctl.factors import sample_statistics as s
from carbonctl.factors.frontier import leanest_as_good, on_frontier
from carbonctl.factors.rank_correlation import kendall, p_value, pearson, ranks, spearman

SAMPLES = st.lists(st.floats(0.001, 1e6), min_size=1, max_size=60)
TIED = st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)), min_size=4, max_size=60)


@given(SAMPLES)
def test_statistics_are_those_of_numpy(sample):
    for kind in (list, np.array):
        in_order = s.ordered(kind(sample))
        assert s.mean(in_order) == pytest.approx(np.mean(sample), rel=1e-12)
        assert s.geometric_mean(in_order) == pytest.approx(stats.gmean(sample), rel=1e-9)
        for share in (0, 0.05, 0.25, 0.5, 0.75, 1):
            expected = np.quantile(sample, share)
            assert s.quantile(in_order, share) == pytest.approx(expected, rel=1e-12)
        trimmed = s.trimmed_mean(in_order, Fraction(10))
        assert trimmed == pytest.approx(stats.trim_mean(sample, 0.1), rel=1e-9)


@given(SAMPLES)
def test_gini_is_half_the_relative_mean_difference(sample):
    expected = np.abs(np.subtract.outer(sample, sample)).mean() / np.mean(sample) / 2
    for kind in (list, np.array):
        assert s.gini(s.ordered(kind(sample))) == pytest.approx(expected, rel=1e-7, abs=1e-9)


@given(TIED)
def test_correlations_are_those_of_scipy(pairs):
    first, second = ([float(x) for x in side] for side in zip(*pairs, strict=True))
    assert ranks(first) == stats.rankdata(first).tolist()
    for kind in (list, np.array):
        one, other = kind(first), kind(second)
        if len({*first}) == 1 or len({*second}) == 1:
            assert (spearman(one, other), kendall(one, other), pearson(one, other)) == (None,) * 3
            continue
        theirs = stats.spearmanr(first, second)
        assert spearman(one, other) == pytest.approx(theirs.statistic, rel=1e-9, abs=1e-12)
        if abs(theirs.statistic) < 1 - 1e-9:
            p = p_value(theirs.statistic, len(first))
            assert p == pytest.approx(theirs.pvalue, rel=1e-6)
        expected = stats.kendalltau(first, second).statistic
        assert kendall(one, other) == pytest.approx(expected, rel=1e-9, abs=1e-12)
        expected = stats.pearsonr(first, second).statistic
        assert pearson(one, other) == pytest.approx(expected, rel=1e-9, abs=1e-9)


@pytest.mark.parametrize(
    ("r", "n"), [(0.9, 100), (0.3, 4), (-0.5, 1000), (0.01, 100_000), (0.2, 5)]
)
def test_small_p_values_keep_their_digits(r, n):
    t = abs(r) * math.sqrt((n - 2) / (1 - r * r))
    assert p_value(r, n) == pytest.approx(2 * stats.t.sf(t, n - 2), rel=1e-8)
    assert p_value(1.0, n) == 0
    assert p_value(0.0, n) == 1


def beats(one, other):
    return one[0] <= other[0] and one[1] >= other[1] and one != other


@given(TIED)
def test_the_frontier_is_what_no_run_beats(pairs):
    carbon, quality = ([float(x) for x in side] for side in zip(*pairs, strict=True))
    expected = [n for n, own in enumerate(pairs) if not any(beats(one, own) for one in pairs)]
    assert on_frontier(carbon, quality) == expected
    assert on_frontier(np.array(carbon), np.array(quality)) == expected
    leanest = [min(kg for kg, good in pairs if good >= own) for _, own in pairs]
    assert leanest_as_good(carbon, quality) == leanest


def test_the_frontier_of_many_runs():
    rng = np.random.default_rng(3)
    carbon, quality = rng.integers(0, 200, 5000) * 1.0, rng.integers(0, 200, 5000) * 1.0
    assert on_frontier(carbon, quality) == on_frontier(carbon.tolist(), quality.tolist())


@given(st.lists(st.tuples(*[st.floats(0.1, 100)] * 3), min_size=3, max_size=30))
def test_shares_of_variance_add_up(rows):
    columns = [s.logarithms([row[n] for row in rows]) for n in range(3)]
    shares = s.shares_of_variance(columns)
    whole = np.sum(columns, axis=0)
    if shares is None or np.var(whole) < 1e-12:
        return
    assert sum(shares) == pytest.approx(1)
    assert shares[0] == pytest.approx(
        np.cov(columns[0], whole)[0, 1] / np.var(whole, ddof=1), abs=1e-6
    )
    arrays = s.shares_of_variance([np.array(column) for column in columns])
    assert arrays == pytest.approx(shares, abs=1e-6)


@pytest.mark.parametrize("size", [5, 40, 256, 300])
def test_the_bootstrap_is_that_of_scipy(size):
    sample = sorted(np.random.default_rng(size).lognormal(2, 1, size).tolist())
    mean, median = bootstrap(sample, b"key", 0.9)
    assert bootstrap(sample, b"key", 0.9) == (mean, median)
    assert bootstrap(sample, b"other", 0.9) != (mean, median)
    theirs = stats.bootstrap(
        (sample,), np.mean, confidence_level=0.9, n_resamples=20_000, method="percentile", rng=1
    ).confidence_interval
    width = theirs.high - theirs.low
    assert mean == pytest.approx(theirs, abs=0.04 * width)
    theirs = stats.bootstrap(
        (sample,), np.median, confidence_level=0.9, n_resamples=20_000, method="percentile", rng=1
    ).confidence_interval
    assert median == pytest.approx(theirs, abs=0.1 * (theirs.high - theirs.low) + 1e-9)


def test_many_values_have_the_interval_that_resamples_tend_to():
    sample = sorted(np.random.default_rng(1).lognormal(2, 1, 4000).tolist())
    drawn, expected = (
        bootstrap(sample, b"k", 0.95, is_drawn=is_drawn) for is_drawn in (True, False)
    )
    for one, other in zip(drawn, expected, strict=True):
        assert one == pytest.approx(other, abs=0.05 * (one.high - one.low))
    of_array = bootstrap(np.array(sample), b"k", 0.95, is_drawn=False)
    assert np.array(of_array) == pytest.approx(np.array(expected))


def test_few_values_have_no_interval():
    assert bootstrap([1.0, 2.0, 3.0, 4.0], b"k", 0.95) is None
