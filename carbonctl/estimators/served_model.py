"""What a language model that serves on some devices draws and occupies, and what is shown of it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

from carbonctl.errors import Caution
from carbonctl.estimators import model_figures as figures
from carbonctl.estimators.base import (
    ActivityData,
    ActivityError,
    ElectricityUse,
    occupations,
    repeated,
)
from carbonctl.estimators.compute import rest_of_node
from carbonctl.estimators.language_model import cautions
from carbonctl.estimators.model_figures import ActivityFigure, Fleet, within
from carbonctl.estimators.model_load import Bands, Replicas
from carbonctl.factors import model_parents as parents
from carbonctl.factors import model_service, power, replica_limits, schedule
from carbonctl.factors import replica as kernels
from carbonctl.factors.model_service import J_PER_KWH, S_PER_H
from carbonctl.numbers.intervals import (
    Number,
    Range,
    best,
    decide,
    high,
    least,
    low,
    most,
    over_corners,
)
from carbonctl.numbers.quantities import Quantity, of
from carbonctl.numbers.values import Value

_MANY_DEVICES = 16  # of a replica: beyond, engines run side by side, which the fit does not hold


class _Kernel(NamedTuple):
    """A figure of the formulas: its name, its kernel with what that takes, its unit, a note."""

    name: str
    kernel: Callable[..., Any]
    takes: tuple[str, ...]
    unit: str
    note: str


_TIME = _Kernel(
    "device_time_per_token", kernels.device_time_per_token, (*parents.LOAD, *parents.PARTS),
    "device-s", "time of a step of the replica × its devices ÷ its batch",
)  # fmt: skip
_ENERGY = _Kernel(
    "energy_per_token", kernels.energy_per_token,
    (*parents.LOAD, *parents.PARTS, *parents.OF_POWER), "J",
    "power of the devices of a replica × time of a step ÷ its batch",
)  # fmt: skip
_POWER = _Kernel(
    "power_at_rate", kernels.power_at_rate,
    (*parents.LOAD, *parents.PARTS, *parents.OF_POWER, "tokens_per_s"), "W",
    "of a device at work, by the model",
)  # fmt: skip


class Served(Replicas):
    """One service on a model and a device."""

    def data(self) -> ActivityData:
        """Return the energy, the hours, and what is shown of them."""
        bands = self.bands(with_given=False)
        if self.activity.fleet is not None:
            bands = bands._replace(time=self.within_fleet(self.activity.fleet, bands.time))
        tokens = self.requests * self.activity.output_tokens
        busy_h = self.busy_hours(tokens, bands.time)
        total_h, idle_h, share = self.whole_hours(busy_h)
        draws = [ElectricityUse("devices", self.busy_kwh(tokens, busy_h, bands.energy))]
        if idle_h is not None:
            draws.append(ElectricityUse("idle", power.energy_kwh(idle_h, self.idle_w())))
        draws += rest_of_node(self.machine, total_h, draws)
        around = self.bands(with_given=True) if self.ranged else bands
        shown = self.shown(busy_h, total_h, share, around.energy)
        return ActivityData(
            tuple(draws), occupations(total_h, self.machine), warnings=tuple(self.warnings()),
            figures=tuple(self.figures(shown, around)), details=shown,
        )  # fmt: skip

    def value(self, name: str, figure: Any, band: Range, unit: str, note: str) -> Value:
        """Return a figure of the formulas as a value with its range."""
        archetype = self.known.status == "archetype"
        return Value(
            within(figure, band), unit, "archetype" if archetype else "default", self.source,
            f"{self.setting.path}.{name}", name=name, note=note, unknown=self.unknown,
        )  # fmt: skip

    def figure(self, of_kernel: _Kernel, figure: Any, band: Range) -> Quantity:
        """Return a figure of the model with its band; of ranges, as it follows from these."""
        name, kernel, takes, unit, note = of_kernel
        if not self.ranged:
            return of(self.value(name, figure, band, unit, note))
        inputs = self.parents(takes)
        number = over_corners(kernel, *(value.number for value in inputs))
        value = Value(number, unit, "derived", self.source, name=name, note=note)
        what = {"device": "time"}.get(name.partition("_")[0], name.partition("_")[0])
        around = "what nine of ten measurements lie between, over the model"
        of_band = self.value(f"{what}_band", 1.0, band, "", around)
        return of(value).beside(*inputs) * of_band

    def parents(self, names: tuple[str, ...]) -> list[Value]:
        """Return what a figure of the model follows from, by name."""
        activity, load = self.activity, self.load
        known = kernels.parts(self.replica, load.devices)
        known |= {key: getattr(load, key) for key in parents.LOAD}
        inputs = []
        for name in names:
            given: Value | None = getattr(activity, name, None)
            if name == "rated_power":
                given = self.device.rated.named(name)
            if name == "batch" and self.chosen.by_default:
                given = None
            number = None if given is not None else known[name]
            inputs.append(given or self.part(name, number))
        return inputs

    def part(self, name: str, figure: Any) -> Value:
        """Return a figure that follows from the model, its device and its load, as a value."""
        unit = "s" if name.endswith("_s") else ""
        return Value(figure, unit, "derived", name=name, note=parents.SAID.get(name))

    def busy_hours(self, tokens: Quantity, band: Range) -> Quantity:
        """Return the device time of some tokens [device-h]."""
        if self.activity.tokens_per_s is not None:
            return tokens / self.activity.tokens_per_s * self.of_devices()
        speedup = self.activity.speedup
        each_s = self.service.device_s / self.load.output_tokens * self.load.speedup
        each = self.figure(_TIME, each_s, band)
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
            watts_at_work = self.step.power_w
            top = most(1.0, least(band.high, self.device.rated.best / watts_at_work))
            kernel = _POWER if self.ranged else _POWER._replace(name="power")
            draw = self.figure(kernel, watts_at_work, Range(1.0, band.low, top))
            return power.energy_kwh(hours, draw)  # type: ignore[no-any-return]
        joules = self.service.j_per_token * self.load.speedup
        each = self.figure(_ENERGY, joules, band)
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

    def whole_hours(self, busy_h: Quantity) -> tuple[Quantity, Quantity | None, Any]:
        """Return the device time of the whole service, what of it is idle, and the share busy."""
        activity = self.activity
        if activity.mode == "offline":
            return busy_h, None, 1.0
        if activity.fleet is not None:
            assert activity.duration is not None
            ready = of(activity.fleet) * self.of_devices() * activity.duration
            ready = repeated(activity, self.setting.path, ready)
            return ready, ready - busy_h, best(busy_h.number) / best(ready.number)
        busy = activity.busy or self.factors.busy.named("busy", f"{self.setting.path}.busy")
        if decide((busy.low == 1) & (busy.high == 1)):
            return busy_h, None, 1.0
        share = of(busy)
        idle_h: Quantity = model_service.idle_device_h(busy_h, share)
        return busy_h / share, idle_h, best(busy.number)

    def within_fleet(self, fleet: Value, band: Range) -> Range:
        """Return the band of time as far as a fleet answers all requests within it.

        Raises
        ------
        ActivityError
            Where the fleet is too small.
        """
        tokens = of(self.activity.requests) * self.activity.output_tokens  # an hour
        busy = self.busy_hours(tokens, Range(1.0, 1.0, 1.0)).number
        standing = fleet.number * self.load.devices
        if decide(high(busy) > low(standing)):
            needed = schedule.whole_number(high(busy), self.load.devices)
            raise self.fault("fleet", f"too small: {needed:g} replicas are needed")
        return Range(1.0, band.low, least(band.high, low(standing) / high(busy)))

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

    def figures(self, shown: figures.Serving, bands: Bands) -> list[ActivityFigure]:
        """Return the figures that stand in the JSON."""
        own, at = self.service, self.step
        energy, time = bands
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
