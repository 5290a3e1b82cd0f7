"""Resolves the machine of an activity: spec, then catalog, then defaults."""

from __future__ import annotations

from typing import Any

from carbonctl.catalog import Catalog
from carbonctl.catalog.records import Device, Embodied, Host
from carbonctl.estimators.base import Machine, Part, Share, Unusable
from carbonctl.factors import power
from carbonctl.spec.model import System, SystemFields
from carbonctl.values import Status, Value

Layer = tuple[str, SystemFields]

_WHOLE_MACHINE = ("server", "product")
_POWER = ("power", "rated_power")
_EMBODIED = ("embodied", "device_embodied", "host_embodied")
_PART_OF_A_DEVICE = ("die", "package")
_PROCESSORS = ("cpu", "soc")
_SUSPICIOUS = 3  # times rated power: a system's watts given as a device's


def machine(
    layers: list[Layer], catalog: Catalog, *, with_power: bool = True
) -> tuple[Machine, tuple[str, ...]]:
    """Return the machine that the layers describe, and warnings about it.

    Parameters
    ----------
    layers : list of (path, fields)
        The first goes before the others: the activity's own fields, then its system's.
    catalog : Catalog
        Gives what the layers leave out.
    with_power : bool
        Whether what the machine draws is wanted, or its embodied carbon alone.
    """
    return _Machine(layers, catalog).resolve(with_power)


class _Machine:
    def __init__(self, layers: list[Layer], catalog: Catalog) -> None:
        self.layers = layers
        self.catalog = catalog
        self.warnings: list[str] = []
        self.device = self.find_device()
        self.host = self.find_host()
        self.per_system = self.devices_per_system()

    def resolve(self, with_power: bool) -> tuple[Machine, tuple[str, ...]]:
        draw, rated = self.draw()
        found = Machine(
            path=self.layers[-1][0],
            devices_per_system=self.per_system,
            lifetime=self.default("lifetime"),
            utilization=self.default("utilization"),
            power=draw,
            rated_power=rated,
            idle_power=self.given("idle_power") or self.catalogued("idle_power"),
            parts=self.parts(draw) if with_power else (),
            holds_host=draw is not None and self.given("power_scope") in ("system", "wall"),
            shares=self.shares(),
        )
        return found, tuple(self.warnings)

    def given(self, key: str) -> Any:
        """Return what the first layer that has the key gives, quantities under the key's name."""
        for path, fields in self.layers:
            value = getattr(fields, key, None)
            if value is not None:
                return value.named(key, f"{path}.{key}") if isinstance(value, Value) else value
        return None

    def place(self, key: str) -> str:
        """Return the path at which the spec would give a key."""
        return f"{self.layers[-1][0]}.{key}"

    def default(self, key: str) -> Value:
        value = self.given(key)
        if value is not None:
            found: Value = value
            return found
        figure: Value = getattr(self.catalog.defaults, key)
        return figure._replace(status="default", path=self.place(key), name=key)

    def catalogued(self, key: str) -> Value | None:
        """Return a figure of the device's record."""
        figure: Value | None = getattr(self.device, key, None)
        return figure and figure.named(key, self.place(key))

    def find_device(self) -> Device | None:
        name = self.given("device")
        return self.catalog.device(name) if name else None

    def find_host(self) -> Host | None:
        name = self.given("host") or (self.device.host if self.device else None)
        try:
            return self.catalog.host(name) if name else None
        except LookupError as error:
            of = f"{self.device.id} names a host: " if self.device else ""
            raise Unusable(self.place("host"), f"{of}{error.args[0]}") from None

    def devices_per_system(self) -> Value:
        for path, fields in self.layers:
            key = "devices" if isinstance(fields, System) else "devices_per_system"
            given: Value | None = getattr(fields, key, None)
            if given is not None:
                return given.named("devices_per_system", f"{path}.{key}")
        in_system = isinstance(self.layers[-1][1], System)
        path = self.place("devices" if in_system else "devices_per_system")
        if self.host is not None and self.slots(self.host):
            return Value(
                float(self.slots(self.host) or 1), "", "catalog", _first_source(self.host), path,
                name="devices_per_system", note=f"as {self.host.name} holds them",
            )  # fmt: skip
        note = "one device a system"
        return Value(1.0, "", "default", None, path, name="devices_per_system", note=note)

    def draw(self) -> tuple[Value | None, Value | None]:
        """Return (average draw, rated power); the layer that gives either decides."""
        path, key = self.deciding(_POWER)
        if key is None:
            return None, self.catalogued("rated_power")
        value: Value = self.given(key)
        if key == "rated_power":
            return None, value
        rated = self.device.rated_power if self.device else None
        if rated is not None and value.best > _SUSPICIOUS * rated.best and self.device:
            self.warnings.append(
                f"{path}.power: {value.best:g} W is {value.best / rated.best:.1f} × the rating of "
                f"{self.device.id}; powers are per device, also with `power_scope`"
            )
        return value, None

    def deciding(self, keys: tuple[str, ...]) -> tuple[str, str | None]:
        """Return path and key of the first layer that gives any of some keys."""
        for path, fields in self.layers:
            for key in keys:
                if getattr(fields, key, None) is not None:
                    return path, key
        return self.layers[-1][0], None

    def parts(self, draw: Value | None) -> tuple[Part, ...]:
        """Return the rest of the node: as the spec describes it, else the catalog's host."""
        if self.given("dram_power") is not None and self.given("memory") is None:
            message = "dram_power: it goes with `memory`, and none is given"
            raise Unusable(self.place("dram_power"), message)
        scope = self.given("power_scope")
        if scope is not None and draw is None:
            message = "power_scope: it says what `power` holds, and no `power` is given"
            raise Unusable(self.place("power_scope"), message)
        if scope not in (None, "device"):
            return ()
        if any(self.given(key) is not None for key in ("host_power", "cpu", "memory")):
            return self.described_parts()
        if self.is_processor() and self.host is not None:
            self.warnings.append(
                f"{self.layers[-1][0]}: the power of {self.host.id} holds its CPUs, and is left "
                "out beside theirs; `host_power` is the rest of the host"
            )
            return ()
        if self.host is not None and self.host.host_power is not None:
            watts = self.of_host(self.host.host_power, "host_power")
            return (Part("host", watts.number, "host_power", (watts,), self.per_host(self.host)),)
        known = self.device.id if self.device else "the devices"
        self.warnings.append(
            f"{self.layers[-1][0]}: nothing is known of the host of {known}: "
            "only the devices' own power is counted; give `host_power` (0 W if that is meant)"
        )
        return ()

    def described_parts(self) -> tuple[Part, ...]:
        """Return the parts that the spec describes: cpu, memory, and host_power for the rest."""
        found = []
        host = self.given("host_power")
        if host is not None:
            found.append(Part("host", host.number, "host_power", (host,), self.per_system))
        else:
            self.warnings.append(
                f"{self.layers[-1][0]}: of the host only cpu and memory are counted, as given; "
                "`host_power` is the rest of it (fans, network, power supplies)"
            )
        if self.given("cpu") is not None:
            found.append(self.cpu_part())
        memory = self.given("memory")
        if memory is not None:
            density = self.default("dram_power")
            watts = power.memory_w(memory.number, density.number)
            inputs = (memory, density)
            found.append(Part("memory", watts, "(memory * dram_power)", inputs, self.per_system))
        return tuple(found)

    def cpu_part(self) -> Part:
        cpu = self.catalog.device(self.given("cpu"))
        if cpu.kind not in _PROCESSORS:
            raise Unusable(self.place("cpu"), f"cpu: {cpu.id} is a {cpu.kind}, not a CPU")
        if cpu.rated_power is None:
            message = f"cpu: {cpu.id} has no rated power in the catalog; give `host_power` instead"
            raise Unusable(self.place("cpu"), message)
        count = self.given("cpus") or self.catalog_cpus(cpu)
        rated = cpu.rated_power.named("cpu_rated_power", self.place("cpu"))
        inputs = (count, rated)
        return Part("cpu", count.number * rated.number, "(cpus * cpu_rated_power)", inputs,
                    self.per_system)  # fmt: skip

    def catalog_cpus(self, cpu: Device) -> Value:
        """Return how many CPUs a system has: as its host's record says, or one."""
        path, host = self.place("cpus"), self.host
        if host and host.cpus and host.cpu and self.catalog.device(host.cpu).id == cpu.id:
            source, note = _first_source(host), f"as in {host.name}"
            return Value(float(host.cpus), "", "catalog", source, path, name="cpus", note=note)
        return Value(1.0, "", "default", None, path, name="cpus", note="one CPU a system")

    def of_host(self, figure: Value, key: str) -> Value:
        """Return a figure of the catalog's host, marked where the host is a stand-in."""
        assert self.host is not None
        status: Status = "archetype" if self.host.archetype else figure.status
        return figure._replace(name=key, path=self.place(key), status=status)

    def is_processor(self) -> bool:
        """Whether the device is a CPU, which servers' figures hold already."""
        return self.device is not None and self.device.kind in _PROCESSORS

    def slots(self, host: Host) -> int | None:
        """Return how many of the devices a host holds: accelerators, or CPUs."""
        return host.cpus if self.is_processor() else host.devices

    def per_host(self, host: Host) -> Value:
        """Return how many devices share the catalog's host."""
        slots = self.slots(host)
        if not slots or self.per_system.number == float(slots):
            return self.per_system
        if host.archetype:
            self.warnings.append(
                f"{self.layers[-1][0]}: {host.id} stands for a machine of {slots} devices, "
                f"and is not meant for systems of {self.per_system.best:g}"
            )
        note = f"{host.name} holds {slots}; a system with fewer takes a part of it"
        return Value(
            float(slots), "", "catalog", _first_source(host), self.place("host"),
            name="devices_in_host", note=note,
        )  # fmt: skip

    def shares(self) -> tuple[Share, ...]:
        """Return the embodied carbon of device and host, or of the whole system.

        What the spec gives goes before the catalog; the first layer that gives any of the
        three figures decides whether they are the system's or its parts'.
        """
        _, key = self.deciding(_EMBODIED)
        if key == "embodied":
            return (Share("system", self.given("embodied"), self.per_system),)
        recorded = self.host.embodied if self.host else None
        if key is None and recorded is not None and self.is_whole(recorded):
            assert self.host is not None
            figure = self.embodied_figure(recorded, "embodied")
            return (Share("system", self.of_host(figure, "embodied"), self.per_host(self.host)),)
        devices, holds_host = self.device_share()
        if holds_host:
            return devices
        host = self.host_share(recorded)
        if all(share.value is None for share in (*devices, host)):
            return (Share("system", None, self.per_system),)
        return (*devices, host)

    def is_whole(self, recorded: Embodied) -> bool:
        """Whether a host's figure is all there is: with its accelerators, or its CPUs alone."""
        is_alone = self.device is None or self.is_processor()
        return self.holds_devices(recorded) or (recorded.covers == "server" and is_alone)

    def holds_devices(self, recorded: Embodied) -> bool:
        """Whether a host's figure holds accelerators too."""
        has_some = self.host is not None and bool(self.host.devices)
        return recorded.covers == "product" or (recorded.covers == "server" and has_some)

    def device_share(self) -> tuple[tuple[Share, ...], bool]:
        """Return the devices' embodied carbon, and whether it holds the host's too."""
        given = self.given("device_embodied")
        recorded = self.device.embodied if self.device else None
        if given is not None or recorded is None:
            return (Share("devices", given),), False
        share = Share("devices", self.embodied_figure(recorded, "device_embodied"))
        if recorded.covers in _PART_OF_A_DEVICE:
            return (share, Share("rest of the devices", None)), False
        holds_host = recorded.covers in _WHOLE_MACHINE
        if holds_host and self.given("host_embodied") is not None:
            message = "host_embodied: the device's figure holds its host; give device_embodied too"
            raise Unusable(self.place("host_embodied"), message)
        return (share,), holds_host

    def host_share(self, recorded: Embodied | None) -> Share:
        """Return the host's embodied carbon; a server without accelerators is a host too."""
        given = self.given("host_embodied")
        if given is not None:
            return Share("host", given, self.per_system)
        if self.is_processor() and recorded is not None and recorded.covers == "server":
            message = "device_embodied: the server's figure holds its CPUs; give host_embodied too"
            raise Unusable(self.place("device_embodied"), message)
        if recorded is None or self.host is None or self.holds_devices(recorded):
            return Share("host", None, self.per_system)
        figure = self.of_host(self.embodied_figure(recorded, "host_embodied"), "host_embodied")
        return Share("host", figure, self.per_host(self.host))

    def embodied_figure(self, recorded: Embodied, key: str) -> Value:
        note = f"covers {recorded.covers}, {recorded.boundary}"
        if recorded.value.note:
            note += f"; {recorded.value.note}"
        return recorded.value._replace(name=key, path=self.place(key), note=note)


def _first_source(host: Host) -> str | None:
    for figure in (host.host_power, host.idle_power):
        if figure is not None:
            return figure.source
    return host.embodied.value.source if host.embodied else None
