"""The tables of grids: which zones there are, and the figures that are published for them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from carbonctl.catalog import tables
from carbonctl.catalog.tables import Cell, Row, number
from carbonctl.errors import InputError, Problem
from carbonctl.numbers.intervals import Number, Range
from carbonctl.spec.files import read_input

BASES = ("life-cycle", "direct")
PRODUCTION, CONSUMPTION = "production", "consumption"
PUBLISHED, ANCHORED, DERIVED = "published", "anchored", "derived"
CONSUMPTION_TABLE = "odbl/consumption.csv"
ZONES_TABLE = "grids/zones.csv"
_BUILTIN_TABLES = ("countries.csv", "us-egrid.csv", "canada.csv", "official.csv")
_OTHER_TABLES = (
    "factors-other.csv", "from-direct.csv", "mixes.csv", "rule-regions.csv", "rules.csv",
    "sources.csv", "zones.csv",
)  # fmt: skip
_OWN_HEAD = "zone,name,year,basis,intensity_g_per_kwh,low,high,source,confidence,note"
_HEAD = "zone,name,year,basis,intensity_g_per_kwh,low,high,status,based_on,source,confidence,note"


class GridRow(NamedTuple):
    """Average carbon intensity of one zone or cloud region in one year on one basis.

    Attributes
    ----------
    intensity : float or Range
        kgCO2e/kWh.
    status : str
        published; anchored, where it is scaled to an official figure of another year; derived,
        where it follows from the generation mix or from the other basis.
    based_on : str
        production in the zone, or consumption, which counts imports.
    """

    zone: str
    name: str
    year: int
    basis: str
    intensity: Number
    source: str
    confidence: str
    note: str
    status: str = PUBLISHED
    based_on: str = PRODUCTION

    @property
    def label(self) -> str:
        """What notes call it: the zone's name, or the id of a region."""
        return self.zone if "/" in self.zone else self.name

    @property
    def said(self) -> str:
        """What notes say of the figure."""
        rule = "" if self.status == PUBLISHED else f", {self.status}"
        imports = ", consumption-based" if self.based_on == CONSUMPTION else ""
        return f"{self.label}, {self.basis}{rule}{imports}, {self.year}"

    @property
    def identity(self) -> str:
        """What is the same for two of them that are the same figure."""
        return f"{self.zone}:{self.basis}:{self.year}:{self.status}:{self.based_on}"

    @property
    def rows(self) -> tuple[GridRow, ...]:
        """The rows that it stands for: itself."""
        return (self,)

    def word(self, words: list[str]) -> str:
        """Return what stands for a word of each of its rows."""
        return words[0]


class Zone(NamedTuple):
    """A zone: its id, its name, and what it is."""

    zone: str
    name: str
    kind: str = ""


class GridTables:
    """The published figures of every zone; one of an earlier folder hides it in later ones.

    Rows are checked when their zone is asked for.

    Parameters
    ----------
    own : tuple of Path
        The user's folders, in which every table of ``grids`` may have any zone.
    builtin : Path
        The folder that comes with carbonctl.
    """

    def __init__(self, own: tuple[Path, ...], builtin: Path) -> None:
        self.own = own
        self.builtin = builtin

    @cached_property
    def own_cells(self) -> dict[str, list[Cell]]:
        """The rows of the user's own zones, with where they stand."""
        by_zone: dict[str, list[Cell]] = {}
        for folder in self.own:
            here: dict[str, list[Cell]] = {}
            for path in sorted((folder / "grids").glob("*.csv")):
                if is_grid_table(path):
                    for line, row in tables.rows(path):
                        here.setdefault(row["zone"], []).append((path, line, row))
            for zone, cells in here.items():
                by_zone.setdefault(zone, cells)
        return by_zone

    def rows(self, zone: str) -> list[GridRow]:
        """Return the published figures of a zone; none where there are none.

        Raises
        ------
        InputError
            For a row that is not a number where it should be.
        """
        return [tables.made(cell, grid_row, "not a grid row: ") for cell in self._cells(zone)]

    def consumption(self, zone: str) -> list[GridRow]:
        """Return the figures of a zone that count imports, of the table under its own licence."""
        if zone in self.own_cells:
            return []
        path = self.builtin / CONSUMPTION_TABLE
        return [grid_row(row) for _, row in tables.rows_with(path, zone)]

    def _cells(self, zone: str) -> Iterator[Cell]:
        if zone in self.own_cells:
            yield from self.own_cells[zone]
            return
        for name in _BUILTIN_TABLES:
            path = self.builtin / "grids" / name
            yield from ((path, line, row) for line, row in tables.rows_with(path, zone))

    @cached_property
    def zones(self) -> dict[str, Zone]:
        """Every zone that has a name, the user's own first."""
        own = {zone: Zone(zone, cells[0][2]["name"]) for zone, cells in self.own_cells.items()}
        listed = tables.read(self.builtin / ZONES_TABLE, _zone)
        return {**{zone.zone: zone for zone in listed}, **own}

    def own_named(self, name: str) -> str | None:
        """Return the id of the user's own zone of this name, in any case; None for others."""
        wanted = name.casefold()
        for zone, cells in self.own_cells.items():
            if wanted in (zone.casefold(), cells[0][2]["name"].casefold()):
                return zone
        return None


def _zone(row: Row) -> Zone:
    return Zone(row["zone"], row["name"], row["kind"])


def is_grid_table(path: Path) -> bool:
    """Whether a table is one of grid rows; some others stand in the same folder.

    Raises
    ------
    InputError
        For a table that is neither.
    """
    if path.name in _OTHER_TABLES:
        return False
    head = read_input(path).partition(b"\n")[0].removeprefix(b"\xef\xbb\xbf").strip()
    if head in (_OWN_HEAD.encode(), _HEAD.encode()):
        return True
    said = f"the head of a table of grids is {_OWN_HEAD}"
    raise InputError([Problem(str(path), 1, 1, said)])


def grid_row(row: Row) -> GridRow:
    """Return a row of a table of grids.

    Raises
    ------
    ValueError
        Where a cell is not what it should be.
    """
    status = row.get("status") or PUBLISHED
    based_on = row.get("based_on") or PRODUCTION
    for cell, allowed in (
        (row["basis"], BASES),
        (status, (PUBLISHED, ANCHORED, DERIVED)),
        (based_on, (PRODUCTION, CONSUMPTION)),
    ):
        if cell not in allowed:
            raise ValueError(f"`{cell}` is not one of {', '.join(allowed)}")
    return GridRow(
        row["zone"], row["name"], int(row["year"]), row["basis"], intensity(row),
        row["source"], row["confidence"], row["note"], status, based_on,
    )  # fmt: skip


def intensity(row: Row) -> Number:
    """Return kgCO2e/kWh from the g/kWh of a row.

    Raises
    ------
    ValueError
        Where it is empty, or outside of its bounds.
    """
    best, low, high = (number(row.get(k, "")) for k in ("intensity_g_per_kwh", "low", "high"))
    if best is None:
        raise ValueError("intensity_g_per_kwh is empty")
    if low is None and high is None:
        return best / 1000
    low, high = (best if end is None else end for end in (low, high))
    if not 0 <= low <= best <= high:
        raise ValueError("low, intensity_g_per_kwh and high are not in order")
    return Range(best / 1000, low / 1000, high / 1000)


def tables_of(folders: Iterable[Path]) -> GridTables:
    """Return the tables of some folders, of which the last came with carbonctl."""
    *own, builtin = folders
    return GridTables(tuple(own), builtin)
