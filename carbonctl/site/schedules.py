"""What is asked of the jobs of a workload, and what comes of it."""

from __future__ import annotations

import re
from typing import NamedTuple

from carbonctl.catalog.hourly.series import Series
from carbonctl.errors import Caution, UsageError
from carbonctl.site.forecast import ERROR, HOUR_OF_WEEK, LAST_WEEK, Forecast
from carbonctl.site.hours import DataFile
from carbonctl.site.run import Segment
from carbonctl.site.waiting import saving
from carbonctl.spec.hours import AVERAGE

NOW, CONTIGUOUS, INTERRUPTIBLE, ELASTIC = "now", "contiguous", "interruptible", "elastic"
LATEST, WORST, MEAN = "latest", "worst", "mean"
HOME = "home"
_FORECASTS = (LAST_WEEK, HOUR_OF_WEEK)
_ERROR = re.compile(r"error\s+(.+)")


class Question(NamedTuple):
    """What is asked of the jobs.

    Attributes
    ----------
    by : str
        What chooses the hours: "average" or "marginal" intensity.
    forecast : Forecast or None
        How the intensity to come is foretold; None chooses by the data themselves.
    forecast_text : str
        The same as it was written.
    """

    by: str = AVERAGE
    forecast: Forecast | None = None
    forecast_text: str = ""


class Option(NamedTuple):
    """One way to run a job; of a repeated one, the sums over all times.

    Attributes
    ----------
    name : str
        now, contiguous, interruptible, elastic, latest, worst or mean.
    region : str
        Where.
    start, end : str
        UTC, of the first time; empty of a mean.
    pauses : int
        How often it pauses, the first time.
    energy_kwh : float
        What it draws, PUE included [kWh].
    g_per_kwh : float
        Mean intensity of that energy [g/kWh].
    transfer_kgco2e : float
        Of moving the job there [kg].
    kgco2e : float
        What it emits, the transfer included [kg].
    saves_kgco2e, saves_pct : float
        Less than running now, at home.
    foreseen_kgco2e : float
        By what chose the hours: the data, a forecast or the marginal intensity. The best option
        is the lowest of these, so that a forecast chooses without knowing what comes.
    ideal_kgco2e : float or None
        Of one who knows the data to come, where something else chose the hours.
    signal_kgco2e : float or None
        The same hours by the marginal intensity. No total holds it.
    segments : tuple of Segment
        When it draws what, the first time; hours from the first step of the data.
    """

    name: str
    region: str
    start: str
    end: str
    pauses: int
    energy_kwh: float
    g_per_kwh: float
    transfer_kgco2e: float
    kgco2e: float
    saves_kgco2e: float
    saves_pct: float
    foreseen_kgco2e: float
    ideal_kgco2e: float | None = None
    signal_kgco2e: float | None = None
    segments: tuple[Segment, ...] = ()


class JobSchedule(NamedTuple):
    """What is known of one job.

    Attributes
    ----------
    path, name : str
        Its activity.
    duration_h, power_kw, pue, energy_kwh : float
        Of one time: hours, power and energy with PUE.
    release, deadline : str
        UTC, of the first time.
    runs : int
        How many times it runs within the data.
    options : tuple of Option
        The ways to run it; now is the first.
    best : Option
        The one that it may take and that emits least.
    intensity : Series
        Of its grid at home [g/kWh].
    release_step : int
        The step of it that the job can begin in.
    data : tuple of DataFile
        What was read.
    """

    path: str
    name: str
    duration_h: float
    power_kw: float
    pue: float
    energy_kwh: float
    release: str
    deadline: str
    runs: int
    options: tuple[Option, ...]
    best: Option
    intensity: Series
    release_step: int
    data: tuple[DataFile, ...]


class ScheduleResult(NamedTuple):
    """The schedules of the jobs of a workload."""

    name: str
    file: str
    question: Question
    jobs: tuple[JobSchedule, ...]
    warnings: tuple[Caution, ...]

    def sums(self) -> dict[str, float | None]:
        """Return the figures that gates are over: sums over all jobs."""
        now = sum(job.options[0].kgco2e for job in self.jobs)
        best = sum(job.best.kgco2e for job in self.jobs)
        signals = [job.best.signal_kgco2e for job in self.jobs]
        known = [signal for signal in signals if signal is not None]
        return {
            "now_kgco2e": now,
            "best_kgco2e": best,
            "saves_kgco2e": now - best,
            "saves_pct": saving(now, best).pct,
            "signal_kgco2e": sum(known) if len(known) == len(signals) else None,
        }


def read_forecast(text: str | None) -> Forecast | None:
    """Read ``--forecast``: last-week, hour-of-week, or `error 10 %`.

    Raises
    ------
    UsageError
        For anything else.
    """
    if text is None:
        return None
    if text in _FORECASTS:
        return Forecast(text)
    of_size = _ERROR.fullmatch(text.strip())
    if of_size is not None:
        from carbonctl.numbers.unit_table import QuantityError
        from carbonctl.numbers.units import FRACTION, parse

        try:
            size = parse(of_size[1], FRACTION)
        except QuantityError as error:
            raise UsageError(f"--forecast: {error}") from None
        if isinstance(size, float) and size >= 0:
            return Forecast(ERROR, size)
    raise UsageError(
        f"--forecast: `{text}` is none of {LAST_WEEK}, {HOUR_OF_WEEK} and `error 10 %`"
    )
