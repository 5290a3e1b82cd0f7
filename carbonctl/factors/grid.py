"""From electricity to carbon, location-based and market-based."""

from __future__ import annotations

from typing import Any

from carbonctl.ranges import Number, Range, best, high, low, over_corners


def kgco2e(energy_kwh: Any, intensity_kgco2e_per_kwh: Any) -> Any:
    """Return the carbon [kgCO2e] of an energy [kWh] at a carbon intensity [kgCO2e/kWh]."""
    return energy_kwh * intensity_kgco2e_per_kwh


def lost_kwh(energy_kwh: Any, losses: Any) -> Any:
    """Return the energy [kWh] lost on the way to a meter that counts ``energy_kwh``.

    Parameters
    ----------
    energy_kwh : float, Range or array
        Energy at the meter [kWh].
    losses : float, Range or array
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
    cfe : float, Range or array
        Share of the energy under contracts for carbon-free energy [0..1].
    contract, residual : float, Range or array
        Intensity of the contracted energy and of the rest [kgCO2e/kWh].

    Returns
    -------
    float, Range or array
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
    middle = sum(best(share) * best(intensity) for share, intensity in parts)
    if not any(isinstance(number, Range) for part in parts for number in part):
        return middle
    cleanest = sorted(((share, low(x)) for share, x in parts), key=lambda part: part[1])
    dirtiest = sorted(((share, high(x)) for share, x in parts), key=lambda part: -part[1])
    return Range(middle, _filled(cleanest), _filled(dirtiest))


def _filled(parts: list[tuple[Number, float]]) -> float:
    """Return the intensity where the first kinds have as much as they can."""
    room = sum(best(share) for share, _ in parts) - sum(low(share) for share, _ in parts)
    total = 0.0
    for share, intensity in parts:
        more = min(room, high(share) - low(share))
        room -= more
        total += (low(share) + more) * intensity
    return total
