"""Which designs no other design beats in all of several costs at once."""

from __future__ import annotations

from typing import Any

_BLOCK = 256  # rows that are compared with each other at once


def non_dominated(costs: Any) -> Any:
    """Return which designs no other dominates: as low in all costs, and lower in one.

    Designs that are equal in all costs stay together.

    Parameters
    ----------
    costs : array
        All to be low; (designs, costs). What is to be high goes in with a minus.

    Returns
    -------
    array of bool
        (designs,).

    Raises
    ------
    ValueError
        For an array of another shape, or a cost that is no number.

    Notes
    -----
    Distinct designs are sorted by all costs, so that none dominates an earlier one. What a kept
    design dominates, dominates nothing that this design does not.
    """
    import numpy as np

    costs = np.asarray(costs, float)
    if costs.ndim != 2 or not costs.shape[1]:
        raise ValueError("costs are (designs, costs), with at least one cost")
    if np.isnan(costs).any():
        raise ValueError("a cost is not a number")
    distinct, place = np.unique(costs, axis=0, return_inverse=True)
    kept = _kept(distinct) if costs.shape[1] > 2 else _kept_of_two(distinct)
    return kept[place.reshape(-1)]


def _kept_of_two(rows: Any) -> Any:
    """Return which of some sorted rows stay, of one cost or two."""
    import numpy as np

    last = rows[:, -1]
    before = np.minimum.accumulate(np.concatenate(([np.inf], last)))[:-1]
    kept = last < before
    kept[:1] = True
    return kept


def _kept(rows: Any) -> Any:
    """Return which of some sorted rows stay, block by block."""
    import numpy as np

    kept = np.ones(len(rows), bool)
    front = np.empty((0, rows.shape[1]))
    for start in range(0, len(rows), _BLOCK):
        block = rows[start : start + _BLOCK]
        places = start + np.flatnonzero(~_is_below(front, block))
        own = rows[places]
        left = np.ones(len(own), bool)
        for at in range(1, len(own)):
            left[at] = not (own[:at][left[:at]] <= own[at]).all(axis=1).any()
        kept[start : start + _BLOCK] = False
        kept[places[left]] = True
        front = np.concatenate((front, own[left]))
    return kept


def _is_below(front: Any, block: Any) -> Any:
    """Return for each row of a block whether a row of the front is nowhere above it."""
    import numpy as np

    is_below = np.zeros(len(block), bool)
    for start in range(0, len(front), _BLOCK):
        rest = np.flatnonzero(~is_below)
        some = front[start : start + _BLOCK]
        below = (some[:, None, :] <= block[None, rest, :]).all(axis=2).any(axis=0)
        is_below[rest[below]] = True
    return is_below
