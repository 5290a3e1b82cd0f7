"""Resolves the machine of an activity: spec, then catalog, then defaults."""

from __future__ import annotations

from carbonctl.account.node import PROCESSORS, Layer, Node
from carbonctl.account.parts import parts
from carbonctl.account.shares import group_shares, shares
from carbonctl.catalog import Catalog
from carbonctl.catalog.records import Device
from carbonctl.cautions import Caution
from carbonctl.estimators.base import Group, Machine, Scale, Unusable
from carbonctl.spec.systems import Accelerator, System
from carbonctl.values import Value

_POWER = ("power", "rated_power")
_OF_ONE_KIND = ("device", "devices_per_system", "rated_power", "power", "idle_power",
                "device_embodied")  # fmt: skip
_SUSPICIOUS = 3  # times rated power: a system's watts given as a device's


def machine(
    layers: list[Layer], catalog: Catalog, *, with_power: bool = True
) -> tuple[Machine, tuple[Caution, ...]]:
    """Return the machine that the layers describe, and warnings about it.

    Parameters
    ----------
    layers : list of (path, fields)
        The first goes before the others: the activity's own fields, then its system's.
    catalog : Catalog
        Gives what the layers leave out.
    with_power : bool
        Whether what the machine draws is wanted, or its embodied carbon alone.

    Raises
    ------
    Unusable
        Where what is described does not go together.
    """
    node = Node(layers, catalog)
    described = layers[-1][1]
    kinds = described.accelerators if isinstance(described, System) else None
    if kinds:
        return _mixed(node, kinds, with_power)
    draw, rated = _draw(node)
    idle = node.given("idle_power") or _catalogued(node, "idle_power")
    group = Group("devices", draw, rated, idle)
    found = Machine(
        path=node.path,
        devices_per_system=node.per_system,
        lifetime=node.lifetime(),
        utilization=node.default("utilization"),
        groups=(group,),
        parts=parts(node, draw) if with_power else (),
        overhead=node.given("host_overhead"),
        holds_host=draw is not None and node.given("power_scope") in ("system", "wall"),
        shares=shares(node),
    )
    return found, tuple(node.warnings)


def _catalogued(node: Node, key: str) -> Value | None:
    """Return a figure of the device's record."""
    figure: Value | None = getattr(node.device, key, None)
    return figure and figure.named(key, node.place(key))


def _draw(node: Node) -> tuple[Value | None, Value | None]:
    """Return (average draw, rated power); the layer that gives either decides."""
    path, key = node.deciding(_POWER)
    if key is None:
        return None, _catalogued(node, "rated_power")
    value: Value = node.given(key)
    if key == "rated_power":
        return None, value
    _check_draw(node, f"{path}.power", value, node.device)
    return value, None


def _check_draw(node: Node, path: str, draw: Value, device: Device | None) -> None:
    """Warn of a draw far above the rating, which may be that of a whole system."""
    rated = device.rated_power if device else None
    if device is not None and rated is not None and draw.best > _SUSPICIOUS * rated.best:
        message = (
            f"{draw.best:g} W is {draw.best / rated.best:.1f} × the rating of "
            f"{device.id}; powers are per device, also with `power_scope`"
        )
        node.warnings.append(Caution(message, path, kind="power above the rating"))


def _mixed(
    node: Node, kinds: tuple[Accelerator, ...], with_power: bool
) -> tuple[Machine, tuple[Caution, ...]]:
    """Return a machine with several kinds of device; its device-hours are spread over all."""
    for key in _OF_ONE_KIND:
        if node.given(key) is not None:
            raise node.refuse(key, "the system mixes accelerators; say it of each of them")
    total = sum(kind.devices.best for kind in kinds)
    path, line = node.place("accelerators"), kinds[0].devices.line
    node.per_system = Value(
        total, "", "derived", path=path, line=line, name="devices_per_system",
        note=" + ".join(f"{kind.devices.best:g}" for kind in kinds),
    )  # fmt: skip
    if node.given("power_scope") is not None and any(kind.power is None for kind in kinds):
        raise node.refuse("power_scope", "it says what `power` holds; give each accelerator's")
    groups = _groups(node, kinds)
    found = Machine(
        path=node.path,
        devices_per_system=node.per_system,
        lifetime=node.lifetime(),
        utilization=node.default("utilization"),
        groups=tuple(group for group, *_ in groups),
        parts=parts(node, groups[0][0].power) if with_power else (),
        overhead=node.given("host_overhead"),
        holds_host=node.given("power_scope") in ("system", "wall"),
        shares=group_shares(node, groups),
    )
    return found, tuple(node.warnings)


def _groups(
    node: Node, kinds: tuple[Accelerator, ...]
) -> list[tuple[Group, Device | None, Value | None]]:
    """Return the kinds of device of a mixed system; two of one device are told apart."""
    found: list[tuple[Group, Device | None, Value | None]] = []
    for place, kind in enumerate(kinds, 1):
        group, device, embodied = _group(node, place, kind)
        if device is not None and device.kind in PROCESSORS:
            message = f"accelerators: {device.id} is a CPU; those of the host are `cpu` and `cpus`"
            raise Unusable(f"{node.path}.accelerators.{place - 1}.device", message)
        if any(group.item == other.item for other, *_ in found):
            group = group._replace(item=f"{group.item} {place}")
        found.append((group, device, embodied))
    return found


def _group(node: Node, place: int, kind: Accelerator) -> tuple[Group, Device | None, Value | None]:
    """Return one kind of device of a mixed system, its record and its embodied figure."""
    device = node.catalog.device(kind.device) if kind.device else None
    path = f"{node.path}.accelerators.{place - 1}"

    def figure(key: str) -> Value | None:
        value: Value | None = getattr(kind, key)
        return value and value.named(f"{key}_{place}", f"{path}.{key}")

    def known(key: str) -> Value | None:
        recorded: Value | None = getattr(device, key, None)
        return figure(key) or (recorded and recorded.named(f"{key}_{place}", f"{path}.{key}"))

    draw = figure("power")
    if draw is not None:
        _check_draw(node, f"{path}.power", draw, device)
    devices = kind.devices.named(f"devices_{place}", f"{path}.devices")
    group = Group(
        f"devices ({device.id if device else place})",
        draw,
        None if draw else known("rated_power"),
        known("idle_power"),
        Scale(node.per_system, devices),
    )
    return group, device, figure("device_embodied")
