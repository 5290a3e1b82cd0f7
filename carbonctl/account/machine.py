"""Resolves the machine of an activity: spec, then catalog, then defaults."""

from __future__ import annotations

from typing import Any

from carbonctl.account.host_classes import (
    UNKNOWN_SURROUNDINGS,
    Surroundings,
    rated_of_kinds,
)
from carbonctl.account.host_parts import parts
from carbonctl.account.machine_checks import check_alone, check_count
from carbonctl.account.node import Layer, MachineResolver
from carbonctl.account.ratings import (
    machine_power,
    rated_by_class,
    rated_power,
    recorded,
    typical_power,
)
from carbonctl.account.shares import group_shares, shares
from carbonctl.account.vcpus import cores, vcpus, vcpus_alone
from carbonctl.catalog import Catalog
from carbonctl.catalog.counting import DeviceUnit
from carbonctl.catalog.records import Device
from carbonctl.errors import Caution
from carbonctl.estimators.base import ActivityError
from carbonctl.estimators.device_words import PROCESSORS
from carbonctl.estimators.machine import Group, Machine, Scale
from carbonctl.ledger.entry import NO_SYSTEM
from carbonctl.numbers.intervals import best, decide, plain_sum
from carbonctl.numbers.quantities import Quantity, of
from carbonctl.numbers.values import Value
from carbonctl.spec.systems import Accelerator, System

_POWER = ("power", "rated_power")
_OF_ONE_KIND = ("device", "devices_per_system", "rated_power", "power", "idle_power",
                "device_embodied")  # fmt: skip
_MOST = 1.3  # times rated power that a device may draw
_MOST_OF_CPUS = 3  # a choice of ours: turbo takes desktop CPUs well above their rating
_SUSPICIOUS = 3  # times rated power that a device may draw with its share of the node


def machine(
    layers: list[Layer],
    catalog: Catalog,
    surroundings: Surroundings = UNKNOWN_SURROUNDINGS,
    *,
    with_power: bool = True,
) -> tuple[Machine, tuple[Caution, ...]]:
    """Return the machine that the layers describe, and warnings about it.

    Parameters
    ----------
    layers : list of (path, fields)
        The first takes precedence: the activity's own fields, then its system's.
    catalog : Catalog
        Gives what the layers leave out.
    surroundings : Surroundings
        Where the machine stands.
    with_power : bool
        Whether what the machine draws is wanted, or its embodied carbon alone.

    Raises
    ------
    ActivityError
        Where what is described does not go together.
    """
    node = MachineResolver(layers, catalog)
    mixed = _mixed(node, node.kinds) if node.kinds else []
    if mixed:
        groups = tuple(group for group, *_ in mixed)
    else:
        check_count(node)
        check_alone(node)
        group = _alone(node) if node.is_alone else _devices(node)
        groups = (group,) if group else ()
    first = groups[0] if groups else None
    result = Machine(
        path=node.path,
        devices_per_system=node.per_system,
        lifetime=node.lifetime(),
        utilization=node.default("utilization"),
        groups=groups,
        parts=parts(node, first and first.power, _base(node, groups), surroundings)
        if with_power
        else (),
        overhead=node.given("host_overhead"),
        holds_host=_holds_host(node, first),
        shares=group_shares(node, mixed) if mixed else shares(node, surroundings),
        device=node.device,
        made_of=node.made_of,
        has_share=node.share is not None,
        vcpus=vcpus(node),
    )
    if with_power and not (result.groups or result.parts):
        record = node.host or node.instance
        whose = record.id if record else "the machine"
        message = f"no power of {whose} is known: give `power`, its average draw, or `host_power`"
        raise ActivityError(node.path, message)
    return result, tuple(node.warnings)


def name(fields: Any) -> str:
    """Return what the system of an activity, or of its server, is called: else its device."""
    system = getattr(fields, "system", None)
    if isinstance(system, str):
        return system
    described = system or fields
    kinds = getattr(described, "accelerators", None)
    if kinds:
        return " + ".join(kind.device or "device" for kind in kinds)
    keys = ("device", "instance", "host")
    called = (getattr(described, key, None) for key in keys)
    return next(filter(None, called), NO_SYSTEM)


def _holds_host(node: MachineResolver, group: Group | None) -> bool:
    """Whether the watts of the devices hold the rest of the node."""
    if node.is_alone or group is None:
        return True
    return group.power is not None and node.given("power_scope") in ("system", "wall")


def _devices(node: MachineResolver) -> Group:
    """Return the devices of a machine."""
    if node.is_of_cores:
        return cores(node)
    draw, rated = _draw(node)
    idle = node.given("idle_power") or recorded(node, "idle_power")
    of_all = _of_all(node) if draw is not None else None
    typical = typical_power(node) if draw is None and node.given("rated_power") is None else None
    return Group("devices", draw, rated, idle, node.device_scale(), of_all, node.device, typical)


def _alone(node: MachineResolver) -> Group | None:
    """Return a host that is a machine by itself, as one device; None where parts make it up."""
    _, key = node.deciding((*_POWER, "host_power"))
    idle = node.given("idle_power")
    if key is not None:
        value: Value = node.given(key)
        _check_host_draw(node, value)
        rated = value if key == "rated_power" else None
        of_all = _of_all(node) if key == "power" else None
        draw = None if rated else value
        is_of_host = key == "host_power" and node.host is None  # of which it is a share
        scale = node.system_scale() if is_of_host else node.device_scale()
        whole = key != "rated_power"
        return Group("devices", draw, rated, idle, scale, of_all, is_whole_machine=whole)
    if node.is_described():
        return None
    if node.host is None:
        return vcpus_alone(node)
    known = node.host.idle_power
    idle = idle or (known and node.of_host(known, "idle_power"))
    watts = machine_power(node, node.host)
    return Group("devices", None, watts, idle, node.device_scale(), is_whole_machine=True)


def _check_host_draw(node: MachineResolver, draw: Value) -> None:
    """Warn of a draw of a machine that its record says it cannot have."""
    known = node.host.host_power if node.host else None
    if known is not None and decide(draw.best > _MOST * known.best):
        message = (
            f"{draw.best:.5g} W is {draw.best / known.best:.3g} × what the catalog has for the "
            "whole machine"
        )
        kind = f"{draw.name} above the record"
        node.warnings.append(Caution(message, draw.path or "", kind=kind))


def _of_all(node: MachineResolver) -> Quantity | None:
    """Return how many devices a draw of all of them is of; None for another scope.

    Those of the activity where it gives the draw, and of one system where that does.
    """
    if node.given("power_scope") != "all":
        return None
    path, _ = node.deciding(("power",))
    fields = next(fields for where, fields in node.layers if where == path)
    if isinstance(fields, System):
        return of(node.per_system)
    given: Value | None = getattr(fields, "devices", None)
    if given is None:
        more = " and `wall_time`" if "wall_time" in type(fields).model_fields else ""
        message = f"all: how many devices draw it? give `devices`{more}"
        raise ActivityError.at(f"{path}.power_scope", message)
    if decide(given.low != given.high):
        message = "all: the number of devices is a range; give one number"
        raise ActivityError.at(f"{path}.power_scope", message)
    devices = node.in_devices(given)
    return None if decide(best(devices.number) == 0) else devices


def _base(node: MachineResolver, groups: tuple[Group, ...]) -> Quantity | None:
    """Return the power of a device by which the rest of its node is counted [W]."""
    if not groups or node.is_alone:
        return None
    if node.kinds:
        numbers = [(g.scale.times, g.rated_power or g.power) for g in groups if g.scale]
        return rated_of_kinds([(n, p) for n, p in numbers if n is not None], node.per_system)
    (group,) = groups
    rated = group.rated_power or rated_power(node)
    if rated is not None:
        return of(rated)
    if group.power is None:
        return None
    return of(group.power) if group.power_of is None else of(group.power) / group.power_of


def _draw(node: MachineResolver) -> tuple[Value | None, Value | None]:
    """Return (average draw, rated power); the layer that gives either decides."""
    path, key = node.deciding(_POWER)
    if key is None:
        return None, rated_power(node)
    value: Value = node.given(key)
    if key == "rated_power":
        return None, value
    shared = _of_all(node)
    each = value.best / (best(shared.number) if shared else 1)
    _check_draw(node, f"{path}.power", each, node.unit.metered if node.unit else None)
    return value, None


def most_of_rated(device: Device) -> float:
    """Return the most that one device can draw on average, over its rated power."""
    return _MOST_OF_CPUS if device.kind in PROCESSORS else _MOST


def _check_draw(node: MachineResolver, path: str, draw_w: float, device: Device | None) -> None:
    """Refuse a draw that no device of its rating has, which is that of several or of a system.

    Raises
    ------
    ActivityError
        Where the draw is said to be a device's own.
    """
    rated = device.rated_power if device else None
    if device is None or rated is None:
        return
    times = draw_w / rated.best

    def says() -> str:
        return f"{draw_w:.5g} W per device is {times:.3g} × the rated power of {device.id}"

    if node.given("power_scope") in ("system", "wall"):
        if decide(times > _SUSPICIOUS):
            message = f"{says()}; powers are per device, also with `power_scope`"
            node.warnings.append(Caution(message, path, kind="power above the rating"))
    elif decide(times > most_of_rated(device)):
        raise ActivityError.at(
            path,
            f"{says()} ({rated.best:.4g} W); write "
            "`power_scope: all` for the draw of all devices together, `system` or `wall` where it "
            "includes each device's share of the node",
        )


def _mixed(
    node: MachineResolver, kinds: tuple[Accelerator, ...]
) -> list[tuple[Group, Device | None, Value | None]]:
    """Return the kinds of device of a mixed system, over which its device-hours are spread.

    Two kinds with the same device get a number.
    """
    for key in _OF_ONE_KIND:
        if node.given(key) is not None:
            raise node.refuse(key, "the system mixes accelerators; say it of each of them")
    total = plain_sum(kind.devices.best for kind in kinds)
    path, line = node.place("accelerators"), kinds[0].devices.line
    node.per_system = Value(
        total, "", "derived", path=path, line=line, name="devices_per_system",
        note=" + ".join(f"{kind.devices.best:g}" for kind in kinds),
    )  # fmt: skip
    if node.given("power_scope") == "all":
        raise node.refuse("power_scope", "`all` is for one kind of device; give each one's draw")
    if node.given("power_scope") is not None and any(kind.power is None for kind in kinds):
        raise node.refuse("power_scope", "it says what `power` holds; give each accelerator's")
    groups: list[tuple[Group, Device | None, Value | None]] = []
    for place, kind in enumerate(kinds, 1):
        group, device, embodied = _group(node, place, kind)
        if device is not None and device.kind in PROCESSORS:
            message = f"accelerators: {device.id} is a CPU; those of the host are `cpu` and `cpus`"
            raise ActivityError(f"{node.path}.accelerators.{place - 1}.device", message)
        if any(group.item == other.item for other, *_ in groups):
            group = group._replace(item=f"{group.item} {place}")
        groups.append((group, device, embodied))
    return groups


def _of_kind(node: MachineResolver, kind: Accelerator, path: str) -> DeviceUnit | None:
    """Return the device of one kind of accelerator."""
    if not kind.device:
        return None
    try:
        unit = node.catalog.unit(kind.device)
    except LookupError:
        message = f"`{kind.device}` is a host; name one of its devices"
        raise ActivityError.at(f"{path}.device", message) from None
    if unit.stated is not None and decide(kind.devices.best != unit.stated):
        message = f"`{kind.device}` names {unit.stated}, and {kind.devices.best:g} are given"
        raise ActivityError.at(f"{path}.devices", message)
    if unit.doubt:
        node.warnings.append(Caution(unit.doubt, f"{path}.device"))
    return unit


def _group(
    node: MachineResolver, place: int, kind: Accelerator
) -> tuple[Group, Device | None, Value | None]:
    """Return one kind of device of a mixed system, its record and its embodied figure."""
    path = f"{node.path}.accelerators.{place - 1}"
    unit = _of_kind(node, kind, path)
    device = unit.device if unit else None

    def figure(key: str) -> Value | None:
        value: Value | None = getattr(kind, key)
        return value and value.named(f"{key}_{place}", figure=key)

    def known(key: str) -> Value | None:
        of_record: Value | None = getattr(device, key, None)
        name, at = f"{key}_{place}", f"{path}.{key}"
        if of_record is None and key == "rated_power" and device is not None:
            of_record = rated_by_class(node, device)
        return figure(key) or (of_record and of_record.named(name, at, key))

    draw = figure("power")
    if draw is not None:
        _check_draw(node, f"{path}.power", draw.best, unit.metered if unit else None)
    devices = kind.devices.named(f"devices_{place}")
    group = Group(
        f"devices ({device.id if device else place})",
        draw,
        None if draw else known("rated_power"),
        known("idle_power"),
        Scale(node.per_system, devices),
        device=device,
        mark=f"_{place}",
        path=path,
    )
    return group, device, figure("device_embodied")
