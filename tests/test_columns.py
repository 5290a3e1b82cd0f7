"""Columns: arithmetic as of floats, row by row; no text, key or branch is made of one unseen."""

import copy
import math
import operator
import pickle
from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from carbonctl.numbers import intervals
from carbonctl.numbers.columns import Column, take
from carbonctl.numbers.intervals import Mixed, NotOneNumber, Range, decide, exact_sum, least, most
from tests.rows import by_parts, tried

ROWS = 5
number = st.one_of(st.floats(-1e6, 1e6), st.sampled_from([0.0, -0.0, 1.0, 1e300, -1e300]))
rows = st.lists(number, min_size=ROWS, max_size=ROWS)


def same(column, expected):
    """Whether a column has these numbers, to the last bit."""
    assert isinstance(column, Column)
    assert list(map(repr, column.tolist())) == list(map(repr, expected))


OPERATORS = [operator.add, operator.sub, operator.mul, operator.truediv, operator.mod, operator.pow]


@pytest.mark.parametrize("work", OPERATORS, ids=lambda work: work.__name__)
@given(rows, rows, number)
def test_operators_are_those_of_floats(work, left, right, one):
    if work is operator.pow:
        left, right, one = [abs(x) % 1e3 for x in left], [abs(x) % 9 for x in right], abs(one) % 9
    for a, b in ((left, right), (left, one), (one, right)):
        x, y = (Column(z) if isinstance(z, list) else z for z in (a, b))
        pairs = zip(*(z if isinstance(z, list) else [z] * ROWS for z in (a, b)), strict=True)
        assert by_parts(work, ROWS, x, y) == [tried(work, *pair) for pair in pairs]


@given(rows, rows, number)
def test_least_and_most_are_min_and_max(left, right, one):
    for work, builtin in ((least, min), (most, max)):
        same(work(Column(left), Column(right), one), map(builtin, left, right, [one] * ROWS))
        same(work(one, Column(left)), map(builtin, [one] * ROWS, left))
        assert work(3.0, one) is builtin(3.0, one)


FUNCTIONS = ["log", "log1p", "exp", "expm1", "sqrt", "floor", "ceil"]


@pytest.mark.parametrize("name", FUNCTIONS)
@given(rows)
def test_functions_are_those_of_math(name, numbers):
    work, plain = getattr(intervals, name), getattr(math, name)
    assert by_parts(work, ROWS, Column(numbers)) == [
        tried(lambda x: float(plain(x)), n) for n in numbers
    ]


@pytest.mark.parametrize("name", FUNCTIONS)
def test_functions_take_floats_and_ranges(name):
    work, plain = getattr(intervals, name), getattr(math, name)
    assert work(2.5) == plain(2.5)
    assert work(Range(2.5, 1.5, 7.0)) == Range(plain(2.5), plain(1.5), plain(7.0))
    found = work(Range(Column([2.5, 3.0]), 1.5, Column([7.0, 8.0])))
    assert take(found, 1) == Range(plain(3.0), plain(1.5), plain(8.0))


@given(st.lists(rows, min_size=1, max_size=4), number)
def test_sums_are_exactly_rounded(columns, one):
    columns = [[x / 1e3 for x in column] for column in columns]
    same(
        exact_sum([*map(Column, columns), one]),
        map(math.fsum, zip(*columns, [one] * ROWS, strict=True)),
    )


def test_a_condition_is_true_false_or_mixed():
    assert decide(Column([1.0, 2.0]) > 0) is True
    assert decide(Column([1.0, 2.0]) > 3) is False
    with pytest.raises(Mixed) as mixed:
        decide(Column([1.0, 2.0, 3.0]) >= 2)
    assert mixed.value.rows.tolist() == [False, True, True]
    assert decide(1.0 < 2.0) is True
    assert decide(1.0 > 2.0) is False


@pytest.mark.parametrize(
    "use",
    [str, float, int, bool, hash, "{}".format, "{:g}".format, lambda x: f"{x:.3g}",
     lambda x: f"{x}", lambda x: [1, 2][x], math.exp,
     lambda x: 1 if x > 2 else 0, lambda x: 1 < x < 3, lambda x: x in (1.0, 2.0), lambda x: {x: 1},
     lambda x: min(x, 2.0), lambda x: x == x and 1, lambda x: not x, lambda x: "a".join([str(x)])],
)  # fmt: skip
@pytest.mark.parametrize("numbers", [[1.5], [1.5, 2.5]])
def test_a_column_is_not_one_number(use, numbers):
    with pytest.raises(NotOneNumber):
        use(Column(numbers))


def test_a_column_that_stands_in_two_places_is_not_changed_in_one():
    column = other = Column([1.0, 2.0])
    for change in (operator.iadd, operator.isub, operator.imul, operator.itruediv):
        column = change(column, 2.0)
    assert other.tolist() == [1.0, 2.0]
    assert column.tolist() == [1.0, 2.0]
    assert column is not other


def test_a_division_by_zero_is_one():
    with pytest.raises(ZeroDivisionError):
        Column([1.0, 2.0]) / 0
    with pytest.raises(ZeroDivisionError):
        1.0 / Column([0.0, 0.0])
    with pytest.raises(Mixed) as mixed:
        1.0 / Column([0.0, 4.0])
    assert mixed.value.rows.tolist() == [True, False]
    with pytest.raises(Mixed):
        1.0 / Range(Column([2.0, 2.0]), Column([0.0, 1.0]), 3.0)


def test_a_function_that_fails_in_some_rows_tells_which():
    with pytest.raises(Mixed) as mixed:
        intervals.log(Column([1.0, -1.0, 2.0]))
    assert mixed.value.rows.tolist() == [True, False, True]
    with pytest.raises(ValueError, match="domain"):
        intervals.log(Column([-1.0, 0.0]))


def test_columns_travel():
    column = Column([1.0, 2.0])
    for other in (pickle.loads(pickle.dumps(column)), copy.copy(column), column[np.array([0, 1])]):
        same(other, [1.0, 2.0])
    assert repr(column) == "Column([1.0, 2.0])"


def test_a_row_is_plain():
    thing = ("a", None, Column([1.0, 2.0]), (Range(Column([3.0, 4.0]), 1.0, Column([5.0, 6.0])),))
    found = take(thing, 1)
    assert found == ("a", None, 2.0, (Range(4.0, 1.0, 6.0),))
    assert type(found[2]) is float
    assert take(take(thing, np.array([1])), 0) == found


ends = st.lists(st.floats(-1e3, 1e3), min_size=3, max_size=3).map(
    lambda e: Range(sorted(e)[1], min(e), max(e))
)


def stacked(ranges_):
    return Range(*(Column([getattr(r, key) for r in ranges_]) for key in ("best", "low", "high")))


@given(st.lists(ends, min_size=3, max_size=3), ends, st.lists(number, min_size=3, max_size=3))
def test_ranges_of_columns_are_ranges_row_by_row(several, one, numbers):
    sides = [stacked(several), one, Column(numbers), numbers[0]]
    plain = [several, [one] * 3, numbers, [numbers[0]] * 3]
    for (a, left), (b, right) in product(zip(sides, plain, strict=True), repeat=2):
        if not any(isinstance(side, Range) for side in (a, b)):
            continue
        if not any(isinstance(side, Column) or side is sides[0] for side in (a, b)):
            continue
        for work in (operator.add, operator.sub, operator.mul, operator.truediv):
            found = by_parts(work, 3, a, b)
            assert found == [tried(work, *pair) for pair in zip(left, right, strict=True)]
