"""The record of published figures: rows and their summary, one module a format."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from carbonctl.analysis.reproduce import Goal, Reproduction
from carbonctl.ledger.result import About
from carbonctl.render import Style, listing
from carbonctl.render.human_numbers import energy, mass, scale, significant, volume

FORMATS = ("table", "json", "csv", "md")
ENERGY = "energy_kwh"
_CARBON = "CO2e"
COLUMNS = (
    "workload", "key", "class", "mode", "measured", "reported", "estimated", "low", "high",
    "error_pct", "inside", "tolerance_pct", "restated", "ok",
)  # fmt: skip
GOALS = {
    "median_error_pct": ("median error", " %"),
    "inside_pct": ("reported figures inside the range", " %"),
    "high_over_low": ("median of high over low", ""),
}
MEASURED = {
    "device": "devices alone",
    "parts": "devices, CPUs and DRAM",
    "node": "whole nodes",
    "facility": "energy of the facility",
    "carbon": "operational carbon",
}


def render(
    form: str, made: Reproduction, about: About, style: Style | None = None, *, is_short: bool
) -> str:
    """Return the record in one of `FORMATS`; a short one has no rows, where it is for people."""
    if form == "csv":
        return listing.render(form, COLUMNS, as_rows(made), str)
    module = import_module(f"carbonctl.render.reproduction.{form}_")
    text: str = module.render(made, about, style or Style(), is_short=is_short)
    return text


def as_rows(made: Reproduction) -> list[dict[str, Any]]:
    """Return the rows as mappings of `COLUMNS`, which are the fields of a row in their order."""
    return [dict(zip(COLUMNS, row, strict=True)) for row in made.rows]


def amount(key: str, value: float | None) -> str:
    """Return a figure for people; carbon as a mass, whose unit is short."""
    if key.endswith("kgco2e"):
        return mass(value).removesuffix(_CARBON)
    return energy(value) if key == ENERGY else volume(value)


def span(key: str, low: float | None, high: float | None) -> str:
    """Return a range for people, both ends in one unit; a single figure where they are equal."""
    if low is None or high is None:
        return "unknown"
    size, unit = scale(high, "kWh" if key == ENERGY else "kgCO2e")
    ends = [significant(end / size, 3) for end in (low, high)]
    return f"{'..'.join(dict.fromkeys(ends))} {unit.removesuffix(_CARBON)}"


def error(value: float | None, digits: int) -> str:
    """Return an error in per cent for people, with its sign."""
    if value is None:
        return "unknown"
    rounded = round(value, digits) + 0.0  # no minus before nothing
    return f"{rounded:+.{digits}f}".replace("-", "−")


def goal_said(goal: Goal) -> str:
    """Return what a goal wants, and what was reached."""
    what, unit = GOALS[goal.figure]
    reached = "unknown" if goal.reached is None else f"{significant(goal.reached, 3)}{unit}"
    limit = f"{'at least' if goal.is_least else 'at most'} {goal.limit:g}{unit}"
    return f"blind, {what}: {reached} (goal: {limit})"
