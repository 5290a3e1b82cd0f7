"""EIA's emissions and generation of US states, scaled to eGRID."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from tests.update_grids.places import Places
from tests.update_grids.tables import (
    FIRST_YEAR,
    Reading,
    Refused,
    Row,
    grid_key,
    grid_row,
    lines,
    mix_row,
    number,
)  # fmt: skip

EMISSIONS = ("emission_annual.xlsx", "emission_annual.csv")
GENERATION = ("annual_generation_state.xlsx", "annual_generation_state.csv")
_ALL = "total electric power industry"
_FUELS = {
    "coal": "coal", "natural gas": "gas", "petroleum": "oil", "other gases": "other_fossil",
    "nuclear": "nuclear", "hydroelectric conventional": "hydro", "wind": "wind",
    "solar thermal and photovoltaic": "solar", "wood and wood derived fuels": "bioenergy",
    "other biomass": "bioenergy", "geothermal": "geothermal", "other": "other",
}  # fmt: skip  # pumped storage is left out: it gives back what it took
_MIX_NOTE = "net of pumped storage; utility-scale plants only, rooftop solar not counted"
_NOTE = "CO2; EIA's rate of the year times eGRID{year} over EIA {year}"


class Band(NamedTuple):
    """Half the width of the range of an anchored figure: a share, or g/kWh."""

    relative: float
    absolute: float

    def half(self, g_per_kwh: float) -> float:
        """Return the larger of the two; less in g/kWh where the figure itself is smaller."""
        return max(self.relative * g_per_kwh, min(self.absolute, max(g_per_kwh, self.absolute / 2)))


class _Cell(NamedTuple):
    line: int
    year: int
    state: str
    fuel: str
    value: float


def _cells(path: Path) -> Iterator[_Cell]:
    """Yield the totals of the industry: year, state, source of energy, value."""
    table = _sheet(path) if path.suffix == ".xlsx" else _csv(path)
    for line, cells in table:
        year, state, producer, fuel, value = cells[:5]
        if producer.strip().lower() == _ALL and value and int(year) >= FIRST_YEAR:
            yield _Cell(line, int(year), state.strip().upper(), fuel.strip().lower(), float(value))


def _csv(path: Path) -> Iterator[tuple[int, list[str]]]:
    for line, row in lines(path):
        yield line, list(row.values())


def _sheet(path: Path) -> Iterator[tuple[int, list[str]]]:
    try:
        from openpyxl import load_workbook  # type: ignore[import-untyped,unused-ignore]
    except ImportError:
        raise SystemExit(
            f"{path}: reading .xlsx needs openpyxl: pip install openpyxl, "
            f"or save its first sheet as {path.stem}.csv"
        ) from None
    sheet = load_workbook(path, read_only=True).worksheets[0]
    for line, row in enumerate(sheet.iter_rows(min_row=2, values_only=True), 2):
        yield line, ["" if cell is None else str(cell) for cell in row]


def mixes(path: Path, places: Places, source: str) -> Reading:
    """Return the mixes of the states."""
    by_state: dict[tuple[str, int], dict[str, float]] = {}
    first_line: dict[tuple[str, int], int] = {}
    for cell in _cells(path):
        fuel = _FUELS.get(cell.fuel)
        if fuel:
            key = (cell.state, cell.year)
            first_line.setdefault(key, cell.line)
            shares = by_state.setdefault(key, {})
            shares[fuel] = shares.get(fuel, 0.0) + cell.value
    reading = Reading([], [], [], [])
    for (state, year), shares in by_state.items():
        if f"US-{state}" not in places.names:
            continue  # the US total
        kept = {fuel: max(0.0, value) for fuel, value in shares.items()}
        mix = mix_row(
            f"US-{state}", year, kept, whole=str(sum(kept.values()) or 1), source=source,
            confidence="medium", note=_MIX_NOTE,
        )  # fmt: skip
        if isinstance(mix, str):
            reading.refused.append(Refused(path, first_line[state, year], mix))
        else:
            reading.mixes.append(mix)
    return reading


def rates(emissions: Path, generation: Path) -> dict[tuple[str, int], float]:
    """Return EIA's CO2 over generation [g/kWh] by zone and year; the heat is not taken out."""
    tonnes = _totals(emissions, "all sources")
    mwh = _totals(generation, "total")
    return {key: 1000 * tonnes[key] / mwh[key] for key in tonnes if mwh.get(key, 0) > 0}


def _totals(path: Path, fuel: str) -> dict[tuple[str, int], float]:
    return {(f"US-{c.state}", c.year): c.value for c in _cells(path) if c.fuel == fuel}


def anchored(
    by_year: dict[tuple[str, int], float],
    published: list[Row],
    places: Places,
    source: str,
    band: Band,
) -> Reading:
    """Return direct factors of the years without a published one, scaled to the nearest that is.

    Parameters
    ----------
    by_year : dict
        EIA's rates [g/kWh] by zone and year.
    published : list of rows
        Published direct factors of the states (eGRID), the anchors.
    """
    anchors: dict[str, dict[int, Row]] = {}
    for row in published:
        key = (row["zone"], int(row["year"]))
        if key in by_year and not row["status"] and grid_key(row)[2:] == ("direct", "production"):
            anchors.setdefault(row["zone"], {})[key[1]] = row
    reading = Reading([], [], [], [])
    for (zone, year), rate in by_year.items():
        own = anchors.get(zone)
        if own and year not in own:
            base = min(own, key=lambda other: (abs(other - year), other))
            ratio = float(own[base]["intensity_g_per_kwh"]) / by_year[zone, base]
            figure = round(rate * ratio, 1)
            half = band.half(figure)
            reading.grid.append(
                grid_row(
                    zone, places.names[zone], year, "direct", figure,
                    low=number(max(0.0, figure - half), 1), high=number(figure + half, 1),
                    status="anchored", source=f"{source} {own[base]['source']}",
                    confidence="medium", note=_NOTE.format(year=base),
                )
            )  # fmt: skip
    return reading
