"""A period that ends as it begins.

The energy stored at the end of a period never falls as that at its start rises, and rises by no
more. So where the end is above the start the level sought lies higher, and where it is below,
lower; the end of either is nearer to it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol, TypeVar

import numpy as np

TOLERANCE = 1e-11  # of the usable energy: between start and end
_MOST = 100  # passes; each second one halves what is left


class Passed(Protocol):
    """What came of a period."""

    @property
    def end_mwh(self) -> Any:
        """Energy stored at its end [MWh]; a float, or an array of designs."""
        ...


Outcome = TypeVar("Outcome", bound=Passed)


def cyclic(pass_from: Callable[[Any], Outcome], full_mwh: Any) -> Outcome:
    """Return a period that ends with the energy with which it begins.

    Parameters
    ----------
    pass_from : callable
        Goes through the period from some energy [MWh]: an array of the shape of `full_mwh`.
    full_mwh : array
        Usable energy [MWh]; () or (designs,).

    Returns
    -------
    Passed
        What `pass_from` gave. In most cases it is the second pass, from where one that began empty
        ended.

    Raises
    ------
    ArithmeticError
        Where no such start is found.
    """
    full = np.asarray(full_mwh, float)
    low = np.asarray(pass_from(np.zeros_like(full)).end_mwh)
    passed = pass_from(low)
    at_low = np.asarray(passed.end_mwh)
    settled = _equal(low, at_low, full)
    if settled.all():
        return passed
    high, at_high = full, np.asarray(pass_from(full).end_mwh)
    start = np.where(settled, low, at_high)
    for number in range(_MOST):
        passed = pass_from(start)
        end = np.asarray(passed.end_mwh)
        settled = _equal(start, end, full)
        if settled.all():
            return passed
        rises = end > start
        low, at_low = np.where(rises, start, low), np.where(rises, end, at_low)
        high, at_high = np.where(rises, high, start), np.where(rises, at_high, end)
        guess = _secant(low, at_low, high, at_high) if number % 2 == 0 else (low + high) / 2
        guess = np.clip(guess, at_low, np.maximum(at_low, at_high))
        start = np.where(settled, start, guess)
    raise ArithmeticError("no energy was found with which the battery begins and ends the period")


def _secant(low: Any, at_low: Any, high: Any, at_high: Any) -> Any:
    """Return where a line through two points crosses the line on which end is start."""
    gain, loss = at_low - low, high - at_high
    both = gain + loss
    share = np.divide(gain, both, out=np.full(both.shape, 0.5), where=both > 0)
    return low + (high - low) * share


def _equal(start: Any, end: Any, full: Any) -> Any:
    return np.abs(end - start) <= TOLERANCE * full
