"""The CSV tables of hardware_db: grids and cloud regions."""

import csv
import io
import math
import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from carbonctl.errors import InputError, Problem
from carbonctl.numbers.intervals import Number, Range
from carbonctl.spec.files import read_input
from carbonctl.text import check_text

_SIGNED = re.compile(r"[+-](?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
# What may begin a cell that is a formula, or a command of a workflow.
_ODD = re.compile(r'[\n,"]\s*(?:[=+@-]|::)|##\[')


class GridRow(NamedTuple):
    """Average carbon intensity of one zone or cloud region in one year on one basis.

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

    @property
    def label(self) -> str:
        """What notes call it: the zone's name, or the id of a region."""
        return self.zone if "/" in self.zone else self.name


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

    @property
    def own(self) -> GridRow | None:
        """The operator's own figure of its electricity, where there is one."""
        if self.intensity is None:
            return None
        assert self.intensity_year is not None
        return GridRow(
            self.region, self.name, self.intensity_year, self.intensity_basis, self.intensity,
            self.intensity_source, self.confidence, self.note,
        )  # fmt: skip


def rows(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield (line, row) of a table; nothing where the file is not there.

    Raises
    ------
    InputError
        For a row with more or fewer cells than the head, or a cell that a spreadsheet, a
        terminal or a workflow would act on.
    """
    if not os.path.lexists(path):
        return
    text = _decoded(read_input(path), path)
    is_odd = bool(_ODD.search(text)) or not text.replace("\n", "").isprintable()
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        head = next(reader, [])
        for cells in reader:
            if len(cells) != len(head):
                raise csv.Error("the row has another number of cells than the head")
            checked = map(_checked, cells) if is_odd else cells
            yield reader.line_num, dict(zip(head, checked, strict=True))
    except csv.Error as error:
        line = max(reader.line_num, 1)
        raise InputError([Problem(str(path), line, 1, f"not a CSV table: {error}")]) from None


def _decoded(data: bytes, path: Path) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise InputError([Problem(str(path), line, 1, f"not a CSV table: {error}")]) from None


def _checked(cell: str) -> str:
    """Return a cell that is safe to show; -0 as 0."""
    if _SIGNED.fullmatch(cell):
        return cell if float(cell) else "0"
    try:
        check_text(cell, "a cell")
    except ValueError as error:
        raise csv.Error(str(error)) from None
    return cell


def _float(text: str, least: float = 0.0) -> float | None:
    """Read a finite number that is not below ``least``; an empty cell is unknown."""
    if not text:
        return None
    number = float(text)
    if not (math.isfinite(number) and number >= least):
        raise ValueError(f"`{text}` is not a number of {least:g} or more")
    return number


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


_GRID_HEAD = "zone,name,year,basis,intensity_g_per_kwh,low,high,source,confidence,note"
_OTHER_TABLES = ("factors-other.csv", "mixes.csv", "sources.csv")
BASES = ("life-cycle", "direct")


def zones(folders: Iterable[Path]) -> dict[str, Zone]:
    """Return every zone; one in an earlier folder hides it in later ones.

    Rows are checked when their zone is asked for.
    """
    found: dict[str, Zone] = {}
    for folder in folders:
        here: dict[str, Zone] = {}
        for path in sorted((folder / "grids").glob("*.csv")):
            if not _is_grid_table(path):
                continue
            for line, row in rows(path):
                zone = here.setdefault(row["zone"], Zone(row["zone"], row["name"], []))
                zone.cells.append((path, line, row))
        for name, zone in here.items():
            found.setdefault(name, zone)
    return found


def _is_grid_table(path: Path) -> bool:
    """Whether a table is one of grid rows; some others stand in the same folder.

    Raises
    ------
    InputError
        For a table that is neither.
    """
    if path.name in _OTHER_TABLES:
        return False
    head = read_input(path).partition(b"\n")[0].removeprefix(b"\xef\xbb\xbf").strip()
    if head == _GRID_HEAD.encode():
        return True
    said = f"the head of a table of grids is {_GRID_HEAD}"
    raise InputError([Problem(str(path), 1, 1, said)])


def _grid_row(row: dict[str, str], path: Path, line: int) -> GridRow:
    try:
        if row["basis"] not in BASES:
            raise ValueError(f"basis `{row['basis']}` is not one of {', '.join(BASES)}")
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
                lacks = isinstance(error, KeyError)
                said = f"the column `{error.args[0]}` is missing" if lacks else str(error)
                problem = Problem(str(path), line, 1, f"not a cloud region: {said}")
                raise InputError([problem]) from None
            found.setdefault(region.region, region)
    return found


def _region(row: dict[str, str]) -> Region:
    intensity = _float(row["intensity_g_per_kwh"])
    if intensity is not None and not (row["intensity_year"] and row["intensity_basis"] in BASES):
        raise ValueError(f"an intensity needs intensity_year, and {' or '.join(BASES)} as basis")
    return Region(
        row["region"],
        row["name"],
        row["grid"],
        None if intensity is None else intensity / 1000,
        _int(row["intensity_year"]),
        row["intensity_basis"],
        row["intensity_source"],
        _float(row["pue"], 1.0),
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

    intensity: Number
    source: str


def generation(folders: Iterable[Path]) -> dict[str, dict[str, Plant]]:
    """Return the plants by kind and basis; the first row of each is the default."""
    found: dict[str, dict[str, Plant]] = {}
    for folder in folders:
        for _, row in rows(folder / "grids" / "sources.csv"):
            if row["intensity_g_per_kwh"]:
                plant = Plant(_intensity(row), row["source"])
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


class Everyday(NamedTuple):
    """An everyday thing to compare an account with: kgCO2e of one unit of it."""

    item: str
    unit: str
    kgco2e: float
    source: str


_EVERYDAY_UNITS = {
    "carbon_per_distance": "km",
    "carbon_per_trip": "trips",
    "carbon_per_year": "years",
    "carbon_per_use": "times",
}


def everyday(folders: Iterable[Path]) -> list[Everyday]:
    """Return the everyday things of equivalences.csv that are counted by unit."""
    found: dict[str, Everyday] = {}
    for folder in folders:
        for _, row in rows(folder / "equivalences.csv"):
            unit = _EVERYDAY_UNITS.get(row["metric"])
            value = _float(row["value"])
            if unit and value:
                thing = Everyday(row["item"], unit, value, row["source"])
                found.setdefault(f"{row['item']} {row['metric']}", thing)
    return list(found.values())
