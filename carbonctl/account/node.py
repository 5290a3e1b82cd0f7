"""A machine as spec and catalog name it: its layers, its device and its host."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from carbonctl.account import instances
from carbonctl.catalog import Catalog
from carbonctl.catalog.counting import DeviceUnit
from carbonctl.catalog.instances import Instance
from carbonctl.catalog.records import Device, Host
from carbonctl.errors import Caution
from carbonctl.estimators import device_words
from carbonctl.estimators.base import ActivityError
from carbonctl.estimators.device_words import PROCESSORS
from carbonctl.estimators.machine import CORES, HOST_ALONE, SEVERAL, UNNAMED, Scale
from carbonctl.numbers.intervals import decide
from carbonctl.numbers.quantities import Quantity
from carbonctl.numbers.values import Status, Value
from carbonctl.spec.systems import System, SystemFields

Layer = tuple[str, SystemFields]

DESCRIBES_HOST = ("host_power", "host_overhead", "cpu", "memory", "storage")
HOURS_PER_YEAR = 8760
_CLIENTS = ("phone", "tablet", "wearable")
_OF_NODES = ("sxm", "sxm2", "oam")
_IN_NODE = 8  # modules, where nothing says how many
SHORTEST_LIFE_H, LONGEST_LIFE_H = HOURS_PER_YEAR / 4, HOURS_PER_YEAR * 30


class MachineResolver:
    """Looks up what the layers say of one machine, and what the catalog says beside them.

    Parameters
    ----------
    layers : list of (path, fields)
        The first takes precedence: the activity's own fields, then its system's.
    catalog : Catalog
        Gives what the layers leave out.
    """

    def __init__(self, layers: list[Layer], catalog: Catalog) -> None:
        self.layers = layers
        self.catalog = catalog
        self.warnings: list[Caution] = []
        self.kinds = getattr(layers[-1][1], "accelerators", None)
        self.keys = frozenset[str]().union(*(fields.model_fields_set for _, fields in layers))
        self.instance = instances.of_layers(layers, catalog)
        self.unit = self._find_unit()
        self.host = self._find_host()
        self.is_alone = self._is_alone()
        if self.unit is None and not self.is_alone:
            self.unit = self._of_record()
        self.device = self.unit.device if self.unit else None
        self.per_system = self._devices_per_system()

    @property
    def path(self) -> str:
        """Where in the spec the machine is described."""
        return self.layers[-1][0]

    def given(self, key: str) -> Any:
        """Return what the first layer that has the key gives."""
        if key not in self.keys:
            return None
        for _, fields in self.layers:
            value = getattr(fields, key, None)
            if value is not None:
                return value
        return None

    def place(self, key: str) -> str:
        """Return the path at which the spec would give a key."""
        return f"{self.path}.{key}"

    def default(self, key: str) -> Value:
        """Return what the layers give, else the default of that name."""
        value = self.given(key)
        if value is not None:
            given: Value = value
            return given
        if key == "utilization" and self.instance is not None:
            return instances.utilization(self)
        figure: Value = getattr(self.catalog.defaults, key)
        if key == "lifetime" and self.device is not None and self.device.kind in _CLIENTS:
            figure = self.catalog.defaults.client.lifetime
        unknown = f"{key}:{self.identity}"
        return figure._replace(status="default", path=self.place(key), name=key, unknown=unknown)

    @property
    def identity(self) -> str:
        """What makes it the same machine in two activities: its name, else what it is."""
        named = self.path if self.path.startswith("systems.") else None
        record = self.instance or (self.unit.record if self.unit else self.host)
        return named or (record.id if record else self.path)

    def lifetime(self) -> Value:
        """Return the service life, with a warning where no machine has lived so long or short."""
        life = self.default("lifetime")
        if decide((life.best < SHORTEST_LIFE_H) | (life.best > LONGEST_LIFE_H)):
            years = life.best / HOURS_PER_YEAR
            message = f"{years:.3g} years is no service life of hardware"
            self.warnings.append(Caution(message, life.path or "", kind="service life"))
        return life

    def deciding(self, keys: tuple[str, ...]) -> tuple[str, str | None]:
        """Return path and key of the first layer that gives any of some keys."""
        for path, fields in self.layers:
            if key := fields.first_given(*keys):
                return path, key
        return self.path, None

    def refuse(self, key: str, why: str) -> ActivityError:
        """Return the fault of a key that does not go with the others."""
        return ActivityError.at(self.where(key), why)

    @cached_property
    def share(self) -> Value | None:
        """The share of the host that it takes: given, else that of its cloud machine type."""
        given: Value | None = self.given("share")
        if given is not None or self.instance is None:
            return given
        return instances.share(self.instance, self.place("share"))

    def _find_unit(self) -> DeviceUnit | None:
        """Return what the device's name means; None where there is none, or it is a machine's."""
        name = self.given("device")
        if not name:
            return None
        try:
            machine = self.catalog.machine(name)
        except LookupError:
            return None  # of no record, which looking for a host reports
        if isinstance(machine, Instance):
            self._refuse_another("device", name, machine)
            self.warnings.append(instances.as_device(name, machine, self.where("device")))
        if not isinstance(machine, DeviceUnit):
            return None
        if machine.doubt:
            self.warnings.append(Caution(machine.doubt, self.where("device")))
        return machine

    def _refuse_another(self, key: str, name: str, machine: Instance) -> None:
        """Refuse a second cloud machine type."""
        if self.instance is not None and self.instance.id != machine.id:
            message = f"`{name}` is another cloud machine type than {self.instance.id}; name one"
            raise self.refuse(key, message)

    def _find_host(self) -> Host | None:
        name = self.given("host")
        if self.instance is not None and name and instances.names_one(name, self.catalog):
            other = self.catalog.surrounding(name)
            if isinstance(other, Instance):
                self._refuse_another("host", name, other)
        if self.instance is not None and (name is None or instances.names_one(name, self.catalog)):
            name = self.instance.host_record
        elif self.instance is None and self.given("device") and self.unit is None:
            name = self._host_as_device(name)
        elif name is None and self.unit is not None:
            name = self.unit.device.host
        try:
            return self.catalog.host(name) if name else None
        except LookupError as error:
            of = f"{self.unit.device.id} names a host: " if self.unit else ""
            raise ActivityError(self.place("host"), f"{of}{error.args[0]}") from None

    def _host_as_device(self, other: str | None) -> str:
        """Return the name of a host that is given as a device, with a warning."""
        name: str = self.given("device")
        if other is not None:
            raise self.refuse("device", f"`{name}` is a host, and `host` names another")
        host = self.catalog.host(name)
        is_whole = not host.device or not host.devices
        counts = "machines" if is_whole else f"its devices, {host.devices} in each"
        message = f"`{name}` is a host, and is read as `host: {name}`: `devices` counts {counts}"
        self.warnings.append(Caution(message, self.where("device")))
        return name

    def _is_alone(self) -> bool:
        """Whether the machine is one of which no devices are named or known."""
        if self.unit is not None or self.kinds:
            return False
        if self.host is None or (self.instance is not None and self.instance.gpus):
            return self.instance is not None and not self.instance.gpus
        return not self.host.device and not self.host.devices

    def _of_record(self) -> DeviceUnit | None:
        """Return the devices that the record of its type or host names, where the spec has none."""
        record = self.instance or self.host
        if record is None or not record.device or self.kinds:
            return None
        try:
            return self.catalog.unit(record.device)
        except LookupError as error:
            message = f"{record.id} names a device: {error.args[0]}"
            key = "host" if self.instance is None else "instance"
            raise ActivityError.at(self.where(key), message) from None

    def _devices_per_system(self) -> Value:
        for _, fields in self.layers:
            key = "devices" if isinstance(fields, System) else "devices_per_system"
            given: Value | None = getattr(fields, key, None)
            if given is not None:
                return self._in_system(given.named("devices_per_system"))
        in_system = isinstance(self.layers[-1][1], System)
        path = self.place("devices" if in_system else "devices_per_system")
        status: Status = "default"
        number, source, note = 1.0, None, "one device a system"
        if self.unit is not None and self.unit.stated:
            number, status = float(self.unit.stated), "given"
            note = f"as `{self.given('device')}` says"
        elif self.instance is not None:
            number, status, source = self.instance.gpus or 1.0, "catalog", self.instance.source
            note = f"{self.instance.id}: {self.instance.parts}"
        elif self.host is not None and (slots := self.slots(self.host)):
            number, status, source = float(slots), "catalog", first_source(self.host)
            note = f"as {self.host.name} holds them"
        elif self.device is not None and self.device.form in _OF_NODES:
            number, status = float(_IN_NODE / self.device.of_record), "archetype"
            note = "a node of eight, as these modules are sold"
        elif self.device is not None and self.device.of_record != 1:
            number = float(1 / self.device.of_record)
            note = f"one {self.device.unit or 'device'} a system"
        return Value(number, "", status, source, path, name="devices_per_system", note=note)

    def _in_system(self, given: Value) -> Value:
        """Return the devices of one system, from the number that the spec gives of something."""
        if given.counts in device_words.NODES:
            why = "it counts the devices of one system, not systems"
            raise ActivityError.at(given.path or self.path, why)
        devices = self.in_devices(given, given)
        if len(devices.inputs) == 1:
            return given
        note = devices.formula.replace("devices_per_system", f"{given.best:g} {given.counts}s")
        return given._replace(number=devices.number, status="derived", note=note, counts="")

    @property
    def made_of(self) -> str:
        """What stands for the devices where they have no record."""
        if self.is_alone:
            return HOST_ALONE
        if self.is_of_cores:
            return CORES
        return SEVERAL if self.kinds else UNNAMED

    @cached_property
    def is_of_cores(self) -> bool:
        """Whether it is some cores of a CPU of which nothing is said, nor of what they draw."""
        if self.unit or self.host or self.instance or self.kinds:
            return False
        fields = self.layers[0][1]
        counted = (getattr(fields, key, None) for key in ("devices", "device_time"))
        is_counted = any(v is not None and v.counts in device_words.PARTS_OF_CPUS for v in counted)
        keys = ("device", "power", "rated_power", "devices_per_system", *DESCRIBES_HOST)
        return is_counted and all(self.given(key) is None for key in keys)

    def in_devices(self, given: Value, per_system: Value | None = None) -> Quantity:
        """Return a number that the spec gives in devices of the machine.

        Raises
        ------
        ActivityError
            Where its word does not fit the device.
        """
        devices, per = self.device or self.made_of, per_system or self.per_system
        try:
            return device_words.in_devices(given, devices, per, self.catalog.defaults)
        except ValueError as error:
            raise ActivityError.at(given.path or self.path, str(error)) from None

    def where(self, key: str) -> str:
        """Return the path at which the spec gives a key, or would give it."""
        return f"{self.deciding((key,))[0]}.{key}"

    @property
    def records(self) -> list[Device | None]:
        """The record of each kind of device; None of one that is not named."""
        if not self.kinds:
            return [self.device]
        names = [kind.device for kind in self.kinds]
        return [self.catalog.unit(name).device if name else None for name in names]

    @property
    def whole_devices(self) -> float:
        """How many devices of records a machine holds: slices or dies together make them up.

        A part of a host counts by what the whole host holds.
        """
        of_record = 1 if self.unit is None else self.unit.of_record
        held = None if self.share is None else self.held_devices()
        return (held or self.per_system).best * float(of_record)

    def of_record(self) -> Scale | None:
        """Return how many of its record's devices one device is; None where it is one."""
        if self.unit is None or self.unit.of_record == 1:
            return None
        number, path = float(self.unit.of_record), self.place("device")
        note = f"of {self.unit.record.name}"
        return Scale(None, Value(number, "", "catalog", None, path, name="of_record", note=note))

    def is_processor(self) -> bool:
        """Whether the device is a CPU, which servers' figures hold already."""
        return self.device is not None and self.device.kind in PROCESSORS

    def slots(self, host: Host) -> float | None:
        """Return how many of the devices a host holds: accelerators, or CPUs."""
        if self.is_alone:
            return None
        held = host.cpus if self.is_processor() else host.devices
        if held is None or self.device is None:
            return held
        return held * self.device.of_record.denominator / self.device.of_record.numerator

    def holds_as_many_as(self, slots: float) -> bool:
        """Whether a system has one number of devices, and it is this one."""
        number = self.per_system
        return decide((number.low == number.high) & (number.best == float(slots)))

    def of_host(self, figure: Value, key: str) -> Value:
        """Return a figure of the catalog's host, marked where the host is a stand-in."""
        assert self.host is not None
        status: Status = "archetype" if self.host.archetype else figure.status
        slots = self.slots(self.host)
        is_whole = not slots or self.holds_as_many_as(slots)
        path = self.place(key if is_whole else "host")  # of a part the whole cannot be given
        return figure._replace(name=key, path=path, status=status)

    def system_scale(self) -> Scale:
        """Return how much of what the spec says of a whole host goes with one device.

        Raises
        ------
        ActivityError
            For a share of a host, where nothing says how many devices that part holds.
        """
        share = self.share
        is_known = self.per_system.status in ("catalog", "archetype") and self.instance is None
        if share is not None and is_known and decide(self.per_system.best > 1):
            key = self.per_system.path or "devices"
            why = f"say how many devices the part of the host holds (`{key}`)"
            raise self.refuse("share", why)
        return Scale(self.per_system, share)

    def device_scale(self) -> Scale | None:
        """Return which part of its devices a machine takes: a share of CPUs or a host, or all."""
        share = self.given("share")
        is_part = self.is_processor() or (self.is_alone and self.host is not None)
        return Scale(None, share) if share is not None and is_part else None

    def is_described(self) -> bool:
        """Whether the spec says what the rest of the host draws, as a whole or by parts."""
        return any(self.given(key) is not None for key in DESCRIBES_HOST)

    def host_scale(self) -> Scale:
        """Return how much of the catalog's host goes with one device."""
        host = self.host
        assert host is not None
        slots = self.slots(host)
        if self.share is not None:
            return self.system_scale()
        if not slots or self.holds_as_many_as(slots):
            return Scale(self.per_system)
        if host.archetype:
            message = (
                f"{host.id} stands for a machine of {slots:g} devices, "
                f"and is not meant for systems of {self.per_system.best:g}"
            )
            self.warnings.append(Caution(message, self.path, kind="devices of a host"))
        return Scale(self._held_devices(host, slots))

    def held_devices(self) -> Value | None:
        """Return how many devices the catalog's host holds; None where nothing says it."""
        if self.host is None and self.instance is not None:
            return instances.held_devices(self.instance, self.place("instance"))
        slots = self.slots(self.host) if self.host else None
        return self._held_devices(self.host, slots) if self.host and slots else None

    def _held_devices(self, host: Host, slots: float) -> Value:
        note = f"{host.name} holds {slots:g}; a system with fewer takes a part of it"
        return Value(
            float(slots), "", "catalog", first_source(host), self.place("host"),
            name="devices_in_host", note=note,
        )  # fmt: skip


def first_source(host: Host) -> str | None:
    """Return the source of what is known of a host."""
    for figure in (host.host_power, host.idle_power):
        if figure is not None:
            return figure.source
    return host.embodied.value.source if host.embodied else None
