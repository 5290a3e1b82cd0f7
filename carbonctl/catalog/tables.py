"""The CSV tables of hardware_db: grids and cloud regions.

A faulty row raises InputError with its line.
"""

from __future__ import annotations

import csv
import io
import math
import os
import re
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias, TypeVar

from carbonctl.errors import InputError, Problem
from carbonctl.numbers.intervals import Number, Range
from carbonctl.spec.files import read_input
from carbonctl.text import check_text

K = TypeVar("K")
T = TypeVar("T")
Row: TypeAlias = dict[str, str]
Cell: TypeAlias = tuple[Path, int, Row]  # a row with where it stands
_SIGNED = re.compile(r"[+-](?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
# What may begin a cell that is a formula, or a command of a workflow.
_ODD = re.compile(r'[\n,"]\s*(?:[=+@-]|::)|##\[')


_PROVIDERS = {"aws": "aws", "azure": "azure", "gcp": "google"}  # what a region's name begins with


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

    @property
    def said(self) -> str:
        """What notes say of the figure."""
        return f"{self.label}, {self.basis}, {self.year}"

    @property
    def identity(self) -> str:
        """What is the same for two of them that are the same figure."""
        return f"{self.zone}:{self.basis}:{self.year}"

    @property
    def rows(self) -> tuple[GridRow, ...]:
        """The rows that it stands for: itself."""
        return (self,)


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
    def provider(self) -> str:
        """Whose region it is: aws, azure or google; other for the rest."""
        return _PROVIDERS.get(self.region.partition("/")[0], "other")

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


def rows(path: Path) -> Iterator[tuple[int, Row]]:
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


def read(path: Path, make: Callable[[Row], T], what: str = "") -> Iterator[T]:
    """Yield what a function makes of each row of a table; ``what`` begins the faults of others.

    Raises
    ------
    InputError
        With the line of a row that lacks a column, or of which it raises ValueError.
    """
    for line, row in rows(path):
        yield made((path, line, row), make, what)


def made(cell: Cell, make: Callable[[Row], T], what: str = "") -> T:
    """Return what a function makes of one row."""
    path, line, row = cell
    try:
        return make(row)
    except KeyError as error:
        said = f"the column `{error.args[0]}` is missing"
    except ValueError as error:
        said = str(error)
    raise InputError([Problem(str(path), line, 1, f"{what}{said}")])


def first(
    folders: Iterable[Path], name: str, make: Callable[[Row], tuple[K, T | None]], what: str = ""
) -> dict[K, T]:
    """Return what a function makes of the rows of a table in some folders, by its key.

    The first of each key holds; None is left out.
    """
    by_key: dict[K, T] = {}
    for folder in folders:
        for key, value in read(folder / name, make, what):
            if value is not None:
                by_key.setdefault(key, value)
    return by_key


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


def _intensity(row: Row) -> Number:
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
    cells: list[Cell]

    def rows(self) -> list[GridRow]:
        """Return the rows, checked.

        Raises
        ------
        InputError
            For a row that is not a number where it should be.
        """
        return [made(cell, _grid_row, "not a grid row: ") for cell in self.cells]


_GRID_HEAD = "zone,name,year,basis,intensity_g_per_kwh,low,high,source,confidence,note"
_OTHER_TABLES = ("factors-other.csv", "mixes.csv", "sources.csv")
BASES = ("life-cycle", "direct")


def zones(folders: Iterable[Path]) -> dict[str, Zone]:
    """Return every zone; one in an earlier folder hides it in later ones.

    Rows are checked when their zone is asked for.
    """
    by_name: dict[str, Zone] = {}
    for folder in folders:
        here: dict[str, Zone] = {}
        for path in sorted((folder / "grids").glob("*.csv")):
            if not _is_grid_table(path):
                continue
            for line, row in rows(path):
                zone = here.setdefault(row["zone"], Zone(row["zone"], row["name"], []))
                zone.cells.append((path, line, row))
        for name, zone in here.items():
            by_name.setdefault(name, zone)
    return by_name


def _is_grid_table(path: Path) -> bool:
    """Whether a table is one of grid rows; some others stand in the same folder.

    Raises InputError for a table that is neither.
    """
    if path.name in _OTHER_TABLES:
        return False
    head = read_input(path).partition(b"\n")[0].removeprefix(b"\xef\xbb\xbf").strip()
    if head == _GRID_HEAD.encode():
        return True
    said = f"the head of a table of grids is {_GRID_HEAD}"
    raise InputError([Problem(str(path), 1, 1, said)])


def _grid_row(row: Row) -> GridRow:
    if row["basis"] not in BASES:
        raise ValueError(f"basis `{row['basis']}` is not one of {', '.join(BASES)}")
    known: dict[str, Any] = {**row, "year": int(row["year"]), "intensity": _intensity(row)}
    return GridRow(**{key: known[key] for key in GridRow._fields})


def regions(folders: Iterable[Path]) -> dict[str, Region]:
    """Return every cloud region by its id."""
    return first(folders, "cloud/regions.csv", _region, "not a cloud region: ")


def _region(row: Row) -> tuple[str, Region]:
    intensity = _float(row["intensity_g_per_kwh"])
    if intensity is not None and not (row["intensity_year"] and row["intensity_basis"] in BASES):
        raise ValueError(f"an intensity needs intensity_year, and {' or '.join(BASES)} as basis")
    cells: dict[str, Any] = {"intensity": None if intensity is None else intensity / 1000}
    for key in Region._fields:
        if key not in cells:
            cells[key] = _NUMBERS.get(key, str)(row[key])
    return row["region"], Region(**cells)


_NUMBERS: dict[str, Callable[[str], Any]] = {
    **dict.fromkeys(("intensity_year", "pue_year", "wue_year"), _int),
    "pue": partial(_float, least=1.0),
    "wue_l_per_kwh": _float,
}


class Plant(NamedTuple):
    """Carbon intensity of one kind of plant [kgCO2e/kWh], and its source."""

    intensity: Number
    source: str


def generation(folders: Iterable[Path]) -> dict[str, dict[str, Plant]]:
    """Return the plants by kind and basis; the first row of each is the default."""
    by_kind: dict[str, dict[str, Plant]] = {}
    for (kind, basis), plant in first(folders, "grids/sources.csv", _plant).items():
        by_kind.setdefault(kind, {})[basis] = plant
    return by_kind


def _plant(row: Row) -> tuple[tuple[str, str], Plant | None]:
    is_known = bool(row["intensity_g_per_kwh"])
    plant = Plant(_intensity(row), row["source"]) if is_known else None
    return (row["source_type"], row["basis"]), plant


def zone_water(folders: Iterable[Path]) -> dict[str, tuple[float, str]]:
    """Return the water that generation consumes [L/kWh] and its source, by zone."""
    return first(folders, "grids/factors-other.csv", _water)


def _water(row: Row) -> tuple[str, tuple[float, str] | None]:
    is_water = row["metric"] == "offsite_water_consumption"
    return row["zone"], (float(row["value"]), row["source"]) if is_water else None


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
    return list(first(folders, "equivalences.csv", _thing).values())


def _thing(row: Row) -> tuple[tuple[str, str], Everyday | None]:
    unit, value = _EVERYDAY_UNITS.get(row["metric"]), _float(row["value"])
    thing = Everyday(row["item"], unit, value, row["source"]) if unit and value else None
    return (row["item"], row["metric"]), thing
