"""Embodied carbon of a machine: its devices and host, or the whole system in one figure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from carbonctl.account.node import MachineResolver
from carbonctl.catalog.records import Device, Embodied, Host
from carbonctl.estimators.base import ActivityError
from carbonctl.estimators.machine import Group, Scale, Share
from carbonctl.numbers.quantities import Quantity, known, of
from carbonctl.numbers.values import Value
from carbonctl.spec.systems import Part

if TYPE_CHECKING:
    from carbonctl.hardware.lines import Line

_WHOLE_MACHINE = ("server", "product")
_EMBODIED = ("embodied", "device_embodied", "host_embodied", "parts")
_PART_OF_A_DEVICE = ("die", "package")
_LACKS = {
    "system": "`embodied`, or a stand-in for the host (`carbonctl hardware search archetype`)",
    "devices": "`device_embodied`",
    "each": "`device_embodied` of each of the accelerators",
    "host": "`host_embodied`",
}


def shares(node: MachineResolver) -> tuple[Share, ...]:
    """Return the embodied carbon of device and host, or of the whole system.

    What the spec gives goes before the catalog; the first layer that gives any of the
    three figures decides whether they are the system's or its parts'.

    Raises
    ------
    ActivityError
        Where figures hold each other.
    """
    _, key = node.deciding(_EMBODIED)
    if key == "embodied":
        return (Share("system", known(node.given("embodied")), node.system_scale()),)
    if key == "parts":
        return _built(node)
    recorded = node.host.embodied if node.host else None
    if key is None and recorded is not None and _is_whole(node, recorded):
        figure = node.of_host(recorded.said, "embodied")
        return (Share("system", of(figure), node.host_scale()),)
    is_all = node.is_alone and key in (None, "host_embodied")
    devices, holds_host = ((), False) if is_all else _device_share(node)
    if holds_host:
        return devices
    hosts = host_shares(node, recorded)
    if all(share.value is None for share in (*devices, *hosts)):
        return (Share("system", None, Scale(node.per_system), lacks=_LACKS["system"]),)
    return (*devices, *hosts)


def listed(node: MachineResolver) -> tuple[str, tuple[Part, ...]] | None:
    """Return path and parts where a list of these is what a system's embodied carbon is."""
    path, key = node.deciding(_EMBODIED)
    return (f"{path}.parts", node.given("parts")) if key == "parts" else None


def _built(node: MachineResolver) -> tuple[Share, ...]:
    """Return the embodied carbon of a system from its parts, one share a line of the bill."""
    from carbonctl.hardware.bill import bill  # few systems have parts

    described = listed(node)
    assert described is not None
    path, parts = described
    lines = bill(parts, path, node.catalog, node.warnings.append)
    return _of_lines(lines, "system", node.system_scale())


def _computed(node: MachineResolver, record: Device | Host | None, what: str) -> tuple[Share, ...]:
    """Return the embodied carbon of a record from its list of parts; empty without one."""
    if record is None or record.parts is None:
        return ()
    from carbonctl.hardware.bill import bill
    from carbonctl.hardware.records import parts_of

    is_host = isinstance(record, Host)
    path = node.place("host_embodied" if is_host else "device_embodied")
    parts = parts_of(record, node.catalog)
    lines = bill(parts, path, node.catalog, node.warnings.append, record=record.id)
    scale = node.host_scale() if is_host else _part_of_record(node) or node.device_scale()
    return _of_lines(lines, what, scale, "system" if is_host else "device")


def _of_lines(
    lines: list[Line], what: str, scale: Scale | None, unit: str = "system"
) -> tuple[Share, ...]:
    """Return the lines of a bill, one share each."""
    return tuple(
        Share(f"{what}: {line.item}", line.carbon, scale, unit, stage=line.stage, lacks=line.lacks)
        for line in lines
    )


def _part_of_record(node: MachineResolver) -> Scale | None:
    """Return how many of its record's devices one device is; None where it is one."""
    if node.unit is None or node.unit.of_record == 1:
        return None
    number = float(node.unit.of_record)
    path = node.place("device")
    return Scale(None, Value(number, "", "catalog", None, path, name="of_record",
                             note=f"of {node.unit.record.name}"))  # fmt: skip


def group_shares(
    node: MachineResolver, groups: list[tuple[Group, Device | None, Value | None]]
) -> tuple[Share, ...]:
    """Return the embodied carbon of a system of several kinds of device, and of its host.

    Each group comes with its device's record and with the figure that the spec gives.
    """
    _, key = node.deciding(("embodied", "host_embodied", "parts"))
    if key == "embodied":
        return (Share("system", known(node.given("embodied")), node.system_scale()),)
    if key == "parts":
        return _built(node)
    of_groups = []
    for place, (group, device, given) in enumerate(groups, 1):
        recorded = device.embodied if device else None
        if given is not None or recorded is None or recorded.covers in _WHOLE_MACHINE:
            share = Share(group.item, known(given), group.scale, "device", lacks=_LACKS["each"])
            of_groups.append(share)
            continue
        at = f"{node.path}.accelerators.{place - 1}.device_embodied"
        figure = recorded.said.named(f"device_embodied_{place}", at, "device_embodied")
        of_groups.append(Share(group.item, of(figure), group.scale, "device"))
        if recorded.covers in _PART_OF_A_DEVICE:
            rest = group.item.replace("devices", "rest of the devices", 1)
            of_groups.append(Share(rest, None, group.scale, "device", lacks=_LACKS["devices"]))
    recorded = node.host.embodied if node.host else None
    return (*of_groups, *host_shares(node, recorded))


def _is_whole(node: MachineResolver, recorded: Embodied) -> bool:
    """Whether a host's figure is all there is: with its accelerators, or its CPUs alone."""
    is_alone = node.device is None or node.is_processor()
    return _holds_devices(node, recorded) or (recorded.covers == "server" and is_alone)


def _holds_devices(node: MachineResolver, recorded: Embodied) -> bool:
    """Whether a host's figure holds accelerators too."""
    has_some = node.host is not None and bool(node.host.devices)
    return recorded.covers == "product" or (recorded.covers == "server" and has_some)


def _device_share(node: MachineResolver) -> tuple[tuple[Share, ...], bool]:
    """Return the devices' embodied carbon, and whether it holds the host's too."""
    given = node.given("device_embodied")
    recorded = node.device.embodied if node.device else None
    if given is not None or recorded is None:
        computed = _computed(node, node.device, "devices") if given is None else ()
        return computed or (_of_devices(node, known(given)),), False
    figure = recorded.said.named("device_embodied", node.place("device_embodied"))
    share = _of_devices(node, of(figure))
    if recorded.covers in _PART_OF_A_DEVICE:
        return (share, _of_devices(node, None, "rest of the devices")), False
    holds_host = recorded.covers in _WHOLE_MACHINE
    if holds_host and node.given("host_embodied") is not None:
        message = "the device's figure holds its host; give device_embodied too"
        raise ActivityError.at(node.place("host_embodied"), message)
    return (share,), holds_host


def _of_devices(node: MachineResolver, value: Quantity | None, item: str = "devices") -> Share:
    return Share(item, value, node.device_scale(), "device", lacks=_LACKS["devices"])


def host_shares(node: MachineResolver, recorded: Embodied | None) -> tuple[Share, ...]:
    """Return the host's embodied carbon: given, published, or from its parts."""
    if recorded is None and node.given("host_embodied") is None:
        computed = _computed(node, node.host, "host")
        if computed:
            return computed
    return (_host_share(node, recorded),)


def _host_share(node: MachineResolver, recorded: Embodied | None) -> Share:
    """Return the host's embodied carbon; a server without accelerators is a host too."""
    given = node.given("host_embodied")
    if given is not None:
        return Share("host", of(given), node.system_scale())
    if node.is_processor() and recorded is not None and recorded.covers == "server":
        message = "the server's figure holds its CPUs; give host_embodied too"
        raise ActivityError.at(node.place("device_embodied"), message)
    if recorded is None or node.host is None or _holds_devices(node, recorded):
        return Share("host", None, Scale(node.per_system), lacks=_LACKS["host"])
    figure = node.of_host(recorded.said, "host_embodied")
    return Share("host", of(figure), node.host_scale())
