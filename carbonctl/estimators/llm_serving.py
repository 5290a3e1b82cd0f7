"""``kind: llm_serving``: answers of a language model, from its name, tokens and a device.

The energy of a token and the device time of one follow from a step of a replica
(`carbonctl.factors.replica`), fitted to measurements. A replica also waits: idle devices draw
power, and hosts and hardware are held for the whole time.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from pydantic import Field, model_validator

from carbonctl.errors import Caution
from carbonctl.estimators import model_figures as figures
from carbonctl.estimators.base import (
    ActivityContext,
    ActivityData,
    ActivityError,
    Attributed,
    ElectricityUse,
    repeated,
    requested,
)
from carbonctl.estimators.language_model import Known, ModelFields, known_model
from carbonctl.estimators.machine_fields import OnMachine, check_rate
from carbonctl.estimators.served_model import Served
from carbonctl.numbers.quantities import Quantity
from carbonctl.numbers.values import Value
from carbonctl.spec import fields as f
from carbonctl.spec.model import MachineTime
from carbonctl.spec.systems import optional

if TYPE_CHECKING:
    from carbonctl.catalog.model_rows import ClosedModel

WH_PER_KWH = 1000
_OF_A_DEVICE = (
    "precision", "kv_precision", "devices", "batch", "latency", "busy", "fleet", "mode",
    "speedup", "tokens_per_s", "cached_input",
)  # fmt: skip


class LlmServing(ModelFields, OnMachine):
    """Answers of a language model: by its name, tokens and a device."""

    requests: f.Requests = Field(
        description="how many: a count, or a rate such as 200k / day with a duration; "
        "with a fleet a count is of its duration"
    )
    duration: f.Span | None = optional("how long the service runs")
    input_tokens: f.Tokens | None = optional("tokens of one request's prompt, mean; 0 unless given")
    output_tokens: f.AnswerTokens = Field(
        description="tokens of one answer, mean; those of reasoning are among them"
    )
    cached_input: f.Fraction | None = optional("share of the prompt found in the prefix cache")
    precision: f.Precision | None = optional("of the weights; the model's own unless given")
    kv_precision: f.CachePrecision | None = optional("of the cache; bf16 unless given")
    devices: f.WholeDevices | None = optional(
        "devices of one replica; the fewest that hold it unless given, a power of two"
    )
    batch: f.PositiveCount | None = optional("requests in flight in one replica, mean")
    latency: f.TokenTime | None = optional(
        "time per output token, instead of batch: the largest batch that meets it"
    )
    busy: f.Utilization | None = optional("share of the time that the replicas work")
    fleet: f.WholeCount | None = optional(
        "replicas that stand ready for the duration, instead of busy"
    )
    mode: f.Mode | None = optional(
        "offline: replicas are busy all the time, on hardware of a shared pool; online unless given"
    )
    speedup: f.Speedup | None = optional(
        "throughput over that of the measured stack (vLLM, late 2025)"
    )
    tokens_per_s: f.TokenRate | None = optional("measured output tokens per time of one replica")
    energy_per_request: f.RequestEnergy | None = optional(
        "energy of one request, measured or published, where no device is given"
    )
    energy_boundary: f.Boundary | None = optional(
        "what that energy holds: the chip, its node, or the facility with PUE"
    )
    embodied_per_request: f.Mass | None = optional(
        "embodied carbon that one request is given, where no device is given"
    )

    @model_validator(mode="after")
    def _together(self) -> Self:
        if self.fleet is None or self.duration is None or self.requests.unit:
            check_rate(self.requests, self.duration)  # with a fleet a count may be of a duration
        for first, second in _EITHER:
            if getattr(self, first) is not None and getattr(self, second) is not None:
                raise ValueError(f"give `{first}` or `{second}`, not both")
        if self.fleet is not None and self.duration is None:
            raise ValueError("a fleet needs the `duration` for which it stands ready")
        if self.mode == "offline" and (key := self.first_given("busy", "fleet")):
            raise ValueError(f"`{key}` has no use offline: replicas work all the time")
        if (self.energy_per_request is None) != (self.energy_boundary is None):
            raise ValueError("energy_per_request needs energy_boundary: chip, node or facility")
        key = self.first_given("energy_per_request", "embodied_per_request")
        if key is not None and self.uses_machine:
            said = f"`{key}` cannot be combined with {self.given_of_machine}"
            raise ValueError(f"{said}; on a machine, use `kind: serving`")
        return self

    @property
    def given_of_machine(self) -> str:
        """The keys that ask for a machine, in words."""
        keys = [key for key in ("system", *_DESCRIBES) if self.first_given(key)]
        return " and ".join(f"`{key}`" for key in keys)

    @property
    def uses_machine(self) -> bool:
        """Not where only the energy of requests is known."""
        return self.system is not None or self.first_given(*_DESCRIBES) is not None

    @property
    def machine_time(self) -> MachineTime | None:
        """How long a fleet stands ready."""
        if self.fleet is None or self.duration is None:
            return None
        return MachineTime("duration", self.duration)

    def delivered(self, unit: str) -> Quantity | None:
        """Return how many tokens or requests it answers, repeats included; None of others."""
        try:
            number = repeated(self, "", requested(self.requests, self.duration))
        except ActivityError:  # said of the activity itself
            return None
        if unit in ("token", "tokens"):
            return number * self.output_tokens
        return number if unit in ("request", "requests") else None


MODEL = LlmServing
_EITHER = (("batch", "latency"), ("busy", "fleet"), ("speedup", "tokens_per_s"))
_DESCRIBES = (
    "device", "host", "instance", "power", "rated_power", "embodied", "device_embodied",
)  # fmt: skip


def activity_data(activity: LlmServing, setting: ActivityContext) -> ActivityData:
    """Return what answers of a language model draw and occupy.

    Raises
    ------
    ActivityError
        Where its figures do not go together.
    """
    requests = repeated(activity, setting.path, requested(activity.requests, activity.duration))
    known = known_model(activity, setting)
    if activity.energy_per_request is not None:
        _check_unused(activity, setting, "a request has the energy that `energy_per_request` gives")
        return _measured(activity, requests, activity.energy_per_request)
    if not isinstance(known, Known):
        return _published(activity, known, requests, setting)
    if setting.machine is not None and activity.mode != "offline":
        setting = setting.reserved("replicas hold their machines all the time")
    return Served(activity, setting, known, requests).data()


def _check_unused(activity: LlmServing, setting: ActivityContext, why: str) -> None:
    """Refuse keys of the devices behind requests of which only the energy counts.

    Raises
    ------
    ActivityError
        At the first of them.
    """
    if key := activity.first_given(*_OF_A_DEVICE):
        raise ActivityError.at(f"{setting.path}.{key}", f"no use here: {why}")


def _measured(activity: LlmServing, requests: Quantity, each: Value) -> ActivityData:
    """Return the energy of requests as it is given, and their embodied carbon."""
    boundary = activity.energy_boundary or "node"
    return _by_energy(activity, requests, each, boundary)


def _by_energy(
    activity: LlmServing, requests: Quantity, each: Value, boundary: str
) -> ActivityData:
    item = {"chip": "devices", "node": "nodes", "facility": "facility"}[boundary]
    draw = ElectricityUse(item, requests * each, includes_pue=boundary == "facility")
    embodied = activity.embodied_per_request
    if embodied is None:
        unknown = Attributed("requests", None, "a `device`, or `embodied_per_request`")
        return ActivityData((draw,), attributed=(unknown,))
    return ActivityData((draw,), attributed=(Attributed("requests", requests * embodied),))


def _published(
    activity: LlmServing, model: ClosedModel, requests: Quantity, setting: ActivityContext
) -> ActivityData:
    """Return the energy of requests to a closed model, by its published figure.

    Raises
    ------
    ActivityError
        Where there is none, or a key asks for the model behind it.
    """
    path = f"{setting.path}.model"
    if model.wh_per_request is None or activity.uses_machine:
        raise ActivityError.at(path, _without_size(activity, model))
    why = f"{model.name} is closed, and a request has its published energy"
    _check_unused(activity, setting, why)
    each = Value(
        model.wh_per_request / WH_PER_KWH, "kWh", "catalog", model.source,
        f"{setting.path}.energy_per_request", name="energy_per_request",
        note=f"published, not modelled: {model.boundary_note}", confidence=model.confidence,
        unknown=f"energy_per_request:{model.id}",
    )  # fmt: skip
    said = f"{model.name} is closed: its energy per request is published, not modelled"
    data = _by_energy(activity, requests, each, model.boundary)
    details = figures.Published(model.name, model.boundary_note)
    return data._replace(warnings=(Caution(said, path),), details=details)


def _without_size(activity: LlmServing, model: ClosedModel) -> str:
    """Return what to give for a closed model whose published energy there is not, or has no use."""
    own = "your own `energy_per_request` with `energy_boundary`"
    instead = "or give `parameters` instead of `model`"
    if not activity.uses_machine:
        return (
            f"{model.name} is closed, without a published energy: give {own}; "
            f"{instead}, with a `device`"
        )
    keys = activity.given_of_machine
    leave = f"{model.name} is closed: its size is not published; leave out {keys}"
    instead += "" if activity.device is not None else ", with a `device`"
    if model.wh_per_request is None:
        return f"{leave} and give {own}; {instead}"
    return f"{leave} for its published energy, or for {own}; {instead}"
