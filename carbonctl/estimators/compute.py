"""``kind: compute``: devices that run for a time, with the host around them.

``E_it = device_hours · P_device + system_hours · (P_host + P_cpu + P_memory + P_storage)``,
or that of the parts times a host overhead
(luccioni2023 Eq. 1, wu2022 §3.1). The power of a device is, in order of preference, an
average draw; rated power × load; idle + (rated power × load − idle) × busy; the typical draw of
its record; rated power × the load that measured devices of its class of use have.
"""

from typing import Self

from pydantic import model_validator

from carbonctl.estimators.base import (
    ActivityContext,
    ActivityData,
    ActivityError,
    ElectricityUse,
    device_hours,
    occupations,
    scaled,
)
from carbonctl.estimators.faults import FaultFields, with_faults
from carbonctl.estimators.machine import Group, Machine
from carbonctl.estimators.machine_fields import OnMachine, OnSystem
from carbonctl.estimators.search import SearchFields, with_search
from carbonctl.estimators.usage import (
    ONE_NODE,
    SERVER_POWER,
    Use,
    is_server_cpu,
    share_class,
)
from carbonctl.factors import facility, fleet, power, runs
from carbonctl.factors.use_phase import HOURS_PER_YEAR
from carbonctl.numbers.intervals import best, decide
from carbonctl.numbers.quantities import Quantity, grouped, of
from carbonctl.numbers.values import Value
from carbonctl.spec import fields as f
from carbonctl.spec.systems import Spec, optional


class LoadFields(Spec):
    """How hard devices work."""

    load: f.Fraction | None = optional("share of rated power drawn while running")
    busy: f.Fraction | None = optional("share of the time that devices are busy")
    task: f.Task | None = optional("what the devices work on; narrows how hard they work")
    pool_idle: f.Switch | None = optional(
        "whether to add the idle energy of the shared pool; not beside a metered idle"
    )

    @model_validator(mode="after")
    def _one_draw(self) -> Self:
        if self.load is not None and self.busy is not None:
            raise ValueError("give `load` (share of rated power) or `busy` (share of time)")
        return self


class Loaded(LoadFields, OnMachine):
    """Work on devices whose draw follows from their load."""


class Compute(SearchFields, FaultFields, OnSystem, Loaded):
    """Work on devices: training, fine-tuning, preprocessing, batch inference."""

    mode: f.Mode | None = optional(
        "offline work draws on a shared pool; online work holds its machines "
        "all the time, so that their utilization is 100 %"
    )
    restarts: f.Ratio | None = optional(
        "device time added by restarts and failed runs, as a share of it"
    )

    @model_validator(mode="after")
    def _no_pool(self) -> Self:
        if self.mode == "online" and self.pool_idle:
            raise ValueError("pool_idle: online work holds its machines; their idle time is in it")
        return self


MODEL = Compute


def device_power(activity: LoadFields, group: Group, setting: ActivityContext) -> Quantity:
    """Return the mean draw of one device of a group [W].

    Raises
    ------
    ActivityError
        Where no power is known, or load or busy contradict it.
    """
    if group.power is not None:
        if activity.load is not None or activity.busy is not None:
            key = "load" if activity.load is not None else "busy"
            name = group.power.name
            message = f"`{name}` is an average draw already; {key} needs a rated power"
            raise ActivityError.at(f"{setting.path}.{key}", message)
        return of(group.power) if group.power_of is None else of(group.power) / group.power_of
    use = setting.use._replace(task=activity.task)
    if activity.load is None and activity.busy is None and _is_typical(group, use):
        assert group.typical_power is not None
        return of(group.typical_power)
    rated = group.rated_power
    if rated is None:
        machine = setting.require_machine()
        whose = f" of {machine.device.id}" if machine.device else ""
        whose = f" of {group.item}" if group.scale else whose
        message = f"no power{whose} is known: give `power`, `rated_power`, or a device that has one"
        raise ActivityError(machine.path, message)
    if group.busy is not None and use.task == "idle" and activity.load is activity.busy is None:
        return of(idle_power(group, setting))
    watts: Quantity = power.loaded_w(of(rated), of(load(activity, group, setting)))
    busy = (
        activity.busy
        if group.busy is None or activity.load is not None
        else _share_busy(activity, group, setting)
    )
    return watts if busy is None else _busy(busy, watts, group, setting)


def _share_busy(activity: LoadFields, group: Group, setting: ActivityContext) -> Value:
    """Return how much of the time a machine of vCPUs is busy: given, or a default."""
    assert group.busy is not None
    return activity.busy or group.busy._replace(path=f"{setting.path}.busy")


def _is_typical(group: Group, use: Use) -> bool:
    """Whether the draw at work that the device's record states is what it draws here."""
    return group.typical_power is not None and (use.task != "idle" or group.rated_power is None)


def load(activity: LoadFields, group: Group, setting: ActivityContext) -> Value:
    """Return the share of its rated power that a device draws at work: given, or its class's."""
    if activity.load is not None:
        return activity.load
    path = f"{setting.path}.{'load' if activity.busy is None else 'power'}"
    if group.is_whole_machine and activity.task == "idle":
        return setting.priors[SERVER_POWER, "idle"].value("load", path, "", why="task idle")
    if group.is_whole_machine:
        return Value(1.0, "", "default", None, path, name="load", note="all cores busy")
    machine = setting.require_machine()
    if is_server_cpu(group.device) and (machine.parts or machine.overhead):
        note = "all cores busy, and the rest of the server apart"
        return Value(1.0, "", "default", None, path, name="load", note=note)
    use = setting.use._replace(task=activity.task)
    quantity, name, why = share_class(use, group.device)
    prior = setting.priors[quantity, name]
    device = group.device.id if group.device else ""
    value = prior.value("load", path, "", device, why)
    if quantity == SERVER_POWER and name == "idle":  # a share of the draw with all cores busy
        value = value._replace(number=value.number * setting.priors[quantity, "peak"].best)
    figure = quantity if quantity == SERVER_POWER else "load"  # a whole server may draw more
    return value.named(f"load{group.mark}", figure=figure)


def _busy(busy: Value, at_work: Quantity, group: Group, setting: ActivityContext) -> Quantity:
    """Return the mean draw [W] of a device that is busy a share of the time."""
    assert group.rated_power is not None
    idle = idle_power(group, setting)
    check_idle(idle, group.rated_power, f"{setting.path}.busy")
    watts: Quantity = power.busy_w(of(idle), at_work, of(busy))
    return watts


def idle_power(group: Group, setting: ActivityContext) -> Value:
    """Return the draw of an idle device [W]: given, its record's, or its class's.

    Raises
    ------
    ActivityError
        Where its rated power is unknown too.
    """
    if group.idle_power is not None:
        return group.idle_power
    machine, rated = setting.require_machine(), group.rated_power
    if rated is None:
        raise ActivityError(machine.path, "the idle power is unknown; give `idle_power`")
    full = rated.best
    if is_server_cpu(group.device):
        full *= setting.priors[SERVER_POWER, "peak"].best
    is_server = is_server_cpu(group.device) or group.is_whole_machine
    prior = setting.priors[SERVER_POWER if is_server else "device_power_share", "idle"]
    of_one = group.device.id if group.device else ""
    value = prior.value("idle_power", f"{group.path or machine.path}.idle_power", "W", of_one)
    value = value.named(f"idle_power{group.mark}", figure="idle_power")
    return value._replace(number=value.number * full)


def check_idle(idle: Value, rated: Value, path: str) -> None:
    """Refuse an idle power above the rated one.

    Raises
    ------
    ActivityError
        At ``path``.
    """
    above = (idle.best > rated.best) | (idle.low > rated.low) | (idle.high > rated.high)
    if decide(above):
        raise ActivityError.at(path, "the idle power is above that at work")


def activity_data(activity: Compute, setting: ActivityContext) -> ActivityData:
    """Return the energy drawn and the hours occupied by one activity.

    Raises
    ------
    ActivityError
        Where its figures do not go together.
    """
    hours = device_hours(activity, setting)
    if activity.devices is not None:
        setting = setting.using(devices=setting.in_devices(activity.devices))
    elif decide(best(hours.number) > ONE_NODE * HOURS_PER_YEAR):  # no node runs so long
        setting = setting.using(devices=hours / HOURS_PER_YEAR)
    if activity.restarts is not None:
        hours = runs.with_restarts(hours, of(activity.restarts))
    hours, warnings = with_search(hours, activity, setting.path)
    if activity.faults is not None:
        instead = "`devices` and `wall_time` in place of `device_time`"
        run = (activity.devices, activity.wall_time)
        hours, more = with_faults(hours, activity.faults, setting, *run, instead=instead)
        warnings += more
    if activity.mode == "online":
        setting = setting.reserved("online work holds its machines all the time")
    return at_work(activity, hours, setting)._replace(warnings=warnings)


def at_work(activity: LoadFields, hours: Quantity, setting: ActivityContext) -> ActivityData:
    """Return what some device-hours of work draw and occupy.

    Raises
    ------
    ActivityError
        Where no power is known, or load or busy contradict it.
    """
    machine = setting.require_machine()
    draws = []
    for group in machine.groups:
        watts = device_power(activity, group, setting)
        energy = power.energy_kwh(scaled(hours, group.scale), watts)
        draws.append(ElectricityUse(group.item, energy))
    draws += rest_of_node(machine, hours, draws)
    if activity.pool_idle:
        draws += [_pool_idle(group, hours, setting) for group in machine.groups]
    return ActivityData(tuple(draws), occupations(hours, machine))


def _pool_idle(group: Group, hours: Quantity, setting: ActivityContext) -> ElectricityUse:
    """Return what the pool draws while it waits, in proportion to the hours of work."""
    idle, use = idle_power(group, setting), setting.require_machine().utilization
    if (busy := group.rated_power or group.power) is not None:
        check_idle(idle, busy, f"{setting.path}.pool_idle")
    energy = fleet.pool_idle_kwh(scaled(hours, group.scale), of(idle), of(use))
    return ElectricityUse(group.item.replace("devices", "pool idle", 1), energy)


def rest_of_node(
    machine: Machine, hours: Quantity, devices: list[ElectricityUse]
) -> list[ElectricityUse]:
    """Return what the rest of the node draws in some device-hours, beside its devices."""
    drawn = [
        ElectricityUse(part.item, power.energy_kwh(scaled(hours, part.scale), part.power))
        for part in machine.parts
    ]
    if machine.overhead is not None:
        counted = grouped(*(draw.energy for draw in (*devices, *drawn)))
        beyond = facility.overhead_kwh(counted, of(machine.overhead))
        drawn.append(ElectricityUse("rest of the node", beyond))
    return drawn
