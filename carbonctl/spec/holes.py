"""Figures of a workload that stand for others: see `carbonctl.numbers.symbols`."""

from typing import cast

from carbonctl.numbers import units
from carbonctl.numbers.intervals import Number, Range
from carbonctl.numbers.symbols import Tape
from carbonctl.numbers.units import Dimension
from carbonctl.spec.tree import Text


class Hole(Text):
    """A scalar that begins with a figure of which only the example is known.

    ``digits`` are those of the example, ``name`` is what the ``tape`` calls others.
    """

    __slots__ = ("digits", "name", "tape")
    digits: str
    name: str
    tape: Tape


def parse(text: str, wanted: Dimension) -> Number:
    """Read a quantity as `units.parse` does; where it stands in a hole, return its symbol.

    A range, a zero and a clock's time are what they are.

    Raises
    ------
    QuantityError
        With what is wrong and how to write it.
    """
    number = units.parse(text, wanted)
    if type(text) is not Hole or isinstance(number, Range) or not number or ":" in text:
        return number
    digits, suffix, up, down = units.factors(text, wanted)
    if digits != text.digits:
        return number
    words = f"float({text.name})"
    for sign, factor in (("*", suffix), ("*", up), ("/", down)):
        words += f" {sign} {factor}" if factor != 1 else ""
    symbol = text.tape.note(words, number)
    text.tape.require(f"{units.SMALLEST} <= {symbol.name} <= {units.LARGEST}")
    text.tape.taken.add(text.name)
    return cast("float", symbol)
