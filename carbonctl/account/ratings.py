"""What a device or a machine draws by its record, else by its class: ratings and draws at work."""

from __future__ import annotations

from carbonctl.account.grid_ranges import joint_ratio
from carbonctl.account.host_classes import is_product
from carbonctl.account.node import MachineResolver
from carbonctl.catalog.priors import UNKNOWN
from carbonctl.catalog.records import Device, Host
from carbonctl.estimators.usage import has_typical_power, is_tpu
from carbonctl.numbers.intervals import Range
from carbonctl.numbers.values import Value

_POWER_OF_KIND = {
    "laptop": ("rated_power", "soc"),
    "desktop": ("host_w_per_device", "workstation"),
    "workstation": ("host_w_per_device", "workstation"),
}
_RATED_AS = {"cpu": "server-cpu", "soc": "soc"}


def rated_power_of(node: MachineResolver, name: str, device: str) -> Value:
    """Return the rated power [W] of a device whose maker states none, by its class."""
    prior = node.catalog.priors["rated_power", name]
    value = prior.value("rated_power", node.place("rated_power"), "W", device)
    return value._replace(status="archetype")


def rated_power(node: MachineResolver) -> Value | None:
    """Return the rated power of a device: its record's, else that of its class."""
    device = node.device
    if device is None and node.host is not None and node.host.devices:
        return rated_power_of(node, "accelerator", node.host.id)  # the record names none
    if device is None or device.rated_power is not None or is_product(device):
        return recorded(node, "rated_power")
    if has_typical_power(device):
        return _from_typical(node, device)
    return rated_by_class(node, device)


def rated_by_class(node: MachineResolver, device: Device) -> Value:
    """Return the rated power of a device whose maker states none; of a part or several theirs."""
    value = rated_power_of(node, _RATED_AS.get(device.kind, "accelerator"), device.id)
    return value._replace(number=value.number * float(device.of_record))


def _from_typical(node: MachineResolver, device: Device) -> Value:
    """Return the rated power at which a device would have its typical draw at work [W]."""
    assert device.typical_power is not None
    share = node.catalog.priors["device_power_share", "tpu-v4" if is_tpu(device) else UNKNOWN]
    typical = device.typical_power
    note = f"{typical.best:g} W at work over {share.best:g}, as no rated power is stated"
    value = typical.named("rated_power", node.place("rated_power"))
    return value._replace(number=typical.best / share.best, status="archetype", note=note)


def typical_power(node: MachineResolver) -> Value | None:
    """Return the draw of a device at work that its record states, or a client's where it is one."""
    device = node.device
    has_rating = device is not None and device.rated_power is not None
    if device is not None and is_product(device) and not (has_rating or device.typical_power):
        watts = node.catalog.client_power(device.id)
        if watts is None and device.kind == "laptop":
            return rated_power_of(node, "soc", device.id).named("power", node.place("power"))
        watts = watts or node.catalog.defaults.client.power
        return watts.named("power", node.place("power"))._replace(status="default")
    return recorded(node, "typical_power") if has_typical_power(device) else None


def recorded(node: MachineResolver, key: str) -> Value | None:
    """Return a figure of the device's record."""
    figure: Value | None = getattr(node.device, key, None)
    return figure and figure.named(key, node.place(key))


def machine_power(node: MachineResolver, host: Host) -> Value:
    """Return what a whole machine draws with all cores busy [W]: its record's, else its CPUs'."""
    known = host.host_power
    if known is not None and host.host_power_is != "maximum":
        return node.of_host(known, "host_power")
    cpu = node.catalog.device(host.cpu) if host.cpu else None
    path, priors = node.place("host_power"), node.catalog.priors
    if cpu is None and host.kind in _POWER_OF_KIND:
        prior = priors[_POWER_OF_KIND[host.kind]]
        return prior.value("host_power", path, "W", host.id, f"a {host.kind} alone")
    rated = (cpu and cpu.rated_power) or rated_power_of(node, "server-cpu", "")
    cpus, peak = host.cpus or 1, priors["server_power", "peak"]
    watts = peak.value("host_power", path, "W", host.id, f"{cpus} CPU{'s' * (cpus > 1)}")
    middle = peak.best * rated.best * cpus
    down = joint_ratio([peak.best / peak.low, rated.best / rated.low])
    up = joint_ratio([peak.high / peak.best, rated.high / rated.best])
    high = middle * up if known is None else max(middle, min(middle * up, known.high))
    return watts._replace(number=Range(middle, middle / down, high))  # a nameplate is the end
