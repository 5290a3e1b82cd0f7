"""A figure of every step of a span of time, and its integral from any time to any other.

Times are hours since the first step of the series. The figure is constant within a step, so its
integral is piecewise linear and known everywhere from its values at the edges of the steps.
"""

from __future__ import annotations

from typing import Any, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

FloatArray: TypeAlias = npt.NDArray[np.float64]
Booleans: TypeAlias = npt.NDArray[np.bool_]

SLACK = 1e-9  # of a step or an hour: what rounding of times may be off


class Steps(NamedTuple):
    """A figure of every step; `steps` makes one.

    Attributes
    ----------
    values : array, shape (n,)
        The figure of each step, mostly an intensity [g/kWh].
    step_h : float
        Length of a step [h].
    edges_h : array, shape (n + 1,)
        Starts of the steps, and the end of the last [h].
    mean : float
        Mean of the values.
    excess : array, shape (n + 1,)
        Integral of values less mean, from the first step to each edge. It stays near zero over
        a year, which keeps its differences exact to rounding.
    """

    values: FloatArray
    step_h: float
    edges_h: FloatArray
    mean: float
    excess: FloatArray

    @property
    def end_h(self) -> float:
        """End of the last step [h]."""
        return float(self.edges_h[-1])

    def step_at(self, time_h: float) -> int:
        """Return the step that a time lies in; an edge belongs to the step that it starts."""
        return min(int(time_h / self.step_h + SLACK), len(self.values) - 1)

    def at(self, time_h: float) -> float:
        """Return the figure at a time."""
        return float(self.values[self.step_at(time_h)])

    def integral(self, start_h: Any, end_h: Any) -> Any:
        """Return the integral over time: Σ value · hours.

        Parameters
        ----------
        start_h, end_h : float or array
            Within the series [h].
        """
        upper = np.interp(end_h, self.edges_h, self.excess)
        lower = np.interp(start_h, self.edges_h, self.excess)
        return self.mean * (end_h - start_h) + (upper - lower)


def steps(values: npt.ArrayLike, step_h: float) -> Steps:
    """Return a series with its integral.

    Parameters
    ----------
    values : array_like, shape (n,)
        One finite figure for each step, at least one.
    step_h : float
        Length of a step [h].

    Raises
    ------
    ValueError
        Where there is no value, or one is not finite.
    """
    figures = np.asarray(values, dtype=np.float64)
    if not len(figures) or not np.isfinite(figures).all():
        raise ValueError("a series needs a finite value for every step")
    mean = float(figures.mean())
    edges = step_h * np.arange(len(figures) + 1, dtype=np.float64)
    return Steps(figures, step_h, edges, mean, running(step_h * (figures - mean)))


def share_times(first: Steps, second: Steps) -> bool:
    """Return whether two series have as many steps, of the same length."""
    return first.step_h == second.step_h and len(first.values) == len(second.values)


def running(parts: FloatArray) -> FloatArray:
    """Return the sums of the first 0, 1, … n parts, shape (n + 1,)."""
    sums = np.empty(len(parts) + 1)
    sums[0] = 0.0
    np.cumsum(parts, out=sums[1:])
    return sums
