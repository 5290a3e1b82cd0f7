"""Computes what rows do not say: energy from devices, time and power, carbon from energy."""

from __future__ import annotations

import math

from carbonctl.analysis.survey.model import Derived
from carbonctl.analysis.survey.runs import Numbers, Runs, filled, known, times


def derive(runs: Runs) -> Derived:
    """Return carbon and energy of all runs, given or computed, NaN where unknown.

    energy = devices · hours · watts / 1000, carbon = energy · intensity / 1000; what a row gives
    takes precedence.
    """
    numbers = runs.numbers
    hours = filled(
        numbers.get("device_hours"), times(1, numbers.get("devices"), numbers.get("hours"))
    )
    modelled = times(1000, hours, numbers.get("watts"))
    energy = filled(numbers.get("energy"), modelled)
    carbon = filled(numbers.get("carbon"), times(1000, energy, numbers.get("intensity")))
    given = numbers.get("carbon")
    computed = len(known(carbon)) - (0 if given is None else len(known(given)))
    return Derived(
        _or_unknown(carbon, runs.size), _or_unknown(energy, runs.size), hours, modelled, computed
    )


def _or_unknown(column: Numbers | None, size: int) -> Numbers:
    return [math.nan] * size if column is None else column
