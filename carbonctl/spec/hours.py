"""Hour by hour: where the figures stand, plants, batteries, flexible load, and when to run.

Every figure here is one number. A range is refused, since hours are computed one after another
from single figures; `carbonctl sweep`, or `plan.sweep` of a site, tries several.
"""

from __future__ import annotations

import re
from typing import Annotated, Any, Self, TypeAlias

from pydantic import Discriminator, Field, Tag, ValidationInfo, model_validator

from carbonctl.numbers import units
from carbonctl.numbers.units import Dimension
from carbonctl.numbers.values import Value
from carbonctl.spec import bounds, scalars
from carbonctl.spec import fields as f
from carbonctl.spec.file_names import FilePath, path_in
from carbonctl.spec.moments import AVERAGE, MARGINAL, Moment, Time, read_moment
from carbonctl.spec.systems import Spec, optional
from carbonctl.spec.texts import scalar
from carbonctl.spec.word_or import WordOr

FORMATS = ("plain", "mix", "electricitymaps", "watttime", "eia930", "entsoe")
KINDS = (
    "wind", "solar", "hydro", "nuclear", "geothermal", "biomass", "gas", "coal", "oil", "other",
)  # fmt: skip
PEAK, CYCLIC = "peak", "cyclic"
CONTRACT, ONSITE = "contract", "onsite"
_STORED = units.ENERGY._replace(example="100 MWh", bare=("MWh", "kWh"))
_YEARLY = units.POWER._replace(example="120000 MWh / year")


def _single(dimension: Dimension, check: bounds.Check = bounds.not_negative) -> f.QuantityField:
    """Return the marker of a quantity that is one number."""
    return f.QuantityField(dimension, check, f.ONE_NUMBER)


class SpanAfter(str):
    """A duration after another time, as it is written; ``hours`` is its length."""

    __slots__ = ("hours",)
    hours: float

    def __reduce__(self) -> tuple[Any, ...]:
        return _moment_or_span, (str(self), None)


def _moment_or_span(raw: Any, info: ValidationInfo | None) -> Moment | SpanAfter:
    """Read a time, or a duration after another time."""
    text = str(scalar(raw, "a time or a duration")).strip()
    if _DATE.match(text):
        return read_moment(raw, info)
    span = SpanAfter(text)
    span.hours = _SPAN.read(raw).best
    return span


def _file(raw: Any, info: ValidationInfo) -> FilePath:
    """Read the path of a file of hours, or the id of a series that comes with carbonctl."""
    return path_in(raw, "a file of hours", "" if info.context is None else info.context.file)


def _time_zone(raw: Any, info: ValidationInfo) -> str:
    text = str(scalar(raw, "a time zone such as Europe/Berlin"))
    from zoneinfo import ZoneInfo  # few files lack zones

    try:
        ZoneInfo(text)
    except (KeyError, ValueError, OSError):
        raise ValueError(f"`{text}` is no time zone such as Europe/Berlin or UTC") from None
    return text


_DATE = re.compile(r"\d{4}-\d\d")
_SPAN = _single(units.DURATION._replace(bare=("h", "days")), bounds.positive)
TimeOrSpan = Annotated[Moment | SpanAfter, f.Scalar(_moment_or_span, scalars.WORDS)]
Span = Annotated[Value, _SPAN]
Window = Annotated[Value, _single(units.DURATION._replace(bare=("h", "days")))]
File = Annotated[FilePath, f.Scalar(_file, scalars.WORDS)]
TimeZone = Annotated[str, f.Scalar(_time_zone, scalars.WORDS)]
Power = f.SitePower
PositivePower = Annotated[Value, _single(f.SITE_POWER, bounds.positive)]
Stored = Annotated[Value, _single(_STORED)]
Restart = Annotated[Value, _single(units.ENERGY)]
Yearly = Annotated[Value, _single(_YEARLY, bounds.positive)]
Share = Annotated[Value, _single(units.FRACTION, bounds.fraction)]
PositiveShare = Annotated[Value, _single(units.FRACTION, bounds.positive_fraction)]
LossShare = Annotated[Value, _single(units.FRACTION, bounds.loss)]
LossRate = Annotated[Value, _single(units.SHARE_RATE, bounds.loss)]
PerEnergy = Annotated[Value, _single(units.INTENSITY)]
PerStored = Annotated[Value, _single(units.INTENSITY._replace(example="74 kg/kWh"))]
PerPower = Annotated[Value, _single(units.PER_KW_MASS)]
Cycles = Annotated[Value, _single(units.COUNT._replace(example="3000"), bounds.positive)]
Pauses = Annotated[Value, _single(units.COUNT._replace(example="3"))]
Pue = Annotated[Value, _single(units.RATIO, bounds.at_least_one)]
Years = Annotated[Value, _single(units.SERVICE_LIFE, bounds.positive)]
StartLevel = Annotated[Value | str, WordOr(CYCLIC, _single(units.FRACTION, bounds.fraction))]
Rate = Annotated[Value, _single(units.RATIO._replace(example="1.9"), bounds.positive)]


class HourlyFile(Spec):
    """A file of figures by time."""

    file: File = Field(description="path, relative to this file; or the id of a packaged series")
    format: Annotated[str, f.word(*FORMATS)] | None = optional(
        "how the file is written; recognised from its header unless given"
    )
    column: f.Name | None = optional("the column to read, where the file has several")
    unit: f.Name | None = optional("unit of the figures, where neither name nor file says it")
    basis: f.Basis | None = optional("what the intensity counts, or which of the file's to take")
    factors: Annotated[str, f.word("places", "ipcc2014")] | None = optional(
        "factors of kinds of plant, where the file has generation: those of places, by region, "
        "or the IPCC's of 2014"
    )
    signal: Annotated[str, f.word(AVERAGE, MARGINAL)] | None = optional(
        "average or marginal intensity; average unless the file or the key says otherwise"
    )
    stamp: Annotated[str, f.word("start", "end")] | None = optional(
        "what a time of the file marks: the start of its step, or the end"
    )
    time_zone: TimeZone | None = optional("zone of the file's times, where they say none")
    fill: Annotated[str, f.word("none", "interpolate", "same-hour")] | None = optional(
        "how missing steps are filled; not at all unless given"
    )
    per_year: f.Switch | None = optional(
        "whether a span that is no year is scaled to one; no unless said"
    )


def _branch(raw: Any) -> str:
    return f.INLINE if isinstance(raw, dict | Spec) else f.NAMED


Hourly: TypeAlias = FilePath | HourlyFile
HourlyRef = Annotated[
    Annotated[File, Tag(f.NAMED)] | Annotated[HourlyFile, Tag(f.INLINE)], Discriminator(_branch)
]
PowerRef = Annotated[
    Annotated[PositivePower, Tag(f.NAMED)] | Annotated[HourlyFile, Tag(f.INLINE)],
    Discriminator(_branch),
]


def hourly_file(ref: Hourly) -> HourlyFile:
    """Return where some hours stand, as a mapping even where it is written as a path."""
    return ref if isinstance(ref, HourlyFile) else HourlyFile.model_construct(file=ref)


class Scale(Spec):
    """What the figures of a plant's file are of."""

    capacity: PositivePower | None = optional("capacity of the plant that the file is of")
    energy: Yearly | None = optional("energy that the plant is to generate in a year")

    @model_validator(mode="after")
    def _one(self) -> Self:
        if (self.capacity is None) == (self.energy is None):
            raise ValueError("give `capacity` of the file's plant, or `energy` per year")
        return self


ScaleRef = Annotated[
    Annotated[str, f.word(PEAK), Tag(f.NAMED)] | Annotated[Scale, Tag(f.INLINE)],
    Discriminator(_branch),
]


class Generation(Spec):
    """Carbon-free plants that a site has or has contracted."""

    kind: Annotated[str, f.word(*KINDS)] = Field(description="kind of plant")
    name: f.Name | None = optional("what tables and sweeps call it; the kind unless given")
    capacity: Power = Field(description="power of the plants; the year's highest hour is that")
    hourly: HourlyRef = Field(description="their generation by time: a file")
    scale: ScaleRef | None = optional(
        "peak: the highest step is the capacity; or {capacity: …} of the file's plant, or "
        "{energy: …} per year; peak unless given"
    )
    losses: LossShare | None = optional("share lost on the way; nothing unless given")
    connection: Annotated[str, f.word(CONTRACT, ONSITE)] | None = optional(
        "contract (by the grid) or onsite (behind the meter); contract unless given"
    )
    carbon: PerEnergy | None = optional(
        "embodied carbon per energy generated; wind 11 and solar 41 g/kWh unless given"
    )


class StationaryBattery(Spec):
    """A battery of a site."""

    energy: Stored = Field(description="capacity; nameplate unless energy_is says usable")
    energy_is: Annotated[str, f.word("nameplate", "usable")] | None = optional(
        "usable, or nameplate, of which depth_of_discharge is usable; nameplate unless given"
    )
    power: Power | None = optional(
        "most it takes and gives; all its energy in an hour unless given"
    )
    charge_efficiency: PositiveShare | None = optional(
        "share of a charge that is stored; 92.2 % unless given"
    )
    discharge_efficiency: PositiveShare | None = optional(
        "share of what is stored that comes out; 92.2 % unless given"
    )
    self_discharge: LossRate | None = optional("share lost per time; nothing unless given")
    depth_of_discharge: PositiveShare | None = optional(
        "usable share of its energy; all of it unless given"
    )
    cycle_life: Cycles | None = optional("full cycles that it lasts; no limit unless given")
    lifetime: Years | None = optional(
        "years that it lasts, however it is used; 15 years unless given"
    )
    embodied: PerStored | None = optional("embodied carbon per energy; 74 kg/kWh unless given")
    charge_from: Annotated[str, f.word("surplus", "generation", "grid")] | None = optional(
        "what charges it: surplus generation; generation or grid for the optimum alone; "
        "surplus unless given"
    )
    start: StartLevel | None = optional(
        "cyclic (it ends as full as it began), or the share it begins with; cyclic unless given"
    )
    model: Annotated[str, f.word("linear", "clc")] | None = optional(
        "linear, or clc, where charging tapers as Carbon Explorer has it; linear unless given"
    )


class Tier(Spec):
    """A share of the demand that need not run when it arrives."""

    share: Share = Field(description="share of the demand")
    defer: Window | None = optional("it may run later, by so much")
    within: Window | None = optional("it may run sooner or later, by so much; planned")
    window: Span | None = optional("it may run at any time of its window of UTC")

    @model_validator(mode="after")
    def _one(self) -> Self:
        given = [key for key in ("defer", "within", "window") if getattr(self, key) is not None]
        if len(given) != 1:
            raise ValueError("give one of `defer`, `within` and `window`: when it may run")
        return self


class Servers(Spec):
    """The servers that a larger capacity needs."""

    embodied: PerPower = Field(description="embodied carbon per power")
    lifetime: Years = Field(description="years that they last")


class Region(Spec):
    """Another place where a job could run."""

    grid_hourly: HourlyRef = Field(description="intensity of its grid by time")
    pue: Pue | None = optional(
        "power usage effectiveness there; that of the job's site unless given"
    )
    transfer: Restart | None = optional("energy of moving the job's data there")


RegionRef = Annotated[
    Annotated[File, Tag(f.NAMED)] | Annotated[Region, Tag(f.INLINE)], Discriminator(_branch)
]


class Schedule(Spec):
    """When and where an activity may run."""

    release: Time | None = optional("when it can begin; the beginning of the data unless given")
    deadline: TimeOrSpan | None = optional(
        "when it must be done: a time, or a duration after release; the end of the data "
        "unless given"
    )
    interruptible: f.Switch | None = optional("whether it can pause; no unless said")
    max_pauses: Pauses | None = optional("how often it can pause at most")
    restart_energy: Restart | None = optional("energy that each resumption costs")
    power_limit: PowerRef | None = optional("most power it may draw, or a file of it by time")
    elastic: dict[f.Name, Rate] | None = optional(
        "throughput by number of workers, {1: 1, 2: 1.9, 4: 3.4}; the activity as it stands is "
        "one worker"
    )
    regions: dict[f.Name, RegionRef] | None = optional(
        "places where it could run: a file of the grid's hours, or a mapping; `home` is its own"
    )

    @model_validator(mode="after")
    def _pauses(self) -> Self:
        if not self.interruptible and self.max_pauses is not None:
            raise ValueError("`max_pauses` needs `interruptible: yes`")
        if not self.interruptible and self.restart_energy is not None:
            raise ValueError("`restart_energy` needs `interruptible: yes`")
        return self
