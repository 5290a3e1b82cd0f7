"""The intensity of the hours in which an activity runs."""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING, NamedTuple

from carbonctl.catalog.hourly.series import HOUR_S, HourlyGrid, Origin, stamp
from carbonctl.estimators.base import ActivityError
from carbonctl.factors import schedule
from carbonctl.factors.hours import mean_over
from carbonctl.numbers.intervals import Number, Range, best, decide, high, row_by_row
from carbonctl.numbers.values import Value
from carbonctl.spec.model import Activity
from carbonctl.spec.moments import MARGINAL, Moment

if TYPE_CHECKING:
    from carbonctl.spec.hours import HourlyFile

_GRAMS = 1000  # of a kilogram
_SLACK_H = 1e-9


class Run(NamedTuple):
    """When an activity runs.

    Attributes
    ----------
    path : str
        Where the activity stands.
    start : Moment
        When it begins.
    hours : float or Range
        How long it takes each time [h].
    starts_h : tuple of float
        When it begins each time, from the first [h].
    """

    path: str
    start: Moment
    hours: Number
    starts_h: tuple[float, ...] = (0.0,)


def run_of(activity: Activity, path: str) -> Run | None:
    """Return when an activity runs; None where it does not say when it begins.

    Raises
    ------
    ActivityError
        Where nothing says how long it takes.
    """
    if activity.start is None:
        return None
    if activity.machine_time is None:
        message = "`start` needs a `wall_time`, how long it runs, to know its hours"
        raise ActivityError(f"{path}.start", message)
    return Run(path, activity.start, activity.machine_time.time.number, run_starts(activity))


def run_starts(activity: Activity) -> tuple[float, ...]:
    """Return when an activity begins each time, from the first time [h]."""
    repeat = activity.repeat
    if repeat is None:
        return (0.0,)
    every = repeat.every.best
    times = int(best(schedule.occurrences(repeat.for_.best, every)))
    return tuple(every * number for number in range(max(times, 1)))


def intensity(run: Run, grid: HourlyGrid, ref: HourlyFile, path: str) -> Value:
    """Return the mean intensity of the hours of a run, at constant power [kgCO2e/kWh].

    Raises
    ------
    ActivityError
        For a marginal signal, and for hours outside the data.
    """
    if grid.signal == MARGINAL:
        message = (
            f"{ref.file} holds a marginal intensity, which enters no total; "
            "write it as `marginal_hourly`, or `signal: average` where that is wrong"
        )
        raise ActivityError(path, message)
    series = grid.intensity
    begin_h = (run.start.second - series.start_s) / HOUR_S
    end_h = begin_h + run.starts_h[-1] + high(run.hours)
    if decide(begin_h < -_SLACK_H) or decide(end_h > len(series.values) * _step(grid) + _SLACK_H):
        message = (
            f"the run from {run.start} leaves the data of {ref.file}: "
            f"{stamp(series.start_s)} to {stamp(series.end_s)}"
        )
        raise ActivityError(f"{run.path}.start", message)
    values, step_h = series.values, _step(grid)

    def mean(hours: float) -> float:
        return _mean(values, [(begin_h + at) / step_h for at in run.starts_h], hours / step_h)

    origin = series.origin
    many = f", {len(run.starts_h)} runs" if len(run.starts_h) > 1 else ""
    filled = (f"{origin.filled} steps filled",) if origin.filled else ()
    first = f"mean of the hours run, from {run.start}{many}, at constant power"
    note = "; ".join((first, *filled, *origin.notes))
    number: Number = row_by_row(lambda hours: mean(hours) / _GRAMS, best(run.hours))
    if grid.spread is not None:
        number = number * Range(1.0, *grid.spread)
        note += "; range of the factors"
    return Value(
        number, "kgCO2e/kWh", "derived",
        _source(origin), path, name="carbon_intensity", note=note,
        unknown=f"hours:{origin.sha256}:{run.path}",
    )  # fmt: skip


def _source(origin: Origin) -> str:
    """Return the file and its hash as one word, and whose figures a packaged series has."""
    file = origin.file.replace(" ", "_")
    return " ".join((f"{file}@sha256:{origin.sha256}", *origin.sources))


def doubtful(run: Run, grid: HourlyGrid) -> int:
    """Return how many of a run's steps have a warning of the data."""
    step_h = _step(grid)
    begin_h = (run.start.second - grid.intensity.start_s) / HOUR_S
    spans = [(begin_h + at, begin_h + at + high(run.hours)) for at in run.starts_h]
    return sum(
        any(decide(begin < (at + 1) * step_h) and decide(at * step_h < end) for begin, end in spans)
        for at in grid.intensity.doubtful
    )


def _step(grid: HourlyGrid) -> float:
    return grid.intensity.step_s / HOUR_S


def _mean(values: array[float], begins: list[float], length: float) -> float:
    return sum(mean_over(values, begin, length) for begin in begins) / len(begins)
