"""The hours that a job may run in: its regions on one axis of time, a limit, a marginal signal."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from carbonctl.catalog import Catalog
from carbonctl.catalog.hourly.series import HOUR_S, Series, common, stamp
from carbonctl.errors import Caution
from carbonctl.site.hours import DataFile, HoursReader
from carbonctl.site.integral import SLACK, FloatArray, Steps, steps
from carbonctl.site.jobs import JobFacts
from carbonctl.site.regions import Region
from carbonctl.site.run import Run, Segment, paid
from carbonctl.site.schedules import HOME, Question, Refusal
from carbonctl.spec.hours import Hourly, HourlyFile, hourly_file
from carbonctl.spec.hours import Region as RegionSpec
from carbonctl.spec.moments import AVERAGE, MARGINAL

KW_PER_MW = 1000
_SIGNAL, _LIMIT = "\0signal", "\0limit"  # no region is called so


class Signal(NamedTuple):
    """A marginal intensity, which stands beside the average one and enters no total.

    Attributes
    ----------
    steps : Steps
        On its own axis of time [g/kWh].
    offset_h : float
        From its first step to the first of the regions [h].
    """

    steps: Steps
    offset_h: float

    def cost_kgco2e(self, run: Run) -> float | None:
        """Return Σ energy · marginal intensity of a run [kg]; None where it has no such hours."""
        moved = [
            Segment(start + self.offset_h, end + self.offset_h, power)
            for start, end, power in run.segments
        ]
        if moved[0].start_h < -SLACK or moved[-1].end_h > self.steps.end_h + SLACK:
            return None
        return paid(moved, self.steps, run.restart_kwh).kgco2e


class JobHours(NamedTuple):
    """The hours of one job; all but the signal share an axis of time.

    Attributes
    ----------
    series : dict of str to Series
        Intensity by region, home first [g/kWh].
    regions : tuple of Region
        The same for the kernels, per energy at the meter: grid losses included, those of the
        job's site in every region.
    limit_kw : array or None
        Most that the job may draw, step by step [kW].
    signal : Signal or None
        Marginal intensity at home.
    signal_series : Series or None
        The same as it was read, on the axis of the regions where it chooses the hours.
    data : tuple of DataFile
        What was read.
    warnings : tuple of Caution
        What is to be said of it.
    """

    series: dict[str, Series]
    regions: tuple[Region, ...]
    limit_kw: FloatArray | None
    signal: Signal | None
    signal_series: Series | None
    data: tuple[DataFile, ...]
    warnings: tuple[Caution, ...]

    @property
    def home(self) -> Series:
        """The intensity at home [g/kWh]."""
        return self.series[HOME]

    def second(self, hours: float) -> int:
        """Return a time of the axis, in whole seconds since 1970-01-01T00:00Z."""
        return self.home.start_s + round(hours * HOUR_S)

    @property
    def said(self) -> str:
        """The span of the hours and the files that they are of, for messages."""
        files = dict.fromkeys(file.file for file in self.data if file.use != MARGINAL)
        shared = " share" if len(files) > 1 else ""
        return (
            f"the hours of {' and '.join(files)}{shared}, "
            f"{stamp(self.home.start_s)} to {stamp(self.home.end_s)}"
        )


def hours_of_job(facts: JobFacts, catalog: Catalog, question: Question) -> JobHours:
    """Read the hours that a job may run in.

    A marginal intensity that does not choose the hours changes nothing of the others: where it
    covers less time, or has longer steps, theirs stay as they are.

    Raises
    ------
    InputError
        With every fault of the files.
    Refusal
        Where the job names no hours, or they do not go together.
    """
    reader = _Reader(facts, catalog, question)
    reader.read()
    reader.files.check()
    return reader.made()


class _Reader:
    """Reads the files of one job."""

    def __init__(self, facts: JobFacts, catalog: Catalog, question: Question) -> None:
        self.facts = facts
        self.question = question
        self.files = HoursReader(catalog, uses_all=False)
        self.given = dict(facts.schedule.regions or {})
        self.series: dict[str, Series] = {}
        self.basis: dict[str, str | None] = {}
        self.signal: Series | None = None

    def read(self) -> None:
        at = self.facts.at
        home = self.given.get(HOME)
        own = at.hourly if home is None else _hours(home)
        if own is None:
            raise Refusal(
                "no hourly intensity of its grid: give `site.grid_hourly`, a file or a packaged "
                "series (`carbonctl grid hourly` lists them)"
            )
        self.average(HOME, own, at.hourly_path, at.grid)
        for name, region in self.given.items():
            if name != HOME:
                path = f"{self.facts.path}.schedule.regions.{name}"
                self.average(name, _hours(region), path, None)
        self.marginal()
        limit = self.facts.schedule.power_limit
        if isinstance(limit, HourlyFile):
            path = f"{self.facts.path}.schedule.power_limit"
            series = self.files.column(limit, "power limit", path, "power_limit")
            if series is not None:
                self.series[_LIMIT] = series

    def average(self, name: str, ref: Hourly, path: str, grid: str | None) -> None:
        """Read the average intensity of a region."""
        known = self.files.grid(hourly_file(ref), name, path, grid)
        if known is not None:
            self.series[name] = known.intensity
            self.basis[name] = known.basis

    def marginal(self) -> None:
        """Read the marginal intensity at home, where there is one."""
        at = self.facts.at
        is_chooser = self.question.by == MARGINAL
        if at.marginal is not None:
            ref = hourly_file(at.marginal)
            signal = self.files.grid(ref, MARGINAL, at.marginal_path, at.grid, MARGINAL)
            if signal is not None:
                self.signal = signal.intensity
        elif is_chooser:
            raise Refusal("--by marginal needs `site.marginal_hourly`, a file of the marginal one")
        if is_chooser and any(name != HOME for name in self.given):
            raise Refusal(
                "--by marginal: a marginal intensity is known of home alone; leave out `regions`",
                "regions",
            )
        if is_chooser and self.signal is not None:
            self.series[_SIGNAL] = self.signal

    def made(self) -> JobHours:
        try:
            axes = dict(zip(self.series, common(list(self.series.values())), strict=True))
        except ValueError as error:
            raise Refusal(str(error)) from None
        limit, chooser = axes.pop(_LIMIT, None), axes.pop(_SIGNAL, None)
        signal = chooser or self.signal
        generated = self.facts.generated_per_kwh
        return JobHours(
            axes,
            tuple(self.region(name, series) for name, series in axes.items()),
            None if limit is None else _steps(limit).values * KW_PER_MW,
            None if signal is None else Signal(
                _steps(signal, generated), (axes[HOME].start_s - signal.start_s) / HOUR_S
            ),
            signal,
            tuple(self.files.data),
            tuple(self.files.warnings),
        )  # fmt: skip

    def region(self, name: str, series: Series) -> Region:
        given = self.given.get(name)
        spec = given if isinstance(given, RegionSpec) else None
        pue = spec.pue.best if spec is not None and spec.pue is not None else self.facts.pue
        moved = spec.transfer.best if spec is not None and spec.transfer is not None else 0.0
        if name == HOME and moved:
            raise Refusal("`home` is where the job is: nothing is moved; leave out `transfer`",
                          "regions", HOME)  # fmt: skip
        intensity = _steps(series, self.facts.generated_per_kwh)
        return Region(name, intensity, AVERAGE, self.basis[name], pue, moved)


def _steps(series: Series, factor: float = 1.0) -> Steps:
    return steps(np.array(series.values) * factor, series.step_s / HOUR_S)


def _hours(region: Hourly | RegionSpec) -> Hourly:
    hours: Hourly = region.grid_hourly if isinstance(region, RegionSpec) else region
    return hours
