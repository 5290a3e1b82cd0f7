"""Right values of flexible load, tests/oracles/site, and the policy as plain loops."""

import csv
import gzip
from functools import cache
from typing import NamedTuple

import numpy as np
import pytest

from carbonctl.site.backlog import FlexibleDemand, Tier
from carbonctl.site.battery import Battery, run
from tests.conftest import ROOT

FOLDER = ROOT / "tests" / "oracles" / "site"
HOURLY = ROOT / "hardware_db" / "hourly" / "eia930"
IPCC2014 = {
    "wind": 11, "solar": 41, "hydro": 24, "oil": 650, "gas": 490, "coal": 820, "nuclear": 12,
    "other": 230,
}  # fmt: skip


class Case(NamedTuple):
    flexible: FlexibleDemand
    generation_mw: np.ndarray
    intensity: np.ndarray
    capacity_mw: float
    battery: Battery

    @property
    def demand_mw(self) -> np.ndarray:
        return self.flexible.demand_mw


def rows(name: str) -> list[dict[str, str]]:
    """Return the rows of a file of right values."""
    with (FOLDER / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def name_of(row: dict[str, str]) -> str:
    return row["case"]


@cache
def columns(name: str) -> dict[str, np.ndarray]:
    table = rows(f"inputs/{name}")
    kept = [column for column in table[0] if column not in ("timestamp_utc", "hour")]
    return {column: np.array([float(row[column]) for row in table]) for column in kept}


def case_of(row: dict[str, str]) -> Case:
    """Return the series and the tiers of a row of right values."""
    series = columns(row.get("input", "input_week"))
    intensity = series["grid_g_per_kwh" if "grid_g_per_kwh" in series else "grid_ci_g_per_kwh"]
    fixed = row["demand"] != "profile"
    demand = np.full(len(intensity), float(row["demand"])) if fixed else series["demand_mw"]
    if "generation_mw" in series:
        generation = series["generation_mw"]
    else:
        solar, wind = float(row["solar_mw"]), float(row["wind_mw"])
        generation = np.round(series["solar_pu"] * solar + series["wind_pu"] * wind, 6)
    flexible = FlexibleDemand(demand, tiers_of(row), 1.0)
    return Case(flexible, generation, intensity, float(row["capacity_mw"]), battery_of(row))


def tiers_of(row: dict[str, str]) -> tuple[Tier, ...]:
    if "tiers" in row:
        pairs = [text.removesuffix("h").split("@") for text in row["tiers"].split(";")]
        return tuple(Tier(float(share), "defer", float(hours)) for share, hours in pairs)
    kind, hours = row.get("flexibility", "window"), row.get("window_h", "24")
    return (Tier(float(row["flex_pct"]) / 100, kind, float(hours)),)


def battery_of(row: dict[str, str]) -> Battery:
    if "battery_mwh" not in row:
        return Battery(0.0, 0.0, 0.0)
    power = float(row["power_mw"])
    efficiencies = (float(row["eff_charge"]), float(row["eff_discharge"]))
    return Battery(float(row["battery_mwh"]), power, power, *efficiencies)


def year(row: dict[str, str]) -> Case:
    """Return a packaged year by the rules of the right values: IPCC 2014 factors, peak scale."""
    authority = row["input"].removeprefix("eia930_2022_").removesuffix(".csv")
    file = HOURLY / f"{authority}-2022.csv.gz"
    if not file.is_file():
        pytest.skip("the hourly series are not packaged yet")
    return year_case(row, mix_of(file))


def mix_of(file) -> dict[str, np.ndarray]:
    lines = [line.split(",") for line in gzip.decompress(file.read_bytes()).decode().splitlines()]
    powers = [line for line in lines if line[0] not in ("start", "step_s")]
    return {line[0].removesuffix("_mw"): np.array(line[1:], float) for line in powers}


def year_case(row: dict[str, str], mix: dict[str, np.ndarray]) -> Case:
    total = sum(mix.values())
    intensity = sum(power * IPCC2014[kind] for kind, power in mix.items()) / total
    generation = sum(
        mix[kind] / mix[kind].max() * float(row[f"{kind}_mw"]) for kind in ("solar", "wind")
    )
    demand = np.full(len(total), float(row["demand_mw"]))
    tier = Tier(float(row["flex_pct"]) / 100, "defer", float(row["defer_h"]))
    flexible = FlexibleDemand(demand, (tier,), 1.0)
    return Case(flexible, generation, intensity, float(row["capacity_mw"]), battery_of(row))


def random_case(seed: int, kinds: tuple[str, ...] = ("defer",)) -> Case:
    """Return invented series with one to three tiers and a battery."""
    rng = np.random.default_rng(seed)
    count = int(rng.integers(24, 100))
    demand = rng.uniform(5, 20, count) if rng.random() < 0.7 else np.full(count, 20.0)
    daylight = np.maximum(0, 50 * np.sin(np.arange(count) / 24 * 2 * np.pi))
    gusts = rng.uniform(0, 60, count) * (rng.random(count) < 0.5)
    generation = daylight if rng.random() < 0.5 else gusts
    shares = rng.dirichlet(np.ones(rng.integers(2, 5)))[:-1]
    tiers = tuple(
        Tier(float(share), str(rng.choice(kinds)), float(rng.integers(1, 13))) for share in shares
    )
    capacity = float(demand.max() * rng.uniform(1, 1.8))
    battery = Battery(rng.uniform(0, 200), rng.uniform(1, 40), rng.uniform(1, 40), 0.95, 0.9, 0.001)
    intensity = rng.uniform(50, 600, count)
    return Case(FlexibleDemand(demand, tiers, 1.0), generation, intensity, capacity, battery)


def grid_with(battery: Battery, load, generation) -> np.ndarray:
    """Return what the grid delivers in each step beside a battery, of a cyclic period [MW]."""
    return run(battery, load, generation).grid_mw


class Delivered(NamedTuple):
    """What the grid delivers."""

    unmet_mwh: float
    import_kg: float


class TwoByTwo(NamedTuple):
    neither: Delivered
    battery: Delivered
    shifting: Delivered
    both: Delivered


def two_by_two(case: Case, shifted_mw) -> TwoByTwo:
    """Return what the grid delivers with and without the battery, and with and without shifting."""
    grids = [
        grid_with(battery, load, case.generation_mw)
        for load in (case.demand_mw, shifted_mw)
        for battery in (Battery(0.0, 0.0, 0.0), case.battery)
    ]
    return TwoByTwo(*(Delivered(float(grid.sum()), float(grid @ case.intensity)) for grid in grids))


def loop_policy(flexible: FlexibleDemand, generation, capacity_mw, cyclic=False) -> np.ndarray:
    """Return the load of the policy by the words of the page; it begins with nothing waiting.

    A queue by deadline, earliest first; at least ``max_k (due within k − k·(capacity −
    (1−f)·peak) + Σ_i s_i·peak·max(0, k − W_i))`` runs. Where cyclic, the data are gone through
    until that changes nothing, and as much runs as arrives.
    """
    demand = flexible.demand_mw
    count = len(demand)
    tiers = [(round(tier.hours / flexible.step_h), tier.share) for tier in flexible.tiers]
    share, peak = sum(share for _, share in tiers), demand.max()
    spare = capacity_mw - (1 - share) * peak
    queue: dict[int, float] = {}
    load = np.zeros(count)
    for number in range(3000 if cyclic else 1):
        before = load.copy()
        for step in range(count):
            now = number * count + step
            for steps, part in tiers:
                queue[now + steps] = queue.get(now + steps, 0.0) + part * demand[step]
            must = 0.0
            for k in range(max(steps for steps, _ in tiers) + 1):
                due = sum(amount for deadline, amount in queue.items() if deadline <= now + k)
                coming = sum(part * peak * max(0, k - steps) for steps, part in tiers)
                must = max(must, due - k * spare + coming)
            firm = (1 - share) * demand[step]
            room = min(generation[step] - firm, sum(queue.values()), capacity_mw - firm)
            load[step] = firm + max(must, 0.0, room)
            runs = load[step] - firm
            for deadline in sorted(queue):
                part = min(queue[deadline], runs)
                queue[deadline] -= part
                runs -= part
            queue = {deadline: amount for deadline, amount in queue.items() if deadline > now}
        if np.abs(load - before).max() <= 1e-12 and abs(load.sum() - demand.sum()) <= 1e-9:
            break
    return load
