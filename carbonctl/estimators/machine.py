"""A machine as the account has resolved it from the spec and the catalog."""

from typing import NamedTuple

from carbonctl.catalog.records import Device
from carbonctl.estimators.roles import MACHINES, Role
from carbonctl.numbers.quantities import Quantity
from carbonctl.numbers.values import Value

HOST_ALONE, SEVERAL, CORES, UNNAMED = "host", "several kinds", "cores", ""


class Scale(NamedTuple):
    """How much of a thing goes with one device: ``times / per`` of it.

    Attributes
    ----------
    per : Value, optional
        How many devices share it; one unless given.
    times : Value, optional
        A share of it, or a count; one unless given.
    """

    per: Value | None
    times: Value | None = None


class HostPart(NamedTuple):
    """A part of the node beside its devices, with its draw in watts for one node."""

    item: str
    power: Quantity
    scale: Scale


class Share(NamedTuple):
    """Embodied carbon of one unit of hardware.

    Attributes
    ----------
    item : str
        What the ledger calls it.
    value : Quantity or None
        Embodied carbon of one [kgCO2e]; None where it is unknown.
    scale : Scale, optional
        None where the unit is one device.
    unit : str
        What its hours are of.
    stage : str
        The stage of its life that the carbon is of.
    lacks : str
        What would make an unknown figure known.
    role : str
        What the entry is of.
    """

    item: str
    value: Quantity | None
    scale: Scale | None = None
    unit: str = "system"
    stage: str = "manufacturing"
    lacks: str = ""
    role: Role = MACHINES


class Group(NamedTuple):
    """The devices of one kind in a system.

    Attributes
    ----------
    item : str
        What the ledger calls them.
    power : Value, optional
        Average draw of one device [W]; then neither load nor busy applies.
    power_of : Quantity, optional
        How many devices that draw is of together; None where it is one's.
    rated_power, idle_power : Value, optional
        TDP and idle draw of one device [W].
    scale : Scale, optional
        How many of the system's devices they are; None where they are all of them.
    device : Device, optional
        Their record.
    typical_power : Value, optional
        The mean draw of one at work that its record states [W].
    is_whole_machine : bool
        Whether the rated power is that of a whole machine with all cores busy.
    mark : str
        What tells the names of its figures from those of another kind in formulas.
    path : str
        Where the spec describes it among several kinds; empty where the system is of one kind.
    busy : Value, optional
        How much of the time it is busy where the spec says nothing of that.
    """

    item: str
    power: Value | None = None
    rated_power: Value | None = None
    idle_power: Value | None = None
    scale: Scale | None = None
    power_of: Quantity | None = None
    device: Device | None = None
    typical_power: Value | None = None
    is_whole_machine: bool = False
    mark: str = ""
    path: str = ""
    busy: Value | None = None


class Machine(NamedTuple):
    """A system as the account has resolved it from the spec and the catalog.

    Attributes
    ----------
    path : str
        Where in the spec it is described.
    devices_per_system : Value
        How many devices share a host.
    lifetime, utilization : Value
        Service life [h] and share of it in useful work.
    groups : tuple of Group
        Its devices, by kind.
    parts : tuple of HostPart
        The rest of the node; empty where ``power`` holds it already or it is not described.
    overhead : Value, optional
        Power of the node over that of devices and parts.
    holds_host : bool
        Whether the devices' ``power`` is their share of the whole node.
    shares : tuple of Share
        Embodied carbon.
    device : Device or None
        The record of its devices; None where it names none or several.
    made_of : str
        What stands for devices where there is no record: a host by itself, several kinds, cores
        of a CPU that is not named, or nothing that is named.
    has_share : bool
        Whether it is a share of a host.
    vcpus : Value, optional
        The vCPUs of one, where it is a cloud machine without accelerators.
    """

    path: str
    devices_per_system: Value
    lifetime: Value
    utilization: Value
    groups: tuple[Group, ...]
    parts: tuple[HostPart, ...] = ()
    overhead: Value | None = None
    holds_host: bool = False
    shares: tuple[Share, ...] = ()
    device: Device | None = None
    made_of: str = UNNAMED
    has_share: bool = False
    vcpus: Value | None = None
