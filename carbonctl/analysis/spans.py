"""Spans of numbers in one unit, ``LOW..HIGH [UNIT]``, and what stands before their ``=``.

A value of a span is the float that is nearest to it, written with the fewest digits that read
back as the same float.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction
from math import ulp
from typing import NamedTuple

from carbonctl.errors import UsageError
from carbonctl.numbers.units import format_number
from carbonctl.spec.paths import split
from carbonctl.text import printable

_NUMBER = r"[+-]?(?:[0-9][0-9_]*(?:\.(?!\.)[0-9_]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?"
SPAN = re.compile(
    rf"\s*(?P<low>{_NUMBER})(?P<low_unit>[^.,:]*?)\s*\.\.\s*(?P<high>{_NUMBER})"
    r"(?P<unit>[^:,.]*?)\s*(?P<steps>(?::[^:]*)*)"
)
_SNAP = 8  # ulps: values of equal ratios are that near to a round number, or are none
_ROUND = 12  # significant digits of a round number
_SHOWN = 60  # characters of a text that a message repeats


class Span(NamedTuple):
    """Numbers in one unit, from ``low`` to ``high``.

    ``unit`` is what is written behind a number: a suffix, a unit or both, with the space before
    it; ``is_log`` says that equal ratios lie between them.
    """

    low: Fraction
    high: Fraction
    unit: str
    is_log: bool = False

    def numbers(self, count: int) -> Iterator[float]:
        """Yield so many numbers: the ends, and what lies between them; LOW alone where it is 1."""
        if count == 1 or not self.is_log:
            step = (self.high - self.low) / max(count - 1, 1)
            start, below = self.low.as_integer_ratio()
            up, of_step = step.as_integer_ratio()
            # As whole numbers, which are faster than fractions, and divided once.
            for place in range(count):
                yield (start * of_step + up * place * below) / (below * of_step)
            return
        low, ratio = float(self.low), float(self.high / self.low)
        yield low
        for place in range(1, count - 1):
            yield _snapped(low * ratio ** (place / (count - 1)))
        yield float(self.high)

    def text(self, number: float) -> str:
        """Return a number as a value of the spec."""
        return f"{format_number(number)}{self.unit}"


def _snapped(number: float) -> float:
    """Return the round number that a number means, where it is a few roundings away from it."""
    short = float(f"{number:.{_ROUND}g}")
    return short if abs(short - number) <= _SNAP * ulp(number) else number


def shown(text: str) -> str:
    """Return the beginning of a text that a message repeats."""
    return printable(text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…").replace("\n", "\\n")


def read_path(text: str, flag: str, example: str) -> tuple[str, str]:
    """Return the path and what stands behind its ``=``.

    Raises
    ------
    UsageError
        Where there is no ``=``, or no path.
    """
    if not text.isascii() and any("\ud800" <= c <= "\udfff" for c in text):
        raise UsageError(f"{flag}: not UTF-8 text")
    path, equals, rest = text.partition("=")
    if not equals:
        raise UsageError(f"{flag} {shown(text)}: write {example}")
    try:
        split(path.strip())
    except ValueError as error:
        raise UsageError(f"{flag} {shown(text)}: {error}") from None
    if not path.isprintable():
        raise UsageError(f"{flag} {shown(text)}: a path holds no control characters")
    return path.strip(), rest


def read_span(what: str, span: re.Match[str], *, is_log: bool) -> Span:
    """Return the span that `SPAN` matched.

    Raises
    ------
    UsageError
        Where its ends are in two units or in the wrong order, or have no ratio.
    """
    own, unit = span["low_unit"].strip(), span["unit"].strip()
    if own not in ("", unit):
        raise UsageError(
            f"{what}: LOW is in `{shown(own)}` and HIGH in `{shown(unit)}`; "
            "write the unit once, behind HIGH"
        )
    low, high = (_fraction(what, span[end]) for end in ("low", "high"))
    if low > high:
        raise UsageError(f"{what}: the low end is above the high end")
    if is_log and low <= 0:
        raise UsageError(f"{what}: with :log LOW has to be above 0")
    return Span(low, high, span["unit"].rstrip(), is_log)


def _fraction(what: str, written: str) -> Fraction:
    number = Fraction(written.replace("_", ""))
    if number and not 1e-30 <= abs(number) <= 1e30:
        raise UsageError(f"{what}: `{shown(written)}` is beyond any value that can be meant")
    return number
