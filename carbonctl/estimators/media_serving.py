"""``kind: media_serving``: images and videos by diffusion, from their size and steps.

The time and the energy of an item follow from its FLOP (`carbonctl.factors.media_models`), fitted
to measurements.
"""

from __future__ import annotations

from typing import Any, NamedTuple, Self

from pydantic import Field, model_validator

from carbonctl.errors import Caution
from carbonctl.estimators import model_figures as figures
from carbonctl.estimators.base import (
    ActivityContext,
    ActivityData,
    ActivityError,
    ElectricityUse,
    occupations,
    repeated,
    requested,
)
from carbonctl.estimators.compute import rest_of_node
from carbonctl.estimators.language_model import (
    MEASURED,
    Placed,
    check_most,
    number,
    one_number,
    placed,
)
from carbonctl.estimators.machine_fields import OnMachine, check_rate
from carbonctl.estimators.model_figures import ActivityFigure, within
from carbonctl.factors import power, replica_limits
from carbonctl.factors.model_runs import Batch, media_batch
from carbonctl.factors.model_service import J_PER_KWH, S_PER_H
from carbonctl.factors.model_shapes import MediaShape
from carbonctl.numbers.intervals import best
from carbonctl.numbers.quantities import Quantity, of
from carbonctl.numbers.values import Value
from carbonctl.spec import fields as f
from carbonctl.spec.systems import optional

_UNITS = ("request", "requests", "image", "images", "video", "videos")
_SHAPE = ("parameters", "layers", "model_width")
_RANGELESS = (
    *_SHAPE, "width", "height", "steps", "frames", "guidance", "patch", "frame_step", "devices",
    "batch",
)  # fmt: skip


class MediaServing(OnMachine):
    """Images and videos by diffusion: by their size, steps and a device."""

    model: f.MediaModelId | None = optional("id or alias of a model of images or videos")
    parameters: f.Parameters | None = optional(
        "parameters of the denoiser, with layers and model_width, where no model is named"
    )
    layers: f.WholeCount | None = optional("layers of the denoiser")
    model_width: f.WholeCount | None = optional("hidden size of the denoiser")
    requests: f.Requests = Field(
        description="how many images or videos: a count, or a rate with a duration"
    )
    duration: f.Span | None = optional("how long the service runs")
    width: f.WholeCount = Field(description="of an image or video, in pixels")
    height: f.WholeCount = Field(description="of an image or video, in pixels")
    steps: f.WholeCount = Field(description="denoising steps")
    frames: f.WholeCount | None = optional("frames of a video; 1 unless given")
    guidance: f.Multiplier | None = optional(
        "passes of a step: 2 with guidance, 1 where it is distilled; the model's, or 2"
    )
    patch: f.WholeCount | None = optional("pixels of a token's side; the model's, or 16")
    frame_step: f.WholeCount | None = optional("frames that share their tokens; the model's, or 4")
    devices: f.WholeDevices | None = optional("devices that work together; 1 unless given")
    batch: f.WholeCount | None = optional("items at a time; 1 unless given")

    @model_validator(mode="after")
    def _together(self) -> Self:
        check_rate(self.requests, self.duration)
        if self.model is not None and (key := self.first_given(*_SHAPE)):
            raise ValueError(f"give `model` or `{key}`, not both")
        if self.model is None and not all(getattr(self, key) is not None for key in _SHAPE):
            raise ValueError("which model? give `model`, or parameters, layers and model_width")
        return self

    def delivered(self, unit: str) -> Quantity | None:
        """Return how many items it makes, repeats included; None of other units."""
        if unit not in _UNITS:
            return None
        try:
            return repeated(self, "", requested(self.requests, self.duration))
        except ActivityError:  # said of the activity itself
            return None


MODEL = MediaServing


class _Known(NamedTuple):
    """The model that is asked for: its name, that as it is given, its shape, its source."""

    name: str
    asked: str
    shape: MediaShape
    source: str


def activity_data(activity: MediaServing, setting: ActivityContext) -> ActivityData:
    """Return what making images or videos draws and occupies.

    Raises
    ------
    ActivityError
        Where its figures do not go together.
    """
    one_number(activity, setting, *_RANGELESS)
    check_most(
        activity, setting, devices=replica_limits.MOST_DEVICES, batch=replica_limits.MOST_SEQUENCES
    )
    known = _known(activity, setting)
    device = placed(setting)
    machine = setting.require_machine()
    devices = 1.0
    if activity.devices is not None:
        devices = best(setting.in_devices(activity.devices).number)
    items = number(activity.batch, 1.0)
    factors = setting.facts.model_factors
    size = best(activity.width.number), best(activity.height.number), number(activity.frames, 1.0)
    made = media_batch(
        known.shape, device.rates, factors.media,
        size=size, steps=best(activity.steps.number), devices=devices, batch=items,
    )  # fmt: skip
    band = factors.bands.media

    def value(name: str, figure: Any, unit: str, note: str) -> Quantity:
        source = f"{MEASURED} {known.source}".strip()
        return of(Value(
            within(figure, band), unit, "default", source, f"{setting.path}.{name}", name=name,
            note=note, unknown=f"media model:{known.name}:{device.id}",
        ))  # fmt: skip

    requests = repeated(activity, setting.path, requested(activity.requests, activity.duration))
    each_s = value(
        "device_time_per_item", made.time_s * devices / items, "device-s",
        "time of a batch × devices ÷ items",
    )  # fmt: skip
    hours = requests * each_s / S_PER_H
    group = device.group
    if group.power is not None:
        watts = of(group.power) if group.power_of is None else of(group.power) / group.power_of
        energy = power.energy_kwh(hours, watts)
        made = _drawing(made, best(watts.number), devices / items)
    else:
        watts = None
        note = "power of the devices × time of a batch ÷ items"
        energy = requests * value("energy_per_item", made.j_per_item, "J", note) / J_PER_KWH
    draws = [ElectricityUse("devices", energy)]
    draws += rest_of_node(machine, hours, draws)
    asked = figures.Asked(known.asked, "", device.name)
    return ActivityData(
        tuple(draws), occupations(hours, machine), warnings=_cautions(device, setting),
        figures=_figures(made, band, devices, watts),
        details=figures.Media(asked, made, devices, items),
    )  # fmt: skip


def _drawing(made: Batch, watts: Any, devices_per_item: Any) -> Batch:
    """Return a batch at a draw of a device that is given [W]."""
    joules = watts * made.time_s * devices_per_item
    return made._replace(power_w=watts, j_per_item=joules)


def _cautions(device: Placed, setting: ActivityContext) -> tuple[Caution, ...]:
    """Return what is doubtful in making images or videos on a device."""
    if device.rates.is_fitted:
        return ()
    said = f"{device.id}: no measurement of images or videos on it was found; rough figures"
    return (Caution(said, f"{setting.path}.device"),)


def _known(activity: MediaServing, setting: ActivityContext) -> _Known:
    """Return the model: the catalog's, with what the activity says of it."""
    own: dict[str, Any] = {
        key: best(value.number)
        for key in ("guidance", "patch", "frame_step")
        if (value := getattr(activity, key)) is not None
    }
    if activity.model is not None:
        model = setting.facts.media_model(activity.model)
        asked = activity.model.rpartition("/")[2]
        return _Known(model.name, asked, model.shape._replace(**own), model.source)
    assert activity.parameters is not None
    assert activity.layers is not None
    assert activity.model_width is not None
    numbers = (activity.parameters.best, activity.layers.best, activity.model_width.best)
    name = "a model of these parameters"
    return _Known(name, name, MediaShape(*numbers)._replace(**own), "")


def _figures(
    made: Batch, band: Any, devices: Any, watts: Quantity | None
) -> tuple[ActivityFigure, ...]:
    return (
        ActivityFigure("latency", within(made.time_s, band), "s"),
        ActivityFigure("devices", devices, ""),
        ActivityFigure("power", made.power_w if watts is None else watts, "W"),
    )
