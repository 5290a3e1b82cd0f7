"""Rates of growth: ``2.9x / 18 months``, ``-20 % / 6 months``, ``2x / 3..4 years``.

A rate is a factor for each period, and continuous between whole periods.
"""

from __future__ import annotations

import math
import re
from typing import NamedTuple

from carbonctl.numbers import units
from carbonctl.numbers.intervals import Number, high, low, over_corners
from carbonctl.numbers.unit_table import QuantityError

EXAMPLE = "2x / 3.5 years"
_WHOLE = 100.0  # percent
_YEAR = 8760.0  # h
_FASTEST = math.log(1e6)  # a year: what is faster is a slip, and overflows over decades
_SIGN = "+-"
_PARTS = re.compile(r"\s*(?P<growth>[^/]*?)\s*/\s*(?P<period>.*?)\s*", re.S)
_FACTOR = re.compile(r"(?P<number>.*\S)\s*[x×]", re.S)
_PERCENT = re.compile(r"(?P<number>.*\S)\s*%", re.S)


class Rate(NamedTuple):
    """A factor that is reached in each period.

    Attributes
    ----------
    factor : float or Range
        F, above 0: 2.9 of ``2.9x / 18 months``, 0.8 of ``-20 % / 6 months``.
    period_h : float or Range
        T, above 0 [h].
    """

    factor: Number
    period_h: Number

    def at(self, hours: float) -> Number:
        """Return by how much something has grown after a time [h]: ``F^(t/T)``."""

        def grown(factor: float, period_h: float) -> float:
            return float(factor ** (hours / period_h))

        value: Number = over_corners(grown, self.factor, self.period_h)
        return value

    def per_hour(self) -> Number:
        """Return the continuous rate g, of which the factor after t is ``e^(g t)`` [1/h]."""
        value: Number = over_corners(lambda f, t: math.log(f) / t, self.factor, self.period_h)
        return value


def read_rate(text: str) -> Rate:
    """Read ``FACTORx / PERIOD`` or ``±P % / PERIOD``; both parts may be ranges.

    Parameters
    ----------
    text : str
        As in ``2x / 3..4 years``, ``-20 % / 6 months`` or ``1x / year``. Both ends of a range in
        percent carry a sign: ``-10..+5 % / year``.

    Raises
    ------
    QuantityError
        Where the period is missing, a percentage has no sign, or nothing or less would be left;
        with what to write.
    """
    parts = _PARTS.fullmatch(text)
    if parts is None or not parts["period"]:
        raise QuantityError(f"`{text}` has no period; write a rate such as `{EXAMPLE}`")
    growth = parts["growth"].replace("\N{MINUS SIGN}", "-")
    factor, percent = _FACTOR.fullmatch(growth), _PERCENT.fullmatch(growth)
    if percent is not None:
        left = _percentage(percent["number"], text, parts["period"])
    elif factor is not None:
        left = _positive(units.parse(factor["number"], units.RATIO), f"`{text}`: a factor")
    else:
        raise QuantityError(
            f"`{text}` is not a rate; write a factor as in `{EXAMPLE}`, "
            "or a signed percentage as in `-20 % / 6 months`"
        )
    rate = Rate(left, _positive(_period(parts["period"]), f"`{text}`: a period"))
    if any(abs(end(rate.per_hour())) * _YEAR > _FASTEST for end in (low, high)):
        raise QuantityError(f"`{text}` is beyond any rate that can be meant")
    return rate


def _percentage(written: str, text: str, period: str) -> Number:
    """Return the factor of a percentage, or of a range of them, that carry a sign."""
    ends = [end.strip() for end in written.split("..")]
    if any(end[:1] not in _SIGN for end in ends):
        bare = [end.lstrip(_SIGN) for end in ends]
        rise, fall = ("..".join(f"{sign}{end}" for end in order) for sign, order in
                      (("+", bare), ("-", bare[::-1])))  # fmt: skip
        raise QuantityError(
            f"`{text}` does not say whether it rises or falls; "
            f"write `{rise} % / {period}` or `{fall} % / {period}`"
        )
    number = units.parse(written, units.RATIO)  # in percent: exact where it is whole
    if low(number) <= -_WHOLE:
        raise QuantityError(
            f"`{text}` leaves nothing, or less; a fall is less than 100 %, as in `-20 % / 6 months`"
        )
    return (number + _WHOLE) / _WHOLE


def _period(written: str) -> Number:
    """Return a period [h]; `year` is one year."""
    has_number = any(sign.isdigit() for sign in written)
    return units.parse(written if has_number else f"1 {written}", units.SERVICE_LIFE)


def _positive(number: Number, name: str) -> Number:
    if low(number) <= 0:
        raise QuantityError(f"{name} must be above 0")
    return number
