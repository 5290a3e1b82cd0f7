"""The EEA's export, Electricity Maps' yearly files, and notices typed into a CSV file."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from pathlib import Path

from tests.update_grids.places import Places
from tests.update_grids.tables import (
    FIRST_YEAR,
    GRID_HEAD,
    Reading,
    Refused,
    Row,
    grid_row,
    lines,
    number,
)  # fmt: skip

EEA = "eea-intensity.csv"
NOTICES = "official.csv"
EMAPS = "yearly_*.json"
_YEAR = ("date:number", "date:year", "year", "date", "time")
_COUNTRY = ("ugeo:text", "member state:text", "country", "country code", "geo", "member state")
_VALUE = (
    "obsvalue:number", "emission intensity:number", "obsvalue", "obs_value", "value",
    "ghg emission intensity", "gco2e/kwh",
)  # fmt: skip
# g/kWh of a life-cycle figure that are no stack emissions, for carbon-free power and for the rest:
# best, and those for the lower and the upper end of direct.
_UPSTREAM = {"best": (25, 95), "low": (60, 135), "high": (10, 45)}


def eea(path: Path, places: Places, source: str) -> Reading:
    """Return direct factors of the members of the EU, all of one edition."""
    reading = Reading([], [], [], [])
    for _, raw in lines(path):
        cells = {key.strip().lower(): cell.strip() for key, cell in raw.items()}
        year, country, value = (_first(cells, names) for names in (_YEAR, _COUNTRY, _VALUE))
        if year is None or country is None or value is None:
            said = f"no column of {', '.join((_YEAR[0], _COUNTRY[0], _VALUE[0]))} or alike"
            return reading._replace(refused=[Refused(path, 1, said)])
        zone = places.by_name("GR" if country == "EL" else country)
        if zone is None:
            if country not in reading.unknown:
                reading.unknown.append(country)
        elif value and int(year[:4]) >= FIRST_YEAR:
            reading.grid.append(_eea_row(zone, places, int(year[:4]), value, source))
    return reading


def _eea_row(zone: str, places: Places, year: int, value: str, source: str) -> Row:
    return grid_row(
        zone, places.names[zone], year, "direct", float(value),
        source=source, confidence="high", note="CO2e",
    )  # fmt: skip


def _first(cells: Row, names: Iterable[str]) -> str | None:
    return next((cells[name] for name in names if name in cells), None)


def electricity_maps(path: Path, places: Places, source: str) -> Reading:
    """Return both bases of a yearly file, with imports counted: for odbl/ only."""
    match = re.search(r"(\d{4})", path.stem)
    reading = Reading([], [], [], [])
    if match is None:
        return reading._replace(refused=[Refused(path, 1, "no year in the name of the file")])
    for zone, known in json.loads(path.read_text(encoding="utf-8")).items():
        life_cycle = known["carbonIntensity"].get("value")
        free = known["carbonFreeEnergy"].get("value")
        if zone not in places.names:
            reading.unknown.append(zone)
        elif life_cycle is not None and free is not None:
            place = (zone, places.names[zone], int(match[1]))
            reading.grid.extend(_both(place, float(life_cycle), float(free), source))
    return reading


def _both(
    place: tuple[str, str, int], life_cycle: float, free: float, source: str
) -> tuple[Row, Row]:
    direct = {
        end: max(0.0, life_cycle - a * free / 100 - b * (1 - free / 100))
        for end, (a, b) in _UPSTREAM.items()
    }
    if free >= 100:
        direct["best"] = 0.0
    note = f"imports counted; from the life-cycle figure at {number(free, 2)} % carbon-free"
    rows = (
        grid_row(*place, "life-cycle", life_cycle, note="imports counted"),
        grid_row(
            *place, "direct", round(direct["best"]), low=number(direct["low"], 0),
            high=number(direct["high"], 0), status="derived", note=note,
        ),
    )  # fmt: skip
    for row in rows:
        row.update(based_on="consumption", source=source, confidence="medium")
    return rows


def notices(path: Path, places: Places) -> Reading:
    """Return rows that are in the form of hardware_db already, checked."""
    reading = Reading([], [], [], [])
    for line, raw in lines(path):
        if tuple(raw) != GRID_HEAD:
            said = f"the head is {','.join(GRID_HEAD)}"
            return reading._replace(refused=[Refused(path, 1, said)])
        if raw["zone"] not in places.names:
            reading.unknown.append(raw["zone"])
            continue
        fault = _fault(raw)
        if fault:
            reading.refused.append(Refused(path, line, fault))
        else:
            reading.grid.append({**raw, "name": places.names[raw["zone"]]})
    return reading


def _fault(row: Row) -> str:
    if row["basis"] not in ("life-cycle", "direct"):
        return f"basis `{row['basis']}` is not life-cycle or direct"
    if row["based_on"] not in ("", "production", "consumption"):
        return f"based_on `{row['based_on']}` is not production or consumption"
    if row["status"] not in ("", "published", "anchored"):
        return f"status `{row['status']}` is not published or anchored"
    if not row["source"]:
        return "no source"
    try:
        ends = [float(row[column] or row["intensity_g_per_kwh"]) for column in ("low", "high")]
        figure, _ = float(row["intensity_g_per_kwh"]), int(row["year"])
    except ValueError:
        return "year, intensity_g_per_kwh, low or high is not a number"
    return "" if 0 <= ends[0] <= figure <= ends[1] else "low, figure and high are not in order"
