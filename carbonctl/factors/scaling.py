"""Error against energy: power laws, the frontier, the worth of old data, and sub-sampling.

From wu2022, Fig. 9 and §4.1: ``error = k E^(−x)`` with x of 0.002 to 0.004. The energy of Fig. 9 is
that of a training step, so that a ratio of it is no ratio of the energy of training.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

_FOR_AN_ERROR = 3  # points from which a standard error is known


class PowerLaw(NamedTuple):
    """``error = k E^(−x)`` through some points.

    Attributes
    ----------
    k, exponent : float
        k, in the unit of the error at an energy of 1, and x.
    standard_error : float or None
        Of x; None of two points, which any law goes through.
    points : int
        How many it was fitted to.
    """

    k: float
    exponent: float
    standard_error: float | None
    points: int


def fitted(energies: Sequence[float], errors: Sequence[float]) -> PowerLaw | None:
    """Return the power law of least squares on logarithms; None where all energies are one.

    Parameters
    ----------
    energies, errors : sequence of float
        Above 0, one a point.

    Notes
    -----
    ``ln error = ln k − x ln E``; the standard error is ``√(SSR / (n − 2) / Σ (ln E − mean)²)``.
    """
    x, y = [math.log(energy) for energy in energies], [math.log(error) for error in errors]
    count = len(x)
    if len(set(energies)) < 2:
        return None
    mean_x, mean_y = math.fsum(x) / count, math.fsum(y) / count
    spread = math.fsum((a - mean_x) ** 2 for a in x)
    slope = math.fsum((a - mean_x) * (b - mean_y) for a, b in zip(x, y, strict=True)) / spread
    left = math.fsum((b - mean_y - slope * (a - mean_x)) ** 2 for a, b in zip(x, y, strict=True))
    error = math.sqrt(left / (count - 2) / spread) if count >= _FOR_AN_ERROR else None
    return PowerLaw(math.exp(mean_y - slope * mean_x), -slope, error, count)


def error_factor(energy_ratio: float, exponent: float) -> float:
    """Return by what the error is multiplied where the energy is divided by a ratio: ``r^x``."""
    return float(energy_ratio**exponent)


def exponent_of(energy_ratio: float, added: float, error: float) -> float:
    """Return the exponent by which dividing the energy by a ratio adds to an error.

    Notes
    -----
    ``x = ln(1 + added/error) / ln r``: 0.0029 for 0.004 at an error of 1 and a ratio of 4.
    """
    return math.log1p(added / error) / math.log(energy_ratio)


def energy_for_less_error(exponent: float, cut: float) -> float | None:
    """Return by what the energy is multiplied for a share less error; None where none suffices.

    Parameters
    ----------
    exponent : float
        x; not above 0, more energy brings no less error.
    cut : float
        Share of the error that is to go [0..1).

    Notes
    -----
    ``(1 − cut)^(−1/x)``: 28.5 for 1 % at 0.003.
    """
    if exponent <= 0:
        return None
    size = -math.log1p(-cut) / exponent
    return math.exp(size) if size < math.log(1e300) else math.inf


def per_tenfold(gain: float, ratio: float) -> float:
    """Return what a measure gains for each tenfold of what grew by a ratio."""
    return gain / math.log10(ratio)


def per_step_exponent(energy_ratio: float, others: float, ratio: float) -> float:
    """Return the exponent of one size in the energy of a step, given what the others explain.

    Parameters
    ----------
    energy_ratio : float
        Of the energy of a step between two points.
    others : float
        What the other sizes explain of it, as a factor; 1 where they do not matter.
    ratio : float
        Of this size between the two.
    """
    return math.log(energy_ratio / others) / math.log(ratio)


def frontier(energies: Sequence[float], errors: Sequence[float]) -> list[bool]:
    """Return whether each point is on the frontier: no other has less of one and no more of both.

    Points that are equal in both are on it together.
    """
    order = sorted(range(len(energies)), key=lambda n: (energies[n], errors[n]))
    is_on = [False] * len(order)
    least = math.inf
    last: tuple[float, float] | None = None
    for place in order:
        point = energies[place], errors[place]
        is_on[place] = point == last or point[1] < least
        if is_on[place]:
            least, last = point[1], point
    return is_on


def value_left(age: float, half_life: float) -> float:
    """Return the value of data of an age, over that of new data: ``2^(−t/h)``."""
    return float(2 ** (-age / half_life))


def kept_by_value(window: float, half_life: float) -> float:
    """Return the share of a window of data that is kept where it is sampled by its value.

    Parameters
    ----------
    window : float
        The age of its oldest data; as much of each age.
    half_life : float
        In the same unit.

    Notes
    -----
    ``(1 − 2^(−A/h)) h / (A ln 2)``, the mean of ``2^(−t/h)``: 72.1 % for a window of one half-life.
    """
    decay = window / half_life * math.log(2)
    return -math.expm1(-decay) / decay


def fixed_share(kept: float, speed_up: float) -> float:
    """Return the share of the time that does not shrink with the data.

    Parameters
    ----------
    kept : float
        Share of the data that is kept (0..1).
    speed_up : float
        By what the time is divided then.

    Notes
    -----
    f of ``1/S = f + (1 − f) s``: 8.05 % for 5.8x at 10 %.
    """
    return (1 / speed_up - kept) / (1 - kept)


def speed_up(kept: float, fixed: float) -> float:
    """Return by what the time is divided at a share of the data: ``1/(f + (1 − f) s)``."""
    return 1 / (fixed + (1 - fixed) * kept)
