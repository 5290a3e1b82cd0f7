"""Runs as points of energy and error: measured ones, and a grid of sizes by a law."""

from __future__ import annotations

from typing import NamedTuple

from carbonctl.errors import InputError, Problem
from carbonctl.spec.scaling import DATA, MODEL, Scaling

KWH, RELATIVE = "kWh", "relative"


class Point(NamedTuple):
    """One run.

    Attributes
    ----------
    label : str
        What it is called.
    energy, error : float
        Of the whole training, in the unit of the points; and what the run gets wrong.
    data, model : float or None
        Its sizes, where it has them.
    energy_per_step : float or None
        Relative to that of data 1 and model 1; no measure of the energy of training.
    predicted : float or None
        The error by a law.
    """

    label: str
    energy: float
    error: float
    data: float | None = None
    model: float | None = None
    energy_per_step: float | None = None
    predicted: float | None = None


class Points(NamedTuple):
    """Runs, what they are of, and the labels of those that are left out.

    ``energy`` is what the measure of the energy is called; ``unit`` is its unit.
    """

    points: tuple[Point, ...]
    energy: str = "energy_kwh"
    unit: str = KWH
    error: str = "error"
    omitted: tuple[str, ...] = ()


def of_grid(scaling: Scaling, file: str) -> Points:
    """Return the grid of data and model sizes, data by data.

    The energy of training is that of a step times the steps.

    Raises
    ------
    InputError
        Where an energy or an error is not above 0.
    """
    assert scaling.energy_per_step and scaling.steps and scaling.error
    unit = RELATIVE if scaling.energy is None else KWH
    per_step_of_one = scaling.energy_per_step.at({DATA: 1.0, MODEL: 1.0})
    steps_of_one = scaling.steps.at({DATA: 1.0, MODEL: 1.0})
    whole = 1.0 if scaling.energy is None else scaling.energy.best
    points: list[Point] = []
    for data in scaling.data or ():
        for model in scaling.model or ():
            sizes = {DATA: data.best, MODEL: model.best}
            label = f"data {data.best:g} model {model.best:g}"
            try:
                per_step = scaling.energy_per_step.at(sizes) / per_step_of_one
                energy = whole * per_step * scaling.steps.at(sizes) / steps_of_one
                point = Point(
                    label, energy, scaling.error.at(sizes), data.best, model.best, per_step
                )
            except ArithmeticError:
                raise _beyond(file, label) from None
            if not (0 < point.energy < _LARGEST and 0 < point.error < _LARGEST):
                raise _beyond(file, label)
            points.append(point)
    return Points(tuple(points), unit=unit)


_LARGEST = 1e150


def _beyond(file: str, label: str) -> InputError:
    message = f"scaling: at {label} energy or error is not above 0, or beyond any number"
    return InputError([Problem(file, None, None, message)])
