"""Everyday things to compare an account with: a table of hardware_db."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from carbonctl.catalog.tables import Row, first, number


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
    unit, value = _EVERYDAY_UNITS.get(row["metric"]), number(row["value"])
    thing = Everyday(row["item"], unit, value, row["source"]) if unit and value else None
    return (row["item"], row["metric"]), thing
