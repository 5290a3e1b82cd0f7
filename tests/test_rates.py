"""Rates of change: their grammar, their values, and what is refused."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carbonctl.analysis.refresh.question import continuous
from carbonctl.numbers.intervals import Range
from carbonctl.numbers.rates import read_rate, yearly


@pytest.mark.parametrize(
    ("text", "factor", "years"),
    [
        ("2.9x / 18 months", 2.9, 1.5),
        ("2x/3.5y", 2.0, 3.5),
        ("1x / year", 1.0, 1.0),
        ("-20 % / 6 months", 0.8, 0.5),
        ("−20 % / 6 months", 0.8, 0.5),
        ("+5% / year", 1.05, 1.0),
        ("0.5× / 2 years", 0.5, 2.0),
    ],
)
def test_rates_are_factors_of_one_year(text, factor, years):
    assert read_rate(text) == pytest.approx(factor ** (1 / years), rel=1e-12)


def test_both_parts_may_be_ranges():
    rate = read_rate("2x / 3..4 years")
    assert (rate.low, rate.high) == pytest.approx((2 ** (1 / 4), 2 ** (1 / 3)), rel=1e-12)
    assert read_rate("2..3x / year") == Range(2.5, 2, 3)
    assert read_rate("-20..-10 % / year") == Range(pytest.approx(0.85), 0.8, 0.9)
    assert read_rate("-10..+5 % / year") == Range(pytest.approx(0.975), 0.9, 1.05)


def test_the_printed_growth_of_training_is_2_03_a_year():
    assert read_rate("2.9x / 18 months") == pytest.approx(2.9 ** (12 / 18), rel=1e-12)


def test_a_range_holds_the_values_of_all_its_corners():
    rate = read_rate("0.5..2x / 3..4 years")
    corners = [f ** (1 / t) for f in (0.5, 2) for t in (3, 4)]
    assert (rate.low, rate.high) == pytest.approx((min(corners), max(corners)))


@given(st.floats(0.01, 100), st.floats(0.5, 20), st.floats(0, 30))
def test_growth_is_that_of_the_continuous_rate(factor, years, after):
    rate = yearly(factor, years)
    assert rate**after == pytest.approx(math.exp(continuous(rate) * after))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("20 % / year", "write `+20 %` for a rise, or `-20 %` for a fall"),
        ("10..20 % / year", "give both ends a sign"),
        ("-100 % / year", "leaves nothing"),
        ("-120..-10 % / year", "leaves nothing"),
        ("2x", "has no period"),
        ("2x / ", "has no period"),
        ("2 / year", "is no rate"),
        ("x / year", "is no rate"),
        ("0x / year", "a factor above 0 is wanted"),
        ("-2x / year", "a factor above 0 is wanted"),
        ("2x / 0 years", "the period must be above 0"),
        ("2x / 3", "write `3 months` or `3 years`"),
        ("2x / 3 kg", "not a period"),
        ("2x / 1 s", "beyond any rate"),
        ("2x / 1 day", "beyond any rate"),
        ("4..3x / year", "`4..3`: the low end is above the high end"),
    ],
)
def test_what_is_no_rate_is_refused_with_what_to_write(text, said):
    with pytest.raises(ValueError, match=r"\w") as caught:
        read_rate(text)
    assert said in str(caught.value)
