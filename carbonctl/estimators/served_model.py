"""What a language model that serves on some devices draws and occupies, and what is shown of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
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
from carbonctl.estimators.language_model import serving_cautions, shape_cautions
from carbonctl.estimators.model_figures import ActivityFigure, Fleet, WhatIf, WhatIfs, within
from carbonctl.estimators.model_load import Bands, Replicas
from carbonctl.factors import model_parents as parents
from carbonctl.factors import model_service, power, replica_limits, schedule
from carbonctl.factors import replica as kernels
from carbonctl.factors.model_service import J_PER_KWH, S_PER_H
from carbonctl.numbers.intervals import (
    Range,
    best,
    decide,
    high,
    least,
    low,
    over_corners,
)
from carbonctl.numbers.quantities import ATOM, Quantity, of
from carbonctl.numbers.values import Value

_ONE = Quantity(1.0, "1", (), ATOM)
_CERTAIN = Range(1.0, 1.0, 1.0)  # a band without width
# What `explain` tries: other batches, and another share of busy time.
_BATCHES = (8.0, 128.0)
_BUSY = 0.8
_WH_PER_KWH = 1000


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
        bands = self.capped_bands()
        busy_h, total_h, share = self.hours(bands)
        draws = self.draws(bands)
        draws += rest_of_node(self.machine, total_h, draws)
        shown = self.shown(busy_h, total_h, share)
        return ActivityData(
            tuple(draws), occupations(total_h, self.machine), warnings=tuple(self.warnings()),
            figures=tuple(self.figures(total_h, bands)), details=shown,
        )  # fmt: skip

    def capped_bands(self) -> Bands:
        """Return the bands of the model, that of time within what a fleet has."""
        bands = self.bands(with_given=False)
        if self.activity.fleet is None:
            return bands
        return bands._replace(time=self.within_fleet(self.activity.fleet, bands.time))

    def hours(self, bands: Bands) -> tuple[Quantity, Quantity, Any]:
        """Return the device time at work and in all [device-h], and the share at work."""
        busy_h = self.busy_hours(self.tokens_put_out, bands.time)
        total_h, _, share = self.whole_hours(busy_h)
        return busy_h, total_h, share

    @property
    def tokens_put_out(self) -> Quantity:
        """Output tokens of all requests."""
        return self.requests * self.activity.output_tokens

    def draws(self, bands: Bands) -> list[ElectricityUse]:
        """Return what the devices use: at work, and while they wait."""
        tokens = self.tokens_put_out
        busy_h = self.busy_hours(tokens, bands.time)
        _, idle_h, _ = self.whole_hours(busy_h)
        draws = [ElectricityUse("devices", self.busy_kwh(tokens, busy_h, bands.energy))]
        if idle_h is not None:
            draws.append(ElectricityUse("idle", power.energy_kwh(idle_h, self.idle_w())))
        return draws

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
        watts = self.watts_apart(band)
        if watts is not None:
            return power.energy_kwh(hours, watts)  # type: ignore[no-any-return]
        speedup = self.activity.speedup
        joules = self.service.j_per_token * self.load.speedup
        each = self.figure(_ENERGY, joules, band)
        sped = tokens * each if speedup is None else tokens * each / speedup
        return sped / J_PER_KWH

    def watts_apart(self, band: Range) -> Quantity | None:
        """Return the draw of a device at work [W] where energy is time × power.

        It is given, or that of the model at a rate that is measured, with the band of energy;
        None where the model has energy and time each with a band of its own.
        """
        given = self.given_power()
        if given is not None or self.activity.tokens_per_s is None:
            return given
        kernel = _POWER if self.ranged else _POWER._replace(name="power")
        return self.figure(kernel, self.step.power_w, band)

    def given_power(self) -> Quantity | None:
        """Return the draw of a device at work that the workload gives [W]."""
        group = self.device.group
        if group.power is None:
            return None
        return of(group.power) if group.power_of is None else of(group.power) / group.power_of

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
        if not self.activity.requests.unit:  # a count, of the whole duration
            assert self.activity.duration is not None
            tokens = tokens / self.activity.duration
        busy = self.busy_hours(tokens, _CERTAIN).number
        standing = fleet.number * self.load.devices
        if decide(high(busy) > low(standing)):
            needed = schedule.whole_number(high(busy), self.load.devices)
            raise self.fault("fleet", f"too small: {needed:g} replicas are needed")
        return Range(1.0, band.low, least(band.high, low(standing) / high(busy)))

    # What is shown of it

    def warnings(self) -> list[Caution]:
        """Return what the user should know."""
        assumed = "batch" if self.chosen.by_default else ""
        devices = self.load.devices if self.activity.tokens_per_s is None else 1.0
        hint = "; give `tokens_per_s`"
        return [
            *shape_cautions(self.known, self.setting),
            *serving_cautions(self.device, self.setting, devices, assumed, hint),
        ]

    def replicas(self, hours: Quantity) -> tuple[Any, Any]:
        """Return how many replicas some device time is on average, and as a whole number.

        None of both without a duration, or where the work recurs.
        """
        if self.activity.duration is None or self.activity.repeat is not None:
            return None, None
        each = best(self.activity.duration.number) * self.load.devices
        device_h = best(hours.number)
        return device_h / each, schedule.whole_number(device_h, each)

    def shown(self, busy_h: Quantity, total_h: Quantity, share: Any) -> figures.Serving:
        """Return the terms behind the figures."""
        busy, total = best(busy_h.number), best(total_h.number)
        fleet = self.activity.fleet
        average, needed = self.replicas(total_h if fleet is None else busy_h)
        ready = None if fleet is None else best(fleet.number)
        held = replica_limits.sequence_bytes(self.replica, self.tokens())
        return figures.Serving(
            figures.Asked(self.known.asked, self.precision, self.device.name), self.replica,
            self.load, self.step, self.service, self.chosen.most,
            replica_limits.all_weight_bytes(self.replica), held * self.load.batch, share,
            Fleet(busy, total - busy, average, needed, ready), self.chosen.is_fewest,
            WhatIfs(self.what_if),
        )  # fmt: skip

    def figures(self, total_h: Quantity, bands: Bands) -> list[ActivityFigure]:
        """Return the figures that stand in the JSON, with the ranges that entries have."""
        hours = self.busy_hours(_ONE, bands.time)
        replica_s = hours * S_PER_H / self.of_devices()  # of a token
        (batch,) = self.parents(("batch",))
        latency = of(batch) * replica_s
        joules = self.busy_kwh(_ONE, hours, bands.energy) * J_PER_KWH
        made = [
            ActivityFigure("tokens_per_s", 1 / replica_s, "/s"),
            ActivityFigure("j_per_token", joules, "J"),
            ActivityFigure("latency", latency, "s"),
            ActivityFigure("first_token", self.prompt_s(bands) + latency, "s"),
            ActivityFigure("devices", self.load.devices, ""),
            ActivityFigure("power", self.power_at_work(), "W"),
        ]
        _, replicas = self.replicas(total_h)
        if replicas is not None:
            fleet = self.activity.fleet
            replicas = replicas if fleet is None else fleet.number
            made.insert(5, ActivityFigure("replicas", replicas, ""))
        return made

    def power_at_work(self) -> Any:
        """Return the draw of a device at work [W]; by the model with the ranges given, no band."""
        given = self.given_power()
        if given is not None:
            return given
        if not self.ranged:
            return self.step.power_w
        if self.activity.tokens_per_s is not None:
            return self.figure(_POWER, self.step.power_w, _CERTAIN)
        seconds = self.service.device_s / self.load.output_tokens
        joules = self.figure(_ENERGY, self.service.j_per_token, _CERTAIN)
        return joules / self.figure(_TIME, seconds, _CERTAIN)

    def prompt_s(self, bands: Bands) -> Quantity:
        """Return the time of reading one prompt [s]."""
        band = self.bands(with_given=True).time if self.ranged else bands.time
        seconds = self.step.prompt_s * self.load.speedup
        read = of(self.value("prompt_time", seconds, band, "s", "of reading one prompt"))
        return read if self.activity.speedup is None else read / self.activity.speedup

    # What would move it

    def what_if(self) -> list[WhatIf]:
        """Return the energy of a request as it is, and with other keys that are possible here."""
        made = [WhatIf("", self.request_wh(), self.load.devices)]
        for key, value, said in self.changes():
            activity = self.activity.model_copy(update={key: value})
            try:
                other = Served(activity, self.setting, self.known, self.requests)
                wh = other.request_wh()
            except ActivityError:  # it does not fit, or the fleet is too small
                continue
            made.append(WhatIf(f"{key}: {said}", wh, other.load.devices))
        return made

    def request_wh(self) -> Any:
        """Return the energy of the devices for one request, with its share of waiting [Wh]."""
        kwh = sum(best(draw.energy.number) for draw in self.draws(self.capped_bands()))
        return kwh / best(self.requests.number) * _WH_PER_KWH

    def changes(self) -> Iterator[tuple[str, Any, str]]:
        """Yield the keys that could be given otherwise, each with its value and that in words."""
        activity = self.activity
        if activity.tokens_per_s is None:  # else the time is not the model's
            for batch in _BATCHES if activity.latency is None else ():
                if batch != self.load.batch:
                    yield "batch", self.given("batch", batch), f"{batch:g}"
            size_of = self.factors.bytes_per_weight
            if self.precision != "fp8" and size_of("fp8") <= size_of(self.precision):
                yield "precision", "fp8", "fp8"
        may_be_busy = activity.fleet is None and activity.mode != "offline"
        if may_be_busy and best((activity.busy or self.factors.busy).number) < _BUSY:
            yield "busy", self.given("busy", _BUSY), f"{_BUSY * 100:g} %"

    def given(self, key: str, number: float) -> Value:
        """Return a number as if the activity gave it."""
        return Value(number, "", "given", path=f"{self.setting.path}.{key}", name=key)
