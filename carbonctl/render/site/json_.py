"""A site as JSON, in full precision; energies and carbon are of the span of the data."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from carbonctl.analysis.gates import Verdict
from carbonctl.catalog.hourly.series import HOUR_S, stamp
from carbonctl.ledger.result import About
from carbonctl.render import Style
from carbonctl.render.escaping import as_json
from carbonctl.render.result.json_ import head
from carbonctl.render.site import SCHEMA, rows
from carbonctl.render.verdicts import as_dict
from carbonctl.site.results import SiteResult
from carbonctl.site.sweep import DesignTable

PERCENT = 100


def render(result: SiteResult, about: About, verdicts: tuple[Verdict, ...], style: Style) -> str:
    """Return the document."""
    outcome = result.outcome
    per_year = result.per_year(outcome.total_kgco2e)
    use = outcome.battery
    document = {
        **head(SCHEMA, about),
        "file": result.file,
        "name": result.name,
        **_span(result),
        "coverage": _coverage(result),
        "mean_g_per_kwh": result.mean_g_per_kwh,
        "weighted_g_per_kwh": result.weighted_g_per_kwh,
        "hourly_cfe_pct": outcome.hourly_cfe_pct,
        "grid_cfe_score_pct": outcome.grid_cfe_score_pct,
        "unmet_mwh": outcome.unmet_mwh,
        "exported_mwh": outcome.exported_mwh,
        "curtailed_mwh": outcome.curtailed_mwh,
        "account": result.question.account,
        "operational_kgco2e": getattr(outcome.accounts, result.question.account),
        "total_kgco2e": outcome.total_kgco2e,
        "total_kgco2e_per_year": per_year,
        "years": result.question.years,
        "total_kgco2e_in_years": None if per_year is None else per_year * result.question.years,
        "accounts": outcome.accounts._asdict(),
        "ways": rows.ways(result),
        "battery": None if use is None else use._asdict(),
        "flexibility": _flexibility(result),
        "optimum": None if result.optimum is None else result.optimum._asdict(),
        "embodied": {
            **outcome.embodied._asdict(),
            "total_kgco2e": outcome.embodied.total_kgco2e,
            "complete": outcome.embodied.total_kgco2e is not None,
        },
        "sized": None if result.sized is None else result.sized._asdict(),
        "designs": None if result.designs is None else _designs(result, result.designs),
        "signal": None if result.signal is None else result.signal._asdict(),
        "hours_of_day": [hour._asdict() for hour in result.hours_of_day],
        "cfe_of_day": result.cfe_of_day,
        "data": [data._asdict() for data in result.hours.data],
        "assumptions": [_assumption(*assumed) for assumed in result.assumptions],
        "warnings": [str(warning) for warning in result.warnings],
        "verdicts": [as_dict(verdict) for verdict in verdicts],
    }
    return as_json(document)


def _designs(result: SiteResult, table: DesignTable) -> Iterator[dict[str, Any]]:
    """Yield the designs, their sizes in a mapping by path."""
    for row in rows.designs(result):
        sizes = {axis.path: row.pop(axis.column) for axis in table.axes}
        yield {"design": row.pop("design"), "sizes": sizes, **row}


def _span(result: SiteResult) -> dict[str, Any]:
    """Return the time that the data cover."""
    hours = result.hours
    steps = len(hours.demand_mw)
    return {
        "start_utc": stamp(hours.start_s),
        "end_utc": stamp(hours.start_s + round(hours.step_h * HOUR_S) * steps),
        "step_h": hours.step_h,
        "steps": steps,
        "years_of_data": hours.years,
        "is_per_year": hours.is_per_year,
    }


def _coverage(result: SiteResult) -> dict[str, float]:
    """Return what generation alone covers, its shares in percent."""
    shown: dict[str, float] = {}
    for key, figure in result.coverage._asdict().items():
        if key.endswith("_mwh"):
            shown[key] = float(figure)
        else:
            shown[f"{key}_pct"] = PERCENT * float(figure)
    return shown


def _flexibility(result: SiteResult) -> list[dict[str, Any]]:
    return [
        {"share_pct": PERCENT * tier.share, "kind": tier.kind, "hours": tier.hours}
        for tier in result.tiers
    ]


def _assumption(path: str, value: str, why: str) -> dict[str, str]:
    return {"path": path, "value": value, "why": why}
