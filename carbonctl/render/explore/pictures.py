"""The charts of designs: the front, and who wins along an axis."""

from __future__ import annotations

import math

from carbonctl.analysis.explore import axes as x
from carbonctl.analysis.explore.answer import Answer
from carbonctl.analysis.explore.columns import Figure
from carbonctl.analysis.explore.regions import Regions
from carbonctl.ledger.result import About
from carbonctl.render import human_numbers
from carbonctl.render.charts.chart import Chart
from carbonctl.render.charts.pareto import Design, Words, points
from carbonctl.render.charts.winners import Winner, winners
from carbonctl.render.explore import words

_PER_G = {x.INTENSITY: 1000.0, x.UTILIZATION: 100.0}
_AXIS = {
    x.INTENSITY: "Carbon intensity (g/kWh)", x.UTILIZATION: "Utilization (%)",
    x.LIFETIME: "Years of use",
}  # fmt: skip


def charts(answer: Answer) -> list[Chart]:
    """Return the charts; the first is what SVG, PNG and Vega-Lite hold."""
    drawn = [_front(answer)] if answer.order else []
    drawn += [_winners(answer, along) for along in answer.regions[:1]]
    return drawn


def notes(about: About) -> list[str]:
    """Return what stands at the end of a page."""
    return [f"carbonctl {about.version}, hardware_db {about.hardware_db}."]


def _front(answer: Answer) -> Chart:
    across, up = _axes(answer)
    rows = [
        Design(
            answer.designs.labels[place], float(across.best[place]), float(up.best[place]),
            bool(answer.non_dominated[place]),
        )
        for place in answer.order
        if not math.isnan(across.best[place] + up.best[place])
    ]  # fmt: skip
    size, unit = _scale(across, max((abs(row.across) for row in rows), default=0.0))
    objectives = ", ".join(answer.asked.objectives)
    said = Words(
        _head(across, unit),
        _head(up, up.unit),
        size,
        lambda design: f"{words.write(across, design.across)} with {words.write(up, design.up)}",
        f"No design is as good as one on the front in all objectives ({objectives}) and better "
        "in one.",
        is_stepped=len(answer.asked.objectives) == 2,
    )
    return points(rows, f"{answer.name}: feasible designs", said)


def _axes(answer: Answer) -> tuple[Figure, Figure]:
    """Return the figures on the axes: two objectives, or the two parts of carbon."""
    figures, names = answer.designs.figures, [*answer.asked.objectives]
    if len(names) == 1:
        parts: list[str] = [name for name in ("operational", "embodied") if name in figures]
        names = parts if len(parts) == 2 else [names[0], answer.asked.rank]
    return figures[names[0]], figures[names[1]]


def _scale(figure: Figure, largest: float) -> tuple[float, str]:
    if figure.unit in ("kgCO2e", "kWh", "W"):
        return human_numbers.scale(largest, figure.unit)
    return 1.0, figure.unit


def _head(figure: Figure, unit: str) -> str:
    name = figure.name.replace("_", " ").capitalize()
    return f"{name} ({unit})" if unit else name


def _winners(answer: Answer, along: Regions) -> Chart:
    by = _PER_G.get(along.axis, 1.0)
    rows = [
        Winner(region.design, region.start * by, region.end * by,
               [(at * by, kg) for at, kg in region.curve])
        for region in along.regions
    ]  # fmt: skip
    title = words.regions_title(answer, along)
    across = _AXIS.get(along.axis, title.partition("(")[2].rstrip(")"))
    said = [words.span(along, region)[0] for region in along.regions]
    return winners(rows, f"{answer.name}: where each wins", across, said)
