"""What levers save: rebound, shares of a saving, payback, and longer lives of machines.

A lever divides electricity, device time or embodied carbon by a factor; what is left of each is
one over it. Demand may grow because each piece of work has become cheaper (rebound), as a share
of the saving that was expected or as an elasticity of demand.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from carbonctl.numbers.intervals import Number


def with_rebound(left: Number, share: Number) -> Number:
    """Return what is left where demand takes back a share of what was to be saved.

    Parameters
    ----------
    left : float or Range
        What the lever alone leaves: ``1/f`` for a factor f.
    share : float or Range
        Share of the expected saving that is taken back; above 1 it is backfire.

    Notes
    -----
    ``1/f + r (1 − 1/f)``.
    """
    return left + share * (1 - left)


def with_elasticity(left: float, elasticity: float) -> float:
    """Return what is left where demand grows by an elasticity of its cost.

    Parameters
    ----------
    left : float
        What the lever alone leaves: ``1/f`` for a factor f.
    elasticity : float
        Elasticity of demand ε; above 1 it is backfire.

    Notes
    -----
    ``(1/f) f^ε = f^(ε − 1)``.
    """
    return math.exp((1 - elasticity) * math.log(left))


def taken_back(left: float, remaining: float) -> float | None:
    """Return the share of an expected saving that rebound takes back; None of no saving.

    Parameters
    ----------
    left, remaining : float
        What is left without rebound, and with it.
    """
    return None if left == 1 else (remaining - left) / (1 - left)


def logarithmic_shares(left: Sequence[float]) -> list[float]:
    """Return the share of each of several factors in what they save together.

    Parameters
    ----------
    left : sequence of float
        What each leaves of the same entries.

    Raises
    ------
    ZeroDivisionError
        Where they save nothing together.

    Notes
    -----
    ``ln f_i / Σ ln f``: it does not depend on the order, and the shares sum to 1.
    """
    logarithms = [math.log(one_left) for one_left in left]
    whole = math.fsum(logarithms)
    return [logarithm / whole for logarithm in logarithms]


def shapley_weight(size: int, count: int) -> float:
    """Return the weight of what one of ``count`` adds to ``size`` of the others.

    Notes
    -----
    ``s! (n − s − 1)! / n!``: the share of the n! orders in which exactly these come before it.
    """
    return 1 / (count * math.comb(count - 1, size))


def payback_share(added: float, saved: float) -> float:
    """Return after which share of the work what was added once is paid back.

    Parameters
    ----------
    added : float
        Carbon of what was added [kgCO2e].
    saved : float
        What is saved over all of the work, before what was added [kgCO2e].
    """
    return added / saved


def first_life_kgco2e_per_hour(
    embodied_kgco2e: Number,
    lifetime_h: Number,
    utilization: Number,
    second_life_h: Number = 0.0,
) -> Number:
    """Return the embodied carbon of one useful system-hour in the first life [kgCO2e/h].

    Parameters
    ----------
    embodied_kgco2e : float
        Of the machine.
    lifetime_h, second_life_h : float
        The life in which it is used here, and the one after it [h]. Without the second the first
        carries everything (cut-off); with it both carry the same per hour (whole life).
    utilization : float
        Share of its life that it does useful work.
    """
    return embodied_kgco2e / ((lifetime_h + second_life_h) * utilization)


def repaired_kgco2e_per_year(
    embodied_kgco2e: Number, parts_kgco2e: Number, lifetime_y: Number
) -> Number:
    """Return the embodied carbon of a year of a machine that parts keep going [kgCO2e/year].

    Parameters
    ----------
    embodied_kgco2e, parts_kgco2e : float
        Of the machine, and of the parts that are put in.
    lifetime_y : float
        The whole life that it then has [years].
    """
    return (embodied_kgco2e + parts_kgco2e) / lifetime_y
