"""Where the 90 % range of a total is known to be rough, so that draws are worth their while."""

import math

from carbonctl.ledger.ranges import Moves
from carbonctl.numbers.intervals import decide

_WIDE = math.log(3)  # of an unknown from its median to an end
_HALF_AS_WIDE = math.log(2)
_MATTERS = 0.5  # of the total, between both ends
_IN_PART = 0.75  # of its own width, as far as it widens the total: else it is a factor of it all
_SKEWED = 3.0  # the longer side over the shorter one
_NEARLY = 0.9


def is_rough(moves: Moves) -> bool:
    """Return whether the range of a total is often over 10 % off.

    That is where two or more unknowns of three times and more are each in a part of the total,
    and where three of them, or five of two times, multiply all of it and are skewed.
    """
    known = [number for number, median in enumerate(moves.medians) if median is not None]
    median, moved, _ = moves.sum(known)
    if not moved or not decide(median > 0):
        return False
    parts = wide = half = 0
    for place, move in moved.items():
        up, down = _widths(*moves.unknowns.levels_at(place))
        longer, shorter = max(up, down), min(up, down)
        effect = max(abs(_logarithm(1 + end / median)) for end in move)
        if longer >= _WIDE and effect < _IN_PART * longer:
            parts += abs(move.high - move.low) >= _MATTERS * median
        elif longer >= _SKEWED * shorter:
            wide += effect >= _NEARLY * _WIDE
            half += effect >= _NEARLY * _HALF_AS_WIDE
    return parts >= 2 or wide >= 3 or half >= 5


def _widths(low: float, median: float, high: float) -> tuple[float, float]:
    """Return the logarithms of how far the ends of an unknown are from its median."""
    if low <= 0:
        return math.inf, math.inf
    return math.log(high / median), math.log(median / low)


def _logarithm(number: float) -> float:
    return math.log(number) if number > 0 else -math.inf
