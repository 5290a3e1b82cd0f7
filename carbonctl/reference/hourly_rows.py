"""The hourly series that come with carbonctl, as rows: the view behind ``grid hourly``."""

from statistics import fmean
from typing import Any

from carbonctl.catalog import Catalog
from carbonctl.catalog.hourly import packaged
from carbonctl.catalog.hourly.options import Options
from carbonctl.catalog.hourly.reading import read_grid
from carbonctl.catalog.hourly.series import stamp
from carbonctl.reference import descriptions

COLUMNS = descriptions.of("hourly")
_DIGITS = 2
_MINUTE_S = 60


def rows(catalog: Catalog) -> list[dict[str, Any]]:
    """Return one row for each packaged series."""
    return [_row(series, catalog) for series in packaged.known().values()]


def _row(series: packaged.Packaged, catalog: Catalog) -> dict[str, Any]:
    grid = read_grid(None, series.id, Options(), catalog)
    intensity = grid.intensity
    assert grid.cfe is not None
    return {
        "id": series.id,
        "name": series.name,
        "zone": series.zone,
        "start_utc": stamp(intensity.start_s),
        "end_utc": stamp(intensity.end_s),
        "step_min": intensity.step_s // _MINUTE_S,
        "steps": len(intensity.values),
        "filled": intensity.origin.filled,
        "intensity_g_per_kwh": round(fmean(intensity.values), _DIGITS),
        "lowest_g_per_kwh": round(min(intensity.values), _DIGITS),
        "highest_g_per_kwh": round(max(intensity.values), _DIGITS),
        "cfe_pct": round(fmean(grid.cfe.values) * 100, _DIGITS),
        "source": series.source,
        "note": series.note or None,
    }
