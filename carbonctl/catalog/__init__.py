"""Finds facts in hardware_db, each where it is asked for and not before."""

import os
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from carbonctl.catalog import (
    citations,
    defaults,
    folders,
    grids,
    instance_names,
    instances,
    names,
    records,
    tables,
)
from carbonctl.catalog.counting import DeviceUnit, unit_of
from carbonctl.catalog.defaults import Defaults
from carbonctl.catalog.instances import Instance, Instances
from carbonctl.catalog.priors import TABLE as PRIORS
from carbonctl.catalog.priors import Priors
from carbonctl.catalog.records import Device, Host, Source
from carbonctl.catalog.shelf import Shelf, load
from carbonctl.numbers.values import Value
from carbonctl.text import did_you_mean, fold

if TYPE_CHECKING:
    from carbonctl.catalog.fab_factors import FabFactors
    from carbonctl.catalog.networks import Radio
    from carbonctl.catalog.own_records import OwnRecords
    from carbonctl.catalog.vcpu_power import VcpuPower

T = TypeVar("T")
DEVICES = ("accelerators", "cpus", "phones")
HOSTS = ("hosts",)
_SYNONYMS = {"USA": "US", "UK": "GB", "World": "world", "WORLD": "world", "global": "world"}


class Catalog:
    """The database that comes with carbonctl, behind the user's own folders.

    What looks up a name raises LookupError with the nearest ones where nothing has it; what
    reads a file, InputError with the place of each fault.

    Parameters
    ----------
    own : tuple of Path
        Folders of the form of hardware_db that take precedence over it.
    """

    def __init__(self, own: tuple[Path, ...] = ()) -> None:
        self.folders = (*own, folders.builtin())
        known = (self.folders, self.check_sources)
        self.devices: Shelf[Device] = Shelf("device", DEVICES, records.DEVICE, *known)
        self.hosts: Shelf[Host] = Shelf("host", HOSTS, records.HOST, *known)
        self._units: dict[str, DeviceUnit] = {}
        self._machines: dict[str, DeviceUnit | Host | Instance] = {}
        self._rows: dict[str, list[tables.GridRow]] = {}

    def check_sources(self, path: Path) -> None:
        """Refuse one of the user's own records that names a source which no sources.yaml has.

        Raises
        ------
        InputError
            With the line of each such source.
        """
        if self.folders[-1] not in path.parents:
            citations.check(path, self.sources)

    @cached_property
    def version(self) -> str:
        """The version of the built-in data."""
        return (self.folders[-1] / "VERSION").read_text(encoding="utf-8").strip()

    @property
    def year(self) -> int:
        """The year of the built-in data, which is that of an activity that gives none."""
        return int(self.version.partition(".")[0])

    @cached_property
    def own_records(self) -> "tuple[OwnRecords, ...]":
        """The user's own folders, each with its hash."""
        if len(self.folders) == 1:
            return ()
        from carbonctl.catalog.own_records import described

        return tuple(map(described, self.folders[:-1]))

    def cited(self, found: T, pattern: str) -> T:
        """Return what tables of a pattern gave, where the user's own name known sources.

        Raises
        ------
        InputError
            With the line of each source that no sources.yaml has.
        """
        for folder in self.folders[:-1]:
            for path in sorted(folder.glob(pattern)):
                citations.check(path, self.sources)
        return found

    def device(self, name: str) -> Device:
        """Return the device with this id or alias."""
        return self.devices.find(name, self.hosts)

    def host(self, name: str) -> Host:
        """Return the host with this id or alias."""
        return self.hosts.find(name, self.devices)

    def unit(self, name: str) -> DeviceUnit:
        """Return what a name means as one device of a workload: a device, a part, several."""
        if name not in self._units:
            self._units[name] = unit_of(name, self.device)
        return self._units[name]

    def machine(self, name: str) -> DeviceUnit | Host | Instance:
        """Return what a machine can be described by: a device, a host or a cloud machine type.

        Raises
        ------
        LookupError
            With the nearest names.
        """
        if name not in self._machines:
            self._machines[name] = self._machine(name)
        return self._machines[name]

    def _machine(self, name: str) -> DeviceUnit | Host | Instance:
        if instance_names.looks_like_one(name) and self.devices.path(name) is None:
            return self.surrounding(name)
        try:
            return self.unit(name)
        except LookupError:
            host: Host | None = self.hosts.get(name)
            if host is None:
                raise
            return host

    def surrounding(self, name: str) -> Host | Instance:
        """Return the host or the cloud machine type of this name; a host's own takes precedence."""
        if not instance_names.looks_like_one(name) or self.hosts.path(name) is not None:
            return self.host(name)
        of_own = self.hosts.get(name) if len(self.folders) > 1 else None
        instance = None if of_own else self.instances.get(name)
        record = instance.host_record if instance else None
        host = of_own or (self.host(record) if record else None)
        if host is not None and any(fold(name) == fold(called) for called in host.names):
            return host
        return instance or self.instances.find(name)

    def instance(self, name: str) -> Instance:
        """Return the cloud machine type of this name, with or without its provider."""
        return self.instances.find(name)

    @cached_property
    def instances(self) -> Instances:
        """The cloud machine types."""
        return self.cited(Instances(self.folders), instances.TABLE)

    @cached_property
    def vcpu_power(self) -> "VcpuPower":
        """What a vCPU of cloud machines without accelerators draws, by its CPU."""
        from carbonctl.catalog.vcpu_power import TABLE, VcpuPower

        return self.cited(VcpuPower(self.folders), TABLE)

    def check(self, what: str, *names: str) -> None:
        """Raise ValueError where there is nothing of some names.

        Parameters
        ----------
        what : str
            What looks it up: `device`, `machine`, `surrounding`, `host`, `instance`, `zone`,
            `plants`, `fab_place`; or of the factors of fabs `wafer`, `factor`, `wafer_source`.
        *names : str
            What it takes.
        """
        of = self if hasattr(type(self), what) else self.fab_factors
        try:
            getattr(of, what)(*names)
        except LookupError as error:
            raise ValueError(error.args[0]) from None

    def fab_place(self, name: str) -> str:
        """Return what the fab tables or the grids call a place or a kind of plant."""
        for known in (name, name.lower()):
            if self.fab_factors.intensity(known) is not None:
                return known
        return self.zone(name)[0]

    @cached_property
    def fab_factors(self) -> "FabFactors":
        """What parts are computed with; only they need it."""
        from carbonctl.catalog.fab_factors import FabFactors

        return self.cited(FabFactors(self.folders), "fab/*.csv")

    def file_of(self, record: Device | Host) -> str:
        """Return the file of a record."""
        shelf = self.hosts if isinstance(record, Host) else self.devices
        return str(shelf.path(record.id) or record.id)

    @cached_property
    def zones(self) -> dict[str, tables.Zone]:
        """Every zone of the grid tables."""
        return tables.zones(self.folders)

    @cached_property
    def regions(self) -> dict[str, tables.Region]:
        """Every cloud region by id."""
        return self.cited(tables.regions(self.folders), "cloud/regions.csv")

    def zone(self, name: str) -> tuple[str, tables.Region | None]:
        """Return the zone that a name means, and the cloud region if it is one."""
        if "/" in name:
            region = self.regions.get(name.lower())
            if region is None:
                raise LookupError(names.unknown_grid(name, *self._place_names))
            if region.grid not in self.zones:
                said = f"cloud region `{name}` stands on an unknown grid `{region.grid}`"
                raise LookupError(said)
            return region.grid, region
        name = _SYNONYMS.get(name, name)
        if name in self.zones:
            return name, None
        wanted = fold(name)
        for zone in self.zones.values():
            if wanted in (fold(zone.zone), fold(zone.name)):
                return zone.zone, None
        raise LookupError(names.unknown_grid(name, *self._place_names))

    def provider(self, grid: str) -> str | None:
        """Return whose cloud region a grid is, in the words of the spec; None for another."""
        region = self.regions.get(grid.lower()) if "/" in grid else None
        return None if region is None else region.provider

    @cached_property
    def _place_names(self) -> tuple[names.Index, names.Index]:
        """What grids and cloud regions are called; only an unknown one needs it."""
        zones = (names.Called(zone.zone, (zone.zone, zone.name)) for zone in self.zones.values())
        regions = (names.Called(region, (region,)) for region in self.regions)
        return names.Index(zones), names.Index(regions)

    def plants(self, name: str) -> dict[str, tables.Plant]:
        """Return a kind of plant by basis."""
        if name not in self.generation:
            known = ", ".join(self.generation)
            close = did_you_mean(name, self.generation)
            raise LookupError(f"unknown source `{name}`{close}; there are {known}")
        return self.generation[name]

    @cached_property
    def generation(self) -> dict[str, dict[str, tables.Plant]]:
        """Intensity of each kind of plant by basis; the first row of each is the default."""
        return self.cited(tables.generation(self.folders), "grids/sources.csv")

    @cached_property
    def water(self) -> dict[str, tuple[float, str]]:
        """The water that generation in each zone consumes [L/kWh], and its source."""
        return self.cited(tables.zone_water(self.folders), "grids/factors-other.csv")

    def zone_rows(self, zone: str) -> list[tables.GridRow]:
        """Return the rows of a zone.

        Raises
        ------
        InputError
            For a faulty row, or one of the user's own with a source that no sources.yaml has.
        """
        if zone in self._rows:
            return self._rows[zone]
        entry = self.zones[zone]
        rows = self._rows[zone] = entry.rows()
        if own := [cell for cell in entry.cells if self.folders[-1] not in cell[0].parents]:
            citations.check_rows(own, self.sources)
        return rows

    def electricity(
        self, name: str, year: int | None = None, basis: str | None = None
    ) -> tables.GridRow:
        """Return the carbon intensity of a zone or a cloud region that an account takes.

        Raises
        ------
        LookupError
            With the nearest names, or where there is no figure of the wanted basis.
        """
        zone, region = self.zone(name)
        if region is None:
            return self.grid(zone, year, basis)
        return grids.of_region(region, self.zone_rows(zone), year, basis)

    def grid(self, zone: str, year: int | None, basis: str | None) -> tables.GridRow:
        """Return the row of a zone that fits best.

        Raises
        ------
        LookupError
            Where the zone has no row of the wanted basis.
        """
        return grids.of_zone(self.zone_rows(zone), year, basis)

    def segments(self, model: str) -> dict[str, dict[str, Value]]:
        """Return energy per volume [kWh/GB] by element and direction of a model of the network.

        Raises
        ------
        LookupError
            With the models that there are.
        """
        if model not in self._segments:
            close = did_you_mean(model, self._segments)
            known = ", ".join(self._segments)
            raise LookupError(f"unknown model of the network `{model}`{close}; there are {known}")
        return self._segments[model]

    @cached_property
    def _segments(self) -> dict[str, dict[str, dict[str, Value]]]:
        from carbonctl.catalog import networks  # only federated learning needs it

        return self.cited(networks.segments(self.folders), "network/segments.csv")

    def radio(self, device: str, technology: str) -> "Radio | None":
        """Return the radio of a device by technology (wifi, cellular); None where unknown."""
        return self._radios.get((self.device(device).id, technology))

    @cached_property
    def _radios(self) -> "dict[tuple[str, str], Radio]":
        from carbonctl.catalog import networks

        return self.cited(networks.radios(self.folders), "network/radio.csv")

    def client_power(self, device: str) -> Value | None:
        """Return the draw of a client device at work [W]; None where it is unknown."""
        return self._client_powers.get(self.device(device).id)

    @cached_property
    def _client_powers(self) -> dict[str, Value]:
        from carbonctl.catalog import networks

        return self.cited(networks.client_powers(self.folders), "clients.csv")

    @cached_property
    def everyday(self) -> list[tables.Everyday]:
        """Everyday things to compare an account with."""
        return self.cited(tables.everyday(self.folders), "equivalences.csv")

    @cached_property
    def defaults(self) -> Defaults:
        """The figures that stand in where neither spec nor catalog has one."""
        figures: Defaults = load(self.folders[-1] / "defaults.yaml", defaults.DEFAULTS, {})
        for folder in reversed(self.folders[:-1]):
            path = folder / "defaults.yaml"
            if os.path.lexists(path):
                own: dict[str, Any] = load(path, defaults.OWN_DEFAULTS, {})
                self.check_sources(path)
                figures = figures._replace(**own)
        return figures

    @cached_property
    def priors(self) -> Priors:
        """The measured figures that stand in by class."""
        return self.cited(Priors(self.folders), PRIORS)

    @cached_property
    def sources(self) -> dict[str, Source]:
        """Every citation by its key."""
        by_key: dict[str, Source] = {}
        for folder in self.folders:
            path = folder / "sources.yaml"
            if os.path.lexists(path):
                by_key = {**load(path, records.SOURCES, {}), **by_key}
        return by_key
