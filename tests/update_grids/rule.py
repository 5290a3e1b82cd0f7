"""The rule for direct factors: share times stack factor, its errors, and its fit.

The fit is bounded least squares on rows of production, each weighted by one over the root of its
figure (60 g/kWh at least). Zones that `is_held_out` names are never fitted: they show what the
rule is worth where nobody looked.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from tests.update_grids.tables import Row, mix_key, number, rows

STACK_FUELS = ("coal", "gas", "oil", "other_fossil", "bioenergy", "geothermal", "other")
BOUNDS = {  # g/kWh at the stack that plants can have
    "coal": (760.0, 1100.0), "gas": (340.0, 560.0), "oil": (500.0, 1000.0),
    "other_fossil": (400.0, 1300.0), "bioenergy": (0.0, 60.0), "geothermal": (0.0, 60.0),
    "other": (0.0, 600.0),
}  # fmt: skip
FITTED = ("US", "EU", "rest")
_OWN_COAL = ("CN", "IN")  # the other fuels are as in the rest
_SHALE = "EE"  # its oil is shale, burnt as coal is
_LEAST_G = 60.0
_RELATIVE_FLOOR_G = 20.0


class Published(NamedTuple):
    """A mix beside the published direct factor of its zone and year."""

    zone: str
    year: str
    region: str
    group: str
    is_production: bool
    mix: dict[str, float]
    g_per_kwh: float


class Errors(NamedTuple):
    """Errors of the rule in one group of zones [g/kWh, and shares of the published figure]."""

    group: str
    held_out: bool
    rows: int
    zones: int
    bias: float
    mean: float
    p90: float
    median_relative: float
    p90_relative: float


class Regions:
    """The region of rules.csv that a zone belongs to."""

    def __init__(self, database: Path) -> None:
        table = rows(database / "grids" / "rule-regions.csv")
        self._by_zone = {row["zone"]: row["region"] for row in table}
        zones = rows(database / "grids" / "zones.csv")
        self._kinds = {row["zone"]: row["kind"] for row in zones}

    def of(self, zone: str) -> str:
        """Return US, EU, CN, IN or rest."""
        is_us = zone == "US" or zone.startswith("US-")
        return "US" if is_us else self._by_zone.get(zone, "rest")

    def group(self, zone: str) -> str:
        """Return the group that errors are counted in."""
        kind = self._kinds.get(zone, "")
        if zone.startswith("US-"):
            return "US eGRID" if kind == "eGRID subregion" else "US states"
        if self.of(zone) == "EU":
            return "EU"
        return "provinces of Canada" if zone.startswith("CA-") else "others"


def is_held_out(zone: str) -> bool:
    """Return whether a zone is only compared, never fitted: 15 % of zones, for ever the same."""
    digest = hashlib.sha256(f"carbonctl-places-{zone}".encode()).hexdigest()
    return int(digest, 16) % 100 < 15


def factors(table: Iterable[Row]) -> dict[str, dict[str, float]]:
    """Return the stack factors [g/kWh] of rules.csv by region and fuel."""
    by_region: dict[str, dict[str, float]] = {}
    for row in table:
        if row["stack_g_per_kwh"]:
            by_region.setdefault(row["region"], {})[row["fuel"]] = float(row["stack_g_per_kwh"])
    return by_region


def pairs(grid: Iterable[Row], mixes: Iterable[Row], regions: Regions) -> list[Published]:
    """Return the mixes that have a published or anchored direct factor."""
    by_key = {mix_key(row): row for row in mixes}
    found = []
    for row in grid:
        mix = by_key.get(mix_key(row))
        if mix is not None and row["basis"] == "direct":
            shares = {fuel: float(mix[fuel] or 0) for fuel in STACK_FUELS}
            zone = row["zone"]
            found.append(
                Published(
                    zone, row["year"], regions.of(zone), regions.group(zone),
                    row["based_on"] != "consumption", shares, float(row["intensity_g_per_kwh"]),
                )
            )  # fmt: skip
    return found


def direct(pair: Published, stack: dict[str, dict[str, float]]) -> float:
    """Return the direct factor by the rule [g/kWh]."""
    return sum(pair.mix[fuel] * stack[pair.region][fuel] for fuel in STACK_FUELS)


def errors(known: list[Published], stack: dict[str, dict[str, float]]) -> list[Errors]:
    """Return the errors by group, of fitted zones and of those held out, and of all together."""
    groups = [*sorted({pair.group for pair in known}), "all"]
    table = []
    for group in groups:
        for held in (False, True):
            chosen = [
                pair
                for pair in known
                if group in (pair.group, "all") and is_held_out(pair.zone) == held
            ]
            if chosen:
                table.append(_errors(group, held, chosen, stack))
    return table


def _errors(
    group: str, held: bool, chosen: list[Published], stack: dict[str, dict[str, float]]
) -> Errors:
    off = [direct(pair, stack) - pair.g_per_kwh for pair in chosen]
    size = [abs(value) for value in off]
    relative = [
        value / max(pair.g_per_kwh, _RELATIVE_FLOOR_G)
        for value, pair in zip(size, chosen, strict=True)
    ]
    return Errors(
        group, held, len(chosen), len({pair.zone for pair in chosen}), sum(off) / len(off),
        sum(size) / len(size), quantile(size, 0.9), quantile(relative, 0.5),
        quantile(relative, 0.9),
    )  # fmt: skip


def quantile(values: list[float], share: float) -> float:
    """Return a quantile, linear between the two values it lies between."""
    ordered = sorted(values)
    place = share * (len(ordered) - 1)
    low = int(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (place - low) * (ordered[high] - ordered[low])


def refit(
    known: list[Published], stack: dict[str, dict[str, float]]
) -> dict[str, dict[str, float]]:
    """Return stack factors fitted to what is published, in whole g/kWh.

    China and India keep their own coal factor, which their ministries publish.
    """
    usable = [
        pair
        for pair in known
        if pair.is_production and not is_held_out(pair.zone)
    ]  # fmt: skip
    fitted = {}
    for region in FITTED:
        chosen = [pair for pair in usable if region in (pair.region, "rest")]
        chosen = [pair for pair in chosen if region == "US" or pair.zone != _SHALE]
        fitted[region] = _fit(chosen, stack[region])
    for region in _OWN_COAL:
        fitted[region] = {**fitted["rest"], "coal": stack[region]["coal"]}
    return fitted


def _fit(chosen: list[Published], before: dict[str, float]) -> dict[str, float]:
    """Return the factors with the least weighted squares within their bounds.

    A fuel that no row has keeps its factor.

    Each factor in turn takes its best value with the others held, until none moves: with bounds
    on single factors this is the least of all.
    """
    weights = [max(pair.g_per_kwh, _LEAST_G) ** -0.5 for pair in chosen]
    columns = {
        fuel: [weight * pair.mix[fuel] for weight, pair in zip(weights, chosen, strict=True)]
        for fuel in STACK_FUELS
    }
    best = {fuel: min(max(before[fuel], low), high) for fuel, (low, high) in BOUNDS.items()}
    left = [weight * pair.g_per_kwh for weight, pair in zip(weights, chosen, strict=True)]
    for fuel, column in columns.items():
        left = [r - best[fuel] * c for r, c in zip(left, column, strict=True)]
    for _ in range(10_000 if chosen else 0):
        if max(_step(fuel, columns[fuel], best, left) for fuel in STACK_FUELS) < 1e-6:
            break
    return {fuel: float(round(value)) for fuel, value in best.items()}


def _step(fuel: str, column: list[float], best: dict[str, float], left: list[float]) -> float:
    """Set one factor to its best value and return how far it moved; ``left`` follows."""
    square = sum(c * c for c in column)
    if not square:
        return 0.0
    low, high = BOUNDS[fuel]
    wanted = best[fuel] + sum(c * r for c, r in zip(column, left, strict=True)) / square
    moved = min(max(wanted, low), high) - best[fuel]
    best[fuel] += moved
    for place, c in enumerate(column):
        left[place] -= moved * c
    return abs(moved)


def rules_with(table: list[Row], fitted: dict[str, dict[str, float]]) -> list[Row]:
    """Return rules.csv with other stack factors."""
    return [
        {**row, "stack_g_per_kwh": number(fitted[row["region"]][row["fuel"]], 0)}
        if row["stack_g_per_kwh"] and row["region"] in fitted
        else row
        for row in table
    ]
