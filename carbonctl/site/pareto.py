"""Designs that no other design beats in two costs at once."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray


def front(first_cost: Any, second_cost: Any) -> NDArray[np.intp]:
    """Return the places of the designs on the Pareto front, by rising first cost.

    A design is on it where no other is at most as high in both costs and lower in one of them. Of
    designs equal in both, the first stays.

    Parameters
    ----------
    first_cost, second_cost : array
        Both to be low; (designs,). A share to be high, such as hourly CFE, goes in with a minus.
        A design with an unknown cost (NaN) is not on the front.

    Raises
    ------
    ValueError
        For costs of different numbers of designs.
    """
    first, second = np.asarray(first_cost, float), np.asarray(second_cost, float)
    if first.shape != second.shape or first.ndim != 1:
        raise ValueError("a front needs both costs of each design")
    known = np.flatnonzero(~(np.isnan(first) | np.isnan(second)))
    order = known[np.lexsort((second[known], first[known]))]  # stable: equal designs keep order
    lowest_before = np.minimum.accumulate(np.concatenate(([np.inf], second[order])))[:-1]
    return order[second[order] < lowest_before]
