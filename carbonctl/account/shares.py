"""Embodied carbon of a machine: its devices and host, or the whole system in one figure."""

from __future__ import annotations

from carbonctl.account.node import Node
from carbonctl.catalog.records import Device, Embodied
from carbonctl.estimators.base import Group, Scale, Share, Unusable
from carbonctl.values import Value

_WHOLE_MACHINE = ("server", "product")
_EMBODIED = ("embodied", "device_embodied", "host_embodied")
_PART_OF_A_DEVICE = ("die", "package")


def shares(node: Node) -> tuple[Share, ...]:
    """Return the embodied carbon of device and host, or of the whole system.

    What the spec gives goes before the catalog; the first layer that gives any of the
    three figures decides whether they are the system's or its parts'.

    Raises
    ------
    Unusable
        Where figures hold each other.
    """
    _, key = node.deciding(_EMBODIED)
    if key == "embodied":
        return (Share("system", node.given("embodied"), node.system_scale()),)
    recorded = node.host.embodied if node.host else None
    if key is None and recorded is not None and _is_whole(node, recorded):
        figure = node.of_host(figure_of(recorded, "embodied", node), "embodied")
        return (Share("system", figure, node.host_scale()),)
    devices, holds_host = _device_share(node)
    if holds_host:
        return devices
    host = host_share(node, recorded)
    if all(share.value is None for share in (*devices, host)):
        return (Share("system", None, Scale(node.per_system)),)
    return (*devices, host)


def group_shares(
    node: Node, groups: list[tuple[Group, Device | None, Value | None]]
) -> tuple[Share, ...]:
    """Return the embodied carbon of a system of several kinds of device, and of its host.

    Each group comes with its device's record and with the figure that the spec gives.
    """
    _, key = node.deciding(("embodied", "host_embodied"))
    if key == "embodied":
        return (Share("system", node.given("embodied"), node.system_scale()),)
    found = []
    for place, (group, device, given) in enumerate(groups, 1):
        recorded = device.embodied if device else None
        if given is not None or recorded is None or recorded.covers in _WHOLE_MACHINE:
            found.append(Share(group.item, given, group.scale, "device"))
            continue
        figure = figure_of(recorded, f"device_embodied_{place}", node)
        at = f"{node.path}.accelerators.{place - 1}.device_embodied"
        found.append(Share(group.item, figure._replace(path=at), group.scale, "device"))
        if recorded.covers in _PART_OF_A_DEVICE:
            rest = group.item.replace("devices", "rest of the devices", 1)
            found.append(Share(rest, None, group.scale, "device"))
    recorded = node.host.embodied if node.host else None
    return (*found, host_share(node, recorded))


def _is_whole(node: Node, recorded: Embodied) -> bool:
    """Whether a host's figure is all there is: with its accelerators, or its CPUs alone."""
    is_alone = node.device is None or node.is_processor()
    return _holds_devices(node, recorded) or (recorded.covers == "server" and is_alone)


def _holds_devices(node: Node, recorded: Embodied) -> bool:
    """Whether a host's figure holds accelerators too."""
    has_some = node.host is not None and bool(node.host.devices)
    return recorded.covers == "product" or (recorded.covers == "server" and has_some)


def _device_share(node: Node) -> tuple[tuple[Share, ...], bool]:
    """Return the devices' embodied carbon, and whether it holds the host's too."""
    given = node.given("device_embodied")
    recorded = node.device.embodied if node.device else None
    if given is not None or recorded is None:
        return (Share("devices", given),), False
    share = Share("devices", figure_of(recorded, "device_embodied", node))
    if recorded.covers in _PART_OF_A_DEVICE:
        return (share, Share("rest of the devices", None)), False
    holds_host = recorded.covers in _WHOLE_MACHINE
    if holds_host and node.given("host_embodied") is not None:
        message = "host_embodied: the device's figure holds its host; give device_embodied too"
        raise Unusable(node.place("host_embodied"), message)
    return (share,), holds_host


def host_share(node: Node, recorded: Embodied | None) -> Share:
    """Return the host's embodied carbon; a server without accelerators is a host too."""
    given = node.given("host_embodied")
    if given is not None:
        return Share("host", given, node.system_scale())
    if node.is_processor() and recorded is not None and recorded.covers == "server":
        message = "device_embodied: the server's figure holds its CPUs; give host_embodied too"
        raise Unusable(node.place("device_embodied"), message)
    if recorded is None or node.host is None or _holds_devices(node, recorded):
        return Share("host", None, Scale(node.per_system))
    figure = node.of_host(figure_of(recorded, "host_embodied", node), "host_embodied")
    return Share("host", figure, node.host_scale())


def figure_of(recorded: Embodied, key: str, node: Node) -> Value:
    """Return a recorded figure under the name of a formula, with what it covers."""
    note = f"covers {recorded.covers}, {recorded.boundary}"
    if recorded.value.note:
        note += f"; {recorded.value.note}"
    return recorded.value._replace(name=key, path=node.place(key), note=note)
