"""Symbols write down what is done with them, conditions included."""

import math

import pytest

from carbonctl.numbers.intervals import Range, exact_sum
from carbonctl.numbers.symbols import Symbol, Tape, cut, is_marked, marked


def symbol(value: float = 3.0) -> tuple[Tape, Symbol]:
    tape = Tape()
    return tape, tape.note("float(h0)", value)


def run(tape: Tape, result: Symbol, h0: float):
    body = "\n    ".join([*tape.lines, f"return {result.name}"])
    scope = {"fsum": math.fsum, "floor": math.floor, "ceil": math.ceil}
    exec(f"def f(h0):\n    {body}", scope)
    return scope["f"](h0)


def test_arithmetic_is_written_down():
    tape, x = symbol()
    y = (2 * x - 1) / (x + 0.5) + abs(-x) - 4 / x
    for value in (3.0, 7.25, 0.1):
        assert run(tape, y, value) == (2 * value - 1) / (value + 0.5) + abs(-value) - 4 / value
    assert y.value == run(tape, y, 3.0)


def test_comparisons_are_conditions():
    tape, x = symbol()
    y = x * 2 if x > 1 else x * 5
    assert (run(tape, y, 4.0), run(tape, y, 0.5)) == (8.0, None)
    tape, x = symbol()
    y = x * 2 if x <= 1 else x * 5
    assert (run(tape, y, 4.0), run(tape, y, 0.5)) == (20.0, None)


def test_a_range_takes_symbols():
    tape, x = symbol()
    y = Range(2.0, 1.0, 3.0) * x
    assert isinstance(y, Range)
    assert [run(tape, part, 5.0) for part in (y.best, y.low, y.high)] == [10.0, 5.0, 15.0]
    assert run(tape, y.low, -5.0) is None


def test_sums_are_exact():
    tape, x = symbol(0.1)
    y = exact_sum([x, 0.2, 1e100, -1e100])
    assert run(tape, y, 0.1) == math.fsum([0.1, 0.2, 1e100, -1e100])
    with pytest.raises(TypeError):
        exact_sum([x, None])
    with pytest.raises(TypeError):
        exact_sum([None])


def test_what_needs_the_number_requires_it():
    for use in (lambda x: f"{x:.1f}", lambda x: f"{x}", str, repr, int):
        tape, x = symbol()
        use(x)
        assert run(tape, x, 3.0) == 3.0
        assert run(tape, x, 3.5) is None
    for use, other in ((math.floor, 3.5), (math.ceil, 2.5), (bool, -1.0)):
        tape, x = symbol()
        use(x)
        assert run(tape, x, other) == other
        assert run(tape, x, 0.0) is None


def test_what_cannot_be_written_down_is_refused():
    _, x = symbol()
    for use in (math.log, math.fsum, float, hash, marked, lambda x: x**2, lambda x: x + math.inf):
        with pytest.raises(TypeError):
            use(x)
    with pytest.raises(TypeError):
        x.in_words()


def test_marks():
    tape, x = symbol()
    tape.is_marking = True
    assert is_marked(f"a {x!s}")
    assert cut(f"a,{x!s},{x.in_words()} h\n", in_quotes=False) == ["a,", "v0", ",", "w0", " h\n"]
    text = f'["{marked(x)}", "{x.in_words()} h"]'
    assert cut(text, in_quotes=True) == ["[", "v0", ', "', "w0", ' h"]']
