"""The electricity of places: what they are called, which figure holds, kinds of plant."""

from contextlib import suppress
from copy import copy
from functools import cached_property, lru_cache, partial
from typing import TYPE_CHECKING, TypeVar

from carbonctl.catalog import citations, grid_rows, grids, plants
from carbonctl.catalog.database import Database
from carbonctl.catalog.grid_rows import CONSUMPTION, GridRow, GridTables, Zone
from carbonctl.catalog.grids import ANY, Wanted
from carbonctl.catalog.places import Place, Places
from carbonctl.catalog.plants import Plant, Residual
from carbonctl.catalog.regions import Region, Regions
from carbonctl.numbers.intervals import best
from carbonctl.text import did_you_mean

if TYPE_CHECKING:
    from carbonctl.catalog.grid_rule import GridRule

C = TypeVar("C", bound="Electricity")
_OPEN = ("open", "")  # a user's own table need not say it


class Electricity(Database):
    """Zones and cloud regions with their figures, each where it is asked for."""

    is_under_rule = False

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

    def cleanest(self, cloud: str, wanted: Wanted) -> list[tuple[Region, GridRow]]:
        """Return the open regions of a cloud with their electricity, the cleanest first.

        Of several on one zone it is the first. ``cloud`` is what their names begin with. Regions
        without a figure of the wanted basis are left out.
        """
        key = (cloud, wanted)
        if key not in self._cleanest:
            self._cleanest[key] = self._by_intensity(cloud, wanted)
        return self._cleanest[key]

    @cached_property
    def _cleanest(self) -> dict[tuple[str, Wanted], list[tuple[Region, GridRow]]]:
        return {}

    def _by_intensity(self, cloud: str, wanted: Wanted) -> list[tuple[Region, GridRow]]:
        zones: dict[str, tuple[Region, GridRow]] = {}
        for region in self.regions.values():
            is_of_cloud = region.region.startswith(f"{cloud}/") and region.status in _OPEN
            if is_of_cloud and region.grid not in zones:
                with suppress(LookupError):
                    row = self.electricity(region.region, wanted)
                    zones[region.grid or region.region] = region, row
        return sorted(zones.values(), key=lambda pair: best(pair[1].intensity))

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

    @cached_property
    def _zone_figures(self) -> dict[str, grids.ZoneFigures]:
        return {}

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
                return self.grid_rule.rows(zone, name, published)

            consumption = lru_cache(maxsize=1)(partial(grid_tables.consumption, zone))
            self._zone_figures[zone] = grids.ZoneFigures(published, by_rule, consumption)
        return self._zone_figures[zone]

    @cached_property
    def grid_rule(self) -> "GridRule":
        """What computes figures that are not published."""
        from carbonctl.catalog.grid_rule import GridRule  # only what is unpublished needs it

        return GridRule(self.folders[-1])

    def under_rule(self: C) -> C:
        """Return the same catalog, whose life-cycle figures of grids are those by the rule.

        Two places whose figures are compared are then of one method.
        """
        other = copy(self)
        other.is_under_rule = True
        return other

    def electricity(self, name: str, wanted: Wanted = ANY) -> GridRow:
        """Return the carbon intensity of a zone or a cloud region that an account takes.

        Raises
        ------
        LookupError
            With the nearest names, or where there is no figure of the wanted basis.
        """
        asked = (name, wanted, self.is_under_rule)
        if asked not in self._electricity:
            self._electricity[asked] = self._of_place(self.place(name), wanted)
        return self._electricity[asked]

    @cached_property
    def _electricity(self) -> dict[tuple[str, Wanted, bool], GridRow]:
        return {}

    def _of_place(self, place: Place, wanted: Wanted) -> GridRow:
        """Return the carbon intensity that an account takes of a place."""
        region = place.region
        if region is None:
            return self._of_zone(place.zone, wanted)
        counts_imports = wanted.based_on == CONSUMPTION
        zone = (region.zone or region.grid) if counts_imports else region.grid
        row: GridRow | None = None
        try:
            row = self._of_zone(zone, wanted)
        except LookupError:
            if region.own is None:
                raise
        return grids.of_region(region, row, wanted)

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
        return self._of_zone(zone, Wanted(year, basis, based_on))

    def _of_zone(self, zone: str, wanted: Wanted) -> GridRow:
        by_rule = wanted._replace(by_rule=self.is_under_rule)
        return grids.of_zone(zone, self._figures(zone), by_rule)
