"""The rest of a node where neither spec nor catalog says what it draws or is made of.

A machine belongs to a class by its devices and their number; the class has measured figures in
priors.csv for what stands around the devices.
"""

from __future__ import annotations

from typing import NamedTuple

from carbonctl.account.instances import without_record
from carbonctl.account.node import MachineResolver
from carbonctl.catalog.priors import UNKNOWN, PriorClass, Priors
from carbonctl.catalog.records import Device, Host
from carbonctl.estimators.machine import HostPart, Scale
from carbonctl.estimators.usage import is_early_tpu, is_server_cpu, is_tpu
from carbonctl.numbers.intervals import Range, best, decide, most
from carbonctl.numbers.quantities import Quantity, grouped, of
from carbonctl.numbers.values import Value

_NODE_FORMS = ("sxm", "oam")
_MODULES = (*_NODE_FORMS, "sxm2", "chip")
_BY_FORM = {
    "sxm2": ("host_share", "sxm2-8"),
    "workstation": ("host_w_per_device", "workstation"),
    "soc": ("host_w_per_device", "soc-board"),
}
_BY_KIND = {"server": "rack-server", "workstation": "workstation", "desktop": "workstation"}
_FOUR = 4
# vCPUs of a cloud machine with one card, where nothing says how many: a judgement between the
# sizes of 4 to 16 that clouds sell most of.
_VCPUS = 8.0
_WHOLE = ("phone", "tablet", "laptop", "wearable", "board")


class Surroundings(NamedTuple):
    """What is known of where a machine stands, beside what it is.

    Attributes
    ----------
    is_cloud : bool
        Whether it is a cloud's.
    are_several : bool
        Whether several devices work together.
    """

    is_cloud: bool = False
    are_several: bool = False


UNKNOWN_SURROUNDINGS = Surroundings()


def is_product(device: Device | None) -> bool:
    """Whether a device is a whole machine, with nothing around it."""
    return device is not None and (device.unit == "product" or device.kind in _WHOLE)


def stands_alone(device: Device | None) -> bool:
    """Whether a device has no host of its own to be made: a product, a system on a chip."""
    return device is not None and (is_product(device) or device.form == "soc")


def host_class(node: MachineResolver, surroundings: Surroundings) -> PriorClass | None:
    """Return the class of what stands around the devices; None where nothing does.

    That of several kinds of device is the one that all of them have.
    """
    fits = [_class_of_one(device, node, surroundings) for device in node.records]
    first = fits[0]
    if all((fit and fit[:2]) == (first and first[:2]) for fit in fits):
        return first
    return PriorClass("host_share", UNKNOWN, "several kinds of device")


def _class_of_one(
    device: Device | None, node: MachineResolver, surroundings: Surroundings
) -> PriorClass | None:
    """Return the class of what stands around devices of one kind; None where nothing does."""
    if is_server_cpu(device) or is_product(device):
        return None
    if device is None:
        return PriorClass("host_share", UNKNOWN, "the devices are not named")
    if device.form in _NODE_FORMS and not is_tpu(device):
        return _of_node(node)
    if device.form == "pcie" or (device.form == "workstation" and node.instance is not None):
        return _of_cards(node, surroundings)
    return PriorClass(*_by_form(device), device.name)


def _by_form(device: Device) -> tuple[str, str]:
    """Return quantity and class of what stands around a device of a form of its own."""
    if is_tpu(device):
        return "host_share", "tpu-v2-v3" if is_early_tpu(device) else "tpu-v4"
    return _BY_FORM.get(device.form or "", ("host_share", UNKNOWN))


def _of_node(node: MachineResolver) -> PriorClass:
    """Return the class of a node of modules: by their number and the cooling."""
    number = node.whole_devices
    if decide(number <= _FOUR):
        return PriorClass("host_share", "sxm-4", f"{_FOUR} devices a node, or fewer")
    cooling: str | None = node.given("cooling")
    if cooling is None:
        return PriorClass("host_share", "sxm-8", "")
    return PriorClass("host_share", f"sxm-8-{cooling}", f"cooling {cooling}")


def _of_cards(node: MachineResolver, surroundings: Surroundings) -> PriorClass:
    """Return the class of a server of PCIe cards: a cloud machine, or one card or several."""
    is_assumed = node.per_system.status == "default"
    if _has_one_card(node):
        return PriorClass("host_w_per_vcpu", "cloud-vm", "one card or a part of one")
    if decide(node.whole_devices > 1) or (is_assumed and surroundings.are_several):
        return PriorClass("host_w_per_device", "pcie-several", "two cards or more")
    if surroundings.is_cloud:
        why = "one card" if node.instance else f"{_VCPUS:g} vCPUs, as none are given"
        return PriorClass("host_w_per_vcpu", "cloud-vm", why)
    return PriorClass("host_w_per_device", "pcie-single", "one card")


_MOST_VCPUS = 64  # for one card, a choice of ours: with more it is half of a large server


def _has_one_card(node: MachineResolver) -> bool:
    """Whether it is a cloud machine type with one card, or a part of one, and known vCPUs."""
    instance = node.instance
    if instance is None or instance.vcpus is None or not 0 < instance.gpus <= 1:
        return False
    return instance.vcpus / instance.gpus <= _MOST_VCPUS


def host_part(
    node: MachineResolver, rated: Quantity | None, surroundings: Surroundings
) -> HostPart | None:
    """Return what the rest of a node draws by its class; None where there is nothing else.

    Parameters
    ----------
    node : MachineResolver
        The machine.
    rated : Quantity or None
        Rated power of one device, or its draw where that is not known [W].
    surroundings : Surroundings
        Where it stands.
    """
    fit = host_class(node, surroundings)
    if fit is None or (fit.quantity == "host_share" and rated is None):
        return None
    prior = node.catalog.priors[fit.quantity, fit.name]
    path = node.place("host_power")
    why = "; ".join(filter(None, (fit.why, without_record(node))))
    of_one = node.of_record() or Scale(None)
    if fit.quantity == "host_w_per_vcpu":
        each = prior.value("host_power_per_vcpu", path, "W/vCPU", why=why)
        return HostPart("host", of(_vcpus(node, path)) * of(each), of_one)
    held = None if node.share is None else node.held_devices()
    if fit.quantity == "host_w_per_device":
        watts = of(prior.value("host_power", path, "W", why=why))
        if held is None or node.instance is None:
            return HostPart("host", watts, of_one)
        return HostPart("host", watts * of(held), node.system_scale())
    assert rated is not None
    share = _below_nameplate(prior.value("host_share", path, "", why=why), node, rated)
    if held is None:
        return HostPart("host", rated * of(share), Scale(None))
    return HostPart("host", rated * of(held) * of(share), node.system_scale())


def _vcpus(node: MachineResolver, path: str) -> Value:
    """Return the vCPUs for one card of a cloud machine: those of its type, or a judgement."""
    instance = node.instance
    if instance is not None and instance.vcpus is not None:
        number, note = instance.vcpus / instance.gpus, f"of {instance.id}, for one card"
        return Value(number, "vCPU", "catalog", instance.source, path, name="vcpus", note=note)
    note = "vCPUs of a cloud machine with one card"
    return Value(_VCPUS, "vCPU", "default", None, path, name="vcpus", note=note)


def _below_nameplate(share: Value, node: MachineResolver, rated: Quantity) -> Value:
    """Return the share of a host with the maximum of its record as an upper end."""
    host = node.host
    if host is None or host.host_power is None or host.host_power_is != "maximum":
        return share
    if not isinstance(share.number, Range) or decide(best(rated.number) == 0):
        return share
    slots = node.slots(host)
    most_of_it = host.host_power.high / ((slots or 1) * best(rated.number))
    if decide(most_of_it >= share.high):
        return share
    high = most(most_of_it, share.best)
    unknown = f"{share.unknown}:{host.id}"
    return share._replace(number=Range(share.best, share.low, high), unknown=unknown)


def rated_of_kinds(numbers: list[tuple[Value, Value | None]], per_system: Value) -> Quantity | None:
    """Return the rated power of the mean device of a mixed system; None where one is unknown.

    Parameters
    ----------
    numbers : list of (devices, rated power)
        Of each kind of device.
    per_system : Value
        How many there are together.
    """
    known = [(devices, rated) for devices, rated in numbers if rated is not None]
    if len(known) < len(numbers):
        return None
    return grouped(*(of(devices) * rated for devices, rated in known)) / per_system


def class_of_host(host: Host) -> str | None:
    """Return the class of a host's embodied carbon by its kind and its devices."""
    if host.kind == "server" and (host.devices or 0) > _FOUR:
        return "host-8-devices"
    return _BY_KIND.get(host.kind)


def host_of_class(name: str, key: str, path: str, priors: Priors) -> Value:
    """Return the embodied carbon of one host of a class [kgCO2e]."""
    value = priors["embodied_kg", name].value(key, path, "kgCO2e")
    return value._replace(status="archetype")


def embodied_class(node: MachineResolver) -> str | None:
    """Return the class of the embodied carbon around the devices; None where nothing is."""
    if node.is_alone and node.host is None:
        return "rack-server"  # a cloud machine without accelerators
    devices = [device for device in node.records if device is not None]
    is_named = len(devices) == len(node.records)
    if not is_named or all(stands_alone(device) for device in devices):
        return class_of_host(node.host) if node.host else None
    forms = {device.form for device in devices}
    if forms == {"workstation"} and node.instance is None:
        return "workstation"
    is_node = not forms.isdisjoint(_MODULES) and not any(map(is_tpu, devices))
    return "host-8-devices" if is_node and decide(node.whole_devices > _FOUR) else "rack-server"


def host_embodied(node: MachineResolver, key: str) -> Value | None:
    """Return the embodied carbon of one host by its class [kgCO2e]."""
    name = embodied_class(node)
    if name is None:
        return None
    value = host_of_class(name, key, node.place(key), node.catalog.priors)
    said = without_record(node)
    return value._replace(note=f"{value.note}; {said}") if said else value


def host_sharing(node: MachineResolver, surroundings: Surroundings) -> Scale:
    """Return how much of a host goes with one device: as the machine says, else by its class."""
    name = _shared_host(node, surroundings)
    is_said = name != "cloud-vm" and node.per_system.status != "default"
    if name is None or is_said or node.share is not None or node.instance is not None:
        return node.system_scale()
    prior = node.catalog.priors["devices_per_host", name]
    value = prior.value("devices_in_host", node.per_system.path or node.path, "")
    of_record = float(node.device.of_record) if node.device is not None else 1.0
    return Scale(value._replace(number=value.number / of_record))


def _shared_host(node: MachineResolver, surroundings: Surroundings) -> str | None:
    """Return the class of a host that several devices share; None where nothing says it."""
    device = node.device
    if device is None:
        return None
    if is_tpu(device):
        return "tpu"
    if device.form == "superchip":
        return device.form
    if is_server_cpu(device) and device.form is None:
        return "server-cpu" if surroundings.are_several else None
    fit = _of_cards(node, surroundings) if device.form == "pcie" else None
    return fit.name if fit is not None and fit.name != "pcie-single" else None


def method(node: MachineResolver, path: str) -> Value:
    """Return what the method of published footprints makes of them: a shared unknown around 1."""
    prior = node.catalog.priors["embodied_ratio", "method"]
    return prior.value("embodied_method", path, "")
