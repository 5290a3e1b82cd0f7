"""Interval arithmetic."""

from hypothesis import given
from hypothesis import strategies as st

from carbonctl.numbers.intervals import Range, apply, best, exact_sum, high, low, over_corners

number = st.floats(-1e9, 1e9)
wide = st.lists(number, min_size=3, max_size=3).map(lambda e: Range(sorted(e)[1], min(e), max(e)))


@given(wide, wide, st.floats(0, 1), st.floats(0, 1))
def test_operators_hold_every_pair_of_members(a, b, s, t):
    x = min(a.high, a.low + s * (a.high - a.low))
    y = min(b.high, b.low + t * (b.high - b.low))
    for result, member in ((a + b, x + y), (a - b, x - y), (a * b, x * y)):
        slack = 1e-9 * max(1.0, abs(member))
        assert result.low - slack <= member <= result.high + slack
        assert result.low <= result.best <= result.high


@given(wide, number)
def test_a_float_is_a_point(a, x):
    point = Range(x, x, x)
    assert a + x == x + a == a + point
    assert a * x == x * a == a * point
    assert a - x == a - point
    assert x - a == point - a


def test_division():
    assert 1 / Range(2.0, 1.0, 4.0) == Range(0.5, 0.25, 1.0)
    assert Range(2.0, 1.0, 4.0) / 2 == Range(1.0, 0.5, 2.0)


def test_a_repeated_input_does_not_inflate():
    x = Range(2.0, 1.0, 3.0)
    assert x * 2 - x == Range(2.0, -1.0, 5.0)  # plain interval arithmetic
    assert over_corners(lambda v: v * 2 - v, x) == x
    assert over_corners(lambda v: v + 1, 1.0) == 2.0


def test_parts():
    x = Range(2.0, 1.0, 3.0)
    assert (best(x), low(x), high(x)) == (2.0, 1.0, 3.0)
    assert (best(5.0), low(5.0), high(5.0)) == (5.0, 5.0, 5.0)
    assert apply(lambda v: v * v, x) == Range(4.0, 1.0, 9.0)
    assert apply(lambda v: v * v, 3.0) == 9.0
    assert hash(x) == hash(Range(2.0, 1.0, 3.0))
    assert x != (2.0, 1.0, 3.0)
    assert repr(x) == "Range(best=2.0, low=1.0, high=3.0)"


def test_a_sum_does_not_depend_on_the_order():
    numbers = [1e16, 1.0, -1e16, 1e-3]
    assert exact_sum(numbers) == exact_sum(numbers[::-1]) == 1.001
