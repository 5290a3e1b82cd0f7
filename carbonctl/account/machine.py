"""Resolves the machine of an activity: spec, then catalog, then defaults."""

from __future__ import annotations

from typing import Any

from carbonctl.catalog import Catalog
from carbonctl.catalog.records import Device, Embodied, Host
from carbonctl.estimators.base import Machine, Part, Share, Unusable
from carbonctl.factors import power
from carbonctl.spec.model import System, SystemFields
from carbonctl.values import Value

Layer = tuple[str, SystemFields]

_WHOLE_MACHINE = ("server", "product")
_POWER = ("power", "rated_power")
_SUSPICIOUS = 3  # times rated power: a system's watts given as a device's


def machine(layers: list[Layer], catalog: Catalog) -> tuple[Machine, tuple[str, ...]]:
    """Return the machine that the layers describe, and warnings about it.

    Parameters
    ----------
    layers : list of (path, fields)
        The first goes before the others: the activity's own fields, then its system's.
    catalog : Catalog
        Gives what the layers leave out.
    """
    return _Machine(layers, catalog).resolve()


class _Machine:
    def __init__(self, layers: list[Layer], catalog: Catalog) -> None:
        self.layers = layers
        self.catalog = catalog
        self.warnings: list[str] = []
        self.device = self.find_device()
        self.host = self.find_host()
        self.per_system = self.devices_per_system()

    def resolve(self) -> tuple[Machine, tuple[str, ...]]:
        draw, rated = self.draw()
        found = Machine(
            path=self.layers[-1][0],
            devices_per_system=self.per_system,
            lifetime=self.default("lifetime"),
            utilization=self.default("utilization"),
            power=draw,
            rated_power=rated,
            idle_power=self.given("idle_power") or self.catalogued("idle_power"),
            parts=self.parts(draw),
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
        return self.catalog.host(name) if name else None

    def devices_per_system(self) -> Value:
        for path, fields in self.layers:
            key = "devices" if isinstance(fields, System) else "devices_per_system"
            given: Value | None = getattr(fields, key, None)
            if given is not None:
                return given.named("devices_per_system", f"{path}.{key}")
        in_system = isinstance(self.layers[-1][1], System)
        path = self.place("devices" if in_system else "devices_per_system")
        if self.host is not None and self.host.devices:
            return Value(
                float(self.host.devices), "", "catalog", _first_source(self.host), path,
                name="devices_per_system", note=f"as {self.host.name} holds them",
            )  # fmt: skip
        note = "one device a system"
        return Value(1.0, "", "default", None, path, name="devices_per_system", note=note)

    def draw(self) -> tuple[Value | None, Value | None]:
        """Return (average draw, rated power); the layer that gives either decides."""
        for path, fields in self.layers:
            given = [key for key in _POWER if getattr(fields, key) is not None]
            if given:
                value: Value = getattr(fields, given[0]).named(given[0], f"{path}.{given[0]}")
                self.look_at(value)
                return (value, None) if given[0] == "power" else (None, value)
        return None, self.catalogued("rated_power")

    def look_at(self, watts: Value) -> None:
        """Warn where a draw is far above the device's rating."""
        rated = self.device.rated_power if self.device else None
        if rated is not None and watts.best > _SUSPICIOUS * rated.best and self.device:
            self.warnings.append(
                f"{watts.path}: {watts.best:g} W is {watts.best / rated.best:.1f} × the rating of "
                f"{self.device.id}; powers are per device, also with `power_scope`"
            )

    def parts(self, draw: Value | None) -> tuple[Part, ...]:
        scope = self.given("power_scope") or "device"
        if draw is not None and scope != "device":
            return ()
        described = self.described_parts()
        if described:
            return described
        if self.host is not None and self.host.host_power is not None:
            return (self.catalog_host(self.host, self.host.host_power),)
        known = self.device.id if self.device else "the devices"
        self.warnings.append(
            f"{self.layers[-1][0]}: nothing is known of the host of {known}: "
            "only the devices' own power is counted; give `host_power` (0 W if that is meant)"
        )
        return ()

    def described_parts(self) -> tuple[Part, ...]:
        """Return the parts that the spec describes: host_power, cpu, memory."""
        found = []
        host = self.given("host_power")
        if host is not None:
            found.append(Part("host", host.number, "host_power", (host,)))
        if self.given("cpu") is not None:
            found.append(self.cpu_part())
        memory = self.given("memory")
        if memory is not None:
            density = self.default("dram_power")
            watts = power.memory_w(memory.number, density.number)
            found.append(Part("memory", watts, "(memory * dram_power)", (memory, density)))
        return tuple(found)

    def cpu_part(self) -> Part:
        cpu = self.catalog.device(self.given("cpu"))
        count = self.given("cpus")
        if count is None:
            count = Value(1.0, "", "default", None, self.place("cpus"), name="cpus")
        if cpu.rated_power is None:
            message = f"cpu: {cpu.id} has no rated power in the catalog; give `host_power` instead"
            raise Unusable(self.place("cpu"), message)
        rated = cpu.rated_power.named("cpu_rated_power", self.place("cpu"))
        return Part("cpu", count.number * rated.number, "(cpus * cpu_rated_power)", (count, rated))

    def catalog_host(self, host: Host, figure: Value) -> Part:
        """Return a host's power, in proportion where the system has another number of devices."""
        watts = figure._replace(name="host_power", path=self.place("host_power"))
        scaled = self.in_proportion(host, watts)
        return Part("host", scaled.number, "host_power", (scaled,))

    def in_proportion(self, host: Host, figure: Value) -> Value:
        """Scale a host's figure to the devices of this system."""
        holds = host.devices
        if not holds or self.per_system.number == float(holds):
            return figure
        note = f"in proportion: {host.name} holds {holds} devices"
        number = figure.number * self.per_system.number / holds
        return figure._replace(number=number, status="derived", note=note)

    def shares(self) -> tuple[Share, ...]:
        """Return the embodied carbon of device and host, or of the whole system."""
        whole = self.given("embodied")
        if whole is not None:
            return (Share("system", "system", whole.named("embodied")),)
        device = self.given("device_embodied")
        host = self.given("host_embodied")
        recorded = self.host.embodied if self.host else None
        if recorded is not None and recorded.covers in _WHOLE_MACHINE and not (device or host):
            figure = self.embodied_figure(recorded, "embodied")
            return (Share("system", "system", self.scaled(figure)),)
        if device is None and self.device is not None and self.device.embodied is not None:
            device = self.embodied_figure(self.device.embodied, "device_embodied")
        if host is None and recorded is not None and recorded.covers == "host":
            host = self.scaled(self.embodied_figure(recorded, "host_embodied"))
        if device is None and host is None:
            return (Share("system", "system", None),)
        if host is None and self.device and self.device.embodied and self.covers_all(device):
            return (Share("devices", "device", device),)
        return (Share("devices", "device", device), Share("host", "system", host))

    def covers_all(self, device: Value) -> bool:
        recorded = self.device.embodied if self.device else None
        return (
            device.status != "given"
            and recorded is not None
            and (recorded.covers in _WHOLE_MACHINE)
        )

    def scaled(self, figure: Value) -> Value:
        return self.in_proportion(self.host, figure) if self.host else figure

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
