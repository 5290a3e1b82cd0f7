"""Answers that reinforcement learning samples from a language model, by replicas that put them out.

A replica has the fewest devices that hold its batch, and works all the time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from carbonctl.errors import Caution
from carbonctl.estimators.base import ActivityContext, ActivityError
from carbonctl.estimators.language_model import (
    Known,
    Placed,
    joined,
    known_precision,
    number,
    serving_cautions,
    source_of,
)
from carbonctl.estimators.model_figures import within
from carbonctl.factors import replica_limits
from carbonctl.factors.replica import Load, Replica, Service, service, step
from carbonctl.numbers.intervals import Range, best, decide, least
from carbonctl.numbers.quantities import Quantity, of
from carbonctl.numbers.values import Value

if TYPE_CHECKING:
    from carbonctl.estimators.llm_training import ReinforcementLearning

_UNREAD = "take `quantization_config` out of it where training samples with its dtype"


class Sampling:
    """Sampling of answers from a model on a device.

    Parameters
    ----------
    tokens : float or column
        Of a prompt and its answer.
    given : float or column
        Devices in all, which one replica may have.
    """

    def __init__(
        self, rl: ReinforcementLearning, setting: ActivityContext, known: Known, device: Placed,
        tokens: Any, given: Any,
    ) -> None:  # fmt: skip
        self.rl, self.setting, self.known, self.device = rl, setting, known, device
        self.factors = setting.facts.model_factors
        self.precision = known_precision(known, setting.path, _UNREAD)
        self.replica = Replica(
            known.shape, device.rates, self.factors.serving,
            self.factors.bytes_per_weight(self.precision), self.precision == "fp8",
        )  # fmt: skip
        batch = number(rl.batch, self.factors.batch.best)
        if decide(batch > replica_limits.MOST_SEQUENCES):
            most = replica_limits.MOST_SEQUENCES
            raise self.fault(f"at most {most} answers are in flight in a replica")
        devices, batch = self.devices(batch, tokens, given)
        prompt, output = number(rl.input_tokens, 0.0), best(rl.output_tokens.number)
        self.most = replica_limits.most_sequences(self.replica, devices, tokens)
        self.load = Load(devices, batch, prompt, output)
        self.step = step(self.replica, self.load)
        self.service = service(self.load, self.step)

    def devices(self, batch: Any, tokens: Any, given: Any) -> tuple[float, Any]:
        """Return the devices of a replica and its batch; an assumed one is at most what fits.

        Raises
        ------
        ActivityError
            Where a replica needs more than there are.
        """
        fewest = replica_limits.fewest_devices(self.replica, batch, tokens)
        if fewest is not None and decide(fewest <= given):
            return fewest, batch
        if self.rl.batch is None:
            devices = 1.0
            while decide(devices * 2 <= given) and devices < replica_limits.MOST_DEVICES:
                devices *= 2
            fit = replica_limits.most_sequences(self.replica, devices, tokens)
            if decide(fit >= 1):
                return devices, least(batch, fit)
        most = f"more than {replica_limits.MOST_DEVICES}"
        needed = most if fewest is None else f"{fewest:g}"
        lower = "" if self.rl.batch is None else ", or a lower `batch`"
        raise self.fault(f"a replica that samples needs {needed} devices: give as many{lower}")

    def fault(self, message: str) -> ActivityError:
        """Return what is wrong with the sampling."""
        return ActivityError.at(f"{self.setting.path}.rl", message)

    def seconds(self) -> Quantity:
        """Return the device time of one answer [device-s]."""
        band = self._joined(self.factors.bands.time, lambda at: at.device_s)
        return self._value("sampling_time", self.service.device_s, band, "device-s")

    def joules(self) -> Quantity:
        """Return the energy of one answer, by the model [J]."""
        band = replica_limits.energy_band(self.factors.bands, self.known.shape, self.device.rates)
        band = self._joined(band, lambda at: at.j_per_token)
        each = self.service.j_per_token * self.load.output_tokens
        return self._value("sampling_energy", each, band, "J")

    def cautions(self) -> Iterable[Caution]:
        """Yield what is doubtful in it."""
        assumed = "rl.batch" if self.rl.batch is None else ""
        yield from serving_cautions(self.device, self.setting, self.load.devices, assumed)

    def _joined(self, band: Range, figure: Callable[[Service], Any]) -> Range:
        """Return a band that the range of an assumed batch has joined."""
        if self.rl.batch is not None:
            return band
        batch = self.factors.batch
        loads = [self.load._replace(batch=least(end, self.most)) for end in (batch.low, batch.high)]
        ends = [service(load, step(self.replica, load)) for load in loads]
        return joined(band, figure, figure(self.service), [ends])

    def _value(self, name: str, figure: Any, band: Range, unit: str) -> Quantity:
        source = source_of(self.known, self.device)
        return of(Value(
            within(figure, band), unit, "default", source, f"{self.setting.path}.rl.{name}",
            name=name, note="of one answer",
            unknown=self.known.unknown_on(self.device.id),
        ))  # fmt: skip
