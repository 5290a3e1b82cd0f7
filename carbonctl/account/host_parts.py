"""The rest of a node, beside its devices: as the spec describes it, else the catalog's host."""

from __future__ import annotations

from carbonctl.account.host_classes import Surroundings, host_part
from carbonctl.account.node import DESCRIBES_HOST, MachineResolver, first_source
from carbonctl.catalog.records import Device
from carbonctl.errors import Caution
from carbonctl.estimators.base import ActivityError
from carbonctl.estimators.device_words import PROCESSORS
from carbonctl.estimators.machine import HostPart
from carbonctl.factors import power
from carbonctl.numbers.quantities import Quantity, grouped, of
from carbonctl.numbers.values import Value

_DESCRIBED = ("cpu", "memory", "storage")
_GOES_WITH = {"dram_power": "memory", "storage_power": "storage", "storage_medium": "storage"}


def parts(
    node: MachineResolver, draw: Value | None, rated: Quantity | None, surroundings: Surroundings
) -> tuple[HostPart, ...]:
    """Return what draws power beside the devices.

    Parameters
    ----------
    node : MachineResolver
        The machine.
    draw : Value or None
        The average draw of a device, which may hold its share of the node.
    rated : Quantity or None
        Rated power of a device, or its draw where that is not known [W].
    surroundings : Surroundings
        Where the machine stands.

    Raises
    ------
    ActivityError
        Where keys do not go together.
    """
    _check(node, draw)
    if node.given("power_scope") not in (None, "device", "all"):
        return ()
    if node.is_described():
        described = _described(node)
        _, key = node.deciding(("power", "rated_power", "host_power"))
        is_machine = node.is_alone and key == "host_power"  # and no part beside it
        return described[1:] if is_machine else described
    is_whole = node.is_alone or node.is_of_cores
    return () if is_whole else _assumed(node, rated, surroundings)


def _assumed(
    node: MachineResolver, rated: Quantity | None, surroundings: Surroundings
) -> tuple[HostPart, ...]:
    """Return the host around the devices: measured, as its record says, else by its class."""
    host = node.host
    if host is not None and host.host_power is not None and host.host_power_is == "measured":
        if node.is_processor():
            return ()  # the draw of CPUs is that of the whole server
        watts = node.of_host(host.host_power, "host_power")
        return (HostPart("host", of(watts), node.host_scale()),)
    part = host_part(node, rated, surroundings)
    return () if part is None else (part,)


def _check(node: MachineResolver, draw: Value | None) -> None:
    for key, other in _GOES_WITH.items():
        if node.given(key) is not None and node.given(other) is None:
            raise node.refuse(key, f"it needs `{other}`, which is not given")
    scope = node.given("power_scope")
    if scope is not None and draw is None:
        raise node.refuse("power_scope", "it says what `power` holds, and no `power` is given")
    if node.given("host_overhead") is not None and node.given("host_power") is not None:
        raise node.refuse("host_overhead", "give host_power or host_overhead, not both")
    if scope in ("system", "wall"):
        _check_scope(node, scope)


def _check_scope(node: MachineResolver, scope: str) -> None:
    """Refuse a part of the host that is given beside watts which hold it, or above them."""
    for _, fields in node.layers:
        if key := fields.first_given(*DESCRIBES_HOST):
            raise node.refuse(key, f"with power_scope: {scope} the watts hold it already")
        if fields.power_scope is not None:
            return  # what stands below it is overridden


def _described(node: MachineResolver) -> tuple[HostPart, ...]:
    """Return the parts that the spec describes; host_power or host_overhead is the rest."""
    described = []
    scale = node.system_scale()
    host = node.given("host_power")
    if host is not None:
        described.append(HostPart("host", of(host), scale))
    elif node.given("host_overhead") is None:
        counted = " and ".join(key for key in _DESCRIBED if node.given(key) is not None)
        message = (
            f"of the host only {counted} count; "
            "`host_power` is the rest of it (fans, network, power supplies)"
        )
        node.warnings.append(Caution(message, node.path, vital=True))
    if node.given("cpu") is not None:
        described.append(_cpu(node))
    memory = node.given("memory")
    if memory is not None:
        density = node.given("dram_power") or _dram_power(node)
        watts = power.memory_w(of(memory), of(density))
        described.append(HostPart("memory", grouped(watts), scale))
    if node.given("storage") is not None:
        described.append(_storage(node))
    return tuple(described)


def _dram_power(node: MachineResolver) -> Value:
    """Return the draw of DRAM per capacity, as it is measured in servers."""
    prior = node.catalog.priors["dram_power", "server"]
    return prior.value("dram_power", node.place("dram_power"), "W/GB")


def _cpu(node: MachineResolver) -> HostPart:
    cpu = node.catalog.device(node.given("cpu"))
    if cpu.kind not in PROCESSORS:
        raise ActivityError.at(node.place("cpu"), f"{cpu.id} is a {cpu.kind}, not a CPU")
    if cpu.rated_power is None:
        message = f"{cpu.id} has no rated power in the catalog; give `host_power` instead"
        raise ActivityError.at(node.place("cpu"), message)
    count = node.given("cpus") or _catalog_cpus(node, cpu)
    rated = cpu.rated_power.named("cpu_rated_power", node.place("cpu"))
    return HostPart("cpu", grouped(of(count) * rated), node.system_scale())


def _catalog_cpus(node: MachineResolver, cpu: Device) -> Value:
    """Return how many CPUs a system has: as its host's record says, or one."""
    path, host = node.place("cpus"), node.host
    if host and host.cpus and host.cpu and node.catalog.device(host.cpu).id == cpu.id:
        source, note = first_source(host), f"as in {host.name}"
        return Value(float(host.cpus), "", "catalog", source, path, name="cpus", note=note)
    return Value(1.0, "", "default", None, path, name="cpus", note="one CPU a system")


def _storage(node: MachineResolver) -> HostPart:
    """Return the drives of the host; a terabyte is decimal."""
    capacity = node.given("storage")
    medium = node.given("storage_medium") or "ssd"
    given = node.given("storage_power")
    density = given or node.catalog.defaults.media[medium].power._replace(
        status="default", path=node.place("storage_power"), name="storage_power"
    )
    watts = power.drives_w(of(capacity), of(density))
    return HostPart("storage", grouped(watts), node.system_scale())
