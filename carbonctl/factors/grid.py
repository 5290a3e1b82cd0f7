"""From electricity to carbon, location-based and market-based."""

from __future__ import annotations

from functools import cmp_to_key
from typing import Any, TypeAlias

from carbonctl.numbers.intervals import (
    Number,
    Range,
    best,
    decide,
    high,
    least,
    low,
    over_corners,
    plain_sum,
)


def kgco2e(energy_kwh: Any, intensity_kgco2e_per_kwh: Any) -> Any:
    """Return the carbon [kgCO2e] of an energy [kWh] at a carbon intensity [kgCO2e/kWh]."""
    return energy_kwh * intensity_kgco2e_per_kwh


def lost_kwh(energy_kwh: Any, losses: Any) -> Any:
    """Return the energy [kWh] lost on the way to a meter that counts ``energy_kwh``.

    Parameters
    ----------
    energy_kwh : float, Range or column
        Energy at the meter [kWh].
    losses : float, Range or column
        Share of what is generated that is lost [0..1).

    Notes
    -----
    ``E · l / (1 − l)``, rising in both.
    """
    return over_corners(_lost, energy_kwh, losses)


def _lost(energy_kwh: Any, losses: Any) -> Any:
    return energy_kwh * losses / (1 - losses)


def _market(cfe: Any, contract: Any, residual: Any) -> Any:
    return cfe * contract + (1 - cfe) * residual


def market_intensity(cfe: Any, contract: Any, residual: Any) -> Any:
    """Return the market-based carbon intensity.

    Parameters
    ----------
    cfe : float, Range or column
        Share of the energy under contracts for carbon-free energy [0..1].
    contract, residual : float, Range or column
        Intensity of the contracted energy and of the rest [kgCO2e/kWh].

    Returns
    -------
    float, Range or column
        ``cfe · contract + (1 − cfe) · residual`` [kgCO2e/kWh].

    Notes
    -----
    GHG Protocol Scope 2 Guidance (WRI, 2015). The share appears twice, so ranges are
    taken over their corners; the kernel is linear in each argument.
    """
    return over_corners(_market, cfe, contract, residual)


def mix_intensity(parts: list[tuple[Number, Number]]) -> Number:
    """Return the carbon intensity of a mix of kinds of plant [kgCO2e/kWh].

    Parameters
    ----------
    parts : list of (share, intensity)
        Share of the energy [0..1] and intensity [kgCO2e/kWh] of each kind; the best shares
        sum to one.

    Notes
    -----
    ``Σ share · intensity``. Ranged shares still sum to one: the lowest mix fills up the
    cleanest kinds first, the highest the dirtiest, which is exact.
    """
    middle: float = plain_sum(best(share) * best(intensity) for share, intensity in parts)
    if not any(isinstance(number, Range) for part in parts for number in part):
        return middle
    cleanest = sorted(((share, low(x)) for share, x in parts), key=cmp_to_key(_cleaner))
    dirtiest = sorted(((share, high(x)) for share, x in parts), key=cmp_to_key(_dirtier))
    return Range(middle, _filled(cleanest), _filled(dirtiest))


_Part: TypeAlias = tuple[Number, float]


def _cleaner(part: _Part, other: _Part) -> int:
    return decide(part[1] > other[1]) - decide(part[1] < other[1])


def _dirtier(part: _Part, other: _Part) -> int:
    return -_cleaner(part, other)


def _filled(parts: list[_Part]) -> float:
    """Return the intensity where the first kinds have as much as they can."""
    room = plain_sum(best(share) for share, _ in parts)
    room -= plain_sum(low(share) for share, _ in parts)
    total = 0.0
    for share, intensity in parts:
        more = least(room, high(share) - low(share))
        room -= more
        total += (low(share) + more) * intensity
    return total
