"""What is to be looked at before new figures go in."""

from __future__ import annotations

from collections.abc import Iterable

from tests.update_grids.tables import Row

ABOVE = "above Ember's life-cycle figure of the year"
EMBER_BASIS = "life-cycle"


def above_life_cycle(grid: list[Row]) -> list[Row]:
    """Return the direct factors that exceed the life-cycle figure of their zone and year."""
    life_cycle = {
        (row["zone"], row["year"]): float(row["intensity_g_per_kwh"])
        for row in grid
        if row["basis"] == EMBER_BASIS
    }
    return [
        row
        for row in grid
        if row["basis"] == "direct"
        and float(row["intensity_g_per_kwh"])
        > life_cycle.get((row["zone"], row["year"]), float("inf"))
    ]


def mark_above(grid: list[Row]) -> None:
    """Say in the notes of direct factors, and only there, which exceed the life-cycle figure."""
    above = {id(row) for row in above_life_cycle(grid)}
    for row in grid:
        parts = [part for part in row["note"].split("; ") if part and part != ABOVE]
        row["note"] = "; ".join([*parts, ABOVE] if id(row) in above else parts)


def unknown_sources(rows: Iterable[Row], known: set[str]) -> list[str]:
    """Return the keys that are in no sources.yaml."""
    named = {key for row in rows for key in row["source"].split()}
    return sorted(named - known)
