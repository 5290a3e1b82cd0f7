"""Chart ``hours``: demand, load, generation, battery and grid of a site over some days."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

from carbonctl.render.charts import chart
from carbonctl.render.charts.chart import Cell, Chart, Table
from carbonctl.render.charts.colors import BLUE, GREEN, ORANGE, QUIET, VIOLET
from carbonctl.render.charts.timeline import LABELS, Clock, Line, Panel, Span, minute, timeline
from carbonctl.render.human_numbers import significant

NAME = "hours"
_ENERGY, _SMALL = 150, 90  # heights of panels [px]


class Hours(NamedTuple):
    """What a site did in each step of some days.

    Attributes
    ----------
    clock : Clock
        The steps.
    demand_mw : sequence of float
        What the work asks for.
    intensity_g_per_kwh : sequence of float
        Of the grid.
    load_mw : sequence of float or None
        What runs after flexible work has been moved; None where nothing can be moved.
    generation_mw : sequence of float or None
        Delivered by the site's own or contracted plants; None where it has none.
    charge_mwh : sequence of float or None
        State of charge of the battery at the end of each step; None where there is none.
    chosen : tuple of Span
        What is shaded.
    """

    clock: Clock
    demand_mw: Sequence[float]
    intensity_g_per_kwh: Sequence[float]
    load_mw: Sequence[float] | None = None
    generation_mw: Sequence[float] | None = None
    charge_mwh: Sequence[float] | None = None
    chosen: tuple[Span, ...] = ()


def hours(shown: Hours, title: str) -> Chart:
    """Return the chart; powers share a panel, the battery and the grid have one each."""
    panels = [Panel("Power (MW)", _powers(shown), _ENERGY)]
    if shown.charge_mwh is not None:
        charge = Line("State of charge", VIOLET, shown.charge_mwh, at_end=True)
        panels.append(Panel("State of charge (MWh)", (charge,), _SMALL))
    intensity = Line("Intensity", ORANGE, shown.intensity_g_per_kwh)
    panels.append(Panel("Grid (gCO2e/kWh)", (intensity,), _SMALL))
    view = timeline(panels, shown.clock, shown.chosen)
    return chart.build(
        NAME,
        title,
        _alt(panels, shown.clock),
        view,
        _table(panels, shown.clock),
        chart.margin(LABELS),
        "Times are UTC." + (" The chosen time is shaded." if shown.chosen else ""),
    )


def _powers(shown: Hours) -> tuple[Line, ...]:
    lines = [Line("Demand", QUIET, shown.demand_mw, dash=(4, 3))]
    if shown.load_mw is not None:
        lines.append(Line("Load", BLUE, shown.load_mw))
    if shown.generation_mw is not None:
        lines.append(Line("Generation", GREEN, shown.generation_mw))
    return tuple(lines)


def _alt(panels: Sequence[Panel], clock: Clock) -> str:
    """Say between what each line lies."""
    said = []
    for panel in panels:
        unit = panel.title.rpartition("(")[2].rstrip(")")
        for line in panel.lines:
            known = [value for value in line.values if value is not None and math.isfinite(value)]
            if known:
                ends = f"{significant(min(known), 3)} to {significant(max(known), 3)}"
                said.append(f"{line.name.lower()} {ends} {unit}")
    span = f"from {minute(clock.start_s)} to {minute(clock.end_s)} UTC"
    return f"Lines over time, {span}: {', '.join(said)}."


def _table(panels: Sequence[Panel], clock: Clock) -> Table:
    lines = [
        (line, panel.title.rpartition("(")[2][:-1]) for panel in panels for line in panel.lines
    ]
    heads = ("Start (UTC)", *(f"{line.name} ({unit})" for line, unit in lines))
    columns: list[Sequence[Cell]] = [line.values for line, _ in lines]
    return Table(heads, tuple(zip(clock.starts(), *columns, strict=True)))
