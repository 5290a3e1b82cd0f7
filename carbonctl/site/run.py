"""A run: when it draws how much, and the carbon of it."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from carbonctl.site.integral import SLACK, FloatArray, Steps

G_PER_KG = 1000


class Segment(NamedTuple):
    """A time at one power: hours since the first step of the series, and kW."""

    start_h: float
    end_h: float
    power_kw: float


class Run(NamedTuple):
    """When a job runs, and what that emits.

    Attributes
    ----------
    segments : tuple of Segment
        In order of time; where one does not begin at the end of the one before, the job pauses.
    energy_kwh : float
        What it draws, resumptions included [kWh].
    kgco2e : float
        Its emissions, resumptions included [kg].
    restart_kwh : float
        Energy of each resumption [kWh].
    """

    segments: tuple[Segment, ...]
    energy_kwh: float
    kgco2e: float
    restart_kwh: float = 0.0

    @property
    def start_h(self) -> float:
        """Start, hours since the first step of the series."""
        return self.segments[0].start_h

    @property
    def end_h(self) -> float:
        """End, hours since the first step of the series."""
        return self.segments[-1].end_h

    @property
    def pauses(self) -> int:
        """How often it pauses."""
        return len(resumptions(self.segments))

    @property
    def g_per_kwh(self) -> float:
        """Mean intensity of its energy [g/kWh]."""
        return self.kgco2e * G_PER_KG / self.energy_kwh


def paid(segments: Sequence[Segment], series: Steps, restart_kwh: float = 0.0) -> Run:
    """Return a run with what it emits by a series, which need not be the one that chose it.

    kgco2e = Σ power · ∫ intensity dt + Σ restart energy · intensity of the step of resumption.

    Parameters
    ----------
    segments : sequence of Segment
        When it runs, in order of time.
    series : Steps
        Intensity [g/kWh].
    restart_kwh : float
        Energy of each resumption [kWh].
    """
    start, end, power = np.array(segments).T
    grams = float((power * series.integral(start, end)).sum())
    energy = float((power * (end - start)).sum())
    if restart_kwh:
        again = resumptions(segments)
        grams += restart_kwh * sum(series.at(time_h) for time_h in again)
        energy += restart_kwh * len(again)
    return Run(tuple(segments), energy, grams / G_PER_KG, restart_kwh)


def resumptions(segments: Sequence[Segment]) -> list[float]:
    """Return the times at which a run goes on after a pause [h]."""
    return [
        later.start_h
        for earlier, later in pairwise(segments)
        if later.start_h > earlier.end_h + SLACK
    ]


def joined(start_h: FloatArray, end_h: FloatArray, power_kw: FloatArray) -> tuple[Segment, ...]:
    """Return segments, those that touch at the same power as one; without power there is none.

    Parameters
    ----------
    start_h, end_h, power_kw : array, shape (n,)
        Times in order [h], and what is drawn in each [kW].
    """
    drawn = (end_h > start_h) & (power_kw > 0)
    start, end, power = start_h[drawn], end_h[drawn], power_kw[drawn]
    apart = (start[1:] > end[:-1] + SLACK) | (power[1:] != power[:-1])
    starts = np.flatnonzero(np.concatenate(([True], apart)))
    ends = np.append(starts[1:], len(start)) - 1
    return tuple(map(Segment, start[starts].tolist(), end[ends].tolist(), power[starts].tolist()))
