"""Forecasts of an intensity, as they could be made at the release of a job.

``last-week`` and ``hour-of-week`` know the steps that have ended by the release, and nothing
later. ``error`` is no forecast that anyone could make: it is the data with noise of a given size,
which shows how much of a saving an error of that size costs.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from carbonctl.factors.normal import normal_quantile
from carbonctl.site.integral import SLACK, FloatArray, Steps, steps

WEEK_H = 168
LAST_WEEK, HOUR_OF_WEEK, ERROR = "last-week", "hour-of-week", "error"
SEED = 1

_UNIT_BITS = 53  # of a float's significand


class Forecast(NamedTuple):
    """How a forecast is made.

    Attributes
    ----------
    kind : str
        "last-week", "hour-of-week" or "error".
    error : float
        Of kind "error": standard deviation of the noise, a share of the mean of the data.
    seed : int
        Of kind "error": what the noise follows from.
    """

    kind: str
    error: float = 0.0
    seed: int = SEED


def forecast(how: Forecast, series: Steps, release_h: float) -> Steps:
    """Return a forecast of a series: its own values until the release, others from then on.

    Parameters
    ----------
    how : Forecast
        What it is made of.
    series : Steps
        Intensity [g/kWh].
    release_h : float
        When it is made; the step that this lies in has not ended and is forecast.

    Raises
    ------
    ValueError
        Where less than a week of data precedes the release, or the kind is unknown.
    """
    if how.kind == ERROR:
        return with_error(series, how.error, how.seed, release_h)
    known = min(int(release_h / series.step_h + SLACK), len(series.values))
    week = round(WEEK_H / series.step_h)
    if known < week:
        raise ValueError(
            f"a forecast from earlier weeks needs a week of data before the release, which is "
            f"{release_h:g} h after the data begin"
        )
    if how.kind == LAST_WEEK:
        pattern = series.values[known - week : known]
    elif how.kind == HOUR_OF_WEEK:
        pattern = _week_means(series.values[:known], week)
    else:
        raise ValueError(f"unknown forecast {how.kind}: {LAST_WEEK}, {HOUR_OF_WEEK} or {ERROR}")
    later = np.resize(pattern, len(series.values) - known)
    return steps(np.concatenate((series.values[:known], later)), series.step_h)


def with_error(series: Steps, error: float, seed: int, release_h: float = 0.0) -> Steps:
    """Return a series with independent normal noise in each step that ends after the release.

    The standard deviation is the error times the mean of the series, as in Wiesner et al. 2021
    ("Let's Wait Awhile", Middleware '21). Nothing falls below 0. The noise of a step depends on
    the seed and the number of the step alone.

    Parameters
    ----------
    series : Steps
        Intensity [g/kWh].
    error : float
        Standard deviation, a share of the mean; 0 or more.
    seed : int
        0 or more.
    release_h : float
        When the forecast is made [h].

    Raises
    ------
    ValueError
        Where the error is below 0.
    """
    if error < 0:
        raise ValueError("the error of a forecast must be 0 % or more")
    known = min(int(release_h / series.step_h + SLACK), len(series.values))
    bits = np.random.PCG64(seed).random_raw(len(series.values))
    levels = ((bits >> np.uint64(64 - _UNIT_BITS)) + 0.5) / 2.0**_UNIT_BITS
    noise = error * series.mean * normal_quantile(levels[known:])
    values = series.values.copy()
    values[known:] = np.maximum(values[known:] + noise, 0.0)
    return steps(values, series.step_h)


def _week_means(values: FloatArray, week: int) -> FloatArray:
    """Return the mean of each step of the week over all weeks, the next step to come first."""
    place = np.arange(len(values)) % week
    means = np.bincount(place, weights=values) / np.bincount(place)
    return np.roll(means, -(len(values) % week))
