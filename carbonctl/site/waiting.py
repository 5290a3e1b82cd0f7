"""What a job saves by waiting: its run at once beside the best, the worst, the latest and the mean.

The hours may be chosen by another series than the one that pays: a forecast, or a marginal
intensity. Then the run so chosen stands beside the ideal one, which knows the data to come.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import NamedTuple

from carbonctl.site.contiguous import at_last, at_once, contiguous, mean_kgco2e, starts, worst
from carbonctl.site.elastic import Curve, elastic, fixed
from carbonctl.site.integral import SLACK, Steps, share_times
from carbonctl.site.interruptible import interruptible
from carbonctl.site.job import Job, window
from carbonctl.site.run import Run, paid


class Saving(NamedTuple):
    """What one run emits less than another: kg, and % of that other."""

    kgco2e: float
    pct: float


class Chosen(NamedTuple):
    """A run, and the run of the same kind that emits least.

    Attributes
    ----------
    run : Run
        As it was chosen, paid by the data: what is realised.
    ideal : Run
        As it would be chosen by one who knows the data to come. It is ``run`` where the data
        themselves choose: hindsight.
    """

    run: Run
    ideal: Run


class Waiting(NamedTuple):
    """The runs of a job between its release and its deadline.

    Attributes
    ----------
    now : Run
        It starts at the release.
    contiguous : Chosen
        The best start without a pause.
    interruptible : Chosen or None
        The best run with pauses; None where the job may not pause.
    latest : Run
        It ends at the deadline.
    worst : Run
        The start that emits most.
    mean_kgco2e : float
        Mean of all starts from the release to the latest, each as likely [kg].
    elastic : Chosen or None
        The best run with as many workers in each step as it is worth, maybe none; None where their
        number is fixed. The other runs are then those of the fewest workers that are done in time.
    """

    now: Run
    contiguous: Chosen
    interruptible: Chosen | None
    latest: Run
    worst: Run
    mean_kgco2e: float
    elastic: Chosen | None = None

    @property
    def best(self) -> Chosen:
        """The run that the job takes: elastic where it is, with pauses where it may have them."""
        return self.elastic or self.interruptible or self.contiguous


class Totals(NamedTuple):
    """Sums over the runs of a repeated job [kg], [kWh]."""

    now_kgco2e: float
    contiguous_kgco2e: float
    interruptible_kgco2e: float | None
    elastic_kgco2e: float | None
    best_kgco2e: float
    ideal_kgco2e: float
    latest_kgco2e: float
    worst_kgco2e: float
    mean_kgco2e: float
    energy_kwh: float


def saving(now_kgco2e: float, kgco2e: float) -> Saving:
    """Return what waiting saves against a run at once; 0 % where that emits nothing."""
    saved = now_kgco2e - kgco2e
    return Saving(saved, saved / now_kgco2e * 100 if now_kgco2e else 0.0)


def waiting(
    job: Job, series: Steps, by: Steps | None = None, scale: Curve | None = None
) -> Waiting:
    """Return the runs of a job.

    Parameters
    ----------
    job : Job
        What runs, from when, until when.
    series : Steps
        Intensity that it pays [g/kWh].
    by : Steps or None
        What its hours are chosen by; the series itself unless given. The worst start and the
        mean are those of the series.
    scale : Curve or None
        Throughput by number of workers of an elastic job, whose duration and power are those of
        one worker.

    Raises
    ------
    ValueError
        Where the job does not fit, or the series differ in their times.
    """
    if by is not None and not share_times(series, by):
        raise ValueError("what chooses the hours and what they emit are of different times")
    stretched = None
    if scale is not None:
        stretched = _chosen(partial(elastic, scale=scale), job, series, by)
        job = fixed(job, scale)
    span = window(job, series)
    choice = starts(span)
    return Waiting(
        now=paid(at_once(span), series),
        contiguous=_chosen(contiguous, job, series, by),
        interruptible=(_chosen(interruptible, job, series, by) if job.is_interruptible else None),
        latest=paid(at_last(span), series),
        worst=paid(worst(choice), series),
        mean_kgco2e=mean_kgco2e(choice),
        elastic=stretched,
    )


def releases(
    first_h: float, every_h: float, window_h: float, end_h: float, count: int | None = None
) -> tuple[float, ...]:
    """Return the releases of a repeated job.

    Parameters
    ----------
    first_h : float
        The first of them, hours since the first step of the series.
    every_h : float
        Time from one to the next [h].
    window_h : float
        Time from a release to its deadline [h].
    end_h : float
        End of the series [h].
    count : int or None
        How many there are; as many as end within the series unless given.

    Raises
    ------
    ValueError
        Where none, or fewer than the count, end within the series.
    """
    if not every_h > 0:
        raise ValueError("a job must repeat after more than 0 h")
    most = int((end_h - window_h - first_h) / every_h + SLACK) + 1
    if first_h + window_h > end_h + SLACK:
        most = 0
    if most < (count or 1):
        raise ValueError(
            f"{most} runs have their deadline within the hourly data, not {count or 1}"
        )
    return tuple(first_h + number * every_h for number in range(count or most))


def repeated(
    job: Job,
    series: Steps,
    released_h: Sequence[float],
    by: Callable[[float], Steps] | None = None,
    scale: Curve | None = None,
) -> tuple[Waiting, ...]:
    """Return the runs of each occurrence of a job, each in its own window.

    Parameters
    ----------
    job : Job
        One occurrence; the others have its time from release to deadline.
    series : Steps
        Intensity [g/kWh].
    released_h : sequence of float
        Release of each occurrence, of `releases`.
    by : callable or None
        What the hours are chosen by, given a release: a forecast is made anew for each.
    scale : Curve or None
        As in `waiting`.

    Raises
    ------
    ValueError
        Where an occurrence does not fit.
    """
    length = job.deadline_h - job.release_h
    return tuple(
        waiting(
            job._replace(release_h=release_h, deadline_h=release_h + length),
            series,
            by(release_h) if by else None,
            scale,
        )
        for release_h in released_h
    )


def totals(occurrences: Sequence[Waiting]) -> Totals:
    """Return the sums over all occurrences."""
    paused = [each.interruptible.run.kgco2e for each in occurrences if each.interruptible]
    scaled = [each.elastic.run.kgco2e for each in occurrences if each.elastic]
    return Totals(
        now_kgco2e=sum(each.now.kgco2e for each in occurrences),
        contiguous_kgco2e=sum(each.contiguous.run.kgco2e for each in occurrences),
        interruptible_kgco2e=sum(paused) if paused else None,
        elastic_kgco2e=sum(scaled) if scaled else None,
        best_kgco2e=sum(each.best.run.kgco2e for each in occurrences),
        ideal_kgco2e=sum(each.best.ideal.kgco2e for each in occurrences),
        latest_kgco2e=sum(each.latest.kgco2e for each in occurrences),
        worst_kgco2e=sum(each.worst.kgco2e for each in occurrences),
        mean_kgco2e=sum(each.mean_kgco2e for each in occurrences),
        energy_kwh=sum(each.best.run.energy_kwh for each in occurrences),
    )


def _chosen(
    choose: Callable[[Job, Steps], Run], job: Job, series: Steps, by: Steps | None
) -> Chosen:
    ideal = choose(job, series)
    if by is None:
        return Chosen(ideal, ideal)
    run = choose(job, by)
    return Chosen(paid(run.segments, series, run.restart_kwh), ideal)
