"""Ember's yearly data, as in owid-energy-data.csv of Our World in Data."""

from __future__ import annotations

from pathlib import Path

from tests.update_grids.places import Places
from tests.update_grids.tables import FIRST_YEAR, Reading, Refused, Row, grid_row, lines, mix_row

FILE = "owid-energy-data.csv"
_SHARES = {
    "coal": "coal_share_elec", "gas": "gas_share_elec", "oil": "oil_share_elec",
    "nuclear": "nuclear_share_elec", "hydro": "hydro_share_elec", "wind": "wind_share_elec",
    "solar": "solar_share_elec", "bioenergy": "biofuel_share_elec",
    "geothermal": "other_renewables_share_elec_exc_biofuel",
}  # fmt: skip
_BOTH = "other_renewables_share_elec"  # bioenergy and the rest, where they are not told apart
_NOTE = "geothermal holds Ember's other renewables (geothermal, tidal, wave)"
_NOTE_BOTH = "bioenergy holds Ember's other renewables (bioenergy, geothermal, tidal, wave)"


def read(path: Path, places: Places, source: str) -> Reading:
    """Return life-cycle figures and mixes of countries."""
    reading = Reading([], [], [], [])
    has_mixes = True
    for line, raw in lines(path):
        missing = [column for column in _SHARES.values() if column not in raw]
        if missing and has_mixes:
            said = f"no column {', '.join(missing)}: no mixes are read"
            reading.refused.append(Refused(path, 1, said))
            has_mixes = False
        if int(raw["year"]) < FIRST_YEAR or not _has_figures(raw):
            continue
        zone = places.by_code(raw.get("iso_code", ""), raw["country"])
        if zone is None:
            if raw.get("iso_code") and raw["country"] not in reading.unknown:
                reading.unknown.append(raw["country"])
            continue
        place = {"zone": zone, "name": places.names[zone]}
        _take_figure(reading, raw, place, source)
        if has_mixes:
            _take_mix(reading, (path, line), raw, zone, source)
    return reading


def _has_figures(raw: Row) -> bool:
    return any(raw.get(column) for column in ("carbon_intensity_elec", *_SHARES.values()))


def _take_figure(reading: Reading, raw: Row, place: Row, source: str) -> None:
    if raw.get("carbon_intensity_elec"):
        row = grid_row(
            place["zone"], place["name"], int(raw["year"]), "life-cycle",
            float(raw["carbon_intensity_elec"]), source=source, confidence="high",
        )  # fmt: skip
        reading.grid.append(row)


def _take_mix(reading: Reading, where: tuple[Path, int], raw: Row, zone: str, source: str) -> None:
    shares = _shares(raw)
    if not sum(shares.values()):
        return
    note = _NOTE_BOTH if _is_undivided(raw) else _NOTE if shares["geothermal"] else ""
    mix = mix_row(
        zone, int(raw["year"]), shares, whole="100", source=source, confidence="medium", note=note
    )
    if isinstance(mix, str):
        reading.refused.append(Refused(*where, mix))
    else:
        reading.mixes.append(mix)


def _is_undivided(raw: Row) -> bool:
    return not raw.get(_SHARES["bioenergy"]) and bool(raw.get(_BOTH))


def _shares(raw: Row) -> dict[str, float]:
    shares = {fuel: float(raw.get(column) or 0) for fuel, column in _SHARES.items()}
    if _is_undivided(raw):
        shares.update(bioenergy=float(raw[_BOTH]), geothermal=0.0)
    return shares
