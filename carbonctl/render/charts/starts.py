"""Chart ``starts``: the intensity of the grid while a job may run, and when it is to run."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from carbonctl.render.charts import chart
from carbonctl.render.charts.chart import Chart, Table
from carbonctl.render.charts.colors import ORANGE, VIOLET
from carbonctl.render.charts.timeline import LABELS, Clock, Line, Panel, Span, minute, timeline
from carbonctl.render.human_numbers import mass, significant

NAME = "starts"
_HEIGHT = 180


class Starts(NamedTuple):
    """A job's window and the run that was chosen in it.

    Attributes
    ----------
    clock : Clock
        The steps from release to deadline.
    intensity_g_per_kwh : sequence of float
        Of the grid, each step.
    runs : tuple of Span
        When it is to run; several where it is interrupted.
    now_s : float
        When it would start without waiting, seconds since 1970-01-01T00:00Z.
    chosen_kg, now_kg : float or None
        What the chosen run emits, and what starting now does [kgCO2e].
    is_marginal : bool
        Whether the intensity is the marginal one, which enters no total.
    """

    clock: Clock
    intensity_g_per_kwh: Sequence[float]
    runs: tuple[Span, ...]
    now_s: float
    chosen_kg: float | None = None
    now_kg: float | None = None
    is_marginal: bool = False


def starts(shown: Starts, title: str) -> Chart:
    """Return the chart."""
    name, color = ("Marginal intensity", VIOLET) if shown.is_marginal else ("Intensity", ORANGE)
    line = Line(name, color, shown.intensity_g_per_kwh)
    panel = Panel(f"{name} (gCO2e/kWh)", (line,), _HEIGHT)
    view = timeline([panel], shown.clock, shown.runs, shown.now_s)
    return chart.build(
        NAME,
        title,
        f"{name} of the grid, {_ends(shown.intensity_g_per_kwh)} gCO2e/kWh. {_said(shown)}",
        view,
        _table(shown, f"{name} (gCO2e/kWh)"),
        chart.margin(LABELS),
        f"Times are UTC. The chosen run is shaded. {_said(shown)}",
    )


def _ends(values: Sequence[float]) -> str:
    return f"{significant(min(values), 3)} to {significant(max(values), 3)}"


def _said(shown: Starts) -> str:
    """Say when it runs, and what waiting saves where both are known."""
    times = ", ".join(map(_from_to, shown.runs))
    said = f"It runs {times}."
    if shown.chosen_kg is None or shown.now_kg is None:
        return said
    kept = f"{said} That emits {mass(shown.chosen_kg)}; starting now, {mass(shown.now_kg)}"
    if shown.now_kg == 0:
        return f"{kept}."
    saved = (shown.now_kg - shown.chosen_kg) / shown.now_kg * 100
    return f"{kept}: {significant(abs(saved), 3)} % {'less' if saved >= 0 else 'more'}."


def _from_to(run: Span) -> str:
    start, end = minute(run.start_s), minute(run.end_s)
    day, _, clock = end.partition(" ")
    return f"{start} to {clock if start.startswith(day) else end}"


def _table(shown: Starts, head: str) -> Table:
    step = shown.clock.step_s
    rows = []
    for at, (start, value) in enumerate(
        zip(shown.clock.starts(), shown.intensity_g_per_kwh, strict=True)
    ):
        begin = shown.clock.start_s + at * step
        busy = sum(
            max(0.0, min(run.end_s, begin + step) - max(run.start_s, begin)) for run in shown.runs
        )
        rows.append((start, value, busy / step * 100))
    return Table(("Start (UTC)", head, "Of it running (%)"), tuple(rows))
