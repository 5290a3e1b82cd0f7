"""``kind: llm_training``: training or tuning of a language model, from its tokens.

FLOP follow from parameters and tokens, device time from them and the share of the peak that
training reaches (MFU), which is that of published runs unless it is given.
"""

from __future__ import annotations

from typing import Any, Self

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
)
from carbonctl.estimators.compute import rest_of_node
from carbonctl.estimators.language_model import (
    Known,
    ModelFields,
    Placed,
    known_model,
    number,
    one_number,
    placed,
    shape_cautions,
)
from carbonctl.estimators.machine_fields import OnMachine
from carbonctl.estimators.model_figures import ActivityFigure, within
from carbonctl.factors import model_runs, power, replica_limits, runs
from carbonctl.factors import model_training as terms
from carbonctl.factors.model_runs import Run, Trained
from carbonctl.factors.model_service import J_PER_KWH, S_PER_H
from carbonctl.factors.replica import Load, Replica, service, step
from carbonctl.numbers.intervals import Number, best, decide
from carbonctl.numbers.quantities import Quantity, grouped, of
from carbonctl.numbers.values import Value
from carbonctl.spec import fields as f
from carbonctl.spec.systems import Spec, optional

_RUNS = "training-runs"
_METHODS: dict[str, model_runs.Method] = {method: method for method in model_runs.METHODS}
_RECOMPUTE: dict[str, model_runs.Recompute] = {amount: amount for amount in model_runs.RECOMPUTE}


class ReinforcementLearning(Spec):
    """Reinforcement learning: answers are sampled, and the model is updated on them."""

    prompts: f.PositiveTokens = Field(description="prompts of the whole run")
    samples: f.PositiveTokens = Field(description="answers that are sampled for each prompt")
    input_tokens: f.Tokens | None = optional("tokens of a prompt, mean; 0 unless given")
    output_tokens: f.PositiveTokens = Field(description="tokens of one answer, mean")
    batch: f.PositiveCount | None = optional("answers in flight in one replica, mean")
    reference_model: f.Switch | None = optional(
        "whether a frozen copy scores each answer: one more forward pass"
    )


class LlmTraining(ModelFields, OnMachine):
    """Training or tuning of a language model: by its tokens and devices."""

    tokens: f.Corpus | None = optional("tokens of one epoch; not with rl")
    epochs: f.PositiveCount | None = optional("how often they are passed; 1 unless given")
    method: f.Method | None = optional(
        "what is updated: all weights, or an adapter; full unless given"
    )
    devices: f.WholeDevices = Field(
        description="devices in all: for wall time and memory; device time does not depend on it"
    )
    sequence: f.PositiveTokens | None = optional(
        "tokens of a sequence, for attention; 4096 unless given, or the context where that is less"
    )
    mfu: f.Utilization | None = optional(
        "model FLOP over peak bf16 FLOP of the time that computes; that of published runs "
        "unless given"
    )
    hfu: f.Utilization | None = optional("the same with the FLOP of recomputation, instead of mfu")
    recompute: f.Recompute | None = optional(
        "how much is computed again in the backward pass; none unless given"
    )
    exposed_communication: f.Loss | None = optional(
        "share of device time in which nothing computes; with mfu"
    )
    restarts: f.Ratio | None = optional(
        "device time added by restarts and failed runs, as a share of it; with mfu"
    )
    rl: ReinforcementLearning | None = optional("reinforcement learning, instead of tokens")

    @model_validator(mode="after")
    def _together(self) -> Self:
        if self.mfu is not None and self.hfu is not None:
            raise ValueError("give `mfu` or `hfu`, not both")
        if (self.tokens is None) == (self.rl is None):
            raise ValueError("what is trained on? give `tokens`, or `rl`")
        if self.rl is not None and (key := self.first_given("epochs", "sequence")):
            raise ValueError(f"`{key}` has no use with rl, whose answers are passed once")
        return self

    def delivered(self, unit: str) -> Quantity | None:
        """Return how many tokens it trains on, repeats included; None of other units."""
        if unit not in ("token", "tokens") or self.tokens is None:
            return None
        once = of(self.tokens) if self.epochs is None else of(self.tokens) * self.epochs
        try:
            return repeated(self, "", once)
        except ActivityError:  # said of the activity itself
            return None


MODEL = LlmTraining


def activity_data(activity: LlmTraining, setting: ActivityContext) -> ActivityData:
    """Return what training on tokens draws and occupies.

    Raises
    ------
    ActivityError
        Where its figures do not go together.
    """
    known = known_model(activity, setting)
    if not isinstance(known, Known):
        message = f"{known.name} is closed: give `parameters` of your own"
        raise ActivityError.at(f"{setting.path}.model", message)
    return _Trained(activity, setting, known).data()


class _Trained:
    """One training of a model on devices of a kind."""

    def __init__(self, activity: LlmTraining, setting: ActivityContext, known: Known) -> None:
        self.activity, self.setting, self.known = activity, setting, known
        self.factors = setting.facts.model_factors
        self.device: Placed = placed(setting)
        self.machine = setting.require_machine()
        one_number(activity, setting, "devices")
        self.devices = best(setting.in_devices(activity.devices).number)
        self.method: model_runs.Method = _METHODS[activity.method or "full"]
        self.recompute: model_runs.Recompute = _RECOMPUTE[activity.recompute or "none"]
        self.mfu = self.utilization()
        self.fewest = self.check_memory()
        self.run = self.run_of()

    def fault(self, key: str, message: str) -> ActivityError:
        return ActivityError.at(f"{self.setting.path}.{key}", message)

    # How it is trained

    def utilization(self) -> Quantity:
        """Return the MFU: given, by the HFU, or that of published runs."""
        activity, path = self.activity, self.setting.path
        recomputed = model_runs.recomputed_share(self.recompute, self.factors.training)
        given = None
        if activity.mfu is not None:
            given = of(activity.mfu)
        elif activity.hfu is not None:
            given = of(activity.hfu)
            if recomputed != 1:
                share = self.factors.value("training", f"{self.recompute}_recompute")
                value = share.named("recomputed", f"{path}.recompute")
                given = terms.model_utilization(given, of(value))
        if given is not None:
            key = "hfu" if activity.mfu is None else "mfu"
            try:
                model_runs.check_mfu(given.number, self.factors.training.most_mfu)
            except ValueError as error:
                raise self.fault(key, str(error).removeprefix("mfu ")) from None
            return given
        for key in ("exposed_communication", "restarts"):
            if getattr(activity, key) is not None:
                message = "the default of `mfu` is of whole campaigns and holds it: give mfu too"
                raise self.fault(key, message)
        return of(self.prior())

    def prior(self) -> Value:
        """Return the MFU of published runs."""
        prior = self.factors.prior(self.device.id, has_experts=self.known.shape.has_experts)
        value = prior.value(f"{self.setting.path}.mfu")
        if self.method != "qlora":
            return value
        slower = self.factors.training.quantized_mfu
        note = f"{value.note}; × {slower:g} for qlora"
        return value._replace(number=value.number * slower, note=note)

    def check_memory(self) -> Any:
        """Return how many devices the memory needs.

        Raises
        ------
        ActivityError
            Where there are fewer.
        """
        needed = model_runs.fewest_devices(
            self.known.shape, self.method, self.device.rates, self.factors.training
        )
        if decide(self.devices < needed):
            message = f"too few for the memory of {self.method} training: {needed:g} are needed"
            raise self.fault("devices", message)
        return needed

    def run_of(self) -> Run:
        activity, shape = self.activity, self.known.shape
        sequence = number(activity.sequence, min(self.factors.training.sequence, shape.context))
        if activity.rl is not None:
            sequence = number(activity.rl.input_tokens, 0.0) + best(
                activity.rl.output_tokens.number
            )
        if decide(sequence > shape.context):
            key = "sequence" if activity.rl is None else "rl"
            raise self.fault(
                key, f"{sequence:.0f} tokens exceed the context of {shape.context:.0f}"
            )
        return Run(
            best(self.mfu.number), self.method, sequence,
            model_runs.recomputed_share(self.recompute, self.factors.training),
            number(activity.exposed_communication, 0.0), number(activity.restarts, 0.0),
        )  # fmt: skip

    # What it draws and occupies

    def data(self) -> ActivityData:
        """Return the energy, the hours, and what is shown of them."""
        per_token = model_runs.flop_per_token(self.known.shape, self.run, self.factors.training)
        if self.activity.rl is not None:
            return self.learning(self.activity.rl, per_token)
        tokens = self.tokens()
        hours = self.hours(tokens, self.flop("flop_per_token", per_token))
        draw = ElectricityUse("devices", power.energy_kwh(hours, self.watts()))
        return self.made([draw], hours, tokens, per_token)

    def tokens(self) -> Quantity:
        activity = self.activity
        assert activity.tokens is not None
        once = (
            of(activity.tokens)
            if activity.epochs is None
            else of(activity.tokens) * activity.epochs
        )
        return repeated(activity, self.setting.path, once)

    def flop(self, name: str, figure: Any) -> Value:
        """Return the FLOP of one token as a value."""
        return Value(
            figure, "FLOP", self.known.status, self.known.source, f"{self.setting.path}.model",
            name=name, note="by the shape of the model",
        )  # fmt: skip

    def hours(self, tokens: Quantity, flop: Value) -> Quantity:
        """Return the device time of computing some FLOP on each of some tokens [device-h]."""
        activity = self.activity
        seconds = tokens * flop / (of(self.device.peak) * self.mfu)
        if activity.exposed_communication is not None:
            seconds = seconds / (1 - of(activity.exposed_communication))
        if activity.restarts is not None:
            seconds = runs.with_restarts(seconds, of(activity.restarts))
        return seconds / S_PER_H

    def trained(self) -> Trained:
        """Return the kernel's figures of the run, at the best estimates."""
        return model_runs.train(1.0, self.run, self.device.rates, self.factors.serving)

    def watts(self) -> Quantity:
        """Return the mean draw of a device [W]: given, or by the time that arithmetic is busy."""
        group = self.device.group
        if group.power is not None:
            watts = of(group.power)
            return watts if group.power_of is None else watts / group.power_of
        band = self.factors.bands.training_power
        return of(Value(
            within(self.trained().power_w, band), "W", "default", _RUNS,
            f"{self.setting.path}.power", name="power",
            note="mean draw of a device in training, by the time that it computes",
            unknown=f"training power:{self.device.id}",
        ))  # fmt: skip

    def learning(self, rl: ReinforcementLearning, per_token: Any) -> ActivityData:
        """Return the energy and hours of sampling answers, and of updating the model on them."""
        answers = repeated(self.activity, self.setting.path, of(rl.prompts) * rl.samples)
        length = of(rl.output_tokens)
        whole = length if rl.input_tokens is None else grouped(of(rl.input_tokens), length)
        tokens = answers * whole
        update = self.hours(tokens, self.flop("flop_per_token", per_token))
        parts = [("devices (update)", power.energy_kwh(update, self.watts()), update)]
        sampling, energy = self.sampling(rl, answers)
        parts.insert(0, ("devices (sampling)", energy, sampling))
        if rl.reference_model:
            forward = model_runs.forward_flop(self.known.shape, self.run.sequence)
            scored = self.hours(tokens, self.flop("forward_flop", forward))
            kwh = power.energy_kwh(scored, self.watts())
            parts.append(("devices (reference model)", kwh, scored))
        draws = [ElectricityUse(item, kwh) for item, kwh, _ in parts]
        return self.made(draws, grouped(*(hours for *_, hours in parts)), tokens, per_token)

    def sampling(self, rl: ReinforcementLearning, answers: Quantity) -> tuple[Quantity, Quantity]:
        """Return the device time [device-h] and the energy [kWh] of sampling answers."""
        precision = self.known.precision
        replica = Replica(
            self.known.shape, self.device.rates, self.factors.serving,
            self.factors.bytes_per_weight(precision), precision == "fp8",
        )  # fmt: skip
        batch = number(rl.batch, self.factors.batch.best)
        devices = replica_limits.fewest_devices(replica, batch, self.run.sequence)
        if devices is None:
            raise self.fault("rl", "a replica does not fit: give a lower `batch`")
        load = Load(devices, batch, number(rl.input_tokens, 0.0), best(rl.output_tokens.number))
        own = service(load, step(replica, load))
        bands = self.factors.bands
        energy = replica_limits.energy_band(bands, self.known.shape, self.device.rates)
        figures_of = (
            ("sampling_time", own.device_s, bands.time, "device-s"),
            ("sampling_energy", own.j_per_token * load.output_tokens, energy, "J"),
        )
        time, joules = (
            of(Value(
                within(figure, band), unit, "default", "mlenergy-v3",
                f"{self.setting.path}.rl.{name}", name=name, note="of one answer",
                unknown=f"language model:{self.known.name}:{self.device.id}",
            ))
            for name, figure, band, unit in figures_of
        )  # fmt: skip
        return answers * time / S_PER_H, answers * joules / J_PER_KWH

    def made(
        self, draws: list[ElectricityUse], hours: Quantity, tokens: Quantity, per_token: Any
    ) -> ActivityData:
        energy: Number = draws[0].energy.number
        for draw in draws[1:]:
            energy = energy + draw.energy.number
        draws = [*draws, *rest_of_node(self.machine, hours, draws)]
        trained = self.trained()
        flop = best(tokens.number) * per_token
        shown = figures.Training(
            figures.Asked(self.known.name, "", self.device.name), self.known.shape,
            self.device.rates, self.run, trained, per_token, flop, hours.number, self.devices,
            self.fewest, energy,
        )  # fmt: skip
        made = tuple(self.figures(tokens, hours.number, energy))
        return ActivityData(
            tuple(draws), occupations(hours, self.machine), warnings=self.warnings(),
            figures=made, details=shown,
        )  # fmt: skip

    def figures(self, tokens: Quantity, hours: Number, energy: Number) -> list[ActivityFigure]:
        count = best(tokens.number)
        wall_s = hours * S_PER_H / self.devices
        return [
            ActivityFigure("tokens_per_s", count / wall_s, "/s"),
            ActivityFigure("j_per_token", energy * J_PER_KWH / count, "J"),
            ActivityFigure("devices", self.fewest, ""),
            ActivityFigure("power", self.watts().number, "W"),
        ]

    def warnings(self) -> tuple[Caution, ...]:
        said = list(shape_cautions(self.known, self.setting))
        prior = self.factors.prior(self.device.id, has_experts=self.known.shape.has_experts)
        if prior.runs == 0 and self.activity.mfu is self.activity.hfu is None:
            text = f"no published training on {self.device.id}: its MFU is a guess; give `mfu`"
            said.append(Caution(text, f"{self.setting.path}.mfu"))
        return tuple(said)
