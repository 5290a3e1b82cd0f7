"""What is asked of the jobs of a workload, and what comes of it."""

from __future__ import annotations

import re
from typing import NamedTuple

from carbonctl.catalog.hourly.series import Series
from carbonctl.errors import Caution, UsageError
from carbonctl.site.forecast import ERROR, HOUR_OF_WEEK, LAST_WEEK, Forecast
from carbonctl.site.hours import DataFile
from carbonctl.site.waiting import saving
from carbonctl.spec.moments import AVERAGE

NOW, CONTIGUOUS, INTERRUPTIBLE, ELASTIC = "now", "contiguous", "interruptible", "elastic"
LATEST, WORST, MEAN = "latest", "worst", "mean"
CHOICES = frozenset({NOW, CONTIGUOUS, INTERRUPTIBLE, ELASTIC})  # what a job may be told to do
HOME = "home"
_FORECASTS = (LAST_WEEK, HOUR_OF_WEEK)
_ERROR = re.compile(r"error\s+(.+)")


class Refusal(ValueError):
    """Why a job cannot be scheduled.

    Parameters
    ----------
    message : str
        In words for whoever wrote the job.
    keys : str
        Where in its `schedule` the cause stands.
    """

    def __init__(self, message: str, *keys: str) -> None:
        super().__init__(message)
        self.keys = keys


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

    @property
    def is_hindsight(self) -> bool:
        """Whether the hours are chosen by what they turn out to emit."""
        return self.by == AVERAGE and self.forecast is None


class Span(NamedTuple):
    """A time at one power: seconds since 1970-01-01T00:00Z, and kW with PUE."""

    start_s: int
    end_s: int
    power_kw: float


class Option(NamedTuple):
    """One way to run a job; of a repeated one, the sums over all times.

    Attributes
    ----------
    name : str
        now, contiguous, interruptible, elastic, latest, worst or mean.
    region : str
        Where.
    start, end : str or None
        UTC, of the first time; None of a mean.
    pauses : int or None
        How often it pauses, the first time.
    energy_kwh : float
        What it draws, PUE included [kWh].
    g_per_kwh : float
        Mean intensity of that energy, grid losses included where the site gives them [g/kWh].
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
    spans : tuple of Span
        When it draws what, the first time.
    starts : tuple of str
        When it begins each time, UTC.
    """

    name: str
    region: str
    start: str | None
    end: str | None
    pauses: int | None
    energy_kwh: float
    g_per_kwh: float
    transfer_kgco2e: float
    kgco2e: float
    saves_kgco2e: float
    saves_pct: float
    foreseen_kgco2e: float
    ideal_kgco2e: float | None = None
    signal_kgco2e: float | None = None
    spans: tuple[Span, ...] = ()
    starts: tuple[str, ...] = ()


class JobSchedule(NamedTuple):
    """What is known of one job.

    Attributes
    ----------
    path, name : str
        Its activity.
    duration_h, power_kw, pue, energy_kwh : float
        Of one time as the workload has it, at home: hours, power and energy with PUE.
    is_elastic : bool
        Whether that is of one worker of several.
    release_s, deadline_s : int
        Of the first time, seconds since 1970-01-01T00:00Z.
    runs : int
        How many times it runs within the data.
    options : tuple of Option
        The ways to run it, by region; now at home is the first.
    best : Option
        The one to take: the lowest by what chooses the hours.
    chooser : Series
        The intensity that its hours were chosen in: the average one of its region, or the
        marginal one [g/kWh].
    data : tuple of DataFile
        What was read.
    """

    path: str
    name: str
    duration_h: float
    power_kw: float
    pue: float
    energy_kwh: float
    is_elastic: bool
    release_s: int
    deadline_s: int
    runs: int
    options: tuple[Option, ...]
    best: Option
    chooser: Series
    data: tuple[DataFile, ...]

    @property
    def now(self) -> Option:
        """The job at once, at home."""
        return self.options[0]


class ScheduleResult(NamedTuple):
    """The schedules of the jobs of a workload."""

    name: str
    question: Question
    jobs: tuple[JobSchedule, ...]
    warnings: tuple[Caution, ...]

    @property
    def sums(self) -> Sums:
        """The sums over all jobs, which gates are over."""
        now = sum(job.now.kgco2e for job in self.jobs)
        best = sum(job.best.kgco2e for job in self.jobs)
        signals = [job.best.signal_kgco2e for job in self.jobs]
        known = [signal for signal in signals if signal is not None]
        return Sums(
            now_kgco2e=now,
            best_kgco2e=best,
            saves_kgco2e=now - best,
            saves_pct=saving(now, best).pct,
            energy_kwh=sum(job.best.energy_kwh for job in self.jobs),
            signal_kgco2e=sum(known) if len(known) == len(signals) else None,
        )

    @property
    def data(self) -> tuple[DataFile, ...]:
        """Every file that was read, once for each use."""
        return tuple(dict.fromkeys(file for job in self.jobs for file in job.data))


class Sums(NamedTuple):
    """Sums over all jobs of a workload.

    Attributes
    ----------
    now_kgco2e, best_kgco2e : float
        All at once at home, and each as it is best [kg].
    saves_kgco2e, saves_pct : float
        The difference.
    energy_kwh : float
        Of the best [kWh].
    signal_kgco2e : float or None
        Of the best, by the marginal intensity; None where that is not known of all [kg].
    """

    now_kgco2e: float
    best_kgco2e: float
    saves_kgco2e: float
    saves_pct: float
    energy_kwh: float
    signal_kgco2e: float | None


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
