"""Quantities: one expression makes the number, its formula and the list of inputs."""

import operator
from itertools import product as pairs

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from carbonctl.factors import (
    embodied,
    fab,
    facility,
    faults,
    federated,
    fleet,
    grid,
    power,
    runs,
    search,
    storage,
    use_phase,
)
from carbonctl.factors import parts as parts_
from carbonctl.numbers import quantities
from carbonctl.numbers.columns import Column
from carbonctl.numbers.formulas import parsed
from carbonctl.numbers.intervals import Mixed, Range
from carbonctl.numbers.quantities import Quantity, added, grouped, of, product
from carbonctl.numbers.values import Value

OPERATORS = {"+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv}


def value(name, number=2.0):
    return Value(number, "", name=name)


def quantity(name, number=2.0):
    return of(value(name, number))


def names(found):
    return [one.name for one in found.inputs]


def evaluated(found):
    """Return what the formula gives for the numbers of the inputs."""
    return parsed(found.formula).at({one.name: one.number for one in found.inputs})


def parts(number):
    """Return a number as a list, to the last bit: of a range its three, of a column its rows."""
    if isinstance(number, Range):
        return [each for part in (number.best, number.low, number.high) for each in parts(part)]
    return list(map(repr, np.atleast_1d(np.asarray(number, dtype=float)).tolist()))


def close(found, expected):
    assert list(map(float, parts(found))) == pytest.approx(list(map(float, parts(expected))))


a, b, c, d = map(quantity, "abcd")

WRITTEN = {
    "a + b": a + b,
    "a - b": a - b,
    "a * b": a * b,
    "a / b": a / b,
    # sums beside sums
    "a + b - c + d": a + b - c + d,
    "a + (b + c)": a + (b + c),
    "a - (b - c)": a - (b - c),
    "a - (b + c)": a - (b + c),
    # sums and products
    "a * b + c / d": a * b + c / d,
    "a * b - c * d": a * b - c * d,
    "(a + b) * c": (a + b) * c,
    "a * (b + c)": a * (b + c),
    "(a - b) * (c - d)": (a - b) * (c - d),
    "(a + b) / c": (a + b) / c,
    "a / (b + c)": a / (b + c),
    "a + (b - a) * c": a + (b - a) * c,
    # products beside products
    "a * b * c / d": a * b * c / d,
    "a * b / c": a * (b / c),
    "a / b * c": a / b * c,
    "a / b * c / d": a / b * (c / d),
    "a / b / c": a / b / c,
    "a / (b * c)": a / (b * c),
    "a / (b / c)": a / (b / c),
    "a * b / (c * d)": a * (b / (c * d)),
    # plain numbers
    "a * b / 1000": a * b / 1000,
    "a / 3600000": a / (1000 * 3600),
    "a * 0.5": a * 0.5,
    "2 * a": 2 * a,
    "a + 1": a + 1,
    "a * (1 + b)": a * (1 + b),
    "a / (1 - b)": a / (1 - b),
    "a * (1 / b - 1) * c / 1000": a * (1 / b - 1) * c / 1000,
    "1 - a + a * b": 1 - a + a * b,
    # several at once
    "a * b * c": product(a, b, c),
    "a": added(a),
    "(a + b)": added(a, b),
    "(a * b + c / d)": added(a * b, c / d),
    "((a + b) + c)": added(a + b, c),
    "(a + (b + c))": added(a, added(b, c)),
    "(a + b) * c - (a + b)": added(a, b) * c - added(a, b),
    "(a)": grouped(a),
    "a * (b * c)": a * grouped(b * c),
    "((a + b * c))": grouped(added(a, b * c)),
    "a / ((a + b) * c)": a / (grouped(a, b) * c),
}  # fmt: skip


@pytest.mark.parametrize("formula", WRITTEN)
def test_parentheses_stand_where_they_are_needed(formula):
    assert WRITTEN[formula].formula == formula
    assert evaluated(WRITTEN[formula]) == pytest.approx(WRITTEN[formula].number)


@pytest.mark.parametrize("sign", OPERATORS)
def test_the_other_side_may_be_a_quantity_a_value_or_a_plain_number(sign):
    work = OPERATORS[sign]
    for left, right in pairs((a, value("a"), 3, 0.25), (b, value("b"), 7, 0.5)):
        if not isinstance(left, Quantity) and not isinstance(right, Quantity):
            continue
        found = work(left, right)
        numbers = [getattr(one, "number", one) for one in (left, right)]
        texts = [getattr(one, "name", getattr(one, "formula", one)) for one in (left, right)]
        assert found.number == work(*numbers)
        assert found.formula == f"{texts[0]} {sign} {texts[1]}"


@pytest.mark.parametrize("other", [Range(1, 1, 2), Column([1.0, 2.0]), "b", None])
def test_what_has_no_name_makes_no_formula(other):
    for work, (left, right) in pairs(OPERATORS.values(), ((a, other), (other, a))):
        with pytest.raises(TypeError):
            work(left, right)


def test_inputs_are_listed_once_each_in_the_order_of_first_mention():
    assert names(b * a + a / c - b) == ["b", "a", "c"]
    assert names(added(c, a * c, b)) == ["c", "a", "b"]
    assert names((a * b).beside(value("d"), value("a"))) == ["a", "b", "d"]


def test_another_number_under_the_same_formula():
    found = (a + b).at(9.0)
    assert found.number == 9.0
    assert (found * c).formula == "(a + b) * c"


positive = st.floats(1e-3, 1e3)
ranges = st.lists(positive, min_size=3, max_size=3).map(
    lambda ends: Range(sorted(ends)[1], min(ends), max(ends))
)
columns = st.lists(positive, min_size=3, max_size=3).map(Column)
numbers = st.one_of(positive, ranges, columns)
trees = st.recursive(
    st.sampled_from("abc"), lambda more: st.tuples(st.sampled_from("+-*/"), more, more)
)


def worked_out(tree, leaves):
    if isinstance(tree, str):
        return leaves[tree]
    sign, left, right = tree
    return OPERATORS[sign](worked_out(left, leaves), worked_out(right, leaves))


@given(trees, st.tuples(numbers, numbers, numbers))
def test_the_number_is_that_of_the_plain_expression(tree, given_numbers):
    plain = dict(zip("abc", given_numbers, strict=True))
    try:
        expected = worked_out(tree, plain)
    except (ZeroDivisionError, Mixed):
        assume(False)
    found = worked_out(tree, {name: quantity(name, number) for name, number in plain.items()})
    assert parts(found.number) == parts(expected)
    assert sorted(names(found)) == sorted(parsed(found.formula).names)


@given(trees, st.tuples(*[st.fractions(1, 100)] * 3))
def test_the_formula_is_worth_the_number(tree, given_numbers):
    plain = dict(zip("abc", given_numbers, strict=True))
    leaves = {name: quantity(name, number) for name, number in plain.items()}
    try:
        found = worked_out(tree, leaves)
    except ZeroDivisionError:
        assume(False)
    assert evaluated(found) == found.number  # exactly: fractions do not round


share = st.floats(0.01, 0.9)
KERNELS = {
    "energy_kwh": (power.energy_kwh, [positive] * 2),
    "loaded_w": (power.loaded_w, [positive, share]),
    "busy_w": (power.busy_w, [positive, positive, share]),
    "memory_w": (power.memory_w, [positive] * 2),
    "drives_w": (power.drives_w, [positive] * 2),
    "overhead_kwh": (facility.overhead_kwh, [positive, st.floats(1, 3)]),
    "construction": (facility.construction_kgco2e_per_kwh, [positive, positive, share]),
    "kgco2e": (grid.kgco2e, [positive] * 2),
    "lost_kwh": (grid.lost_kwh, [positive, share]),
    "market_intensity": (grid.market_intensity, [share, positive, positive]),
    "kgco2e_per_hour": (embodied.kgco2e_per_hour, [positive, positive, share]),
    "hours_on": (fleet.hours_on, [positive, share, share]),
    "fleet_kwh": (fleet.energy_kwh, [positive, positive, positive, share, share]),
    "pool_idle_kwh": (fleet.pool_idle_kwh, [positive, positive, share]),
    "job_mtbf_h": (faults.job_mtbf_h, [positive] * 2),
    "early_stopped": (search.early_stopped, [share, share]),
    "with_restarts": (runs.with_restarts, [positive, share]),
    "with_failures": (runs.with_failures, [positive, share]),
    "storage_kwh": (storage.energy_kwh, [positive] * 2),
    "kgco2e_per_tb_hour": (storage.kgco2e_per_tb_hour, [positive, positive, share]),
    "worked": (federated.worked, [share, share]),
    "reported": (federated.reported, [share]),
    "linear_kwh_per_gb": (federated.linear_kwh_per_gb, [positive] * 3),
    "kgco2e_per_cm2": (fab.kgco2e_per_cm2, [positive] * 4),
    "of_good": (fab.of_good, [positive, share]),
    "kgco2e_per_kg": (parts_.kgco2e_per_kg, [positive] * 2),
    "use_kgco2e": (use_phase.use_kgco2e, [positive, share, positive, positive]),
}


def figure(strategy):
    several = st.lists(strategy, min_size=3, max_size=3)
    ranged = several.map(lambda ends: Range(sorted(ends)[1], min(ends), max(ends)))
    return st.one_of(strategy, ranged, several.map(Column))


@pytest.mark.parametrize("name", KERNELS)
@given(data=st.data())
def test_a_kernel_of_quantities_gives_its_number_and_its_formula(name, data):
    kernel, strategies = KERNELS[name]
    figures = [data.draw(figure(strategy)) for strategy in strategies]
    named = [quantity(f"x{place}", number) for place, number in enumerate(figures)]
    found = kernel(*named)
    assert parts(found.number) == parts(kernel(*figures))
    assert sorted(names(found)) == sorted(one.formula for one in named)
    singles = [data.draw(strategy) for strategy in strategies]
    plain = kernel(*(quantity(f"x{place}", number) for place, number in enumerate(singles)))
    assert plain.formula == found.formula
    assert evaluated(plain) == pytest.approx(kernel(*singles), rel=1e-9, abs=1e-9)


def test_corners_of_a_kernel_that_a_plain_number_goes_into():
    found = fleet.hours_on(quantity("hours", Range(8, 6, 9)), 0.5, quantity("released", 0.25))
    assert found.formula == "hours * (0.5 + 0.5 * (1 - released))"
    assert parts(found.number) == parts(fleet.hours_on(Range(8, 6, 9), 0.5, 0.25))


def test_values_become_quantities():
    assert quantities.known(None) is None
    assert quantities.known(value("a")).formula == "a"
