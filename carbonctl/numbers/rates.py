"""Rates of change: ``2.9x / 18 months``, ``-20 % / 6 months``, ``2x / 3..4 years``.

A rate is kept as the factor of one year. Where its figure or its period is a range, the rate is
one unknown between the factors of its corners.
"""

from __future__ import annotations

import math
import re

from carbonctl.numbers import units
from carbonctl.numbers.intervals import Number, Range, best, high, low, over_corners
from carbonctl.numbers.unit_table import QuantityError

UNIT = "x/year"
YEAR_H = 8760.0
_FACTOR = re.compile(r"\s*(.*?)\s*[x×]\s*")
_CHANGE = re.compile(r"\s*([+-])\s*([0-9.][^%]*?)(?:\s*\.\.\s*([+-])\s*([0-9.][^%]*?))?\s*%\s*")
_PERIOD = units.DURATION._replace(name="period", example="18 months", bare=("months", "years"))
_FASTEST = 1e6  # by which nothing changes in a year: what is faster is a slip
_EXAMPLE = "write a rate such as `2x / 18 months` or `-20 % / 6 months`"


def yearly(factor: float, period_y: float) -> float:
    """Return the factor of one year of a rate.

    Parameters
    ----------
    factor : float
        By which something changes in a period; above 0.
    period_y : float
        The period [years].

    Notes
    -----
    ``F^(1/T)``: 2.9x in 18 months is 2.034x a year.
    """
    return math.pow(factor, 1 / period_y)


def read_rate(text: str) -> Number:
    """Return the factor of one year of a rate, with its range.

    Raises
    ------
    ValueError
        With what is wrong and how to write it.
    """
    plain = text.replace("−", "-")
    head, sign, period = plain.replace(" per ", " / ").partition("/")
    factor = _factor(head, text)
    if not sign or not period.strip():
        raise ValueError(f"`{text}` has no period; write `{text.strip(' /')} / year`")
    period = period.strip()
    if period[:1].isalpha():
        period = f"1 {period}"
    try:
        hours = units.parse(period, _PERIOD)
    except QuantityError as error:
        raise ValueError(f"`{text}`: {error}") from None
    if low(hours) <= 0:
        raise ValueError(f"`{text}`: the period must be above 0")
    try:
        rate: Number = over_corners(yearly, factor, hours / YEAR_H)
    except OverflowError:
        rate = math.inf
    if high(rate) > _FASTEST or low(rate) < 1 / _FASTEST:
        raise ValueError(f"`{text}` is beyond any rate that can be meant")
    return rate


def _factor(head: str, text: str) -> Number:
    """Return the factor of one period."""
    if "%" in head:
        return _change(head, text)
    match = _FACTOR.fullmatch(re.sub(r"\s*[x×]\s*\.\.", "..", head))
    if match is None:
        raise ValueError(f"`{text}` is no rate; {_EXAMPLE}")
    try:
        factor = units.parse(match[1], units.RATIO)
    except QuantityError as error:
        if ".." in match[1]:
            raise ValueError(f"`{text}`: {error}") from None
        raise ValueError(f"`{text}` is no rate; {_EXAMPLE}") from None
    if low(factor) <= 0:
        raise ValueError(f"`{text}`: a factor above 0 is wanted; below 1 it is a fall")
    return factor


def _change(head: str, text: str) -> Number:
    """Return the factor of a change in percent, whose sign says whether it is a fall."""
    match = _CHANGE.fullmatch(head)
    if match is None or (".." in head and match[3] is None):
        figure = head.partition("%")[0].strip(" +-") or "20"
        both = "give both ends a sign, as in `-5..-3 % / year`" if ".." in head else (
            f"write `+{figure} %` for a rise, or `-{figure} %` for a fall"
        )  # fmt: skip
        raise ValueError(f"`{text}` does not say whether it is a rise or a fall; {both}")
    try:
        ends = [
            best(units.parse(f"{sign}{figure} %", units.RATIO)) for sign, figure in _pairs(match)
        ]
    except QuantityError:
        raise ValueError(f"`{text}` is no rate; {_EXAMPLE}") from None
    if min(ends) <= -1:
        raise ValueError(f"`{text}`: a fall of 100 % and more leaves nothing to go on from")
    if ends != sorted(ends):
        raise ValueError(f"`{text}`: the low end is above the high end")
    factors = [1 + end for end in ends]
    if len(factors) == 1:
        return factors[0]
    return Range(sum(factors) / len(factors), *factors)


def _pairs(match: re.Match[str]) -> list[tuple[str, str]]:
    pairs = [(match[1], match[2])]
    return pairs if match[3] is None else [*pairs, (match[3], match[4])]
