"""Which runs no other run beats in carbon and quality, and what the others emit in excess."""

from __future__ import annotations

import math
from collections.abc import Sequence


def leanest_as_good(carbon: Sequence[float], quality: Sequence[float]) -> list[float]:
    """Return of each run the least carbon of the runs that are at least as good.

    Parameters
    ----------
    carbon : sequence of float
        Of each run [kgCO2e].
    quality : sequence of float
        Of each run; higher is better.
    """
    least, leanest = math.inf, [math.inf] * len(carbon)
    in_order = sorted(zip(quality, carbon, range(len(carbon)), strict=True), reverse=True)
    start = 0
    for place, (good, kg, _) in enumerate(in_order):
        least = min(least, kg)
        if place + 1 == len(in_order) or in_order[place + 1][0] != good:
            for _, _, run in in_order[start : place + 1]:  # all that are equally good
                leanest[run] = least
            start = place + 1
    return leanest


def on_frontier(carbon: Sequence[float], quality: Sequence[float]) -> list[bool]:
    """Return of each run whether none has carbon ≤ and quality ≥ its own, one of them strictly.

    Runs that are equal in both stay together. Parameters are those of `leanest_as_good`.
    """
    is_on = [False] * len(carbon)
    best = last = (-math.inf, math.inf)  # the quality and the carbon of the last on it
    for kg, worse, run in sorted(
        (kg, -good, run) for run, (kg, good) in enumerate(zip(carbon, quality, strict=True))
    ):
        here = (-worse, kg)
        if here[0] > best[0] or here == last:
            is_on[run] = True
            best = last = here
    return is_on
