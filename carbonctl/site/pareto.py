"""Designs that no other design beats in two costs at once."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from carbonctl.factors.domination import non_dominated


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
    if not known.size:
        return known
    costs = np.column_stack((first[known], second[known]))
    on_front = known[non_dominated(costs)]
    _, first_of = np.unique(np.column_stack((first, second))[on_front], axis=0, return_index=True)
    kept: NDArray[np.intp] = on_front[first_of]
    return kept
