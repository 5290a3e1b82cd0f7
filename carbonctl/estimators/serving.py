"""``kind: serving``: inference, in one of three ways.

- requests × energy per request, with the boundary of that energy;
- requests × device time per request (or ÷ throughput), at the power of the system;
- a fleet that stands ready for a duration, busy for a share of it, idle for the rest.
"""

from typing import Self

from pydantic import model_validator

from carbonctl.estimators.base import (
    ActivityContext,
    ActivityData,
    ActivityError,
    Attributed,
    ElectricityUse,
    occupations,
    repeated,
    requested,
    scaled,
)
from carbonctl.estimators.compute import (
    Loaded,
    at_work,
    check_idle,
    device_power,
    idle_power,
    load,
    rest_of_node,
)
from carbonctl.estimators.machine import Group, Machine
from carbonctl.estimators.machine_fields import check_rate
from carbonctl.factors import fleet, power
from carbonctl.numbers.intervals import decide, low
from carbonctl.numbers.quantities import Quantity, grouped, of
from carbonctl.spec import fields as f
from carbonctl.spec.model import MachineTime
from carbonctl.spec.systems import SystemFields, optional

_PER_REQUEST = ("energy_per_request", "device_time_per_request", "throughput")


class Serving(Loaded):
    """Inference: answering requests, or standing ready to."""

    requests: f.Requests | None = optional(
        "how many: a count, or a rate such as 1e9 / day with a duration"
    )
    duration: f.Span | None = optional("how long the service runs")
    energy_per_request: f.RequestEnergy | None = optional(
        "energy of one request, measured or published"
    )
    energy_boundary: f.Boundary | None = optional(
        "what that energy holds: the chip, its node, or the facility with PUE"
    )
    device_time_per_request: f.RequestTime | None = optional(
        "devices × time that one request takes"
    )
    throughput: f.Throughput | None = optional("requests that one device serves per time")
    embodied_per_request: f.Mass | None = optional(
        "embodied carbon that one request is given, where no system is described"
    )
    fleet: f.Count | None = optional("systems that stand ready all the time")
    autoscaling: f.Fraction | None = optional(
        "share of the fleet's idle time in which systems are released"
    )

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if self.requests is None and self.fleet is None:
            raise ValueError("give `requests` and what one takes, or a `fleet` and its duration")
        if self.fleet is not None:
            return self._check_fleet()
        if not self.first_given(*_PER_REQUEST):
            raise ValueError(f"what does a request take? give one of {', '.join(_PER_REQUEST)}")
        if self.device_time_per_request is not None and self.throughput is not None:
            raise ValueError("give `device_time_per_request` or `throughput`")
        if (self.energy_per_request is None) != (self.energy_boundary is None):
            raise ValueError("energy_per_request needs energy_boundary: chip, node or facility")
        if self.embodied_per_request is not None and self.uses_machine:
            raise ValueError("embodied_per_request needs energy_per_request, and no system")
        check_rate(self.requests, self.duration)
        return self._check_use()

    def _check_use(self) -> Self:
        """Refuse keys that would have no effect."""
        useless: tuple[str, ...] = ("autoscaling",)
        if self.energy_per_request is not None:
            useless += ("pool_idle",)
            if not self.uses_machine:
                useless += _OF_A_MACHINE
            elif self.device_time_per_request is not None or self.throughput is not None:
                useless += ("load", "busy")
        if key := self.first_given(*useless):
            raise ValueError(f"`{key}` has no use here: it needs a fleet, or a system at work")
        return self

    def _check_fleet(self) -> Self:
        if self.duration is None:
            raise ValueError("a fleet needs the `duration` for which it stands ready")
        useless = (*_PER_REQUEST, "requests", "embodied_per_request", "energy_boundary")
        if key := self.first_given(*useless):
            raise ValueError(f"`{key}` has no use beside a fleet, which draws what it draws")
        if self.pool_idle is not None:
            raise ValueError("pool_idle: a fleet's idle time is in its hours already")
        if self.autoscaling is not None and self.busy is None:
            raise ValueError("autoscaling needs `busy`, the share of the time that systems serve")
        return self

    @property
    def machine_time(self) -> MachineTime | None:
        """How long a fleet stands ready."""
        if self.fleet is None or self.duration is None:
            return None
        return MachineTime("duration", self.duration)

    @property
    def uses_machine(self) -> bool:
        """Not where only the energy of requests is known."""
        described = bool(self.model_fields_set & _DESCRIBES) or self.system is not None
        return described or self.energy_per_request is None


MODEL = Serving
_DESCRIBES = frozenset((
    "device", "host", "instance", "power", "rated_power", "embodied", "device_embodied",
))  # fmt: skip
_OF_A_MACHINE = tuple(
    key for key in (*SystemFields.model_fields, "devices_per_system", "load", "busy")
    if key not in _DESCRIBES
)  # fmt: skip


def activity_data(activity: Serving, setting: ActivityContext) -> ActivityData:
    """Return what serving draws and occupies.

    Raises
    ------
    ActivityError
        Where its figures do not go together.
    """
    if activity.fleet is not None:
        return _fleet(activity, setting)
    assert activity.requests is not None
    number = repeated(activity, setting.path, requested(activity.requests, activity.duration))
    hours = _hours(activity, setting, number)
    if activity.energy_per_request is None:
        assert hours is not None
        return at_work(activity, hours, setting)
    return _by_energy(activity, setting, number, hours)


def _hours(activity: Serving, setting: ActivityContext, number: Quantity) -> Quantity | None:
    """Return the device-hours of all requests, None where nothing says them or of what."""
    if setting.machine is None:
        return None
    if activity.device_time_per_request is not None:
        return number * setting.in_devices(activity.device_time_per_request)
    if activity.throughput is not None:
        return number / activity.throughput
    return None


def _by_energy(
    activity: Serving, setting: ActivityContext, number: Quantity, hours: Quantity | None
) -> ActivityData:
    assert activity.energy_per_request is not None
    energy = number * activity.energy_per_request
    boundary = activity.energy_boundary
    item = {"chip": "devices", "node": "nodes", "facility": "facility"}[boundary or "node"]
    draws = [ElectricityUse(item, energy, includes_pue=boundary == "facility")]
    machine = setting.machine
    if machine is None:
        return ActivityData(tuple(draws), attributed=(_attributed(activity, number),))
    if boundary == "chip" and machine.holds_host:
        message = "the energy is the chip's, and `power` the whole node's"
        raise ActivityError.at(f"{setting.path}.energy_boundary", message)
    if hours is None:
        hours = _hours_from_energy(activity, setting, machine, draws[0])
    if boundary == "chip":
        draws += rest_of_node(machine, hours, draws[:1])
    return ActivityData(tuple(draws), occupations(hours, machine))


def _attributed(activity: Serving, number: Quantity) -> Attributed:
    """Return the embodied carbon of requests as the spec gives it; unknown where it does not."""
    if activity.embodied_per_request is None:
        return Attributed("requests", None, "a system, or `embodied_per_request`")
    return Attributed("requests", number * activity.embodied_per_request)


def _hours_from_energy(
    activity: Serving, setting: ActivityContext, machine: Machine, draw: ElectricityUse
) -> Quantity:
    """Return the device-hours in which a system would draw that energy.

    Raises
    ------
    ActivityError
        Where the power of the system and the boundary of the energy do not go together.
    """
    setting.one_size("energy_per_request")
    setting.one_share()
    watts = _node_watts(activity, setting, machine)
    if decide(low(watts.number) == 0):
        message = (
            "how long a request takes follows from the power of its system, "
            "which is 0 W here; give `device_time_per_request` too"
        )
        raise ActivityError.at(f"{setting.path}.energy_per_request", message)
    energy = draw.energy
    if draw.includes_pue and setting.pue is not None:
        energy = energy / setting.pue
    return energy * power.W_PER_KW / watts


def _node_watts(activity: Serving, setting: ActivityContext, machine: Machine) -> Quantity:
    """Return the draw of one device [W], with its share of the node unless the chip's is meant."""
    watts = [
        scaled(device_power(activity, group, setting), group.scale) for group in machine.groups
    ]
    if activity.energy_boundary == "chip":
        return grouped(*watts)
    watts += [scaled(part.power, part.scale) for part in machine.parts]
    return grouped(*watts) if machine.overhead is None else grouped(*watts) * machine.overhead


def _fleet(activity: Serving, setting: ActivityContext) -> ActivityData:
    """Return what a fleet that stands ready draws and occupies."""
    assert activity.fleet is not None
    setting.one_size("fleet")
    setting = setting.reserved("a fleet's idle time is in its hours already")
    machine = setting.require_machine()
    assert activity.duration is not None
    per = machine.devices_per_system
    if per.status == "default" and decide(per.best < 1):  # of a slice there is one at least
        per = per._replace(number=1.0)
    standing = of(activity.fleet) * per * activity.duration
    ready = repeated(activity, setting.path, standing)
    if activity.autoscaling is None:
        ready_only = activity.busy is None and activity.load is None
        return at_work(activity, ready, setting.using(stands_ready=ready_only))
    assert activity.busy is not None
    busy, released = of(activity.busy), of(activity.autoscaling)
    draws = [_released(activity, group, ready, setting) for group in machine.groups]
    on = fleet.hours_on(ready, busy, released)
    return ActivityData((*draws, *rest_of_node(machine, on, draws)), occupations(on, machine))


def _released(
    activity: Serving, group: Group, ready: Quantity, setting: ActivityContext
) -> ElectricityUse:
    """Return what the devices of a fleet draw that gives idle systems back."""
    assert activity.busy is not None
    assert activity.autoscaling is not None
    rated = group.rated_power
    path = f"{setting.path}.autoscaling"
    if rated is None:
        raise ActivityError.at(path, "`rated_power` is unknown")
    idle = idle_power(group, setting)
    check_idle(idle, rated, path)
    at_work = power.loaded_w(of(rated), of(load(activity, group, setting)))
    hours = scaled(ready, group.scale)
    energy = fleet.energy_kwh(hours, of(idle), at_work, of(activity.busy), of(activity.autoscaling))
    return ElectricityUse(group.item, energy)
