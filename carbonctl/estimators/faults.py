"""What failures of devices add to a run: restarts, checkpoints, and work that is done again.

A job fails where one of its devices does, so that the mean time between its failures is that of
a device over their number. What is added is a share of the useful device time, as `restarts` is.
"""

from typing import Annotated, NamedTuple, Self

from pydantic import Field, model_validator

from carbonctl.errors import Caution
from carbonctl.estimators.base import ActivityContext, ActivityError
from carbonctl.factors import faults as kernels
from carbonctl.numbers import units
from carbonctl.numbers.intervals import Number, best, decide, high, low
from carbonctl.numbers.quantities import Quantity
from carbonctl.numbers.values import Value
from carbonctl.spec import bounds
from carbonctl.spec import fields as f
from carbonctl.spec.systems import Spec, optional
from carbonctl.spec.word_or import WordOr

BEST = "best"
_TWICE = 2  # wall time over useful time, from which on a warning says it

_LONG = units.DURATION._replace(example="50000 h", bare=("h",))
_PAUSE = units.DURATION._replace(example="2 min", bare=("s", "min"))
_USEFUL = units.DURATION._replace(example="1 h", bare=("min", "h"))
Mtbf = Annotated[Value, f.QuantityField(_LONG, bounds.positive)]
Pause = Annotated[Value, f.QuantityField(_PAUSE)]
Interval = Annotated[Value | str, WordOr(BEST, f.QuantityField(_USEFUL, bounds.positive))]


class Faults(Spec):
    """Failures of the devices of a run, and its checkpoints."""

    mtbf: Mtbf = Field(description="mean time between failures of one device")
    devices: f.Devices | None = optional(
        "devices of one run, each of which ends it by failing; those of the activity unless given"
    )
    checkpoint_time: Pause | None = optional(
        "time that one checkpoint takes; without it there are none, and a failure loses the run"
    )
    checkpoint_every: Interval | None = optional(
        "useful time between two checkpoints; best unless given"
    )
    restart_time: Pause | None = optional("time that one restart takes; 0 unless given")

    @model_validator(mode="after")
    def _checkpoints(self) -> Self:
        every, time = self.checkpoint_every, self.checkpoint_time
        if time is None and every is not None:
            raise ValueError(
                "checkpoint_every needs `checkpoint_time`, the time that one checkpoint takes"
            )
        if time is not None and not isinstance(every, Value) and decide(time.low <= 0):
            raise ValueError(
                "checkpoint_time: checkpoints that take no time have no best interval; "
                "give `checkpoint_every`"
            )
        return self


class FaultFields(Spec):
    """The key of kinds that train on many devices at once."""

    faults: Faults | None = optional("failures of the devices, and checkpoints")

    @model_validator(mode="after")
    def _one_number_of_devices(self) -> Self:
        if self.faults is None:
            return self
        if self.first_given("restarts"):
            raise ValueError(
                "give `faults`, from which the device time of restarts follows, or `restarts`, "
                "not both"
            )
        if self.faults.devices is not None and self.first_given("devices"):
            raise ValueError("faults.devices: the activity gives its `devices`; leave it out here")
        return self


class _Job(NamedTuple):
    """What decides the share: devices, mean time between failures, and pauses.

    ``interval`` is the useful time between checkpoints, ``beside`` what is shown with it.
    """

    devices: Value
    mtbf: Value
    interval: Value
    checkpoint: Value
    restart: Value
    beside: tuple[Value, ...] = ()


def with_faults(
    hours: Quantity,
    faults: Faults,
    setting: ActivityContext,
    devices: Value | None = None,
    wall_time: Value | None = None,
    *,
    instead: str = "",
) -> tuple[Quantity, tuple[Caution, ...]]:
    """Return device-hours [device-h] with what failures add, and what to warn of.

    Parameters
    ----------
    hours : Quantity
        The useful device-hours.
    faults : Faults
        What the activity says of them.
    setting : ActivityContext
        Where it stands.
    devices, wall_time : Value, optional
        Those of one run, where the activity gives them.
    instead : str
        What may be given where it does not, after "or".

    Raises
    ------
    ActivityError
        Where the number of devices is not known, or the job does not finish.
    """
    path = f"{setting.path}.faults"
    number = _devices(faults.devices or devices, setting, path, instead)
    job = _job(faults, number, wall_time, setting, path)
    ratio = Value(
        _ratio(job, path), "", "derived", None, path,
        name="faults", note="wall time over useful time, with failures and checkpoints",
    )  # fmt: skip
    beside = (faults.mtbf, job.devices, job.mtbf, job.checkpoint, job.interval, *job.beside)
    warnings: tuple[Caution, ...] = ()
    if decide(best(ratio.number) > _TWICE):
        added = f"faults add {100 * (ratio.best - 1):.3g} % to the device time"
        message = f"{added}: the job fails every {job.mtbf.best:.3g} h"
        warnings = (Caution(message, path, kind="faults"),)
    return (hours * ratio).beside(*beside, job.restart), warnings


def _job(
    faults: Faults, devices: Value, wall_time: Value | None, setting: ActivityContext, path: str
) -> _Job:
    mtbf = Value(
        kernels.job_mtbf_h(faults.mtbf.number, devices.number), "h", "derived", None,
        f"{path}.mtbf", name="job_mtbf", note="between failures of the job: mtbf over its devices",
    )  # fmt: skip
    restart = faults.restart_time or Value(
        0.0, "h", "default", None, f"{path}.restart_time", name="restart_time", note="none is given"
    )
    if faults.checkpoint_time is None:
        none = Value(
            0.0, "h", "default", None, f"{path}.checkpoint_time",
            name="checkpoint_time", note="no checkpoints",
        )  # fmt: skip
        return _Job(devices, mtbf, _whole_run(wall_time, setting, path), none, restart)
    checkpoint = faults.checkpoint_time
    where = f"{path}.checkpoint_every"
    young = Value(
        kernels.young_interval_h(checkpoint.number, mtbf.number), "h", "derived", None, where,
        name="young_interval", note="Young's √(2 · checkpoint_time · job_mtbf), to compare",
    )  # fmt: skip
    if isinstance(faults.checkpoint_every, Value):
        interval = faults.checkpoint_every.named("checkpoint_interval")
    else:
        interval = Value(
            kernels.best_interval_h(checkpoint.number, mtbf.number), "h", "derived", None, where,
            name="checkpoint_interval", note="the best one, with the least wall time",
        )  # fmt: skip
    return _Job(devices, mtbf, interval, checkpoint, restart, (young,))


def _devices(devices: Value | None, setting: ActivityContext, path: str, instead: str) -> Value:
    """Return how many devices of the machine fail together.

    Raises
    ------
    ActivityError
        Where nothing says it, or it is a range of something else than devices.
    """
    if devices is None:
        end = f", or {instead}" if instead else ""
        message = f"how many devices does one run take? give `devices` in `faults`{end}"
        raise ActivityError.at(path, message)
    where = (devices.path or "").rpartition(".")[0] or setting.path
    number = setting._replace(path=where).in_devices(devices)
    if decide(low(number.number) <= 0):
        message = "a run with `faults` takes at least one device"
        raise ActivityError.at(f"{where}.devices", message)
    if number.formula == devices.name:
        return number.inputs[0].named("job_devices")
    if decide(low(number.number) != high(number.number)):
        message = f"with `faults`, write a range in devices, not in {devices.counts}s"
        raise ActivityError.at(f"{where}.devices", message)
    return Value(
        number.number, "", "derived", None, f"{where}.devices",
        name="job_devices", note="devices of one run",
    )  # fmt: skip


def _whole_run(wall_time: Value | None, setting: ActivityContext, path: str) -> Value:
    """Return the useful time that a failure loses where there are no checkpoints.

    Raises
    ------
    ActivityError
        Where it is not known, or 0.
    """
    if wall_time is None:
        message = (
            "without checkpoints a failure loses the whole run, and nothing says how long one run "
            "takes: give `checkpoint_time`"
        )
        raise ActivityError.at(path, message)
    if decide(wall_time.low <= 0):
        raise ActivityError.at(f"{setting.path}.wall_time", "must be above 0 with `faults`")
    return wall_time._replace(name="checkpoint_interval", note="no checkpoints: the whole run")


def _ratio(job: _Job, path: str) -> Number:
    """Return the wall time over the useful time.

    Raises
    ------
    ActivityError
        Where the job does not finish.
    """
    pause = high(job.checkpoint.number) + high(job.restart.number)
    shortest = low(job.mtbf.number)
    if decide(shortest < pause):
        message = (
            f"this job does not finish: it fails every {shortest:.3g} h, and a checkpoint with a "
            f"restart takes {pause:.3g} h"
        )
        raise ActivityError.at(path, message)
    pauses = (job.checkpoint.number, job.restart.number, job.mtbf.number)
    try:
        ratio: Number = (
            kernels.best_wall_over_useful(*pauses)
            if job.interval.status == "derived"
            else kernels.wall_over_useful(job.interval.number, *pauses)
        )
    except OverflowError:
        message = (
            f"this job does not finish: it fails every {shortest:.3g} h, and runs "
            f"{high(job.interval.number):.3g} h without a checkpoint"
        )
        raise ActivityError.at(path, message) from None
    return ratio
