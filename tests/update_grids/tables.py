"""Tables of hardware_db as rows of text: read, written and compared by key."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple, TypeAlias

Row: TypeAlias = dict[str, str]
Key: TypeAlias = tuple[str, ...]

GRID_HEAD = (
    "zone", "name", "year", "basis", "intensity_g_per_kwh", "low", "high", "status", "based_on",
    "source", "confidence", "note",
)  # fmt: skip
FUELS = (
    "coal", "gas", "oil", "other_fossil", "nuclear", "hydro", "wind", "solar", "bioenergy",
    "geothermal", "other",
)  # fmt: skip
MIX_HEAD = ("zone", "year", *FUELS, "source", "confidence", "note")
GRID_TABLES = (
    "grids/countries.csv", "grids/us-egrid.csv", "grids/canada.csv", "grids/official.csv",
)  # fmt: skip
ODBL = "odbl/consumption.csv"
MIXES = "grids/mixes.csv"
FIRST_YEAR = 2020  # of the data


class Refused(NamedTuple):
    """A row that was not taken: where it stands, and why."""

    path: Path
    line: int
    reason: str

    def __str__(self) -> str:
        """Return it as an editor reads it."""
        return f"{self.path}:{self.line}: {self.reason}"


class Reading(NamedTuple):
    """What a raw file gives."""

    grid: list[Row]  # grid rows
    mixes: list[Row]
    refused: list[Refused]
    unknown: list[str]  # places that are no zone of grids/zones.csv


def lines(path: Path) -> Iterator[tuple[int, Row]]:
    """Yield (line, row) of a CSV file."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file, strict=True)
        for row in reader:
            yield reader.line_num, {key: (cell or "") for key, cell in row.items() if key}


def rows(path: Path) -> list[Row]:
    """Return the rows of a CSV file; none where it is not there."""
    return [row for _, row in lines(path)] if path.exists() else []


def write(path: Path, head: Iterable[str], content: Iterable[Row]) -> None:
    """Write a table with the ends of lines that the tables have."""
    head = list(head)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(head)
        writer.writerows([row.get(column, "") for column in head] for row in content)


def number(value: float, digits: int = 5) -> str:
    """Return a number without trailing zeros."""
    return f"{value:.{digits}f}".rstrip("0").rstrip(".") if digits else f"{value:.0f}"


def grid_key(row: Row) -> Key:
    """Return what two rows of one figure have in common."""
    return row["zone"], row["year"], row["basis"], row.get("based_on") or "production"


def mix_key(row: Row) -> Key:
    """Return what two mixes of one zone and year have in common."""
    return row["zone"], row["year"]


def grid_row(zone: str, name: str, year: int, basis: str, g_per_kwh: float, **others: str) -> Row:
    """Return a grid row; what is not given is empty."""
    row = dict.fromkeys(GRID_HEAD, "")
    row.update(zone=zone, name=name, year=str(year), basis=basis)
    row["intensity_g_per_kwh"] = number(g_per_kwh, 2)
    row.update(others)
    return row


def mix_row(zone: str, year: int, shares: dict[str, float], **others: str) -> Row | str:
    """Return a mix whose shares are scaled to one, or why it is none.

    Parameters
    ----------
    shares : dict of str to float
        Shares by fuel, in any one unit: their sum has to be within 1 % of ``whole``.
    others : str
        Source, confidence and note; ``whole`` is what the shares should sum to (1 by default).
    """
    whole = float(others.pop("whole", "1"))
    total = sum(shares.values())
    if min(shares.values()) < 0 or abs(total / whole - 1) > 0.01:
        return f"the shares of {zone} in {year} sum to {number(total / whole, 4)}, not to 1"
    parts = {fuel: number(shares.get(fuel, 0) / total) for fuel in FUELS}
    return {"zone": zone, "year": str(year), **parts, **others}
