"""A machine as spec and catalog name it: its layers, its device and its host."""

from __future__ import annotations

from typing import Any

from carbonctl.catalog import Catalog
from carbonctl.catalog.records import Device, Host
from carbonctl.cautions import Caution
from carbonctl.estimators.base import Scale, Unusable
from carbonctl.spec.systems import System, SystemFields
from carbonctl.values import Status, Value

Layer = tuple[str, SystemFields]

PROCESSORS = ("cpu", "soc")
HOURS_PER_YEAR = 8760
_SHORTEST_LIFE_H, _LONGEST_LIFE_H = HOURS_PER_YEAR / 4, HOURS_PER_YEAR * 30


class Node:
    """Looks up what the layers say of one machine, and what the catalog says beside them.

    Parameters
    ----------
    layers : list of (path, fields)
        The first goes before the others: the activity's own fields, then its system's.
    catalog : Catalog
        Gives what the layers leave out.
    """

    def __init__(self, layers: list[Layer], catalog: Catalog) -> None:
        self.layers = layers
        self.catalog = catalog
        self.warnings: list[Caution] = []
        self.keys = frozenset[str]().union(*(fields.model_fields_set for _, fields in layers))
        self.device = self._find_device()
        self.host = self._find_host()
        self.per_system = self._devices_per_system()

    @property
    def path(self) -> str:
        """Where in the spec the machine is described."""
        return self.layers[-1][0]

    def given(self, key: str) -> Any:
        """Return what the first layer that has the key gives, quantities under the key's name."""
        if key not in self.keys:
            return None
        for path, fields in self.layers:
            value = getattr(fields, key, None)
            if value is not None:
                return value.named(key, f"{path}.{key}") if isinstance(value, Value) else value
        return None

    def place(self, key: str) -> str:
        """Return the path at which the spec would give a key."""
        return f"{self.path}.{key}"

    def default(self, key: str) -> Value:
        """Return what the layers give, else the default of that name."""
        value = self.given(key)
        if value is not None:
            found: Value = value
            return found
        figure: Value = getattr(self.catalog.defaults, key)
        return figure._replace(status="default", path=self.place(key), name=key)

    def lifetime(self) -> Value:
        """Return the service life, with a warning where no machine has lived so long or short."""
        found = self.default("lifetime")
        if not _SHORTEST_LIFE_H <= found.best <= _LONGEST_LIFE_H:
            years = found.best / HOURS_PER_YEAR
            message = f"{years:.3g} years is no service life of hardware"
            self.warnings.append(Caution(message, found.path or "", kind="service life"))
        return found

    def deciding(self, keys: tuple[str, ...]) -> tuple[str, str | None]:
        """Return path and key of the first layer that gives any of some keys."""
        for path, fields in self.layers:
            for key in keys:
                if getattr(fields, key, None) is not None:
                    return path, key
        return self.path, None

    def refuse(self, key: str, why: str) -> Unusable:
        """Return the fault of a key that does not go with the others."""
        where = next((p for p, fields in self.layers if getattr(fields, key, None) is not None),
                     self.path)  # fmt: skip
        return Unusable(f"{where}.{key}", f"{key}: {why}")

    def _find_device(self) -> Device | None:
        name = self.given("device")
        return self.catalog.device(name) if name else None

    def _find_host(self) -> Host | None:
        name = self.given("host") or (self.device.host if self.device else None)
        try:
            return self.catalog.host(name) if name else None
        except LookupError as error:
            of = f"{self.device.id} names a host: " if self.device else ""
            raise Unusable(self.place("host"), f"{of}{error.args[0]}") from None

    def _devices_per_system(self) -> Value:
        for path, fields in self.layers:
            key = "devices" if isinstance(fields, System) else "devices_per_system"
            given: Value | None = getattr(fields, key, None)
            if given is not None:
                return given.named("devices_per_system", f"{path}.{key}")
        in_system = isinstance(self.layers[-1][1], System)
        path = self.place("devices" if in_system else "devices_per_system")
        if self.host is not None and self.slots(self.host):
            return Value(
                float(self.slots(self.host) or 1), "", "catalog", first_source(self.host), path,
                name="devices_per_system", note=f"as {self.host.name} holds them",
            )  # fmt: skip
        note = "one device a system"
        return Value(1.0, "", "default", None, path, name="devices_per_system", note=note)

    def is_processor(self) -> bool:
        """Whether the device is a CPU, which servers' figures hold already."""
        return self.device is not None and self.device.kind in PROCESSORS

    def slots(self, host: Host) -> int | None:
        """Return how many of the devices a host holds: accelerators, or CPUs."""
        return host.cpus if self.is_processor() else host.devices

    def of_host(self, figure: Value, key: str) -> Value:
        """Return a figure of the catalog's host, marked where the host is a stand-in."""
        assert self.host is not None
        status: Status = "archetype" if self.host.archetype else figure.status
        slots = self.slots(self.host)
        is_whole = not slots or self.per_system.number == float(slots)
        path = self.place(key if is_whole else "host")  # of a part the whole cannot be given
        return figure._replace(name=key, path=path, status=status)

    def system_scale(self) -> Scale:
        """Return how much of what the spec says of a whole host goes with one device.

        Raises
        ------
        Unusable
            For a share of a host, where nothing says how many devices that part holds.
        """
        share = self.given("share")
        if share is not None and self.per_system.status == "catalog" and self.per_system.best > 1:
            key = self.per_system.path or "devices"
            why = f"say how many devices the part of the host holds (`{key}`)"
            raise self.refuse("share", why)
        return Scale(self.per_system, share)

    def host_scale(self) -> Scale:
        """Return how much of the catalog's host goes with one device."""
        host = self.host
        assert host is not None
        slots = self.slots(host)
        if self.given("share") is not None:
            return self.system_scale()
        if not slots or self.per_system.number == float(slots):
            return Scale(self.per_system)
        if host.archetype:
            message = (
                f"{host.id} stands for a machine of {slots} devices, "
                f"and is not meant for systems of {self.per_system.best:g}"
            )
            self.warnings.append(Caution(message, self.path, kind="devices of a host"))
        note = f"{host.name} holds {slots}; a system with fewer takes a part of it"
        return Scale(Value(
            float(slots), "", "catalog", first_source(host), self.place("host"),
            name="devices_in_host", note=note,
        ))  # fmt: skip


def first_source(host: Host) -> str | None:
    """Return the source of what is known of a host."""
    for figure in (host.host_power, host.idle_power):
        if figure is not None:
            return figure.source
    return host.embodied.value.source if host.embodied else None
