"""A site step by step, as CSV."""

from __future__ import annotations

from itertools import chain

from carbonctl.catalog.hourly.series import HOUR_S, stamp
from carbonctl.render.separated import separated
from carbonctl.site.results import SiteResult

COLUMNS = (
    "start_utc", "demand_mw", "load_mw", "generation_mw", "charge_mw", "discharge_mw", "soc_mwh",
    "grid_mw", "exported_mw", "curtailed_mw", "backlog_mwh", "intensity_g_per_kwh",
    "marginal_g_per_kwh", "kgco2e",
)  # fmt: skip


def render(result: SiteResult) -> str:
    """Return a row a step; ``soc_mwh`` and ``backlog_mwh`` are those of its end.

    ``load + charge + exported + curtailed = generation + discharge + grid``. ``kgco2e`` is what the
    grid supplies at ``intensity_g_per_kwh``.
    """
    hours, trace = result.hours, result.trace
    step_s = round(hours.step_h * HOUR_S)
    count = len(hours.demand_mw)
    marginal = hours.marginal_g_per_kwh
    arrays = (
        hours.demand_mw, trace.load_mw, trace.generation_mw, trace.charge_mw, trace.discharge_mw,
        trace.soc_mwh, trace.grid_mw, trace.exported_mw, trace.curtailed_mw, trace.backlog_mwh,
        hours.g_per_kwh,
    )  # fmt: skip
    starts = (stamp(hours.start_s + step_s * step) for step in range(count))
    signal = [None] * count if marginal is None else marginal.tolist()
    columns = (starts, *(array.tolist() for array in arrays), signal, trace.kgco2e.tolist())
    return separated(chain([COLUMNS], zip(*columns, strict=True)))
