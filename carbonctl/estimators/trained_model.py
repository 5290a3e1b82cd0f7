"""A language model that is trained on some devices: what that draws and occupies."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

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
    Placed,
    beyond_context,
    check_most,
    number,
    one_number,
    placed,
    shape_cautions,
)
from carbonctl.estimators.model_figures import ActivityFigure, Part, within
from carbonctl.estimators.sampled_answers import Sampling
from carbonctl.factors import model_parents as parents
from carbonctl.factors import model_runs, power, runs
from carbonctl.factors import model_training as terms
from carbonctl.factors.model_runs import Run, Trained
from carbonctl.factors.model_service import J_PER_KWH, S_PER_H
from carbonctl.numbers.intervals import Number, best, decide, high, over_corners
from carbonctl.numbers.quantities import ATOM, Quantity, added, grouped, of
from carbonctl.numbers.values import Value

if TYPE_CHECKING:
    from carbonctl.estimators.llm_training import LlmTraining

_RUNS = "training-runs"
_ONE = Quantity(1.0, "1", (), ATOM)
_MOST_DEVICES = 1_000_000  # more than any training has had
_METHODS: dict[str, model_runs.Method] = {method: method for method in model_runs.METHODS}
_RECOMPUTE: dict[str, model_runs.Recompute] = {amount: amount for amount in model_runs.RECOMPUTE}


class _Step(NamedTuple):
    """A step of a training: its name, its FLOP per token or None, device time, energy."""

    name: str
    flop: Any
    hours: Quantity
    kwh: Quantity


class Trainer:
    """One training of a model on devices of a kind."""

    def __init__(self, activity: LlmTraining, setting: ActivityContext, known: Known) -> None:
        self.activity, self.setting, self.known = activity, setting, known
        self.factors = setting.facts.model_factors
        self.device: Placed = placed(setting)
        self.machine = setting.require_machine()
        one_number(activity, setting, "devices")
        check_most(activity, setting, devices=_MOST_DEVICES)
        for key in ("input_tokens", "output_tokens", "batch") if activity.rl is not None else ():
            value: Value | None = getattr(activity.rl, key)
            if value is not None and decide(value.low != value.high):
                raise ActivityError.at(f"{setting.path}.rl", f"`{key}` is one number, not a range")
        self.devices = best(setting.in_devices(activity.devices).number)
        self.method: model_runs.Method = _METHODS[activity.method or "full"]
        self.recompute: model_runs.Recompute = _RECOMPUTE[activity.recompute or "none"]
        self.mfu = self.utilization()
        self.fewest = self.check_memory()
        self.run = self.run_of()
        self.per_token = model_runs.flop_per_token(known.shape, self.run, self.factors.training)
        self.sampling: Sampling | None = None
        if activity.rl is not None:
            self.sampling = Sampling(
                activity.rl, setting, known, self.device, self.run.sequence, self.devices
            )

    def fault(self, key: str, message: str) -> ActivityError:
        """Return what is wrong with a key of the activity."""
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
        """Return how the model is trained."""
        activity, shape = self.activity, self.known.shape
        sequence = number(activity.sequence, min(self.factors.training.sequence, shape.context))
        if activity.rl is not None:
            sequence = number(activity.rl.input_tokens, 0.0) + best(
                activity.rl.output_tokens.number
            )
        longest = sequence if activity.sequence is None else high(activity.sequence.number)
        if decide(longest > shape.context):
            key = "sequence" if activity.rl is None else "rl"
            raise self.fault(key, beyond_context(longest, shape.context))
        return Run(
            best(self.mfu.number), self.method, sequence,
            model_runs.recomputed_share(self.recompute, self.factors.training),
            number(activity.exposed_communication, 0.0), number(activity.restarts, 0.0),
        )  # fmt: skip

    # What it draws and occupies

    def data(self) -> ActivityData:
        """Return the energy, the hours, and what is shown of them."""
        units = self.units()
        steps = self.steps(units)
        hours = self.hours_of(steps)
        names = [f"devices ({step.name})" if step.name else "devices" for step in steps]
        own = [ElectricityUse(name, step.kwh) for name, step in zip(names, steps, strict=True)]
        draws = [*own, *rest_of_node(self.machine, hours, own)]
        return ActivityData(
            tuple(draws), occupations(hours, self.machine), warnings=self.warnings(),
            figures=tuple(self.figures()), details=self.shown(units, steps, hours),
        )  # fmt: skip

    def units(self) -> Quantity:
        """Return how many tokens it is trained on, or how many answers are sampled."""
        rl = self.activity.rl
        if rl is None:
            return self.tokens()
        return repeated(self.activity, self.setting.path, of(rl.prompts) * rl.samples)

    def tokens_of_each(self) -> Quantity:
        """Return the tokens of a unit: 1, or those of a prompt and its answer."""
        rl = self.activity.rl
        if rl is None:
            return _ONE
        length = of(rl.output_tokens)
        return length if rl.input_tokens is None else grouped(of(rl.input_tokens), length)

    def steps(self, units: Quantity) -> list[_Step]:
        """Return what some units take: the update, and sampling and scoring of answers."""
        rl, watts = self.activity.rl, self.watts()
        if rl is None or self.sampling is None:
            hours = self.hours(units, self.flop_per_token(self.per_token))
            return [_Step("", self.per_token, hours, power.energy_kwh(hours, watts))]
        sampled = units * self.sampling.seconds() / S_PER_H
        if self.device.group.power is not None:
            energy = power.energy_kwh(sampled, watts)
        else:
            energy = units * self.sampling.joules() / J_PER_KWH
        steps = [_Step("sampling", None, sampled, energy)]
        passes = [("update", "flop_per_token", self.per_token)]
        if rl.reference_model:
            forward = model_runs.forward_flop(self.known.shape, self.run.sequence)
            passes.append(("reference model", "forward_flop", forward))
        tokens = units * self.tokens_of_each()
        for name, key, flop in passes:
            hours = self.hours(tokens, self.flop(key, flop))
            steps.append(_Step(name, flop, hours, power.energy_kwh(hours, watts)))
        return steps

    @staticmethod
    def hours_of(steps: list[_Step]) -> Quantity:
        """Return the device time of all steps [device-h]."""
        return added(*(step.hours for step in steps))

    def tokens(self) -> Quantity:
        """Return the tokens of all epochs, repeats included."""
        return repeated(self.activity, self.setting.path, self.activity.tokens_once())

    def flop(self, name: str, figure: Any) -> Value:
        """Return the FLOP of one token as a value."""
        return Value(
            figure, "FLOP", self.known.status, self.known.source, f"{self.setting.path}.model",
            name=name, note="by the shape of the model",
        )  # fmt: skip

    def flop_per_token(self, per_token: Any) -> Value | Quantity:
        """Return the FLOP of one token: of a range of sequences by their length."""
        sequence = self.activity.sequence
        if sequence is None or decide(sequence.low == sequence.high):
            return self.flop("flop_per_token", per_token)
        without, one = (
            model_runs.flop_per_token(
                self.known.shape, self.run._replace(sequence=length), self.factors.training
            )
            for length in (0.0, 1.0)
        )
        weights = of(self.flop("flop_of_weights", without))
        return grouped(weights, of(self.flop("flop_per_position", one - without)) * sequence)

    def hours(self, tokens: Quantity, flop: Value | Quantity) -> Quantity:
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
        watts_best = self.trained().power_w
        note = "mean draw of a device in training, by the time that it computes"
        if not self.is_ranged():
            return of(self.default("power", within(watts_best, band), "W", note))
        by_hfu = self.activity.hfu is not None
        name = "power_by_hfu" if by_hfu else "power_by_mfu"
        kernel = model_runs.power_by_hfu if by_hfu else model_runs.power_by_mfu
        inputs = self.parents(parents.BY_HFU if by_hfu else parents.BY_MFU)
        number = over_corners(kernel, *(value.number for value in inputs))
        value = Value(number, "W", "derived", _RUNS, name=name, note=note)
        said = "what nine of ten runs lie between, over the model"
        of_band = self.default("power_band", within(1.0, band), "", said)
        return of(value).beside(*inputs) * of(of_band)

    def default(self, name: str, number: Number, unit: str, note: str) -> Value:
        """Return a figure of the power of training as a value with its range."""
        return Value(
            number, unit, "default", _RUNS, f"{self.setting.path}.{name}", name=name, note=note,
            unknown=f"training power:{self.device.id}",
        )  # fmt: skip

    def is_ranged(self) -> bool:
        """Whether power follows from figures that are given as ranges."""
        keys = ("mfu", "hfu", "exposed_communication")
        given = [getattr(self.activity, key) for key in keys]
        given.append(self.device.rated if self.device.rated.status == "given" else None)
        return any(value is not None and decide(value.low != value.high) for value in given)

    def parents(self, names: tuple[str, ...]) -> list[Value]:
        """Return what the power follows from, by name."""
        k = self.factors.serving
        known = {
            "mfu": self.run.mfu, "recomputed": self.run.recomputed, "exposed_communication": 0.0,
            "e_compute": k.e_compute, "power_floor": k.p_idle, "k_compute": k.k_compute,
        }  # fmt: skip
        inputs = []
        for name in names:
            value = getattr(self.activity, name, None)
            if name == "rated_power":
                value = self.device.rated.named(name)
            if name == "mfu" and value is None:
                value = next(v for v in self.mfu.inputs if v.name == "mfu")
                value = value._replace(number=value.best)
            inputs.append(
                value or Value(known[name], "", "derived", name=name, note=parents.SAID.get(name))
            )
        return inputs

    # What is shown of it

    def shown(self, units: Quantity, steps: list[_Step], hours: Quantity) -> figures.Training:
        """Return the terms behind the figures."""
        trained = self.trained()
        if self.device.group.power is not None:
            trained = trained._replace(power_w=best(self.watts().number))
        tokens = best(units.number) * best(self.tokens_of_each().number)
        parts = tuple(
            Part(
                step.name, step.flop, None if step.flop is None else step.flop * tokens,
                best(step.hours.number), best(step.kwh.number),
            )
            for step in steps
        )  # fmt: skip
        own = self.sampling
        sampled = None if own is None else figures.Sampled(own.precision, own.load, own.step)
        return figures.Training(
            figures.Asked(self.known.asked, "", self.device.name), self.known.shape,
            self.device.rates, self.run, trained, self.per_token, tokens * self.per_token,
            hours.number, self.devices, self.fewest, sum(part.energy_kwh for part in parts),
            parts, sampled,
        )  # fmt: skip

    def figures(self) -> list[ActivityFigure]:
        """Return the figures that stand in the JSON, with the ranges that entries have."""
        steps, tokens = self.steps(_ONE), self.tokens_of_each()
        seconds = self.hours_of(steps) * S_PER_H / tokens
        joules = added(*(step.kwh for step in steps)) * J_PER_KWH / tokens
        devices = self.setting.in_devices(self.activity.devices)
        return [
            ActivityFigure("tokens_per_s", devices / seconds, "/s"),
            ActivityFigure("j_per_token", joules, "J"),
            ActivityFigure("devices", self.devices, ""),
            ActivityFigure("power", self.watts(), "W"),
        ]

    def warnings(self) -> tuple[Caution, ...]:
        """Return what the user should know."""
        said = list(shape_cautions(self.known, self.setting))
        prior = self.factors.prior(self.device.id, has_experts=self.known.shape.has_experts)
        if prior.runs == 0 and self.activity.mfu is self.activity.hfu is None:
            text = f"no published training on {self.device.id}: its MFU is a guess; give `mfu`"
            said.append(Caution(text, f"{self.setting.path}.mfu"))
        if self.sampling is not None:
            said += self.sampling.cautions()
        return tuple(said)
