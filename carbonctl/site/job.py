"""A job that may wait, and the steps between its release and its deadline."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from carbonctl.site.integral import SLACK, FloatArray, Steps, running


class Job(NamedTuple):
    """Work that draws one power for some time, somewhere between two times.

    Attributes
    ----------
    duration_h : float
        How long it runs at its own power [h].
    power_kw : float
        What it draws while it runs [kW].
    release_h, deadline_h : float
        Earliest start and latest end, hours since the first step of the series.
    limit_kw : float, array of shape (n,) or None
        Most that it may draw [kW], always or in each step of the series.
    is_interruptible : bool
        Whether it may pause.
    max_pauses : int or None
        Most pauses; None for any number.
    restart_kwh : float
        Energy of each resumption [kWh].
    """

    duration_h: float
    power_kw: float
    release_h: float
    deadline_h: float
    limit_kw: float | FloatArray | None = None
    is_interruptible: bool = False
    max_pauses: int | None = None
    restart_kwh: float = 0.0


class Window(NamedTuple):
    """The steps between the release and the deadline of a job; those at both ends are cut.

    Attributes
    ----------
    edges_h : array, shape (n + 1,)
        The release, the edges of steps in between, the deadline [h].
    intensity : array, shape (n,)
        Of each step [g/kWh].
    power_kw : array, shape (n,)
        What the job draws when it runs in a step, under its limit [kW].
    full_h : array, shape (n + 1,)
        Running without a pause from the release, the work done by each edge: hours at full power.
    need_h : float
        The work to do: hours at full power [h].
    full_kw : float
        Full power: that of the job, or its limit where that is one number [kW].
    """

    edges_h: FloatArray
    intensity: FloatArray
    power_kw: FloatArray
    full_h: FloatArray
    need_h: float
    full_kw: float

    @property
    def is_steady(self) -> bool:
        """Whether the job draws the same power in every step."""
        return self.full_h is self.edges_h


def window(job: Job, series: Steps) -> Window:
    """Return the steps that a job may run in.

    One limit for all steps lengthens the run to duration · power / limit. A limit of each step
    lets it do less in some of them.

    Parameters
    ----------
    job : Job
        Its limit, where it is an array, has a value for each step of the series.
    series : Steps
        Intensity [g/kWh].

    Raises
    ------
    ValueError
        Where the job does not fit between its release and its deadline, or these do not lie
        within the series, or a figure has no meaning.
    """
    first, edges = cut(job, series)
    last = first + len(edges) - 1
    need, full = job.duration_h, job.power_kw
    power = np.full(len(edges) - 1, full)
    full_h = edges
    if isinstance(job.limit_kw, np.ndarray):
        limit = checked_limit(job.limit_kw, series)
        power = np.minimum(limit[first:last], full)
        full_h = running(np.diff(edges) * power / full)
    elif job.limit_kw is not None and job.limit_kw < full:
        if job.limit_kw <= 0:
            raise ValueError("the power limit must be above 0 kW")
        need, full = need * full / job.limit_kw, job.limit_kw
        power = np.full(len(edges) - 1, full)
    room = float(full_h[-1] - full_h[0])
    if need > room + SLACK:
        raise ValueError(_too_long(job, need, room))
    return Window(edges, series.values[first:last], power, full_h, min(need, room), full)


def cut(job: Job, series: Steps) -> tuple[int, FloatArray]:
    """Return the first step that a job may run in, and the edges from release to deadline [h].

    Raises
    ------
    ValueError
        Where they do not lie within the series, or no time is between them.
    """
    if not job.duration_h > 0 or not job.power_kw > 0:
        raise ValueError("the duration and the power of a job must be above 0")
    if job.release_h < -SLACK:
        raise ValueError(f"the release is {-job.release_h:g} h before the hourly data begin")
    if job.deadline_h > series.end_h + SLACK:
        late = job.deadline_h - series.end_h
        raise ValueError(f"the deadline is {late:g} h after the hourly data end")
    if job.deadline_h <= job.release_h:
        raise ValueError("the deadline must be after the release")
    first = series.step_at(job.release_h)
    last = int(np.ceil(job.deadline_h / series.step_h - SLACK))
    edges = series.edges_h[first : max(last, first + 1) + 1].copy()
    edges[0], edges[-1] = job.release_h, job.deadline_h
    return first, edges


def checked_limit(limit_kw: FloatArray, series: Steps) -> FloatArray:
    """Return a power limit of each step [kW].

    Raises
    ------
    ValueError
        Where it has not one value of 0 kW or more for each step of the series.
    """
    if len(limit_kw) != len(series.values):
        raise ValueError(
            f"the power limit has {len(limit_kw)} steps, the intensity {len(series.values)}"
        )
    if not (limit_kw >= 0).all():
        raise ValueError("a power limit must be 0 kW or more in every step")
    return limit_kw


def _too_long(job: Job, need_h: float, room_h: float) -> str:
    window_h = job.deadline_h - job.release_h
    if isinstance(job.limit_kw, np.ndarray):
        return (
            f"the run takes {need_h:g} h at full power, but its power limit leaves room for "
            f"{room_h:g} h of that in the {window_h:g} h between its release and its deadline"
        )
    limited = " under its power limit" if need_h > job.duration_h else ""
    return (
        f"the run takes {need_h:g} h{limited}, but only {window_h:g} h lie between its release "
        "and its deadline"
    )
