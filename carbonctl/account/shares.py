"""Embodied carbon of a machine: its devices and host, or the whole system in one figure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from carbonctl.account.host_classes import (
    UNKNOWN_SURROUNDINGS,
    Surroundings,
    host_embodied,
    host_sharing,
    method,
    stands_alone,
)
from carbonctl.account.node import MachineResolver
from carbonctl.catalog.records import Device, Embodied, Host
from carbonctl.estimators.base import ActivityError
from carbonctl.estimators.machine import Group, Scale, Share
from carbonctl.estimators.usage import is_server_cpu
from carbonctl.numbers.quantities import Quantity, known, of
from carbonctl.numbers.values import Value
from carbonctl.spec.systems import Part

if TYPE_CHECKING:
    from carbonctl.hardware.lines import Line

_WHOLE_MACHINE = ("server", "product")
_EMBODIED = ("embodied", "device_embodied", "host_embodied", "parts")
_PART_OF_A_DEVICE = ("die", "package")
_CARDS = ("card", "baseboard", "tray")
_LACKS = {
    "system": "`embodied`, or a stand-in for the host (`carbonctl hardware search archetype`)",
    "devices": "`device_embodied`",
    "each": "`device_embodied` of each of the accelerators",
    "host": "`host_embodied`",
}


def shares(
    node: MachineResolver, surroundings: Surroundings = UNKNOWN_SURROUNDINGS
) -> tuple[Share, ...]:
    """Return the embodied carbon of device and host, or of the whole system.

    What the spec gives takes precedence over the catalog; the first layer that gives any of the
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
    whole = _whole(node, recorded, surroundings) if key is None else None
    if whole is not None:
        return (whole,)
    is_all = node.is_alone and key in (None, "host_embodied")
    devices, holds_host = ((), False) if is_all else _device_share(node)
    if holds_host:
        return devices
    hosts = host_shares(node, recorded, surroundings)
    if not node.is_of_cores and all(share.value is None for share in (*devices, *hosts)):
        return (Share("system", None, Scale(node.per_system), lacks=_LACKS["system"]),)
    return (*devices, *hosts)


def _whole(
    node: MachineResolver, recorded: Embodied | None, surroundings: Surroundings
) -> Share | None:
    """Return the embodied carbon of a whole system where one figure is of all of it."""
    if recorded is not None and _is_whole(node, recorded):
        figure = published(node, node.of_host(recorded.said, "embodied"))
        return Share("system", figure, node.host_scale())
    if is_server_cpu(node.device) and node.host is None:
        server = host_embodied(node, "embodied")
        return Share("system", known(server), host_sharing(node, surroundings))
    return None


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
    scale = node.host_scale() if is_host else node.of_record() or node.device_scale()
    return _of_lines(lines, what, scale, "system" if is_host else "device")


def _of_lines(
    lines: list[Line], what: str, scale: Scale | None, unit: str = "system"
) -> tuple[Share, ...]:
    """Return the lines of a bill, one share each."""
    return tuple(
        Share(f"{what}: {line.item}", line.carbon, scale, unit, stage=line.stage, lacks=line.lacks)
        for line in lines
    )


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
        at = f"{node.path}.accelerators.{place - 1}.device_embodied"
        figure = of(given) if given is not None else _of_kind(node, device, at, f"_{place}")
        of_groups.append(Share(group.item, figure, group.scale, "device", lacks=_LACKS["each"]))
    recorded = node.host.embodied if node.host else None
    return (*of_groups, *host_shares(node, recorded))


def _of_kind(node: MachineResolver, device: Device | None, path: str, mark: str) -> Quantity | None:
    """Return the embodied carbon of a device in a mixed system; None of one without a record."""
    if device is None:
        return None
    recorded = device.embodied
    if recorded is None or recorded.covers not in _CARDS:
        return stand_in(node, device, path, mark)
    figure = recorded.said.named(f"device_embodied{mark}", path, "device_embodied")
    return published(node, figure)


def _is_whole(node: MachineResolver, recorded: Embodied) -> bool:
    """Whether a host's figure is all there is: with its accelerators, or its CPUs alone."""
    is_alone = node.device is None or node.is_processor()
    return _holds_devices(node, recorded) or (recorded.covers == "server" and is_alone)


def _holds_devices(node: MachineResolver, recorded: Embodied) -> bool:
    """Whether a host's figure holds accelerators too."""
    has_some = node.host is not None and bool(node.host.devices)
    return recorded.covers == "product" or (recorded.covers == "server" and has_some)


def published(node: MachineResolver, figure: Value) -> Quantity:
    """Return an embodied figure that somebody published: its method is a shared unknown."""
    if figure.status == "archetype" and figure.low != figure.high:
        return of(figure)  # its range holds figures of several methods
    return of(figure._replace(number=figure.best)) * method(node, figure.path or node.path)


def stand_in(node: MachineResolver, device: Device, path: str, mark: str = "") -> Quantity | None:
    """Return the embodied carbon of a device of which nobody published any, from its parts."""
    from carbonctl.hardware.fallback import fallback  # many devices have a figure of their own

    unit = node.unit if node.unit is not None and node.unit.device is device else None
    figure = fallback(unit.record if unit else device, node.catalog)
    if figure is None:
        return None
    if unit is not None:
        figure = figure._replace(number=figure.number * float(unit.of_record))
    return of(figure.named(f"device_embodied{mark}", path, "device_embodied")) * method(node, path)


def _device_share(node: MachineResolver) -> tuple[tuple[Share, ...], bool]:
    """Return the devices' embodied carbon, and whether it holds the host's too."""
    given = node.given("device_embodied")
    recorded = node.device.embodied if node.device else None
    if given is not None:
        return (_of_devices(node, of(given)),), False
    path = node.place("device_embodied")
    if recorded is None or recorded.covers in _PART_OF_A_DEVICE:
        computed = _computed(node, node.device, "devices")
        if computed or node.device is None:
            return computed or (_of_devices(node, None),), False
        return (_of_devices(node, stand_in(node, node.device, path)),), False
    figure = published(node, recorded.said.named("device_embodied", path))
    holds_host = recorded.covers in _WHOLE_MACHINE
    if holds_host and node.given("host_embodied") is not None:
        message = "the device's figure holds its host; give device_embodied too"
        raise ActivityError.at(node.place("host_embodied"), message)
    return (_of_devices(node, figure),), holds_host


def _of_devices(node: MachineResolver, value: Quantity | None, item: str = "devices") -> Share:
    return Share(item, value, node.device_scale(), "device", lacks=_LACKS["devices"])


def host_shares(
    node: MachineResolver,
    recorded: Embodied | None,
    surroundings: Surroundings = UNKNOWN_SURROUNDINGS,
) -> tuple[Share, ...]:
    """Return the host's embodied carbon: given, published, or from its parts."""
    if recorded is None and node.given("host_embodied") is None:
        computed = _computed(node, node.host, "host")
        if computed:
            return computed
        if node.is_of_cores:  # nothing says how many of them a server has
            return ()
        if node.host is None and all(stands_alone(device) for device in node.records):
            return ()
    return (_host_share(node, recorded, surroundings),)


def _host_share(
    node: MachineResolver, recorded: Embodied | None, surroundings: Surroundings
) -> Share:
    """Return the host's embodied carbon; a server without accelerators is a host too."""
    given = node.given("host_embodied")
    if given is not None:
        return Share("host", of(given), node.system_scale())
    if node.is_processor() and recorded is not None and recorded.covers == "server":
        message = "the server's figure holds its CPUs; give host_embodied too"
        raise ActivityError.at(node.place("device_embodied"), message)
    if recorded is None or node.host is None or _holds_devices(node, recorded):
        figure = host_embodied(node, "host_embodied")
        scale = host_sharing(node, surroundings)
        return Share("host", known(figure), scale, lacks=_LACKS["host"])
    figure = node.of_host(recorded.said, "host_embodied")
    return Share("host", published(node, figure), node.host_scale())
