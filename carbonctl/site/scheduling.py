"""When and where to run the jobs of a workload, and what waiting saves."""

from __future__ import annotations

from functools import partial

import numpy as np

from carbonctl.catalog import Catalog
from carbonctl.catalog.hourly.series import HOUR_S, Series, common, stamp
from carbonctl.errors import Caution, InputError, Problem
from carbonctl.site.elastic import curve, elastic
from carbonctl.site.forecast import forecast
from carbonctl.site.hours import HoursReader
from carbonctl.site.integral import Steps, steps
from carbonctl.site.job import Job
from carbonctl.site.jobs import JobFacts, jobs_of
from carbonctl.site.regions import Placement, Region, placements
from carbonctl.site.run import G_PER_KG, Run, paid
from carbonctl.site.schedules import (
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
    ScheduleResult,
)
from carbonctl.site.waiting import Chosen, releases, saving
from carbonctl.spec.hours import AVERAGE, MARGINAL, Hourly, HourlyFile, Moment, hourly_file
from carbonctl.spec.hours import Region as RegionSpec
from carbonctl.spec.load import Loaded

W_PER_KW, KW_PER_MW = 1000, 1000
_SIGNAL, _LIMIT = "\0signal", "\0limit"  # no region is called so
_CHOICES = frozenset({NOW, CONTIGUOUS, INTERRUPTIBLE, ELASTIC})


def schedule(loaded: Loaded, catalog: Catalog, question: Question) -> ScheduleResult:
    """Return when and where the jobs of a workload run best.

    Raises
    ------
    InputError
        With every job that cannot be scheduled, and every fault of the files of hours.
    """
    known = jobs_of(loaded, catalog)
    problems: list[Problem] = []
    jobs: list[JobSchedule] = []
    warnings = list(known.warnings)
    for facts in known.jobs:
        try:
            study = _Study(facts, catalog, question)
            jobs.append(study.schedule())
            warnings += study.files.warnings
        except InputError as error:
            problems += error.problems
        except ValueError as error:
            keys = _keys(facts, loaded)
            problems.append(loaded.problem(keys, facts.path, f"{facts.name}: {error}"))
    if problems:
        raise InputError(problems)
    return ScheduleResult(
        loaded.workload.name, loaded.file, question, tuple(jobs), tuple(dict.fromkeys(warnings))
    )


def _keys(facts: JobFacts, loaded: Loaded) -> tuple[str | int, ...]:
    for phase, place, name, _ in loaded.workload.activities():
        if facts.path == f"phases.{phase}.{name}":
            return ("phases", phase, place, "schedule")
    return ("phases",)


class _Study:
    """Schedules one job."""

    def __init__(self, facts: JobFacts, catalog: Catalog, question: Question) -> None:
        self.facts = facts
        self.asked = facts.schedule
        self.question = question
        self.files = HoursReader(catalog)
        self.basis: dict[str, str | None] = {}
        series = self.read()
        self.files.check()
        axes = dict(zip(series, common(list(series.values())), strict=True))
        self.home = axes[HOME]
        self.steps = {
            name: steps(np.array(axis.values), axis.step_s / HOUR_S) for name, axis in axes.items()
        }
        self.regions = self.known_regions()

    def read(self) -> dict[str, Series]:
        """Return the series of the job: home, other regions, the signal, the power limit."""
        at, regions = self.facts.at, dict(self.asked.regions or {})
        home = regions.pop(HOME, None)
        own = at.hourly if home is None else _hours(home)
        if own is None:
            raise ValueError(
                "no hours of its grid: give `site.grid_hourly`, a file or a packaged series"
            )
        series: dict[str, Series] = {}
        self.average(series, HOME, own, at.hourly_path, at.grid)
        for name, region in regions.items():
            path = f"{self.facts.path}.schedule.regions.{name}"
            self.average(series, name, _hours(region), path, None)
        if at.marginal is not None:
            ref = hourly_file(at.marginal)
            signal = self.files.grid(ref, MARGINAL, at.marginal_path, at.grid, MARGINAL)
            if signal is not None:
                series[_SIGNAL] = signal.intensity
        elif self.question.by == MARGINAL:
            raise ValueError("--by marginal needs `site.marginal_hourly`")
        if self.question.by == MARGINAL and regions:
            raise ValueError(
                "--by marginal: the marginal intensity is of home alone; leave out `regions`"
            )
        if isinstance(self.asked.power_limit, HourlyFile):
            path = f"{self.facts.path}.schedule.power_limit"
            limit = self.files.column(self.asked.power_limit, "power limit", path, "power_limit")
            if limit is not None:
                series[_LIMIT] = limit
        return series

    def average(
        self, series: dict[str, Series], name: str, ref: Hourly, path: str, grid: str | None
    ) -> None:
        """Read the average intensity of a region."""
        known = self.files.grid(hourly_file(ref), name, path, grid)
        if known is not None:
            series[name] = known.intensity
            self.basis[name] = known.basis

    def known_regions(self) -> list[Region]:
        """Return the regions of the job, home first."""
        regions = []
        for name, basis in self.basis.items():
            given = (self.asked.regions or {}).get(name)
            spec = given if isinstance(given, RegionSpec) else None
            pue = spec.pue.best if spec is not None and spec.pue is not None else self.facts.pue
            moved = spec.transfer.best if spec is not None and spec.transfer is not None else 0.0
            regions.append(Region(name, self.steps[name], AVERAGE, basis, pue, moved))
        return regions

    def schedule(self) -> JobSchedule:
        """Return the schedule of the job."""
        job = self.job()
        starts = self.starts_h(job)
        occurrences = [self.occurrence(job, release_h) for release_h in starts]
        now_kg = sum(placed[0].waiting.now.kgco2e for placed in occurrences)
        options = [
            option
            for place in range(len(self.regions))
            for option in self.options([placed[place] for placed in occurrences], starts, now_kg)
        ]
        if self.asked.elastic is not None:
            options.append(self.elastic(job, starts, now_kg))
        chosen = [option for option in options if option.name in _CHOICES]
        facts = self.facts
        best = min(chosen, key=lambda option: option.foreseen_kgco2e)
        return JobSchedule(
            facts.path, facts.name, facts.hours, facts.power_kw, facts.pue,
            facts.hours * facts.power_kw, self.at(job.release_h), self.at(job.deadline_h),
            len(starts), tuple(options), best,
            self.home, self.steps[HOME].step_at(job.release_h), tuple(self.files.data),
        )  # fmt: skip

    def job(self) -> Job:
        """Return the job as the machines have it: its power without PUE."""
        facts, asked = self.facts, self.asked
        release_h = self.release_h()
        limit = asked.power_limit
        limit_kw: object = None
        if isinstance(limit, HourlyFile):
            limit_kw = self.steps[_LIMIT].values * KW_PER_MW
        elif limit is not None:
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
        return 0.0 if release is None else (release.second - self.home.start_s) / HOUR_S

    def deadline_h(self, release_h: float) -> float:
        """Return when the job must be done, from the first step of the data [h]."""
        deadline = self.asked.deadline
        if isinstance(deadline, Moment):
            return (deadline.second - self.home.start_s) / HOUR_S
        if deadline is not None:
            return release_h + deadline.hours
        repeat = self.facts.activity.repeat
        return release_h + repeat.every.best if repeat is not None else self.steps[HOME].end_h

    def starts_h(self, job: Job) -> tuple[float, ...]:
        """Return the release of each time that the job runs, as far as the data go."""
        wanted = len(self.facts.starts_h)
        repeat = self.facts.activity.repeat
        if repeat is None or wanted == 1:
            return (job.release_h,)
        length = job.deadline_h - job.release_h
        within = releases(job.release_h, repeat.every.best, length, self.steps[HOME].end_h)
        if len(within) < wanted:
            message = f"{len(within)} of {wanted} runs lie within the data; the sums are of these"
            self.files.warnings.append(Caution(message, self.facts.path, kind="runs in the data"))
        return within[:wanted]

    def chosen_by(self, name: str, release_h: float) -> Steps | None:
        """Return what chooses the hours in a region; None where the data themselves do."""
        series = self.steps[_SIGNAL if self.question.by == MARGINAL else name]
        if self.question.forecast is not None:
            return forecast(self.question.forecast, series, release_h)
        return None if self.question.by == AVERAGE else series

    def occurrence(self, job: Job, release_h: float) -> tuple[Placement, ...]:
        """Return one time of the job in each region."""
        length = job.deadline_h - job.release_h
        moved = job._replace(release_h=release_h, deadline_h=release_h + length)
        regions = [
            region._replace(by=self.chosen_by(region.name, release_h)) for region in self.regions
        ]
        return placements(moved, regions[0], regions[1:])

    def options(
        self, placed: list[Placement], starts: tuple[float, ...], now_kg: float
    ) -> list[Option]:
        """Return the ways to run the job in one region, all its times together."""
        waits = [placement.waiting for placement in placed]
        moving = sum(placement.transfer_kgco2e for placement in placed)
        region = placed[0].name
        known = partial(self.option, starts=starts, region=region, moving=moving, now_kg=now_kg)
        options = [
            known(NOW, [wait.now for wait in waits]),
            known(CONTIGUOUS, *_apart([wait.contiguous for wait in waits])),
        ]
        if waits[0].interruptible is not None:
            paused = [wait.interruptible for wait in waits if wait.interruptible is not None]
            options.append(known(INTERRUPTIBLE, *_apart(paused)))
        options += [
            known(LATEST, [wait.latest for wait in waits]),
            known(WORST, [wait.worst for wait in waits]),
        ]
        mean = sum(wait.mean_kgco2e for wait in waits) + moving
        saved = saving(now_kg, mean)
        energy = options[0].energy_kwh
        options.append(
            Option(
                MEAN, region, "", "", 0, energy, (mean - moving) * G_PER_KG / energy, moving, mean,
                saved.kgco2e, saved.pct, mean,
            )
        )  # fmt: skip
        return options

    def option(
        self,
        name: str,
        runs: list[Run],
        ideal: list[Run] | None = None,
        *,
        starts: tuple[float, ...],
        region: str,
        moving: float,
        now_kg: float,
    ) -> Option:
        """Return one way to run the job, the sums over all its times."""
        energy = sum(run.energy_kwh for run in runs)
        own = sum(run.kgco2e for run in runs)
        saved = saving(now_kg, own + moving)
        first = runs[0]
        by = [self.chosen_by(region, release_h) for release_h in starts]
        foreseen = sum(
            run.kgco2e if series is None else paid(run.segments, series, run.restart_kwh).kgco2e
            for run, series in zip(runs, by, strict=True)
        )
        signal = self.steps.get(_SIGNAL)
        by_signal = None
        if signal is not None and region == HOME:
            by_signal = sum(paid(run.segments, signal, run.restart_kwh).kgco2e for run in runs)
        return Option(
            name, region, self.at(first.start_h), self.at(first.end_h), first.pauses, energy,
            own * G_PER_KG / energy, moving, own + moving, saved.kgco2e, saved.pct,
            foreseen + moving,
            None if ideal is None else sum(run.kgco2e for run in ideal) + moving,
            by_signal, first.segments,
        )  # fmt: skip

    def elastic(self, job: Job, starts: tuple[float, ...], now_kg: float) -> Option:
        """Return the job at home with as many workers in each step as it is worth."""
        assert self.asked.elastic is not None
        scale = curve({_workers(key): rate.best for key, rate in self.asked.elastic.items()})
        length = job.deadline_h - job.release_h
        runs, ideal = [], []
        for release_h in starts:
            one_worker = job._replace(
                release_h=release_h,
                deadline_h=release_h + length,
                power_kw=self.facts.power_kw,
            )
            best = elastic(one_worker, self.steps[HOME], scale)
            by = self.chosen_by(HOME, release_h)
            chosen = best if by is None else elastic(one_worker, by, scale)
            ideal.append(best)
            runs.append(paid(chosen.segments, self.steps[HOME]))
        is_hindsight = self.question == Question()
        return self.option(
            ELASTIC, runs, None if is_hindsight else ideal,
            starts=starts, region=HOME, moving=0.0, now_kg=now_kg,
        )  # fmt: skip

    def at(self, hours: float) -> str:
        """Return a time of the data as text, to the second."""
        return stamp(self.home.start_s + round(hours * HOUR_S))


def _hours(region: Hourly | RegionSpec) -> Hourly:
    hours: Hourly = region.grid_hourly if isinstance(region, RegionSpec) else region
    return hours


def _apart(chosen: list[Chosen]) -> tuple[list[Run], list[Run] | None]:
    """Return runs and, where something else than the data chose them, the ideal ones."""
    runs, ideal = [each.run for each in chosen], [each.ideal for each in chosen]
    return runs, None if all(run is best for run, best in zip(runs, ideal, strict=True)) else ideal


def _workers(key: str) -> int:
    if not key.isdecimal():
        raise ValueError(f"elastic: `{key}` is no number of workers")
    return int(key)
