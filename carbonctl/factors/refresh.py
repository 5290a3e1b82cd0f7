"""How long to keep machines: embodied carbon against the electricity that newer ones save.

A machine costs M of embodied carbon when it is bought. One that is bought at t needs
``e^(−γ t)`` of the electricity of one bought today for the same work, so that a year of it emits
``r₀ e^(−γ t) I(t')/I(0)``, with the grid's intensity of the year t' in which it runs. Time is in
years throughout. The question is that of wu2024 §III, which has no numbers; the break-even of a
replacement is t = M1 / (P0 − P1) of GreenChip.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from carbonctl.factors.roots import Bracket, brent

_DOUBLINGS = 200  # of a bracket: no life is longer than that
_PRECISE = 1e-12  # of a life


class GridPath(NamedTuple):
    """How the intensity of a grid goes on, over that of today.

    Attributes
    ----------
    per_year : float
        λ, continuous: ``I(t)/I(0) = e^(λ t)``; 0 for a grid that stays as it is.
    points : tuple of (float, float)
        Years from now and ``I(t)/I(0)``, rising from (0, 1); linear between them and flat after
        the last. Empty where ``per_year`` holds.
    """

    per_year: float = 0.0
    points: tuple[tuple[float, float], ...] = ()

    def integral(self, years: float) -> float:
        """Return ``∫ I(s)/I(0) ds`` from now on [years]."""
        if not self.points:
            rate = self.per_year
            return math.expm1(rate * years) / rate if rate else years
        total = 0.0
        for (start, at_start), (end, at_end) in pairwise(self.points):
            if years <= start:
                return total
            upto = min(end, years)
            at_upto = at_start + (at_end - at_start) * (upto - start) / (end - start)
            total += (at_start + at_upto) / 2 * (upto - start)
        last, at_last = self.points[-1]
        return total + max(years - last, 0.0) * at_last


class Machine(NamedTuple):
    """A machine that does the same work whichever year it is bought in.

    Attributes
    ----------
    embodied_kgco2e : float
        M, of one machine [kgCO2e].
    kgco2e_per_year : float
        r₀, operational, of one bought today on today's grid [kgCO2e/year].
    gain_per_year : float
        γ, continuous: ``ln 2`` over the years in which work per energy doubles; 0 where newer
        machines are no better.
    second_life : float
        Years that it serves somebody else afterwards and carries its embodied carbon there too
        (whole life); 0 where its first life carries all of it (cut-off).
    """

    embodied_kgco2e: float
    kgco2e_per_year: float
    gain_per_year: float
    second_life: float = 0.0

    def embodied(self, life: float) -> float:
        """Return the embodied carbon that a first life of some years carries [kgCO2e]."""
        if not self.second_life:
            return self.embodied_kgco2e
        return self.embodied_kgco2e * life / (life + self.second_life)


class Chain(NamedTuple):
    """Machines that follow each other, from when each is bought until the horizon ends.

    ``bought`` are years from now, the first of them 0.
    """

    bought: tuple[float, ...]
    horizon: float
    embodied_kgco2e: float
    operational_kgco2e: float

    @property
    def total_kgco2e(self) -> float:
        """All its carbon [kgCO2e]."""
        return self.embodied_kgco2e + self.operational_kgco2e

    @property
    def lives(self) -> tuple[float, ...]:
        """How long each machine is kept [years]."""
        return tuple(end - start for start, end in pairwise((*self.bought, self.horizon)))


def chain(machine: Machine, grid: GridPath, bought: Sequence[float], horizon: float) -> Chain:
    """Return the carbon of machines that are bought at some times.

    Parameters
    ----------
    machine : Machine
        One that is bought today.
    grid : GridPath
        Its electricity.
    bought : sequence of float
        Years from now, rising from 0; each machine runs until the next, the last to the horizon.
    horizon : float
        Years.

    Notes
    -----
    ``Σ_k M + r₀ e^(−γ t_k) ∫_{t_k}^{t_(k+1)} I(t)/I(0) dt``
    """
    spans = list(pairwise((*bought, horizon)))
    embodied = math.fsum(machine.embodied(end - start) for start, end in spans)
    used = math.fsum(
        math.exp(-machine.gain_per_year * start) * (grid.integral(end) - grid.integral(start))
        for start, end in spans
    )
    return Chain(tuple(bought), horizon, embodied, machine.kgco2e_per_year * used)


def even_lives(machine: Machine, grid: GridPath, horizon: float, count: int) -> Chain:
    """Return the carbon of some machines that are all kept for ``horizon / count`` years."""
    return chain(machine, grid, [horizon * k / count for k in range(count)], horizon)


def best_dates(machine: Machine, grid: GridPath, horizon: float, step: float) -> Chain:
    """Return the machines at the dates that emit least, by dynamic programming.

    Parameters
    ----------
    machine : Machine
        One that is bought today.
    grid : GridPath
        Its electricity.
    horizon : float
        Years; the last machine ends with it.
    step : float
        Years between the dates that are tried.

    Notes
    -----
    ``B(t) = min_s B(s) + M + r₀ e^(−γ s) ∫_s^t I/I(0) dt'``, of equal ones that with the earlier
    s, whose machine lives longer.
    """
    count = max(1, math.ceil(horizon / step - _PRECISE))
    times = [min(k * step, horizon) for k in range(count)] + [horizon]
    used = [grid.integral(time) for time in times]
    rates = [machine.kgco2e_per_year * math.exp(-machine.gain_per_year * time) for time in times]
    best, before = [0.0], [0]
    for end in range(1, count + 1):
        upto, last = used[end], times[end]
        totals = [
            least + rate * (upto - before_it)
            for least, rate, before_it in zip(best, rates, used, strict=False)
        ]
        if machine.second_life:
            totals = [
                total + machine.embodied(last - time)
                for total, time in zip(totals, times, strict=False)
            ]
        else:
            totals = [total + machine.embodied_kgco2e for total in totals]
        best.append(min(totals))
        before.append(totals.index(best[-1]))
    bought, place = list[float](), count
    while place:
        place = before[place]
        bought.append(times[place])
    return chain(machine, grid, bought[::-1], horizon)


def rule_of_thumb(machine: Machine) -> float | None:
    """Return the life after which a machine is best replaced, if each were so [years].

    None where replacing never pays for carbon alone: ``M ≥ r₀ / γ``. The grid stays as it is, and
    the first life carries all embodied carbon.

    Notes
    -----
    The root of ``M = r₀ ((1 − e^(−γT))/γ − T e^(−γT))``, which rises with T from 0 to r₀/γ; the
    same T has the least ``M/T + r₀ (1 − (1 − e^(−γT))/(γT))``.
    """
    m, r, g = machine[:3]
    if g <= 0 or m * g >= r:
        return None

    def missing(life: float) -> float:
        return r * (-math.expm1(-g * life) / g - life * math.exp(-g * life)) - m

    low, high = 0.0, about(machine)
    for _ in range(_DOUBLINGS):
        if missing(high) >= 0:
            break
        low, high = high, 2 * high
    root, _ = brent(missing, Bracket(low, high, missing(low), missing(high)), high * _PRECISE)
    return root


def about(machine: Machine) -> float:
    """Return ``√(2M/(r₀γ))``: what `rule_of_thumb` is about, where lives are short [years]."""
    m, r, g = machine[:3]
    return math.sqrt(2 * m / (r * g))


def embodied_over_gain(machine: Machine) -> float:
    """Return ``Mγ/r₀``: the embodied carbon over all that newer machines can ever save.

    From 1 on, replacing never pays for carbon alone.
    """
    m, r, g = machine[:3]
    return m * g / r if r else math.inf


def replacement_break_even(machine: Machine, age: float) -> float | None:
    """Return after how many years a new machine has paid back its embodied carbon.

    It takes the place of one that is owned, whose own embodied carbon is spent. None where it
    saves nothing.

    Parameters
    ----------
    machine : Machine
        The one that is owned: ``kgco2e_per_year`` is what it emits.
    age : float
        Years since it was bought.

    Notes
    -----
    ``M / (r_old − r_new)`` with ``r_new = r₀ e^(−γ a)``, on today's grid.
    """
    saved = machine.kgco2e_per_year * -math.expm1(-machine.gain_per_year * age)
    return machine.embodied_kgco2e / saved if saved > 0 else None
