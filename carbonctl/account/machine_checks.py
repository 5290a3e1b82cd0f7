"""What a machine may not say: keys that repeat what it is, and counts that do not fit."""

from __future__ import annotations

from carbonctl.account import instances
from carbonctl.account.node import DESCRIBES_HOST, MachineResolver
from carbonctl.estimators import device_words
from carbonctl.estimators.base import ActivityError
from carbonctl.numbers.intervals import best, decide
from carbonctl.numbers.values import Value


def check_alone(node: MachineResolver) -> None:
    """Refuse keys that say again, or otherwise, what a host by itself is.

    Raises
    ------
    ActivityError
        At the key.
    """
    if not node.is_alone:
        return
    if decide(best(node.per_system.number) != 1):
        why = "a host by itself is one machine; leave it out"
        raise ActivityError.at(node.per_system.path or node.path, why)
    if node.given("device_embodied") is not None:
        raise node.refuse("device_embodied", "a host by itself has no devices; give `embodied`")
    draws = [key for key in ("power", "rated_power") if node.given(key) is not None]
    beside = [key for key in DESCRIBES_HOST if node.given(key) is not None]
    rest = node.given("host_power")
    if draws and beside and not (beside == ["host_power"] and decide(rest.high == 0)):
        why = f"`{draws[0]}` is that of the whole machine; leave one out"
        raise node.refuse(beside[0], why)
    is_known = node.host is None or node.host.host_power is not None
    if is_known and node.given("host_power") is None:
        for key in ("cpu", "memory", "storage"):
            if node.given(key) is not None:
                why = "the power of the host holds it; leave it out, or give `host_power` too"
                raise node.refuse(key, why)


def check_count(node: MachineResolver) -> None:
    """Refuse numbers of devices that the count in the device's name does not divide.

    Raises
    ------
    ActivityError
        At the number.
    """
    if node.instance is not None:
        devices: Value | None = getattr(node.layers[0][1], "devices", None)
        note = None if devices is None else instances.part_of_one(node.instance, devices)
        if note is not None:
            node.warnings.append(note)
    if node.unit is None or node.unit.stated is None:
        return
    count, name = node.unit.stated, node.given("device")
    for path, fields in node.layers:
        for key in ("devices", "devices_per_system"):
            given: Value | None = getattr(fields, key, None)
            is_other = given is not None and given.counts in device_words.NOT_DEVICES
            if given is not None and not is_other and decide(given.best % count != 0):
                message = (
                    f"`{name}` names {count} devices, and {key} says {given.best:g}; "
                    f"write the name without its number, and how many there are"
                )
                raise ActivityError.at(f"{path}.{key}", message)
