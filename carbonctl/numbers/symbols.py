"""Figures that are not known yet: arithmetic with them is written down instead of being lost.

A `Symbol` stands for a number in the ordinary way of an account, which needs to know nothing
of it. It carries the number of an example, so that every comparison has an answer; the answer
is written down too, as a condition. What a `Tape` holds in the end is a function that does the
same operations in the same order for other numbers, and gives None where a condition fails.

What is not an operation here (a logarithm, a set, a conversion to float) raises TypeError:
then there is no such function, and nothing is lost but time.
"""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Callable, Sequence
from typing import Any

# Of the private use area, so that no name may hold them: around numbers, and around words.
_OPEN, _CLOSE = "\ue000", "\ue001"
_OPEN_WORDS, _CLOSE_WORDS = "\ue002", "\ue003"
_MARK = re.compile(f"[{_OPEN}{_OPEN_WORDS}](\\w+)[{_CLOSE}{_CLOSE_WORDS}]")
_LITERALS = (int, float)


class Tape:
    """What was done with some symbols, as lines of Python.

    Attributes
    ----------
    lines : list of str
        Assignments and conditions, in their order.
    taken : set of str
        What of the input is read as a figure, and as nothing else.
    is_marking : bool
        Whether text is being made, in which a symbol leaves its mark.
    """

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.known: dict[str, Symbol] = {}
        self.taken: set[str] = set()
        self.is_marking = False

    def note(self, expression: str, value: float) -> Symbol:
        """Return the symbol of an expression over others; the same one for the same words."""
        if expression not in self.known:
            symbol = self.known[expression] = Symbol(self, f"v{len(self.known)}", value)
            self.lines.append(f"{symbol.name} = {expression}")
        return self.known[expression]

    def require(self, condition: str) -> None:
        """Note a condition without which the function gives None."""
        line = f"if not ({condition}): return None"
        if line not in self.lines:
            self.lines.append(line)


class Symbol:
    """A number in the making, with its value in the example."""

    __slots__ = ("name", "tape", "value")
    __hash__ = None  # type: ignore[assignment]

    def __init__(self, tape: Tape, name: str, value: float) -> None:
        self.tape = tape
        self.name = name
        self.value = value

    def __bool__(self) -> bool:
        self.tape.require(f"{self.name} != 0" if self.value else f"{self.name} == 0")
        return bool(self.value)

    def __int__(self) -> int:
        return int(self._pinned())

    def __floor__(self) -> int:
        return self._whole("floor", math.floor(self.value))

    def __ceil__(self) -> int:
        return self._whole("ceil", math.ceil(self.value))

    def _whole(self, rounding: str, value: int) -> int:
        """Return the whole number of the example, and require it of every other."""
        self.tape.require(f"{rounding}({self.name}) == {value}")
        return value

    def __format__(self, form: str) -> str:
        return format(self._pinned(), form)

    def __str__(self) -> str:
        return mark(self.name) if self.tape.is_marking else str(self._pinned())

    __repr__ = __str__

    def in_words(self) -> str:
        """Return the mark of the number as `carbonctl.numbers.units.format_number` writes it.

        Raises
        ------
        TypeError
            Where no text is being made.
        """
        if not self.tape.is_marking:
            raise TypeError("the number is not known yet")
        return mark_of_words(f"w{self.name[1:]}")

    def _pinned(self) -> float:
        """Return the value of the example, and require it of every other."""
        self.tape.require(f"{self.name} == {self.value!r}")
        return self.value


def mark(name: str) -> str:
    """Return what stands in a text for something that is filled in later."""
    return f"{_OPEN}{name}{_CLOSE}"


def mark_of_words(name: str) -> str:
    """Return what stands in a text for a part of it that is filled in later."""
    return f"{_OPEN_WORDS}{name}{_CLOSE_WORDS}"


def is_marked(text: str) -> bool:
    """Whether a text holds what could be taken for a mark."""
    return any(one in text for one in (_OPEN, _CLOSE, _OPEN_WORDS, _CLOSE_WORDS))


def marked(value: Any) -> str:
    """Return the mark of a symbol, for encoders that ask what else they are given.

    Raises
    ------
    TypeError
        For anything else.
    """
    if isinstance(value, Symbol) and value.tape.is_marking:
        return mark(value.name)
    raise TypeError(f"{type(value).__name__} cannot be written")


def cut(text: str, *, in_quotes: bool) -> list[str]:
    """Return a text in pieces: every second one is the name of a mark.

    ``in_quotes`` is for JSON, where the mark of a number is a string and the number is not.
    """
    if in_quotes:
        text = text.replace(f'"{_OPEN}', _OPEN).replace(f'{_CLOSE}"', _CLOSE)
    return _MARK.split(text)


def exact_sum(numbers: Sequence[Any]) -> Symbol:
    """Return the exactly rounded sum of numbers of which some are symbols.

    Raises
    ------
    TypeError
        Where none is, or one is no number.
    """
    tape = next((n.tape for n in numbers if isinstance(n, Symbol)), None)
    if tape is None or not all(isinstance(n, (Symbol, *_LITERALS)) for n in numbers):
        raise TypeError("numbers are wanted")
    names = ", ".join(_written(n) for n in numbers)
    return tape.note(f"fsum(({names},))", math.fsum(_value(n) for n in numbers))


def _written(number: Any) -> str:
    if isinstance(number, Symbol):
        return number.name
    if not math.isfinite(number):
        raise TypeError("a finite number is wanted")
    return f"({number!r})"


def _value(number: Any) -> Any:
    return number.value if isinstance(number, Symbol) else number


def _arithmetic(sign: str, work: Callable[[Any, Any], Any], *, reflected: bool = False) -> Any:
    def method(self: Symbol, other: Any) -> Any:
        if not isinstance(other, (Symbol, *_LITERALS)):
            return NotImplemented
        left, right = (other, self) if reflected else (self, other)
        words = f"{_written(left)} {sign} {_written(right)}"
        return self.tape.note(words, work(_value(left), _value(right)))

    return method


def _comparison(sign: str, work: Callable[[Any, Any], bool]) -> Any:
    def method(self: Symbol, other: Any) -> Any:
        if not isinstance(other, (Symbol, *_LITERALS)):
            return NotImplemented
        answer = work(self.value, _value(other))
        if other is self and sign in "<>":  # never, whatever the number
            return answer
        condition = f"{self.name} {sign} {_written(other)}"
        self.tape.require(condition if answer else f"not {condition}")
        return answer

    return method


def _single(words: str, work: Callable[[Any], Any]) -> Any:
    def method(self: Symbol) -> Symbol:
        return self.tape.note(words.format(self.name), work(self.value))

    return method


for _sign, _name, _work in (
    ("+", "add", operator.add), ("-", "sub", operator.sub), ("*", "mul", operator.mul),
    ("/", "truediv", operator.truediv),
):  # fmt: skip
    setattr(Symbol, f"__{_name}__", _arithmetic(_sign, _work))
    setattr(Symbol, f"__r{_name}__", _arithmetic(_sign, _work, reflected=True))
for _sign, _name, _work in (
    ("<", "lt", operator.lt), ("<=", "le", operator.le), (">", "gt", operator.gt),
    (">=", "ge", operator.ge), ("==", "eq", operator.eq), ("!=", "ne", operator.ne),
):  # fmt: skip
    setattr(Symbol, f"__{_name}__", _comparison(_sign, _work))
setattr(Symbol, "__neg__", _single("-{}", operator.neg))  # noqa: B010
setattr(Symbol, "__abs__", _single("abs({})", abs))  # noqa: B010
