"""``kind: experiments``: many runs of widely differing size.

Their number times their mean device time, which is given, or follows from the median and
the 99th percentile of a lognormal distribution (wu2022 §2.1), or from a list of runs.
Failed runs, faults, early stopping and a search over configurations multiply it.
"""

from typing import Self

from pydantic import model_validator

from carbonctl.estimators.base import ActivityContext, ActivityData, ActivityError, repeated
from carbonctl.estimators.compute import Loaded, at_work
from carbonctl.estimators.faults import FaultFields, with_faults
from carbonctl.estimators.search import SearchFields, cautions, with_search
from carbonctl.factors import runs
from carbonctl.numbers.intervals import Number, decide
from carbonctl.numbers.quantities import Quantity, of
from carbonctl.numbers.values import Value
from carbonctl.spec import fields as f
from carbonctl.spec.systems import optional


class Experiments(SearchFields, FaultFields, Loaded):
    """Research and development: search, ablation, failed prototypes."""

    runs: f.Count | None = optional(
        "how many runs, or how often a search is done; 1 with a search unless given"
    )
    mean: f.DeviceTime | None = optional("mean device time of a run")
    p50: f.PositiveDeviceTime | None = optional("median device time of a run")
    p99: f.PositiveDeviceTime | None = optional("99th percentile of the device time of a run")
    durations: tuple[f.DeviceTime, ...] | None = optional(
        "device time of each run, instead of runs and their mean"
    )
    failed: f.Fraction | None = optional("share of all device time that goes to runs that fail")
    search_multiplier: f.Multiplier | None = optional(
        "how many times over a search repeats each run"
    )

    @model_validator(mode="after")
    def _one_size(self) -> Self:
        if self.failed is not None and decide(self.failed.high >= 1):
            raise ValueError("failed: all runs fail; a share below 1 is wanted")
        if self.durations is not None:
            if not self.durations:
                raise ValueError("durations holds no run")
            if self.first_given("runs", "mean", "p50", "p99"):
                raise ValueError("durations says every run; give it without runs, mean, p50, p99")
            return self
        if self.runs is None and self.search is None:
            raise ValueError("give `runs` with `mean` or with `p50` and `p99`; or `durations`")
        if (self.p50 is None) != (self.p99 is None):
            raise ValueError("p50 and p99 go together")
        if (self.mean is None) == (self.p50 is None):
            raise ValueError("give the size of a run: `mean`, or `p50` and `p99`")
        return self


MODEL = Experiments


def activity_data(activity: Experiments, setting: ActivityContext) -> ActivityData:
    """Return what all runs draw and occupy.

    Raises
    ------
    ActivityError
        Where its figures do not go together.
    """
    hours, warnings = with_search(_device_hours(activity, setting), activity, setting.path)
    if activity.search_multiplier is not None:
        hours = hours * activity.search_multiplier
        path = f"{setting.path}.search_multiplier"
        warnings += cautions(activity.search_multiplier.number, path)
    if activity.failed is not None:
        hours = runs.with_failures(hours, of(activity.failed))
    if activity.faults is not None:
        hours, more = with_faults(hours, activity.faults, setting)
        warnings += more
    data = at_work(activity, repeated(activity, setting.path, hours), setting)
    return data._replace(warnings=warnings)


def _device_hours(activity: Experiments, setting: ActivityContext) -> Quantity:
    if activity.durations is not None:
        return _listed(activity.durations, setting)
    number = of(activity.runs or setting.one("runs", "one search"))
    if activity.mean is not None:
        return number * setting.in_devices(activity.mean)
    assert activity.p50 is not None
    assert activity.p99 is not None
    p50, p99 = setting.in_devices(activity.p50), setting.in_devices(activity.p99)
    try:
        size = runs.lognormal_mean(p50.number, p99.number)
    except ValueError as error:
        raise ActivityError.at(f"{setting.path}.p99", str(error)) from None
    note = f"lognormal: exp(mu + sigma²/2), mu = ln p50, sigma = (ln p99 − ln p50)/{runs.Z99:.4f}"
    mean = Value(size, "device-h", "derived", None, f"{setting.path}.mean", name="mean", note=note)
    return (number * mean).beside(*p50.inputs, *p99.inputs)


def _listed(durations: tuple[Value, ...], setting: ActivityContext) -> Quantity:
    hours = [setting.in_devices(duration) for duration in durations]
    total: Number = hours[0].number
    for each in hours[1:]:
        total = total + each.number
    sources = dict.fromkeys(d.source for d in durations if d.source)
    note, source = f"sum of {len(durations)} runs", " ".join(sources) or None
    return of(durations[0]._replace(number=total, note=note, source=source, counts=""))
