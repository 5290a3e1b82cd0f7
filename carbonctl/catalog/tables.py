"""The CSV tables of hardware_db: grids and cloud regions."""

import csv
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from carbonctl.errors import InputError, Problem
from carbonctl.ranges import Number, Range


class GridRow(NamedTuple):
    """Average carbon intensity of one zone in one year on one basis.

    ``intensity`` is kgCO2e/kWh.
    """

    zone: str
    name: str
    year: int
    basis: str
    intensity: Number
    source: str
    confidence: str
    note: str


class Region(NamedTuple):
    """A cloud region: the zone it stands on and what its operator says of it."""

    region: str
    name: str
    grid: str
    intensity: float | None
    intensity_year: int | None
    intensity_basis: str
    intensity_source: str
    pue: float | None
    pue_year: int | None
    pue_status: str
    pue_source: str
    wue_l_per_kwh: float | None
    wue_year: int | None
    wue_status: str
    wue_source: str
    source: str
    confidence: str
    note: str


def rows(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield (line, row) of a table; nothing where the file is not there.

    Raises
    ------
    InputError
        For a row with more or fewer cells than the head.
    """
    if not path.is_file():
        return
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.reader(file, strict=True)
        head = next(reader, [])
        for cells in reader:
            if len(cells) != len(head):
                message = "the row has another number of cells than the head"
                raise InputError([Problem(str(path), reader.line_num, 1, message)])
            yield reader.line_num, dict(zip(head, cells, strict=True))


def _float(text: str) -> float | None:
    return float(text) if text else None


def _int(text: str) -> int | None:
    return int(text) if text else None


def _intensity(row: dict[str, str]) -> Number:
    """Return kgCO2e/kWh from the g/kWh of a row."""
    best, low, high = (_float(row.get(k, "")) for k in ("intensity_g_per_kwh", "low", "high"))
    if best is None:
        raise ValueError("intensity_g_per_kwh is empty")
    if low is None and high is None:
        return best / 1000
    low, high = (best if end is None else end for end in (low, high))
    if not 0 <= low <= best <= high:
        raise ValueError("low, intensity_g_per_kwh and high are not in order")
    return Range(best / 1000, low / 1000, high / 1000)


class Zone(NamedTuple):
    """A zone of the grid tables: its name, and where its rows stand."""

    zone: str
    name: str
    cells: list[tuple[Path, int, dict[str, str]]]

    def rows(self) -> list[GridRow]:
        """Return the rows, checked.

        Raises
        ------
        InputError
            For a row that is not a number where it should be.
        """
        return [_grid_row(row, path, line) for path, line, row in self.cells]


_GRID_HEAD = "zone,name,year,basis,"


def zones(folders: Iterable[Path]) -> dict[str, Zone]:
    """Return every zone; one in an earlier folder hides it in later ones.

    Rows are checked when their zone is asked for.
    """
    found: dict[str, Zone] = {}
    for folder in folders:
        here: dict[str, Zone] = {}
        for path in sorted((folder / "grids").glob("*.csv")):
            with path.open(encoding="utf-8") as file:
                if not file.readline().startswith(_GRID_HEAD):
                    continue  # a table of another kind
            for line, row in rows(path):
                zone = here.setdefault(row["zone"], Zone(row["zone"], row["name"], []))
                zone.cells.append((path, line, row))
        for name, zone in here.items():
            found.setdefault(name, zone)
    return found


def _grid_row(row: dict[str, str], path: Path, line: int) -> GridRow:
    try:
        return GridRow(
            row["zone"],
            row["name"],
            int(row["year"]),
            row["basis"],
            _intensity(row),
            row["source"],
            row["confidence"],
            row["note"],
        )
    except (KeyError, ValueError) as error:
        raise InputError([Problem(str(path), line, 1, f"not a grid row: {error}")]) from None


def regions(folders: Iterable[Path]) -> dict[str, Region]:
    """Return every cloud region by its id."""
    found: dict[str, Region] = {}
    for folder in folders:
        path = folder / "cloud" / "regions.csv"
        for line, row in rows(path):
            try:
                region = _region(row)
            except (KeyError, ValueError, TypeError) as error:
                problem = Problem(str(path), line, 1, f"not a cloud region: {error}")
                raise InputError([problem]) from None
            found.setdefault(region.region, region)
    return found


def _region(row: dict[str, str]) -> Region:
    intensity = _float(row["intensity_g_per_kwh"])
    return Region(
        row["region"],
        row["name"],
        row["grid"],
        None if intensity is None else intensity / 1000,
        _int(row["intensity_year"]),
        row["intensity_basis"],
        row["intensity_source"],
        _float(row["pue"]),
        _int(row["pue_year"]),
        row["pue_status"],
        row["pue_source"],
        _float(row["wue_l_per_kwh"]),
        _int(row["wue_year"]),
        row["wue_status"],
        row["wue_source"],
        row["source"],
        row["confidence"],
        row["note"],
    )


class Plant(NamedTuple):
    """Carbon intensity of one kind of plant [kgCO2e/kWh], and its source."""

    intensity: float
    source: str


def generation(folders: Iterable[Path]) -> dict[str, dict[str, Plant]]:
    """Return the plants by kind and basis; the first row of each is the default."""
    found: dict[str, dict[str, Plant]] = {}
    for folder in folders:
        for _, row in rows(folder / "grids" / "sources.csv"):
            if row["intensity_g_per_kwh"]:
                plant = Plant(float(row["intensity_g_per_kwh"]) / 1000, row["source"])
                found.setdefault(row["source_type"], {}).setdefault(row["basis"], plant)
    return found


def zone_water(folders: Iterable[Path]) -> dict[str, tuple[float, str]]:
    """Return the water that generation consumes [L/kWh] and its source, by zone."""
    found: dict[str, tuple[float, str]] = {}
    for folder in folders:
        for _, row in rows(folder / "grids" / "factors-other.csv"):
            if row["metric"] == "offsite_water_consumption":
                found.setdefault(row["zone"], (float(row["value"]), row["source"]))
    return found
