"""The load of a replica that serves a language model: devices, batch, and how sure it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from carbonctl.estimators.base import ActivityContext, ActivityError
from carbonctl.estimators.language_model import (
    Known,
    Placed,
    beyond_context,
    check_most,
    joined,
    known_precision,
    number,
    one_number,
    placed,
    source_of,
)
from carbonctl.factors import model_parents as parents
from carbonctl.factors import replica_limits
from carbonctl.factors.model_service import S_PER_H
from carbonctl.factors.replica import Load, Replica, Service, Step, service, step
from carbonctl.numbers.intervals import Range, best, decide, high, least
from carbonctl.numbers.quantities import Quantity
from carbonctl.numbers.values import Value

if TYPE_CHECKING:
    from carbonctl.estimators.llm_serving import LlmServing


class Bands(NamedTuple):
    """The factors around the energy of a token, and around its device time."""

    energy: Range
    time: Range


class Chosen(NamedTuple):
    """The load of a replica, and what was chosen for it."""

    load: Load
    most: Any
    is_fewest: bool
    by_default: bool


class Replicas:
    """The replicas of one service on a model and a device."""

    def __init__(
        self, activity: LlmServing, setting: ActivityContext, known: Known, requests: Quantity
    ) -> None:
        self.activity, self.setting, self.known = activity, setting, known
        self.requests = requests
        self.factors = setting.facts.model_factors
        self.device: Placed = placed(setting)
        self.machine = setting.require_machine()
        one_number(activity, setting, "devices", "latency")
        check_most(activity, setting, devices=replica_limits.MOST_DEVICES)
        give = "give `precision`"
        self.precision = activity.precision or known_precision(known, setting.path, give)
        self.replica = self.replica_of(self.precision)
        self.chosen = self.choose()
        self.load = self.chosen.load
        self.step, self.service = self.served(self.load)
        self.unknown = known.unknown_on(self.device.id)
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
        group = self.device.group
        if group.power is not None:
            shared = 1.0 if group.power_of is None else best(group.power_of.number)
            at = at._replace(power_w=best(group.power.number) / shared)
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
        output, prompt = activity.output_tokens, activity.input_tokens
        longest = high(output.number) + (0.0 if prompt is None else high(prompt.number))
        if decide(longest > context):
            is_prompt = prompt is not None and decide(high(prompt.number) > high(output.number))
            key = "input_tokens" if is_prompt else "output_tokens"
            raise self.fault(key, beyond_context(longest, context))
        return number(prompt, 0.0) + best(output.number)

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

    @property
    def ranged(self) -> list[str]:
        """The keys with a range that time and power do not follow in proportion."""
        activity = self.activity
        given = [(key, getattr(activity, key)) for key in parents.LOAD]
        given.append(("rated_power", self.device.rated))
        if self.device.group.power is None:
            given.append(("tokens_per_s", activity.tokens_per_s))
        return [
            key for key, value in given
            if value is not None and value.status == "given" and decide(value.low != value.high)
        ]  # fmt: skip

    def ends(self, *, with_given: bool) -> list[list[Load]]:
        """Return the loads at both ends of what is uncertain: an assumed batch, given ranges."""
        load = self.load
        axes = []
        for key in parents.LOAD if with_given else ():
            value: Value | None = getattr(self.activity, key)
            if value is not None and decide(value.low != value.high):
                axes.append([load._replace(**{key: end}) for end in (value.low, value.high)])
        if self.chosen.by_default and load.tokens_per_s is None:
            batch = self.factors.batch
            ends = (batch.low, batch.high)
            axes.append([load._replace(batch=least(end, self.chosen.most)) for end in ends])
        return axes

    def bands(self, *, with_given: bool) -> Bands:
        """Return the factors around the energy of a token, and around the device time of one."""
        bands = self.factors.bands
        energy = replica_limits.energy_band(bands, self.known.shape, self.device.rates)
        axes = [
            [(at, self.served(at)[1]) for at in ends] for ends in self.ends(with_given=with_given)
        ]

        def joules(at: tuple[Load, Service]) -> Any:
            return at[1].j_per_token

        def seconds(at: tuple[Load, Service]) -> Any:
            return at[1].device_s / at[0].output_tokens

        own = (self.load, self.service)
        return Bands(
            joined(energy, joules, joules(own), axes),
            joined(bands.time, seconds, seconds(own), axes),
        )


def _devices(count: Any) -> str:
    if count is None:
        return f"more than {replica_limits.MOST_DEVICES} devices"
    return "1 device" if decide(count == 1) else f"{count:g} devices"
