"""A language model that serves on some devices: its load, its range, what it draws and occupies."""

from __future__ import annotations

from functools import partial
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
    cautions,
    joined,
    number,
    one_number,
    placed,
    source_of,
)
from carbonctl.estimators.model_figures import ActivityFigure, Fleet, within
from carbonctl.factors import model_service, power, replica_limits, schedule
from carbonctl.factors.model_service import J_PER_KWH, S_PER_H
from carbonctl.factors.replica import Load, Replica, Service, Step, service, step
from carbonctl.numbers.intervals import Number, Range, best, decide, high, least, low, most
from carbonctl.numbers.quantities import Quantity, of
from carbonctl.numbers.values import Value

if TYPE_CHECKING:
    from carbonctl.estimators.llm_serving import LlmServing

_MANY_DEVICES = 16  # of a replica: beyond, engines run side by side, which the fit does not hold


class Chosen(NamedTuple):
    """The load of a replica, and what was chosen for it."""

    load: Load
    most: Any
    is_fewest: bool
    by_default: bool


class Served:
    """One service on a model and a device."""

    def __init__(
        self, activity: LlmServing, setting: ActivityContext, known: Known, requests: Quantity
    ) -> None:
        self.activity, self.setting, self.known = activity, setting, known
        self.requests = requests
        self.factors = setting.facts.model_factors
        self.device: Placed = placed(setting)
        self.machine = setting.require_machine()
        one_number(activity, setting, "devices", "latency")
        self.precision = activity.precision or known.precision
        self.replica = self.replica_of(self.precision)
        self.chosen = self.choose()
        self.load = self.chosen.load
        self.step, self.service = self.served(self.load)
        self.unknown = f"language model:{known.name}:{self.device.id}"
        self.source = source_of(known, self.device)

    def replica_of(self, precision: str) -> Replica:
        """Return the model on its device, with weights of a precision."""
        return Replica(
            self.known.shape, self.device.rates, self.factors.serving,
            self.factors.bytes_per_weight(precision), precision == "fp8",
            1.0 if self.activity.kv_precision == "fp8" else 2.0,
        )  # fmt: skip

    def served(self, load: Load) -> tuple[Step, Service]:
        """Return a step under a load, at the power that is given, and what follows from it."""
        at = step(self.replica, load)
        given = self.device.group.power
        if given is not None and self.device.group.power_of is None:
            at = at._replace(power_w=best(given.number))
        return at, service(load, at)

    def fault(self, key: str, message: str) -> ActivityError:
        """Return what is wrong with a key of the activity."""
        return ActivityError.at(f"{self.setting.path}.{key}", message)

    # The load of a replica

    def choose(self) -> Chosen:
        """Return the load: as it is given, the fewest devices, the batch that fits."""
        activity = self.activity
        tokens = self.tokens()
        wanted = self.wanted_batch()
        devices, is_fewest = self.devices(wanted, tokens)
        fit = replica_limits.most_sequences(self.replica, devices, tokens)
        if decide(fit < 1):
            needed = replica_limits.fewest_devices(self.replica, 1.0, tokens)
            raise self.fault("devices", f"the model does not fit: {_devices(needed)} needed")
        tokens_per_s, output = activity.tokens_per_s, best(activity.output_tokens.number)
        load = Load(
            devices, wanted, number(activity.input_tokens, 0.0), output,
            number(activity.cached_input, 0.0), number(activity.speedup, 1.0),
            None if tokens_per_s is None else best(tokens_per_s.number) / S_PER_H,
        )  # fmt: skip
        if activity.latency is not None:
            batch = self.batch_within(activity.latency, load, fit)
            return Chosen(load._replace(batch=batch), fit, is_fewest, False)
        if activity.batch is not None:
            if decide(high(activity.batch.number) > fit):
                said = f"at most {fit:g} sequences of {tokens:g} tokens fit on {_devices(devices)}"
                raise self.fault("batch", f"{activity.batch.high:g} do not fit: {said}")
            return Chosen(load, fit, is_fewest, False)
        return Chosen(load._replace(batch=least(wanted, fit)), fit, is_fewest, True)

    def tokens(self) -> Any:
        """Return the tokens of one sequence at its end."""
        activity, context = self.activity, self.known.shape.context
        tokens = number(activity.input_tokens, 0.0) + best(activity.output_tokens.number)
        if decide(tokens > context):
            key = "output_tokens" if activity.input_tokens is None else "input_tokens"
            message = f"{tokens:,.0f} tokens exceed the context of {context:.0f}"
            raise self.fault(key, message.replace(",", ""))
        return tokens

    def wanted_batch(self) -> Any:
        """Return the batch that is asked for, or assumed."""
        activity = self.activity
        if activity.batch is None:
            return self.factors.batch.best if activity.latency is None else 1.0
        if decide(high(activity.batch.number) > replica_limits.MOST_SEQUENCES):
            message = f"at most {replica_limits.MOST_SEQUENCES} requests are in flight in a replica"
            raise self.fault("batch", message)
        return best(activity.batch.number)

    def devices(self, batch: Any, tokens: Any) -> tuple[Any, bool]:
        """Return the devices of a replica, and whether they are the fewest."""
        if self.activity.devices is not None:
            return best(self.setting.in_devices(self.activity.devices).number), False
        if self.activity.batch is not None:
            batch = high(self.activity.batch.number)
        devices = replica_limits.fewest_devices(self.replica, batch, tokens)
        if devices is None:
            said = f"more than {replica_limits.MOST_DEVICES} devices are needed"
            key = "batch" if self.activity.batch is not None else "output_tokens"
            raise self.fault(key, f"a replica does not fit: {said}; give fewer tokens or requests")
        return devices, True

    def batch_within(self, latency: Value, load: Load, fit: Any) -> float:
        """Return the largest batch whose tokens come within a latency."""
        wanted_s = latency.best * S_PER_H
        batch = float(replica_limits.largest_batch(self.replica, load, wanted_s, fit))
        if batch == 0:
            alone = step(self.replica, load._replace(batch=1.0)).time_s
            message = (
                f"no batch meets {wanted_s * 1000:.3g} ms: one sequence takes {alone * 1000:.3g} ms"
            )
            raise self.fault("latency", message)
        return batch

    # Its range

    def ends(self) -> list[list[Load]]:
        """Return the loads at both ends of each thing that is uncertain in it."""
        activity, load = self.activity, self.load
        axes = [
            [load._replace(**{key: low(value.number)}), load._replace(**{key: high(value.number)})]
            for key in ("batch", "input_tokens", "output_tokens", "cached_input")
            if (value := getattr(activity, key)) is not None and decide(value.low != value.high)
        ]
        if self.chosen.by_default and load.tokens_per_s is None:
            batch = self.factors.batch
            ends = (batch.low, batch.high)
            axes.append([load._replace(batch=least(end, self.chosen.most)) for end in ends])
        return axes

    def bands(self) -> tuple[Range, Range]:
        """Return the factors around the energy of a token, and around the device time of one."""
        bands = self.factors.bands
        energy = replica_limits.energy_band(bands, self.known.shape, self.device.rates)
        axes = [[(at, self.served(at)[1]) for at in ends] for ends in self.ends()]

        def joules(at: tuple[Load, Service]) -> Any:
            return at[1].j_per_token

        def seconds(at: tuple[Load, Service]) -> Any:
            return at[1].device_s / at[0].output_tokens

        own = (self.load, self.service)
        return (
            joined(energy, joules, joules(own), axes),
            joined(bands.time, seconds, seconds(own), axes),
        )

    # What it draws and occupies

    def data(self) -> ActivityData:
        """Return the energy, the hours, and what is shown of them."""
        energy_band, time_band = self.bands()
        tokens = self.requests * self.activity.output_tokens
        busy_h = self.busy_hours(tokens, time_band)
        total_h, idle_h, share = self.whole_hours(busy_h, time_band)
        draws = [ElectricityUse("devices", self.busy_kwh(tokens, busy_h, energy_band))]
        if idle_h is not None:
            draws.append(ElectricityUse("idle", power.energy_kwh(idle_h, self.idle_w())))
        draws += rest_of_node(self.machine, total_h, draws)
        shown = self.shown(busy_h, total_h, share, energy_band)
        return ActivityData(
            tuple(draws), occupations(total_h, self.machine), warnings=tuple(self.warnings()),
            figures=tuple(self.figures(shown, energy_band, time_band)), details=shown,
        )  # fmt: skip

    def value(self, name: str, figure: Any, band: Range, unit: str, note: str) -> Value:
        """Return a figure of the formulas as a value with its range."""
        archetype = self.known.status == "archetype"
        return Value(
            within(figure, band), unit, "archetype" if archetype else "default", self.source,
            f"{self.setting.path}.{name}", name=name, note=note, unknown=self.unknown,
        )  # fmt: skip

    def busy_hours(self, tokens: Quantity, band: Range) -> Quantity:
        """Return the device time of all requests [device-h]."""
        if self.activity.tokens_per_s is not None:
            return tokens / self.activity.tokens_per_s * self.of_devices()
        speedup = self.activity.speedup
        each_s = self.service.device_s / self.load.output_tokens * self.load.speedup
        each = self.value(
            "device_time_per_token", each_s, band, "device-s",
            "time of a step of the replica × its devices ÷ its batch",
        )  # fmt: skip
        sped = tokens * each if speedup is None else tokens * each / speedup
        return sped / S_PER_H

    def of_devices(self) -> Value:
        """Return the devices of a replica as a value."""
        if self.activity.devices is not None and not self.activity.devices.counts:
            return self.activity.devices
        return Value(
            self.load.devices, "", "derived", path=f"{self.setting.path}.devices",
            name="devices", note="of one replica",
        )  # fmt: skip

    def busy_kwh(self, tokens: Quantity, hours: Quantity, band: Range) -> Quantity:
        """Return the energy of the devices at work [kWh]."""
        group, speedup = self.device.group, self.activity.speedup
        if group.power is not None:
            watts = of(group.power)
            watts = watts if group.power_of is None else watts / group.power_of
            return power.energy_kwh(hours, watts)  # type: ignore[no-any-return]
        if self.activity.tokens_per_s is not None:
            draw = self.value(
                "power", self.step.power_w, band, "W", "of a device at work, by the model"
            )
            top = most(self.step.power_w, least(draw.high, self.device.rated.best))
            number = Range(draw.best, draw.low, top)
            return power.energy_kwh(hours, of(draw._replace(number=number)))  # type: ignore[no-any-return]
        joules = self.service.j_per_token * self.load.speedup
        note = "power of the devices of a replica × time of a step ÷ its batch"
        each = self.value("energy_per_token", joules, band, "J", note)
        sped = tokens * each if speedup is None else tokens * each / speedup
        return sped / J_PER_KWH

    def idle_w(self) -> Quantity:
        """Return the draw of a device that waits [W].

        Raises
        ------
        ActivityError
            Where `power` holds the host, of which no idle draw is known.
        """
        idle = self.device.group.idle_power
        if idle is not None and idle.status == "given":
            return of(idle)
        if self.machine.holds_host and self.device.group.power is not None:
            message = "it holds the host: give `idle_power` of a device with its share too"
            raise ActivityError.at(f"{self.machine.path}.power_scope", message)
        share = self.factors.value("serving", "p_idle")
        share = share.named("idle_share", f"{self.setting.path}.idle_power")
        rated = self.device.rated.named("rated_power")
        watts: Quantity = power.loaded_w(of(rated), of(share))
        return watts

    def whole_hours(self, busy_h: Quantity, band: Range) -> tuple[Quantity, Quantity | None, Any]:
        """Return the device time of the whole service, what of it is idle, and the share busy."""
        activity = self.activity
        if activity.mode == "offline":
            return busy_h, None, 1.0
        if activity.fleet is not None:
            return self.fleet_hours(activity.fleet, busy_h, band)
        busy = activity.busy or self.factors.busy.named("busy", f"{self.setting.path}.busy")
        if decide((busy.low == 1) & (busy.high == 1)):
            return busy_h, None, 1.0
        share = of(busy)
        idle_h: Quantity = model_service.idle_device_h(busy_h, share)
        return busy_h / share, idle_h, best(busy.number)

    def fleet_hours(
        self, fleet: Value, busy_h: Quantity, band: Range
    ) -> tuple[Quantity, Quantity, Any]:
        """Return the device time of replicas that stand ready; what is busy has a share of it."""
        assert self.activity.duration is not None
        ready = of(fleet) * self.of_devices() * self.activity.duration
        ready = repeated(self.activity, self.setting.path, ready)
        share = best(busy_h.number) / best(ready.number)
        if decide(share > 1):
            hours = best(self.activity.duration.number) * self.load.devices
            needed = schedule.whole_number(best(busy_h.number), hours)
            if self.activity.repeat is not None:
                needed = schedule.whole_number(share * fleet.best, 1.0)
            raise self.fault("fleet", f"too small: {needed:g} replicas are needed")
        ends = [low(busy_h.number) / high(ready.number), high(busy_h.number) / low(ready.number)]
        busy = Value(
            Range(share, least(share, ends[0]), least(1.0, most(share, ends[1]))), "", "derived",
            self.source, f"{self.setting.path}.busy", name="busy",
            note="device time of all requests over that of the fleet", unknown=self.unknown,
        )  # fmt: skip
        return ready, ready * (1 - of(busy)), share

    # What is shown of it

    def warnings(self) -> list[Caution]:
        """Return what the user should know."""
        said = list(cautions(self.known, self.device, self.setting))
        path = self.setting.path
        if self.chosen.by_default:
            text = "`batch` is not given: an assumed one widens the range; give it, or `latency`"
            said.append(Caution(text, f"{path}.batch"))
        if self.activity.tokens_per_s is None and decide(self.load.devices > _MANY_DEVICES):
            text = (
                f"more than {_MANY_DEVICES} devices a replica: rough figures; give `tokens_per_s`"
            )
            said.append(Caution(text, f"{path}.devices"))
        return said

    def shown(
        self, busy_h: Quantity, total_h: Quantity, share: Any, band: Range
    ) -> figures.Serving:
        """Return the terms behind the figures."""
        busy, total = best(busy_h.number), best(total_h.number)
        average = needed = None
        if self.activity.duration is not None and self.activity.repeat is None:
            hours = best(self.activity.duration.number)
            average = total / (hours * self.load.devices)
            needed = schedule.whole_number(total, hours * self.load.devices)
        held = replica_limits.sequence_bytes(self.replica, self.tokens())
        return figures.Serving(
            figures.Asked(self.known.name, self.precision, self.device.name), self.replica,
            self.load, self.step, self.service, band, self.chosen.most,
            replica_limits.all_weight_bytes(self.replica), held * self.load.batch, share,
            Fleet(busy, total - busy, average, needed), self.chosen.is_fewest,
            self.factors.serving.p_idle,
        )  # fmt: skip

    def figures(self, shown: figures.Serving, energy: Range, time: Range) -> list[ActivityFigure]:
        """Return the figures that stand in the JSON."""
        own, at = self.service, self.step
        of_time: Any = partial(within, band=time)
        rates: Number = Range(
            own.tokens_per_s, own.tokens_per_s / time.high, own.tokens_per_s / time.low
        )
        latency: Number = of_time(at.time_s)
        measured = self.activity.tokens_per_s
        if measured is not None:
            rates, latency = measured.number / S_PER_H, at.time_s
        made = [
            ActivityFigure("tokens_per_s", rates, "/s"),
            ActivityFigure("j_per_token", within(own.j_per_token, energy), "J"),
            ActivityFigure("latency", latency, "s"),
            ActivityFigure("first_token", of_time(own.first_token_s), "s"),
            ActivityFigure("devices", self.load.devices, ""),
            ActivityFigure("power", at.power_w, "W"),
        ]
        if shown.fleet.needed is not None:
            made.insert(5, ActivityFigure("replicas", shown.fleet.needed, ""))
        return made


def _devices(count: Any) -> str:
    if count is None:
        return f"more than {replica_limits.MOST_DEVICES} devices"
    return "1 device" if decide(count == 1) else f"{count:g} devices"
