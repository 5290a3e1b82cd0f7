"""Both bases of a grid's carbon intensity from its mix: the rule for unpublished figures.

All intensities are gCO2e/kWh, shares are of generation [0..1].

Notes
-----
Direct: stack emissions of each fuel. Life-cycle: the direct figure, and the upstream emissions of
each kind of plant, which are life-cycle less direct of IPCC AR5 WG3 (2014), annex III, table
A.III.2. It never falls below the direct figure.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from carbonctl.numbers.intervals import plain_sum

_HALF = 0.5


class Bounded(NamedTuple):
    """A figure with its bounds."""

    best: float
    low: float
    high: float


class Band(NamedTuple):
    """How far a figure may be off: a share of it, and an absolute width [gCO2e/kWh]."""

    relative: float
    absolute: float


class FromDirect(NamedTuple):
    """Life-cycle as a line of direct, with its 5 and 95 % residuals [gCO2e/kWh]."""

    base: float
    slope: float
    low: float
    high: float


def direct(shares: Mapping[str, float], stack: Mapping[str, float]) -> float:
    """Return the direct intensity of a mix: ``Σ share · stack``, the fuels without stack 0.

    Parameters
    ----------
    shares : mapping of str to float
        Share of generation of each kind of plant.
    stack : mapping of str to float
        Emissions at the stack of each fuel [gCO2e/kWh].
    """
    total: float = plain_sum(share * stack.get(fuel, 0.0) for fuel, share in shares.items())
    return total


def anchored(derived: float, official: float, derived_then: float) -> float:
    """Return the direct intensity by the rule, scaled by what it missed in another year.

    Parameters
    ----------
    derived, derived_then : float
        By the rule, in the year that is wanted and in the other year.
    official : float
        The official figure of the other year.

    Notes
    -----
    ``I · official / max(I_then, 1 g/kWh)``.
    """
    return derived * official / max(derived_then, 1.0)


def within(best: float, band: Band) -> Bounded:
    """Return a direct intensity with its band, which never falls below 0.

    Notes
    -----
    Half of the width is ``max(relative · I, min(absolute, max(I, absolute / 2)))``: a zone with
    next to no emissions is not known to the full absolute width.
    """
    half = max(band.relative * best, min(band.absolute, max(best, band.absolute * _HALF)))
    return Bounded(best, max(0.0, best - half), best + half)


def life_cycle(
    at_stack: Bounded, shares: Mapping[str, float], upstream: Mapping[str, Bounded]
) -> Bounded:
    """Return the life-cycle intensity of a mix: direct and the upstream of each kind of plant.

    Parameters
    ----------
    at_stack : Bounded
        The direct intensity.
    shares : mapping of str to float
        Share of generation of each kind of plant.
    upstream : mapping of str to Bounded
        Upstream emissions of each kind of plant [gCO2e/kWh].
    """
    ends = (
        plain_sum([end, *(share * upstream[fuel][place] for fuel, share in shares.items())])
        for place, end in enumerate(at_stack)
    )
    return Bounded(*ends)


def life_cycle_of_direct(at_stack: float, line: FromDirect) -> Bounded:
    """Return the life-cycle intensity of a zone whose mix is unknown, by a line of the direct one.

    The low end never falls below the direct figure.
    """
    best = line.base + line.slope * at_stack
    return Bounded(best, max(at_stack, best + line.low), best + line.high)
