"""Finds facts in hardware_db, each where it is asked for and not before."""

import os
from copy import copy
from functools import cached_property, lru_cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from carbonctl.catalog import (
    citations,
    defaults,
    everyday,
    folders,
    grid_rows,
    grids,
    plants,
    records,
)
from carbonctl.catalog.counting import DeviceUnit, unit_of
from carbonctl.catalog.defaults import Defaults
from carbonctl.catalog.everyday import Everyday
from carbonctl.catalog.grid_rows import CONSUMPTION, GridRow, GridTables, Zone
from carbonctl.catalog.places import Place, Places
from carbonctl.catalog.plants import Plant, Residual
from carbonctl.catalog.priors import TABLE as PRIORS
from carbonctl.catalog.priors import Priors
from carbonctl.catalog.records import Device, Host, Source
from carbonctl.catalog.regions import Region, Regions
from carbonctl.catalog.shelf import Shelf, load
from carbonctl.numbers.values import Value
from carbonctl.text import did_you_mean

if TYPE_CHECKING:
    from carbonctl.catalog.fab_factors import FabFactors
    from carbonctl.catalog.grid_rule import GridRule
    from carbonctl.catalog.networks import Radio
    from carbonctl.catalog.own_records import OwnRecords

T = TypeVar("T")
DEVICES = ("accelerators", "cpus", "phones")
HOSTS = ("hosts",)


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
        self._zone_figures: dict[str, grids.ZoneFigures] = {}
        self.is_under_rule = False

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

    def machine(self, name: str) -> DeviceUnit | Host:
        """Return what a machine can be described by: a device or a host of this name."""
        try:
            return self.unit(name)
        except LookupError:
            host: Host | None = self.hosts.get(name)
            if host is None:
                raise
            return host

    def check(self, what: str, *names: str) -> None:
        """Raise ValueError where there is nothing of some names.

        Parameters
        ----------
        what : str
            What looks it up: `device`, `machine`, `host`, `zone`, `plants`, `fab_place`; or of
            the factors of fabs `wafer`, `factor`, `wafer_source`.
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
        return self.zone(name)

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
    def grid_tables(self) -> GridTables:
        """The published figures of every zone."""
        return grid_rows.tables_of(self.folders)

    @property
    def zones(self) -> dict[str, Zone]:
        """Every zone that has a figure, with its name."""
        return self.grid_tables.zones

    @cached_property
    def region_tables(self) -> Regions:
        """The cloud regions, each read where it is asked for."""
        *own, builtin = self.folders
        regions = Regions(tuple(own), builtin)
        assert regions.own_regions is not None  # read before their sources, whose table may lack
        return self.cited(regions, "cloud/regions.csv")

    @property
    def regions(self) -> dict[str, Region]:
        """Every cloud region by id."""
        return self.region_tables.all

    @cached_property
    def _places(self) -> Places:
        return Places(self.folders[-1], self.grid_tables, self.region_tables)

    def place(self, name: str) -> Place:
        """Return the zone that a name means, and the cloud region if it is one."""
        return self._places.find(name)

    def zone(self, name: str) -> str:
        """Return the id of the zone that a name means."""
        return self.place(name).zone

    def provider(self, grid: str) -> str | None:
        """Return whose cloud region a grid is, in the words of the spec; None for another."""
        try:
            region = self.place(grid).region
        except LookupError:
            return None
        return None if region is None else region.provider

    def plants(self, name: str) -> dict[str, Plant]:
        """Return a kind of plant by basis."""
        if name not in self.generation:
            known = ", ".join(self.generation)
            close = did_you_mean(name, self.generation)
            raise LookupError(f"unknown source `{name}`{close}; there are {known}")
        return self.generation[name]

    @cached_property
    def generation(self) -> dict[str, dict[str, Plant]]:
        """Intensity of each kind of plant by basis; the first row of each is the default."""
        return self.cited(plants.generation(self.folders), "grids/sources.csv")

    @cached_property
    def water(self) -> dict[str, tuple[float, str]]:
        """The water that generation in each zone consumes [L/kWh], and its source."""
        return self.cited(plants.zone_water(self.folders), "grids/factors-other.csv")

    @cached_property
    def _residual_mixes(self) -> dict[str, list[Residual]]:
        return self.cited(plants.residual_mixes(self.folders), "grids/factors-other.csv")

    def residual(self, zone: str, year: int | None = None) -> Residual | None:
        """Return the residual mix of a zone in the nearest year; None where none is known."""
        known = self._residual_mixes.get(zone, [])
        wanted = year or self.year
        return min(known, key=lambda mix: (abs(mix.year - wanted), -mix.year), default=None)

    def zone_rows(self, zone: str) -> list[GridRow]:
        """Return every figure of a zone: published, by the rule, and those that count imports.

        Raises
        ------
        InputError
            For a faulty row, or one of the user's own with a source that no sources.yaml has.
        """
        figures = self._figures(zone)
        return [*figures.published, *figures.by_rule(), *figures.consumption()]

    def _figures(self, zone: str) -> grids.ZoneFigures:
        if zone not in self._zone_figures:
            grid_tables = self.grid_tables
            if zone in grid_tables.own_cells:
                citations.check_rows(grid_tables.own_cells[zone], self.sources)
            published = grid_tables.rows(zone)

            @lru_cache(maxsize=1)
            def by_rule() -> list[GridRow]:
                if zone in grid_tables.own_cells:
                    return []
                name = published[0].name if published else grid_tables.zones[zone].name
                return self._rule.rows(zone, name, published)

            consumption = lru_cache(maxsize=1)(partial(grid_tables.consumption, zone))
            self._zone_figures[zone] = grids.ZoneFigures(published, by_rule, consumption)
        return self._zone_figures[zone]

    @cached_property
    def _rule(self) -> "GridRule":
        from carbonctl.catalog.grid_rule import GridRule  # only what is unpublished needs it

        return GridRule(self.folders[-1])

    def under_rule(self) -> "Catalog":
        """Return the same catalog, whose life-cycle figures of grids are those by the rule.

        Two places whose figures are compared are then of one method.
        """
        other = copy(self)
        other.is_under_rule = True
        return other

    def electricity(
        self,
        name: str,
        year: int | None = None,
        basis: str | None = None,
        based_on: str | None = None,
    ) -> GridRow:
        """Return the carbon intensity of a zone or a cloud region that an account takes.

        Raises
        ------
        LookupError
            With the nearest names, or where there is no figure of the wanted basis.
        """
        place = self.place(name)
        region = place.region
        if region is None:
            return self.grid(place.zone, year, basis, based_on)
        zone = (region.zone or region.grid) if based_on == CONSUMPTION else region.grid
        row: GridRow | None = None
        try:
            row = self.grid(zone, year, basis, based_on)
        except LookupError:
            if region.own is None:
                raise
        return grids.of_region(region, row, basis)

    def grid(
        self,
        zone: str,
        year: int | None = None,
        basis: str | None = None,
        based_on: str | None = None,
    ) -> GridRow:
        """Return the figure of a zone that fits best.

        Raises
        ------
        LookupError
            Where the zone has no figure of the wanted basis.
        """
        wanted = grids.Wanted(year, basis, based_on, self.is_under_rule)
        return grids.of_zone(zone, self._figures(zone), wanted)

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
    def everyday(self) -> list[Everyday]:
        """Everyday things to compare an account with."""
        return self.cited(everyday.everyday(self.folders), "equivalences.csv")

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
