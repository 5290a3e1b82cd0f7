"""When and where to run the jobs of a workload, and what waiting saves."""

from __future__ import annotations

from typing import NamedTuple

from carbonctl.catalog import Catalog
from carbonctl.catalog.hourly.series import HOUR_S, stamp
from carbonctl.errors import Caution, InputError, Problem
from carbonctl.site.contiguous import TIE
from carbonctl.site.elastic import Curve, curve
from carbonctl.site.forecast import forecast
from carbonctl.site.integral import SLACK, Steps
from carbonctl.site.job import Job
from carbonctl.site.jobs import JobFacts, jobs_of
from carbonctl.site.regions import Placement, placements
from carbonctl.site.run import G_PER_KG, Run, paid
from carbonctl.site.schedule_hours import JobHours, hours_of_job
from carbonctl.site.schedules import (
    CHOICES,
    CONTIGUOUS,
    ELASTIC,
    HOME,
    INTERRUPTIBLE,
    LATEST,
    MEAN,
    NOW,
    WORST,
    JobSchedule,
    Option,
    Question,
    Refusal,
    ScheduleResult,
    Span,
)
from carbonctl.site.waiting import Chosen, releases, saving
from carbonctl.spec.hours import HourlyFile, SpanAfter
from carbonctl.spec.load import Loaded
from carbonctl.spec.moments import MARGINAL, Moment

W_PER_KW = 1000


def schedule(loaded: Loaded, catalog: Catalog, question: Question) -> ScheduleResult:
    """Return when and where the jobs of a workload run best.

    Raises
    ------
    InputError
        With every job that cannot be scheduled, and every fault of the files of hours.
    """
    known = jobs_of(loaded, catalog)
    problems: list[Problem] = list(known.problems)
    jobs: list[JobSchedule] = []
    warnings = list(known.warnings)
    for facts in known.jobs:
        try:
            study = _Study(facts, hours_of_job(facts, catalog, question), question)
            jobs.append(study.schedule())
            warnings += study.warnings
        except InputError as error:
            problems += error.problems
        except Refusal as refusal:
            keys = (*facts.keys, "schedule", *refusal.keys)
            problems.append(loaded.problem(keys, facts.path, f"{facts.name}: {refusal}"))
    if problems:
        raise InputError(problems)
    return ScheduleResult(
        loaded.workload.name, question, tuple(jobs), tuple(dict.fromkeys(warnings))
    )


class _Time(NamedTuple):
    """One time that a job runs.

    Attributes
    ----------
    by : dict of str to Steps or None
        What chooses its hours, by region; None where the data themselves do.
    at_release_g_per_kwh : float
        That at home at the release, which decides what moving the job is taken to emit.
    placed : tuple of Placement
        It in each region.
    """

    by: dict[str, Steps | None]
    at_release_g_per_kwh: float
    placed: tuple[Placement, ...]


class _Study:
    """Schedules one job."""

    def __init__(self, facts: JobFacts, hours: JobHours, question: Question) -> None:
        self.facts = facts
        self.asked = facts.schedule
        self.hours = hours
        self.question = question
        self.warnings = list(hours.warnings)
        self.doubtful: dict[str, set[int]] = {}

    def schedule(self) -> JobSchedule:
        """Return the schedule of the job."""
        job = self.job()
        starts = self.starts_h(job)
        scale = self.scale()
        try:
            times = [self.time(job, release_h, scale) for release_h in starts]
        except ValueError as error:
            raise Refusal(str(error)) from None
        now_kg = sum(time.placed[0].waiting.now.kgco2e for time in times)
        options = [
            option
            for place in range(len(self.hours.regions))
            for option in self.options(place, times, now_kg)
        ]
        best = _best(options)
        self.warn_of_doubtful()
        self.warn_of_signal(options)
        facts = self.facts
        is_marginal = self.question.by == MARGINAL
        chooser = self.hours.signal_series if is_marginal else self.hours.series[best.region]
        assert chooser is not None
        return JobSchedule(
            facts.path, facts.name, facts.hours, facts.power_kw, facts.pue,
            facts.hours * facts.power_kw, scale is not None,
            self.hours.second(job.release_h), self.hours.second(job.deadline_h),
            len(starts), tuple(options), best, chooser, self.hours.data,
        )  # fmt: skip

    def job(self) -> Job:
        """Return the job as the machines have it: its power without PUE."""
        facts, asked = self.facts, self.asked
        release_h = self.release_h()
        limit = asked.power_limit
        limit_kw: object = self.hours.limit_kw
        if limit is not None and not isinstance(limit, HourlyFile):
            limit_kw = limit.best / W_PER_KW
        return Job(
            duration_h=facts.hours,
            power_kw=facts.power_kw / facts.pue,
            release_h=release_h,
            deadline_h=self.deadline_h(release_h),
            limit_kw=limit_kw,  # type: ignore[arg-type]
            is_interruptible=bool(asked.interruptible),
            max_pauses=None if asked.max_pauses is None else int(asked.max_pauses.best),
            restart_kwh=0.0 if asked.restart_energy is None else asked.restart_energy.best,
        )

    def release_h(self) -> float:
        """Return when the job can begin, from the first step of the data [h]."""
        release: Moment | None = self.asked.release or self.facts.activity.start
        if release is None:
            return 0.0
        hours = (release.second - self.hours.home.start_s) / HOUR_S
        if hours < -SLACK or hours >= self.end_h - SLACK:
            key = "release" if self.asked.release else "start"
            raise Refusal(f"{key} {release} is outside of {self.hours.said}", key)
        return hours

    @property
    def end_h(self) -> float:
        """End of the data, from their first step [h]."""
        return (self.hours.home.end_s - self.hours.home.start_s) / HOUR_S

    def deadline_h(self, release_h: float) -> float:
        """Return when the job must be done, from the first step of the data [h]."""
        deadline = self.asked.deadline
        repeat = self.facts.activity.repeat
        if isinstance(deadline, Moment):
            hours = (deadline.second - self.hours.home.start_s) / HOUR_S
        elif isinstance(deadline, SpanAfter):
            hours = release_h + deadline.hours
        else:
            hours = self.end_h if repeat is None else release_h + repeat.every.best
        if hours > self.end_h + SLACK:
            what = "deadline" if deadline is not None else "the time until it repeats"
            when = stamp(self.hours.second(hours))
            raise Refusal(f"{what}: {when} is after the end of {self.hours.said}", "deadline")
        if hours <= release_h:
            when = stamp(self.hours.second(release_h))
            raise Refusal(f"deadline {deadline} is not after the release, {when}", "deadline")
        return hours

    def scale(self) -> Curve | None:
        """Return the throughput by number of workers; None where that is fixed."""
        given = self.asked.elastic
        if given is None:
            return None
        try:
            return curve({_workers(key): rate.best for key, rate in given.items()})
        except ValueError as error:
            raise Refusal(str(error), "elastic") from None

    def starts_h(self, job: Job) -> tuple[float, ...]:
        """Return the release of each time that the job runs, as far as the data go."""
        wanted = len(self.facts.starts_h)
        repeat = self.facts.activity.repeat
        if repeat is None or wanted == 1:
            return (job.release_h,)
        length = job.deadline_h - job.release_h
        within = releases(job.release_h, repeat.every.best, length, self.end_h)
        if len(within) < wanted:
            message = f"{len(within)} of {wanted} runs lie within the data; the sums are of these"
            self.warnings.append(Caution(message, self.facts.path, kind="runs in the data"))
        return within[:wanted]

    def time(self, job: Job, release_h: float, scale: Curve | None) -> _Time:
        """Return one time of the job in each region.

        Raises
        ------
        ValueError
            Where it does not fit, or regions cannot be compared.
        """
        deadline_h = release_h + job.deadline_h - job.release_h
        moved = job._replace(release_h=release_h, deadline_h=deadline_h)
        regions = self.hours.regions
        by = {region.name: self.chosen_by(region.series, release_h) for region in regions}
        home, *away = (region._replace(by=by[region.name]) for region in regions)
        at_release = (by[HOME] or home.series).at(release_h)
        return _Time(by, at_release, placements(moved, home, away, scale))

    def chosen_by(self, series: Steps, release_h: float) -> Steps | None:
        """Return what chooses the hours in a region; None where the data themselves do."""
        is_marginal = self.question.by == MARGINAL and self.hours.signal is not None
        if is_marginal:
            assert self.hours.signal is not None
            series = self.hours.signal.steps
        if self.question.forecast is not None:
            return forecast(self.question.forecast, series, release_h)
        return series if is_marginal else None

    def options(self, place: int, times: list[_Time], now_kg: float) -> list[Option]:
        """Return the ways to run the job in one region, all its times together."""
        placed = [time.placed[place] for time in times]
        region = self.hours.regions[place]
        moved = 0.0 if place == 0 else region.transfer_kwh
        expected = sum(moved * time.at_release_g_per_kwh for time in times) / G_PER_KG
        moving = sum(placement.transfer_kgco2e for placement in placed)
        known = _Known(self, region.name, times, moving, expected, now_kg)
        waits = [placement.waiting for placement in placed]
        options = [
            known.option(NOW, [wait.now for wait in waits]),
            known.chosen(CONTIGUOUS, [wait.contiguous for wait in waits]),
        ]
        for name, some in (
            (INTERRUPTIBLE, [wait.interruptible for wait in waits]),
            (ELASTIC, [wait.elastic for wait in waits]),
        ):
            ran = [each for each in some if each is not None]
            if ran:
                options.append(known.chosen(name, ran))
        return [
            *options,
            known.option(LATEST, [wait.latest for wait in waits]),
            known.option(WORST, [wait.worst for wait in waits]),
            known.mean(sum(wait.mean_kgco2e for wait in waits), options[0].energy_kwh),
        ]

    def note_doubtful(self, region: str, runs: list[Run]) -> None:
        """Remember which doubtful steps of a region's data some runs touch."""
        series = self.hours.series[region]
        step_h = series.step_s / HOUR_S
        touched = self.doubtful.setdefault(region, set())
        for at in series.doubtful:
            begin, end = at * step_h, (at + 1) * step_h
            if any(s.start_h < end and begin < s.end_h for run in runs for s in run.segments):
                touched.add(at)

    def warn_of_doubtful(self) -> None:
        """Say which hours of the runs have data that may be wrong."""
        for region, touched in self.doubtful.items():
            if touched:
                series = self.hours.series[region]
                first = stamp(series.start_s + min(touched) * series.step_s)
                message = (
                    f"{series.origin.file}: {len(touched)} steps that a run touches, the first "
                    f"{first}, have under half of the generation that is usual around them"
                )
                self.warnings.append(Caution(message, self.facts.path, kind="doubtful hours"))

    def warn_of_signal(self, options: list[Option]) -> None:
        """Say where the marginal intensity lacks hours of a run."""
        if self.hours.signal is not None and any(
            option.signal_kgco2e is None and option.region == HOME and option.name != MEAN
            for option in options
        ):
            message = "the marginal intensity lacks hours of some runs; their signal is unknown"
            self.warnings.append(Caution(message, self.facts.path, kind="hours of the signal"))


class _Known(NamedTuple):
    """What the options of one region share."""

    study: _Study
    region: str
    times: list[_Time]
    moving_kg: float
    expected_moving_kg: float
    now_kg: float

    def chosen(self, name: str, chosen: list[Chosen]) -> Option:
        """Return a way whose hours were chosen, beside its ideal where that is another."""
        is_hindsight = self.study.question.is_hindsight
        ideal = None if is_hindsight else sum(each.ideal.kgco2e for each in chosen)
        option = self.option(name, [each.run for each in chosen])
        return option if ideal is None else option._replace(ideal_kgco2e=ideal + self.moving_kg)

    def option(self, name: str, runs: list[Run]) -> Option:
        """Return one way to run the job, the sums over all its times."""
        hours, region = self.study.hours, self.region
        self.study.note_doubtful(region, runs)
        energy = sum(run.energy_kwh for run in runs)
        own = sum(run.kgco2e for run in runs)
        saved = saving(self.now_kg, own + self.moving_kg)
        signals: list[float | None] = [None]
        if hours.signal is not None and region == HOME:
            signals = [hours.signal.cost_kgco2e(run) for run in runs]
        known = [signal for signal in signals if signal is not None]
        first = runs[0]
        spans = tuple(
            Span(hours.second(start), hours.second(end), power)
            for start, end, power in first.segments
        )
        return Option(
            name, region, stamp(spans[0].start_s), stamp(spans[-1].end_s), first.pauses, energy,
            own * G_PER_KG / energy, self.moving_kg, own + self.moving_kg,
            saved.kgco2e, saved.pct, self.foreseen(runs), None,
            sum(known) if len(known) == len(signals) else None,
            spans, tuple(stamp(hours.second(run.start_h)) for run in runs),
        )  # fmt: skip

    def foreseen(self, runs: list[Run]) -> float:
        """Return what some runs emit by what chose them, the transfer included [kg]."""
        whole = 0.0
        for run, time in zip(runs, self.times, strict=True):
            series = time.by[self.region]
            own = run if series is None else paid(run.segments, series, run.restart_kwh)
            whole += own.kgco2e
        return whole + self.expected_moving_kg

    def mean(self, kgco2e: float, energy_kwh: float) -> Option:
        """Return the mean of all starts; it chooses nothing and has no times."""
        whole = kgco2e + self.moving_kg
        saved = saving(self.now_kg, whole)
        return Option(
            MEAN, self.region, None, None, None, energy_kwh, kgco2e * G_PER_KG / energy_kwh,
            self.moving_kg, whole, saved.kgco2e, saved.pct, whole,
        )  # fmt: skip


def _best(options: list[Option]) -> Option:
    """Return the way that emits least by what chooses; of equal ones the first, the simplest."""
    choices = [option for option in options if option.name in CHOICES]
    least = min(option.foreseen_kgco2e for option in choices)
    return next(o for o in choices if o.foreseen_kgco2e <= least + TIE * abs(least))


def _workers(key: str) -> int:
    if not key.isdecimal():
        raise ValueError(f"elastic: `{key}` is no number of workers")
    return int(key)
