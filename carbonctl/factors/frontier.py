"""Which runs no other run beats in carbon and quality, and what the others emit in excess."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from carbonctl.factors.domination import non_dominated
from carbonctl.factors.sample_statistics import Sample
from carbonctl.numbers.intervals import is_array


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


def on_frontier(carbon: Sample, quality: Sample) -> list[int]:
    """Return the places of the runs than which none has carbon ≤ and quality ≥, one strictly.

    Runs that are equal in both stay together.

    Parameters
    ----------
    carbon : list or array
        Of each run [kgCO2e].
    quality : list or array
        Of each run; higher is better.
    """
    if is_array(carbon):
        return _of_arrays(carbon, quality)
    places = []
    best = last = (-math.inf, math.inf)  # the quality and the carbon of the last on it
    for kg, worse, run in sorted(
        (kg, -good, run) for run, (kg, good) in enumerate(zip(carbon, quality, strict=True))
    ):
        here = (-worse, kg)
        if here[0] > best[0] or here == last:
            places.append(run)
            best = last = here
    return sorted(places)


def _of_arrays(carbon: Any, quality: Any) -> list[int]:
    import numpy as np

    rest = _promising(carbon, quality)
    kept = non_dominated(np.column_stack((carbon[rest], -quality[rest])))
    places: list[int] = np.sort(rest[kept]).tolist()
    return places


def _promising(carbon: Any, quality: Any) -> Any:
    """Return the places of all runs but those that one of the leanest hundredth clearly beats."""
    import numpy as np

    few = len(carbon) // 100
    if not few:
        return np.arange(len(carbon))
    limit = np.partition(carbon, few)[few]
    is_lean = carbon <= limit
    return np.flatnonzero(is_lean | (quality >= quality[is_lean].max()))
