"""A language model that is trained on some devices: what that draws and occupies."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

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
    check_most,
    number,
    one_number,
    placed,
    shape_cautions,
)
from carbonctl.estimators.model_figures import ActivityFigure, within
from carbonctl.factors import model_parents as parents
from carbonctl.factors import model_runs, power, replica_limits, runs
from carbonctl.factors import model_training as terms
from carbonctl.factors.model_runs import Run, Trained
from carbonctl.factors.model_service import J_PER_KWH, S_PER_H
from carbonctl.factors.replica import Load, Replica, service, step
from carbonctl.numbers.intervals import Number, best, decide, over_corners
from carbonctl.numbers.quantities import Quantity, grouped, of
from carbonctl.numbers.values import Value

if TYPE_CHECKING:
    from carbonctl.estimators.llm_training import LlmTraining, ReinforcementLearning

_RUNS = "training-runs"
_MOST_DEVICES = 1_000_000  # more than any training has had
_METHODS: dict[str, model_runs.Method] = {method: method for method in model_runs.METHODS}
_RECOMPUTE: dict[str, model_runs.Recompute] = {amount: amount for amount in model_runs.RECOMPUTE}


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
        hours = self.hours(tokens, self.flop_per_token(per_token))
        draw = ElectricityUse("devices", power.energy_kwh(hours, self.watts()))
        return self.made([draw], hours, tokens, per_token)

    def tokens(self) -> Quantity:
        """Return the tokens of all epochs, repeats included."""
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
                unknown=self.known.unknown_on(self.device.id),
            ))
            for name, figure, band, unit in figures_of
        )  # fmt: skip
        return answers * time / S_PER_H, answers * joules / J_PER_KWH

    def made(
        self, draws: list[ElectricityUse], hours: Quantity, tokens: Quantity, per_token: Any
    ) -> ActivityData:
        """Return the activity data, with the rest of the nodes."""
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
        """Return the figures that stand in the JSON."""
        count = best(tokens.number)
        wall_s = hours * S_PER_H / self.devices
        return [
            ActivityFigure("tokens_per_s", count / wall_s, "/s"),
            ActivityFigure("j_per_token", energy * J_PER_KWH / count, "J"),
            ActivityFigure("devices", self.fewest, ""),
            ActivityFigure("power", self.watts().number, "W"),
        ]

    def warnings(self) -> tuple[Caution, ...]:
        """Return what the user should know."""
        said = list(shape_cautions(self.known, self.setting))
        prior = self.factors.prior(self.device.id, has_experts=self.known.shape.has_experts)
        if prior.runs == 0 and self.activity.mfu is self.activity.hfu is None:
            text = f"no published training on {self.device.id}: its MFU is a guess; give `mfu`"
            said.append(Caution(text, f"{self.setting.path}.mfu"))
        return tuple(said)
