"""What a search over configurations takes, and what stopping runs early saves."""

from typing import Any

from carbonctl.numbers.intervals import row_by_row

# wu2022 §4.2: a grid search takes over 3,000 times the training, from figures of strubell2019.
PUBLISHED_SEARCH = 3000.0
# patterson2021: by how much the estimate of that search was too high.
PUBLISHED_TOO_HIGH = 88.0
LEAST_HALVING = 2.0


def early_stopped(stopped: Any, after: Any) -> Any:
    """Return the share of their device time that runs take where some are stopped early [0..1].

    Parameters
    ----------
    stopped : float, Range or column
        Share of the runs that are stopped [0..1].
    after : float, Range or column
        Share of a full run after which they are [0..1].

    Returns
    -------
    float, Range or column
        ``1 − s (1 − a)``.
    """
    return 1 - stopped * (1 - after)


def halving_runs(configurations: Any, halving: Any) -> Any:
    """Return what successive halving costs, in full runs.

    Parameters
    ----------
    configurations : float or column
        How many are tried, a whole number from 1 on.
    halving : float or column
        By how much each rung divides those that are left, a whole number from 2 on.

    Returns
    -------
    float or column
        ``Σ_i ⌊n / η^i⌋ · η^(i − s)`` over the rungs ``i = 0..s``, where ``η^s`` is the greatest
        power up to n: 81 configurations by 3 cost 5 full runs.

    Raises
    ------
    ValueError
        Where one of them is no such number.

    Notes
    -----
    As in jamieson2016 each rung runs from the start, to ``η`` times the training of the one before.
    It is not monotone in either, so that ranges have no place here.
    """
    return row_by_row(_halving_runs, configurations, halving)


def _halving_runs(configurations: float, halving: float) -> float:
    left, by = int(configurations), int(halving)
    if left != configurations or left < 1:
        raise ValueError(f"configurations are a whole number from 1 on, not {configurations:g}")
    if by != halving or by < LEAST_HALVING:
        raise ValueError(f"halving is a whole number from 2 on, not {halving:g}")
    work, budget, longest = 0, 1, 1
    while left:
        work += left * budget
        longest, budget = budget, budget * by
        left //= by
    return work / longest
