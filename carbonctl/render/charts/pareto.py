"""Chart ``pareto``: designs of a site by their carbon and their hourly carbon-free energy."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from carbonctl.render import human_numbers
from carbonctl.render.charts import chart
from carbonctl.render.charts.chart import Chart, Spec, Table
from carbonctl.render.charts.colors import BLUE, INK, QUIET

NAME = "pareto"
ON_FRONT, OTHER = "On the front", "Other designs"
_HEIGHT = 300
_LABELS = 44
# Cells of the plot: of designs off the front that share one, the first is drawn. They are as small
# as a point, or so large that no more than `_MOST_DRAWN` are.
_CELLS = (120, 60)
_MOST_DRAWN = 600
_APART = (0.08, 0.05)  # of the axes, between points of the front that have their number beside them
_MOST_LISTED = 200  # off the front


class Design(NamedTuple):
    """One design.

    Attributes
    ----------
    name : str
        What it is made of: "wind 60 MW, battery 100 MWh".
    total_kg : float
        Operational and embodied carbon [kgCO2e].
    hourly_cfe_pct : float
        Hourly carbon-free energy [%].
    is_on_front : bool
        Whether no other design has less carbon and more carbon-free energy.
    """

    name: str
    total_kg: float
    hourly_cfe_pct: float
    is_on_front: bool


def pareto(designs: Sequence[Design], title: str, per: str = "a year") -> Chart:
    """Return the chart; ``per`` says of what time the totals are.

    Raises
    ------
    ValueError
        Where there is no design.
    """
    if not designs:
        raise ValueError("there is no design to draw")
    front = sorted(
        (design for design in designs if design.is_on_front),
        key=lambda design: (design.total_kg, design.hourly_cfe_pct),
    )
    others = [design for design in designs if not design.is_on_front]
    largest = max(abs(design.total_kg) for design in designs)
    size, unit = human_numbers.scale(largest, "kgCO2e")
    drawn = _thinned(others)
    return chart.build(
        NAME,
        title,
        _alt(front, len(designs)),
        _view(front, drawn, size, f"Total ({unit} {per})"),
        _table(front, others, size, f"{unit} {per}"),
        chart.margin(_LABELS),
        _note(len(others), len(drawn)),
    )


def _thinned(designs: Sequence[Design]) -> list[Design]:
    """Return the designs, one of those that would be drawn over or close to each other."""
    columns, rows = _CELLS
    while len(kept := _first_of_cells(designs, columns, rows)) > _MOST_DRAWN:
        columns, rows = columns * 4 // 5, rows * 4 // 5
    return kept


def _first_of_cells(designs: Sequence[Design], columns: int, rows: int) -> list[Design]:
    across = _cells([design.total_kg for design in designs], columns)
    up = _cells([design.hourly_cfe_pct for design in designs], rows)
    kept: dict[tuple[int, int], Design] = {}
    for cell, design in zip(zip(across, up, strict=True), designs, strict=True):
        kept.setdefault(cell, design)
    return list(kept.values())


def _cells(values: Sequence[float], cells: int) -> list[int]:
    """Return in which of the cells between the least and the largest each value lies."""
    low, extent = min(values, default=0.0), _extent(values)
    return [int((value - low) / extent * (cells - 1)) if extent else 0 for value in values]


def _view(front: Sequence[Design], others: Sequence[Design], size: float, across: str) -> Spec:
    names = [ON_FRONT, OTHER] if others else [ON_FRONT]
    total: Spec = {
        "field": "total",
        "type": "quantitative",
        "title": across,
        "scale": {"zero": False, "nice": True},
    }
    free: Spec = {
        "field": "cfe",
        "type": "quantitative",
        "title": None,
        "scale": {"zero": False, "nice": True},
        "axis": {"minExtent": _LABELS, "maxExtent": _LABELS},
    }
    place = {"x": total, "y": free}
    points: Spec = {
        "data": {"values": [*_points(others, OTHER, size), *_points(front, ON_FRONT, size)]},
        "mark": {"type": "point", "filled": True, "opacity": 1},
        "encoding": {
            **place,
            "color": _symbols(names, [BLUE.light, QUIET.light]),
            "shape": _symbols(names, ["circle", "square"]),
            "size": {**_symbols(names, [50, 10]), "type": "ordinal"},
        },
    }
    steps: Spec = {
        "data": {"values": _points(front, ON_FRONT, size)},
        "mark": {"type": "line", "interpolate": "step-after", "color": BLUE.light},
        "encoding": place,
    }
    return {
        "vconcat": [
            {
                "title": chart.panel_title("Hourly carbon-free energy (%)"),
                "width": chart.WIDE - chart.margin(_LABELS),
                "height": _HEIGHT,
                "layer": [steps, points, _numbers(front, others, size, place)],
                "resolve": {"legend": dict.fromkeys(("color", "shape", "size"), "independent")},
            }
        ],
    }


def _symbols(names: list[str], values: list[Any]) -> Spec:
    encoding = chart.legend(names, values[: len(names)])
    if encoding["legend"]:
        encoding["legend"] = {"orient": "top", "title": None}
    return encoding


def _points(designs: Sequence[Design], series: str, size: float) -> list[dict[str, Any]]:
    return [
        {
            "total": chart.number(design.total_kg / size),
            "cfe": chart.number(design.hourly_cfe_pct),
            "series": series,
        }
        for design in designs
    ]


def _numbers(front: Sequence[Design], others: Sequence[Design], size: float, place: Spec) -> Spec:
    """Return a layer with the numbers of the table beside the points of the front.

    Where points are close together, not each has its number: they would meet.
    """
    every = [*front, *others]
    width = _extent([design.total_kg for design in every])
    height = _extent([design.hourly_cfe_pct for design in every])
    numbered: list[tuple[int, Design]] = []
    for at, design in enumerate(front, 1):
        if all(
            abs(design.total_kg - other.total_kg) > _APART[0] * width
            or abs(design.hourly_cfe_pct - other.hourly_cfe_pct) > _APART[1] * height
            for _, other in numbered[-1:]
        ):
            numbered.append((at, design))
    points = _points([design for _, design in numbered], ON_FRONT, size)
    texts = [{**point, "no": str(at)} for (at, _), point in zip(numbered, points, strict=True)]
    return {
        "data": {"values": texts},
        "mark": {"type": "text", "dx": -6, "dy": -8, "align": "right", "color": INK.light},
        "encoding": {**place, "text": {"field": "no"}},
    }


def _extent(values: Sequence[float]) -> float:
    return max(values) - min(values) if values else 0.0


def _alt(front: Sequence[Design], many: int) -> str:
    if not front:
        return f"Points of {many} designs."
    ends = [
        f"{human_numbers.mass(design.total_kg)} with "
        f"{human_numbers.significant(design.hourly_cfe_pct, 3)} % hourly carbon-free energy"
        for design in (front[0], front[-1])
    ]
    return f"Points of {many} designs; {len(front)} on the front, from {ends[0]} to {ends[1]}."


def _note(others: int, drawn: int) -> str:
    said = "No design has both less carbon and more carbon-free energy than one on the front."
    if drawn < others:
        said += f" Of {others:,} other designs {drawn:,} are drawn: the rest lie close to them."
    if others > _MOST_LISTED:
        said += " The table has the front alone."
    return said


def _table(front: Sequence[Design], others: Sequence[Design], size: float, unit: str) -> Table:
    rows = [
        (str(at), design.name, design.total_kg / size, design.hourly_cfe_pct)
        for at, design in enumerate(front, 1)
    ]
    if len(others) <= _MOST_LISTED:
        rows += [
            ("", design.name, design.total_kg / size, design.hourly_cfe_pct) for design in others
        ]
    return Table(("No.", "Design", f"Total ({unit})", "Hourly CFE (%)"), tuple(rows))
