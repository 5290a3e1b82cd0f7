"""A cloud machine without accelerators: vCPUs that draw as those of their architecture."""

from __future__ import annotations

from carbonctl.account.node import MachineResolver
from carbonctl.catalog.instances import Instance
from carbonctl.catalog.vcpu_power import PerVcpu
from carbonctl.estimators.base import ActivityError
from carbonctl.estimators.device_words import threads_of_a_core
from carbonctl.estimators.machine import Group
from carbonctl.numbers.intervals import Range
from carbonctl.numbers.values import Value


def vcpus_alone(node: MachineResolver) -> Group:
    """Return a cloud machine without accelerators as one device.

    It draws idle + (all busy − idle) × busy, each figure that of a vCPU times the vCPUs.

    Raises
    ------
    ActivityError
        Where nothing is known of the vCPUs of its CPU.
    """
    instance = node.instance
    assert instance is not None
    each = node.catalog.vcpu_power.of(instance)
    if each is None or instance.vcpus is None:
        message = f"no power of {instance.id} is known: give `power`, its average draw"
        raise ActivityError(node.path, message)
    path = node.place("rated_power")
    full = _of_all(each, each.busy, instance, "rated_power", path)
    idle = node.given("idle_power")
    idle = idle or _of_all(each, each.idle, instance, "idle_power", node.place("idle_power"))
    busy = node.catalog.priors["busy", "vcpus"].value("busy", node.path, "", instance.id)
    return Group("devices", None, full, idle, is_whole_machine=True, busy=busy)


def cores(node: MachineResolver) -> Group:
    """Return cores of a CPU that is not named as devices, with their share of the whole server."""
    each = node.catalog.vcpu_power.unnamed
    threads = threads_of_a_core(node.catalog.defaults)

    def of_core(watts: Range, key: str) -> Value:
        note = f"{threads.best:g} threads × {watts.best:g} W of {each.name}; {each.note}"
        return Value(
            watts * threads.number, "W", "default", each.source, node.place(key), name=key,
            note=note, confidence=each.confidence, unknown=f"core_{key}:{each.architecture}",
        )  # fmt: skip

    busy = node.catalog.priors["busy", "vcpus"].value("busy", node.path, "", each.architecture)
    idle = node.given("idle_power") or of_core(each.idle, "idle_power")
    full = of_core(each.busy, "rated_power")
    return Group("devices", None, full, idle, is_whole_machine=True, busy=busy)


def _of_all(each: PerVcpu, watts: Range, instance: Instance, key: str, path: str) -> Value:
    """Return the draw of all vCPUs of a type [W]."""
    assert instance.vcpus is not None
    number = watts * instance.vcpus
    note = f"{instance.vcpus:g} vCPUs of {instance.id} × {watts.best:g} W of {each.name}"
    note = "; ".join(filter(None, (note, each.note, instance.note)))
    return Value(
        number, "W", "default", each.source, path, name=key, note=note,
        confidence=each.confidence, unknown=f"vcpu_{key}:{each.architecture}",
    )  # fmt: skip


def vcpus(node: MachineResolver) -> Value | None:
    """Return the vCPUs of a cloud machine without accelerators; None of any other machine."""
    instance = node.instance
    if instance is None or instance.vcpus is None or node.host or not node.is_alone:
        return None
    note = f"in one {instance.id}"
    path = node.place("instance")
    return Value(
        instance.vcpus, "", "catalog", instance.source, path, name="vcpus_per_machine", note=note
    )
