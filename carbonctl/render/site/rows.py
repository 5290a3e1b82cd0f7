"""What comes of a site as rows: one for each design of a sweep, or for each way to run the site.

Energies and carbon are of the span of the data; `total_kgco2e_per_year` says the year.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from carbonctl.site.accounts import ACCOUNTS
from carbonctl.site.results import Outcome, SiteResult
from carbonctl.site.sweep import DesignTable

Row = dict[str, Any]
_FIGURES = (
    "load_mwh", "generation_mwh", "unmet_mwh", "hourly_cfe_pct", *ACCOUNTS, "exported_mwh",
    "curtailed_mwh", "embodied_battery_kgco2e", "embodied_generation_kgco2e",
    "embodied_servers_kgco2e", "embodied_kgco2e", "operational_kgco2e", "total_kgco2e",
    "total_kgco2e_per_year",
)  # fmt: skip
WAY_COLUMNS = (
    "way", *_FIGURES, "grid_cfe_score_pct", "peak_mw", "battery_cycles_per_year",
    "battery_life_years",
)  # fmt: skip
_MARKS = ("within_excess", "on_front", "on_embodied_front")


def design_columns(table: DesignTable) -> tuple[str, ...]:
    """Return the columns of designs: their number, what varies, figures and marks."""
    return ("design", *(axis.column for axis in table.axes), *_FIGURES, *_MARKS)


def ways(result: SiteResult) -> list[Row]:
    """Return a row for each way to run a site, of `WAY_COLUMNS`."""
    return [_way(result, outcome) for outcome in result.ways]


def _way(result: SiteResult, outcome: Outcome) -> Row:
    use, embodied = outcome.battery, outcome.embodied
    row = {
        "way": outcome.name,
        "load_mwh": float(result.coverage.demand_mwh),
        "generation_mwh": outcome.generation_mwh,
        "unmet_mwh": outcome.unmet_mwh,
        "hourly_cfe_pct": outcome.hourly_cfe_pct,
        **outcome.accounts._asdict(),
        "exported_mwh": outcome.exported_mwh,
        "curtailed_mwh": outcome.curtailed_mwh,
        "embodied_battery_kgco2e": embodied.battery_kgco2e,
        "embodied_generation_kgco2e": embodied.generation_kgco2e,
        "embodied_servers_kgco2e": embodied.servers_kgco2e,
        "embodied_kgco2e": embodied.total_kgco2e,
        "operational_kgco2e": getattr(outcome.accounts, result.question.account),
        "total_kgco2e": outcome.total_kgco2e,
        "total_kgco2e_per_year": result.per_year(outcome.total_kgco2e),
        "grid_cfe_score_pct": outcome.grid_cfe_score_pct,
        "peak_mw": outcome.peak_mw,
        "battery_cycles_per_year": None if use is None else use.cycles_per_year,
        "battery_life_years": None if use is None else use.life_years,
    }
    return {column: row[column] for column in WAY_COLUMNS}


def designs(result: SiteResult) -> Iterator[Row]:
    """Yield a row for each design, of `design_columns`; nothing where none were asked for."""
    table = result.designs
    if table is None:
        return
    columns = design_columns(table)
    for number, cells in enumerate(zip(*_cells(result, table), strict=True), 1):
        yield dict(zip(columns, (number, *map(_known, cells)), strict=True))


def _cells(result: SiteResult, table: DesignTable) -> list[list[Any]]:
    """Return the columns of designs behind their number."""
    sums, years = table.sums, result.hours.years
    per_year = table.total_kgco2e / years if result.hours.is_per_year else None
    nothing = [None] * len(table.total_kgco2e)
    arrays = (
        *table.sizes, sums.load_mwh, sums.delivered_mwh, sums.unmet_mwh, table.hourly_cfe_pct,
        *table.accounts, sums.exported_mwh, sums.spilled_mwh - sums.exported_mwh,
        table.embodied_battery_kgco2e, table.embodied_generation_kgco2e,
        table.embodied_servers_kgco2e, table.embodied_kgco2e, table.operational_kgco2e,
        table.total_kgco2e, per_year, table.within_excess, table.on_front, table.on_embodied_front,
    )  # fmt: skip
    return [nothing if array is None else array.tolist() for array in arrays]


def _known(cell: Any) -> Any:
    """Return a cell; None where it is not known."""
    return None if isinstance(cell, float) and math.isnan(cell) else cell
