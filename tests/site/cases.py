"""Cases of sites: rows of oracles, and the series that they name."""

import csv
from functools import cache
from typing import NamedTuple

import numpy as np

from carbonctl.site.battery import Battery
from tests.conftest import ROOT

ORACLES = ROOT / "tests" / "oracles"


class Site(NamedTuple):
    """Series of a case; generation is by kind of plant, before losses."""

    demand_mw: np.ndarray
    solar_mw: np.ndarray
    wind_mw: np.ndarray
    generation_mw: np.ndarray
    g_per_kwh: np.ndarray
    cfe_share: np.ndarray | None


def rows(name: str) -> list[dict[str, str]]:
    with (ORACLES / name).open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def by_case(name: str) -> dict[str, dict[str, str]]:
    return {row["case"]: row for row in rows(f"site/{name}.csv")}


@cache
def columns(name: str) -> dict[str, np.ndarray]:
    folder = "carbonexplorer" if name == "input_week" else "site/inputs"
    table = rows(f"{folder}/{name}.csv")
    kept = [column for column in table[0] if column not in ("timestamp_utc", "hour")]
    return {column: np.array([float(row[column]) for row in table]) for column in kept}


def site(name: str, solar_mw: float, wind_mw: float, demand: str) -> Site:
    series = columns(name)
    intensity = series.get("grid_g_per_kwh", series.get("grid_ci_g_per_kwh"))
    asked = series["demand_mw"] if demand == "profile" else np.full(len(intensity), float(demand))
    if "generation_mw" in series:  # counts as solar
        solar, wind = series["generation_mw"], np.zeros(len(intensity))
        total = solar
    else:
        solar, wind = series["solar_pu"] * solar_mw, series["wind_pu"] * wind_mw
        total = np.round(solar + wind, 6)
    return Site(asked, solar, wind, total, intensity, series.get("grid_cfe"))


def site_of(row: dict[str, str]) -> Site:
    return site(row["input"], float(row["solar_mw"]), float(row["wind_mw"]), row["demand"])


def battery_of(row: dict[str, str]) -> Battery:
    both = float(row["power_mw"]) if "power_mw" in row else None
    return Battery(
        float(row["battery_mwh"]),
        float(row["charge_mw"]) if both is None else both,
        float(row["discharge_mw"]) if both is None else both,
        float(row["eff_charge"]),
        float(row["eff_discharge"]),
        float(row.get("self_discharge_per_h", 0)),
    )


def random_site(seed: int, steps: int = 60) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return demand, delivered generation [MW] and an intensity [g/kWh]."""
    rng = np.random.default_rng(seed)
    demand = rng.uniform(5, 20, steps)
    delivered = np.maximum(rng.normal(12, 15, steps), 0)
    return demand, delivered, rng.uniform(20, 600, steps)
