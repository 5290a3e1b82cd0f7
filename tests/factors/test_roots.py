"""Zeros of functions of one number: all of them, ends once, jumps told from zeros."""

import math

import pytest

from carbonctl.factors.roots import EQUAL, JUMP, POINTS, TIE, Bracket, brent, crossings


def found(function, low, high):
    points = [low + (high - low) * place / (POINTS - 1) for place in range(POINTS)]
    calls = []

    def counted(number):
        calls.append(number)
        return function(number)

    return crossings(counted, points, [function(point) for point in points]), calls


@pytest.mark.parametrize(
    ("function", "low", "high", "zeros"),
    [
        (lambda x: (x - 0.2) * (x - 0.5) * (x - 0.9), 0, 1, [0.2, 0.5, 0.9]),
        (lambda x: x**3 - 0.001, -1, 1, [0.1]),
        (lambda x: math.exp(20 * x) - 1e5, 0, 1, [math.log(1e5) / 20]),
        (lambda x: 50 - 10 / (x + 0.01), 0, 1, [0.19]),
        (lambda x: math.atan(1e6 * (x - 0.3333)), 0, 1, [0.3333]),
        (math.sin, 1, 40, [math.pi * n for n in range(1, 13)]),
        (lambda x: x, 0, 1, [0.0]),
        (lambda x: x - 1, 0, 1, [1.0]),
        (lambda x: x * (x - 1), 0, 1, [0.0, 1.0]),
        (lambda x: (x - 0.5) ** 2, 0, 1, [0.5]),
        (lambda x: x + 1, 0, 1, []),
    ],
)
def test_all_zeros_are_found(function, low, high, zeros):
    ties, calls = found(function, low, high)
    assert [tie.at for tie in ties] == pytest.approx(zeros, abs=1e-9 * (high - low))
    assert all(tie.kind == TIE and tie.low == tie.high == tie.at for tie in ties)
    assert len(calls) <= 20 * max(len(zeros), 1)


def test_the_signs_on_both_sides():
    ties, _ = found(lambda x: (x - 0.2) * (x - 0.5) * (x - 0.9), 0, 1)
    assert [(tie.below, tie.above) for tie in ties] == [(-1, 1), (1, -1), (-1, 1)]
    ((tie,), _) = found(lambda x: x, 0, 1)
    assert (tie.below, tie.above) == (0, 1)


@pytest.mark.parametrize("at", [3.0, 3.3, math.pi, 1e-3])
@pytest.mark.parametrize("size", [1.0, 1e-3])
def test_a_jump_is_marked_and_its_bracket_holds_nothing(at, size):
    (jump,), _ = found(lambda x: 5 * (x - at) + (size if x > at else -size), 0, 10)
    assert jump.kind == JUMP
    assert jump.low <= at < jump.high == math.nextafter(jump.low, math.inf)
    assert jump.at == jump.high


def test_a_steep_zero_is_no_jump():
    (tie,), _ = found(lambda x: math.tanh(1e8 * (x - 0.3)), 0, 1)
    assert tie.kind == TIE
    assert tie.at == pytest.approx(0.3, abs=1e-9)


def test_a_stretch_of_zeros_is_one_crossing():
    (stretch,), calls = found(lambda x: max(0.0, x - 0.5), 0, 1)
    assert (stretch.kind, stretch.low, stretch.high) == (EQUAL, 0.0, 0.5)
    assert (stretch.below, stretch.above) == (0, 1)
    assert not calls


def test_brent_agrees_with_scipy():
    optimize = pytest.importorskip("scipy.optimize")
    for number in range(1, 40):

        def function(x, n=number):
            return math.cos(x) - x / n

        root, _ = brent(function, Bracket(0.0, 3.0, function(0.0), function(3.0)), 1e-14)
        assert root == pytest.approx(optimize.brentq(function, 0, 3, xtol=1e-14), abs=1e-12)
