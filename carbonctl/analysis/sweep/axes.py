"""Values of one path: ``PATH=LIST``.

    LIST := VALUE[,VALUE ...]            values; commas inside {} [] and quotes do not part them
          | LOW..HIGH [UNIT]:N           N values from LOW to HIGH, evenly spaced
          | LOW..HIGH [UNIT]:log:N       the same, with equal ratios between them

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

_EXAMPLE = "site.pue=1.1,1.2 or 'site.pue=1.1..1.5:5'"
_NUMBER = r"[+-]?(?:[0-9][0-9_]*(?:\.(?!\.)[0-9_]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?"
SPAN = re.compile(
    rf"\s*(?P<low>{_NUMBER})(?P<low_unit>[^.,:]*?)\s*\.\.\s*(?P<high>{_NUMBER})"
    r"(?P<unit>[^:,.]*?)\s*(?P<steps>(?::[^:]*)*)"
)
_COUNT = re.compile(r"\s*([0-9]{1,18})\s*")
_LOG = ":log"
_SNAP = 8  # ulps: values of equal ratios are that near to a round number, or are none
_ROUND = 12  # significant digits of a round number
_SHOWN = 60  # characters of a text that a message repeats
_PAIRS = {"{": "}", "[": "]"}


class Axis(NamedTuple):
    """A path and the texts of its values, in their order."""

    path: str
    texts: tuple[str, ...]


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
            low, up = (part.numerator for part in (self.low, step))
            below, of_step = (part.denominator for part in (self.low, step))
            # As whole numbers, which are faster than fractions, and divided once.
            for number in range(count):
                yield (low * of_step + up * number * below) / (below * of_step)
            return
        low, ratio = float(self.low), float(self.high / self.low)
        yield low
        for number in range(1, count - 1):
            yield _snapped(low * ratio ** (number / (count - 1)))
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


def read_axis(text: str, most: int) -> Axis:
    """Read ``PATH=LIST`` with at most so many values.

    Raises
    ------
    UsageError
        For anything else, saying what to write.
    """
    path, rest = read_path(text, "--over", _EXAMPLE)
    span = SPAN.fullmatch(rest)
    if span is None:
        return Axis(path, _values(text, rest))
    what = f"--over {shown(text)}"
    if not span["steps"]:
        raise UsageError(
            f"{what}: add how many values to take, as in {shown(path)}={shown(rest.strip())}:5"
        )
    is_log, count = _steps(what, span["steps"])
    if count > most:
        raise UsageError(f"{what}: {count:,} values; at most {most:,} points are computed")
    numbers = read_span(what, span, is_log=is_log)
    return Axis(path, tuple(map(numbers.text, numbers.numbers(count))))


def _steps(what: str, written: str) -> tuple[bool, int]:
    """Return whether the steps are ratios, and how many values there are."""
    is_log = written.startswith(f"{_LOG}:")
    match = _COUNT.fullmatch(written.removeprefix(_LOG if is_log else "")[1:])
    if match is None:
        raise UsageError(
            f"{what}: behind LOW..HIGH stands how many values to take, :5 or :log:5, "
            f"not `{shown(written)}`"
        )
    if int(match[1]) == 0:
        raise UsageError(f"{what}: 0 values; write 1 or more")
    return is_log, int(match[1])


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


def _values(text: str, rest: str) -> tuple[str, ...]:
    """Return the values between commas."""
    what = f"--over {shown(text)}"
    values = tuple(value.strip() for value in _parted(rest))
    if not all(values):
        raise UsageError(f"{what}: a value is empty; write {_EXAMPLE}")
    spans = [value for value in values if (m := SPAN.fullmatch(value)) and m["steps"]]
    if spans:
        raise UsageError(f"{what}: `{shown(spans[0])}` stands alone, without other values")
    return values


def _parted(text: str) -> Iterator[str]:
    """Yield what stands between commas that are in no braces, brackets or quotes."""
    start, closing, quote = 0, list[str](), ""
    for place, character in enumerate(text):
        if quote:
            quote = "" if character == quote else quote
        elif character in "\"'" and not text[start:place].strip(" {[,:"):
            quote = character
        elif character in _PAIRS:
            closing.append(_PAIRS[character])
        elif closing and character == closing[-1]:
            closing.pop()
        elif character == "," and not closing:
            yield text[start:place]
            start = place + 1
    yield text[start:]
