"""Kinds of plant, residual mixes, and the water of generation: tables of hardware_db."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from carbonctl.catalog.grid_rows import intensity
from carbonctl.catalog.tables import Row, first
from carbonctl.numbers.intervals import Number


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
    plant = Plant(intensity(row), row["source"]) if is_known else None
    return (row["source_type"], row["basis"]), plant


def zone_water(folders: Iterable[Path]) -> dict[str, tuple[float, str]]:
    """Return the water that generation consumes [L/kWh] and its source, by zone."""
    return first(folders, "grids/factors-other.csv", _water)


def _water(row: Row) -> tuple[str, tuple[float, str] | None]:
    is_water = row["metric"] == "offsite_water_consumption"
    return row["zone"], (float(row["value"]), row["source"]) if is_water else None


class Residual(NamedTuple):
    """The residual mix of a zone in a year: direct emissions of uncontracted power.

    ``intensity`` is kgCO2e/kWh.
    """

    zone: str
    year: int
    intensity: float
    source: str


def residual_mixes(folders: Iterable[Path]) -> dict[str, list[Residual]]:
    """Return the residual mixes of each zone."""
    by_zone: dict[str, list[Residual]] = {}
    for residual in first(folders, "grids/factors-other.csv", _residual).values():
        by_zone.setdefault(residual.zone, []).append(residual)
    return by_zone


def _residual(row: Row) -> tuple[tuple[str, str], Residual | None]:
    key = row["zone"], row["year"]
    if row["metric"] != "residual_mix":
        return key, None
    grams = float(row["value"])
    return key, Residual(row["zone"], int(row["year"]), grams / 1000, row["source"])
