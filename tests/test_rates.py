"""Rates of growth: their grammar, their values, and what is refused."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carbonctl.numbers.intervals import Range
from carbonctl.numbers.rates import Rate, read_rate
from carbonctl.numbers.unit_table import QuantityError

YEAR = 8760.0


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
def test_rates_are_read(text, factor, years):
    assert read_rate(text) == Rate(factor, years * YEAR)


def test_both_parts_may_be_ranges():
    assert read_rate("2x / 3..4 years").period_h == Range(3.5 * YEAR, 3 * YEAR, 4 * YEAR)
    assert read_rate("2..3x / year").factor == Range(2.5, 2, 3)
    assert read_rate("-20..-10 % / year").factor == Range(0.85, 0.8, 0.9)
    assert read_rate("-10..+5 % / year").factor == Range(0.975, 0.9, 1.05)


def test_the_printed_growth_of_training_is_2_03_a_year():
    assert read_rate("2.9x / 18 months").at(YEAR) == pytest.approx(2.9 ** (12 / 18), rel=1e-12)


def test_a_range_holds_the_values_of_all_its_corners():
    rate = read_rate("0.5..2x / 3..4 years")
    grown = rate.at(2 * YEAR)
    corners = [f ** (2 / t) for f in (0.5, 2) for t in (3, 4)]
    assert (grown.low, grown.high) == pytest.approx((min(corners), max(corners)))


@given(st.floats(0.01, 100), st.floats(0.5, 20), st.floats(0, 30))
def test_growth_is_that_of_the_continuous_rate(factor, years, after):
    rate = Rate(factor, years * YEAR)
    assert rate.at(after * YEAR) == pytest.approx(math.exp(rate.per_hour() * after * YEAR))
    assert rate.at(0) == 1


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("20 % / year", "write `+20 % / year` or `-20 % / year`"),
        ("10..20 % / year", "write `+10..+20 % / year` or `-20..-10 % / year`"),
        ("-100 % / year", "leaves nothing, or less"),
        ("-120..-10 % / year", "leaves nothing, or less"),
        ("2x", "has no period"),
        ("2x / ", "has no period"),
        ("", "has no period"),
        ("2 / year", "is not a rate"),
        ("x / year", "is not a rate"),
        ("0x / year", "a factor must be above 0"),
        ("-2x / year", "a factor must be above 0"),
        ("2x / 0 years", "a period must be above 0"),
        ("2x / 3", "write `3 years`"),
        ("2x / 3 kg", "not a duration"),
        ("2x / 1 s", "beyond any rate"),
        ("4..3x / year", "the low end is above the high end"),
    ],
)
def test_what_is_no_rate_is_refused_with_what_to_write(text, said):
    with pytest.raises(QuantityError) as caught:
        read_rate(text)
    assert said in str(caught.value)
