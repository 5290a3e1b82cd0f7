"""EPA's eGRID by subregion, as in subregion.json of the Power Profiler."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.update_grids.places import Places
from tests.update_grids.tables import Reading, Refused, grid_row, mix_row, number

FILE = "subregion.json"
G_PER_KWH = 0.45359237  # of one lb/MWh
_FUELS = {
    "coal": "coal", "gas": "gas", "oil": "oil", "otherFossilFuel": "other_fossil",
    "nuclear": "nuclear", "hydro": "hydro", "wind": "wind", "solar": "solar",
    "biomass": "bioenergy", "geothermal": "geothermal", "otherUnknownFuel": "other",
}  # fmt: skip


def read(path: Path, places: Places, source: str) -> Reading:
    """Return direct factors and mixes of the subregions, and the factor of the US."""
    reading = Reading([], [], [], [])
    for feature in json.loads(path.read_text(encoding="utf-8"))["features"]:
        known = feature["properties"]
        if known.get("type") not in ("subregion", "national"):
            continue
        zone = "US" if known["type"] == "national" else f"US-{known['name']}"
        if zone in places.names:
            _take(reading, path, known, {"zone": zone, "name": places.names[zone]}, source)
        else:
            reading.unknown.append(zone)
    return reading


def _take(
    reading: Reading, path: Path, known: dict[str, Any], place: dict[str, str], source: str
) -> None:
    year, zone = int(known["dataYear"]), place["zone"]
    rates = known["emissionFactor"]
    gases = "CO2e" if "co2eEmissionRate" in rates else "CO2"
    rate = float(rates[f"{gases.replace('O2', 'o2').replace('C', 'c', 1)}EmissionRate"]["value"])
    reading.grid.append(
        grid_row(
            zone, place["name"], year, "direct", round(rate * G_PER_KWH, 1), source=source,
            confidence="high", note=f"total output; {number(rate, 1)} lb {gases}/MWh",
        )
    )  # fmt: skip
    if zone == "US":
        return  # Ember has the mix of the country
    shares = {_FUELS[fuel]: float(value) for fuel, value in known["fuelMix"].items()}
    mix = mix_row(
        zone, year, shares, whole="100", source=source, confidence="high",
        note="published to 0.1 %",
    )  # fmt: skip
    if isinstance(mix, str):
        reading.refused.append(Refused(path, 1, mix))
    else:
        reading.mixes.append(mix)
