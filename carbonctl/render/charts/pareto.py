"""Chart ``pareto``: designs as points of two figures, with those that no other beats."""

from __future__ import annotations

from collections.abc import Callable, Sequence
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
    across, up : float
        Its figures on the two axes; of a site the total [kgCO2e] and hourly carbon-free energy [%].
    is_on_front : bool
        Whether no other design beats it.
    """

    name: str
    across: float
    up: float
    is_on_front: bool


class Words(NamedTuple):
    """What the axes are of.

    Attributes
    ----------
    across, up : str
        Their titles, with the unit.
    size : float
        By what figures across are divided.
    said : callable
        Writes both figures of a design in words.
    note : str
        What being on the front means.
    is_stepped : bool
        Whether a line joins the points of the front: these two figures alone decide.
    """

    across: str
    up: str
    size: float
    said: Callable[[Design], str]
    note: str
    is_stepped: bool = True


def pareto(designs: Sequence[Design], title: str, per: str = "a year") -> Chart:
    """Return the chart of a site's designs; ``per`` says of what time the totals are.

    Raises
    ------
    ValueError
        Where there is no design.
    """
    largest = max((abs(design.across) for design in designs), default=0.0)
    size, unit = human_numbers.scale(largest, "kgCO2e")
    words = Words(
        f"Total ({unit} {per})",
        "Hourly carbon-free energy (%)",
        size,
        lambda design: (
            f"{human_numbers.mass(design.across)} with "
            f"{human_numbers.significant(design.up, 3)} % hourly carbon-free energy"
        ),
        "No design has both less carbon and more carbon-free energy than one on the front.",
    )
    return points(designs, title, words)


def points(designs: Sequence[Design], title: str, words: Words) -> Chart:
    """Return the chart of any designs.

    Raises
    ------
    ValueError
        Where there is no design.
    """
    if not designs:
        raise ValueError("there is no design to draw")
    front = sorted(
        (design for design in designs if design.is_on_front),
        key=lambda design: (design.across, design.up),
    )
    others = [design for design in designs if not design.is_on_front]
    drawn = _thinned(others)
    return chart.build(
        NAME,
        title,
        _alt(front, len(designs), words),
        _view(front, drawn, words),
        _table(front, others, words),
        chart.margin(_LABELS),
        _note(words.note, len(others), len(drawn)),
    )


def _thinned(designs: Sequence[Design]) -> list[Design]:
    """Return the designs, one of those that would be drawn over or close to each other."""
    columns, rows = _CELLS
    while len(kept := _first_of_cells(designs, columns, rows)) > _MOST_DRAWN:
        columns, rows = columns * 4 // 5, rows * 4 // 5
    return kept


def _first_of_cells(designs: Sequence[Design], columns: int, rows: int) -> list[Design]:
    across = _cells([design.across for design in designs], columns)
    up = _cells([design.up for design in designs], rows)
    kept: dict[tuple[int, int], Design] = {}
    for cell, design in zip(zip(across, up, strict=True), designs, strict=True):
        kept.setdefault(cell, design)
    return list(kept.values())


def _cells(values: Sequence[float], cells: int) -> list[int]:
    """Return in which of the cells between the least and the largest each value lies."""
    low, extent = min(values, default=0.0), _extent(values)
    return [int((value - low) / extent * (cells - 1)) if extent else 0 for value in values]


def _view(front: Sequence[Design], others: Sequence[Design], words: Words) -> Spec:
    size = words.size
    names = [ON_FRONT, OTHER] if others else [ON_FRONT]
    across: Spec = {
        "field": "across",
        "type": "quantitative",
        "title": words.across,
        "scale": {"zero": False, "nice": True},
    }
    up: Spec = {
        "field": "up",
        "type": "quantitative",
        "title": None,
        "scale": {"zero": False, "nice": True},
        "axis": {"minExtent": _LABELS, "maxExtent": _LABELS},
    }
    place = {"x": across, "y": up}
    marks: Spec = {
        "data": {"values": [*_rows_of(others, OTHER, size), *_rows_of(front, ON_FRONT, size)]},
        "mark": {"type": "point", "filled": True, "opacity": 1},
        "encoding": {
            **place,
            "color": _symbols(names, [BLUE.light, QUIET.light]),
            "shape": _symbols(names, ["circle", "square"]),
            "size": {**_symbols(names, [50, 10]), "type": "ordinal"},
        },
    }
    steps: Spec = {
        "data": {"values": _rows_of(front, ON_FRONT, size)},
        "mark": {"type": "line", "interpolate": "step-after", "color": BLUE.light},
        "encoding": place,
    }
    return {
        "vconcat": [
            {
                "title": chart.panel_title(words.up),
                "width": chart.WIDE - chart.margin(_LABELS),
                "height": _HEIGHT,
                "layer": [
                    *([steps] if words.is_stepped else []),
                    marks,
                    _numbers(front, others, size, place),
                ],
                "resolve": {"legend": dict.fromkeys(("color", "shape", "size"), "independent")},
            }
        ],
    }


def _symbols(names: list[str], values: list[Any]) -> Spec:
    encoding = chart.legend(names, values[: len(names)])
    if encoding["legend"]:
        encoding["legend"] = {"orient": "top", "title": None}
    return encoding


def _rows_of(designs: Sequence[Design], series: str, size: float) -> list[dict[str, Any]]:
    return [
        {
            "across": chart.number(design.across / size),
            "up": chart.number(design.up),
            "series": series,
        }
        for design in designs
    ]


def _numbers(front: Sequence[Design], others: Sequence[Design], size: float, place: Spec) -> Spec:
    """Return a layer with the numbers of the table beside the points of the front.

    Where points are close together, not each has its number: they would meet.
    """
    every = [*front, *others]
    width = _extent([design.across for design in every])
    height = _extent([design.up for design in every])
    numbered: list[tuple[int, Design]] = []
    for at, design in enumerate(front, 1):
        if all(
            abs(design.across - other.across) > _APART[0] * width
            or abs(design.up - other.up) > _APART[1] * height
            for _, other in numbered[-1:]
        ):
            numbered.append((at, design))
    points = _rows_of([design for _, design in numbered], ON_FRONT, size)
    texts = [{**point, "no": str(at)} for (at, _), point in zip(numbered, points, strict=True)]
    return {
        "data": {"values": texts},
        "mark": {"type": "text", "dx": -6, "dy": -8, "align": "right", "color": INK.light},
        "encoding": {**place, "text": {"field": "no"}},
    }


def _extent(values: Sequence[float]) -> float:
    return max(values) - min(values) if values else 0.0


def _alt(front: Sequence[Design], many: int, words: Words) -> str:
    if not front:
        return f"Points of {many} designs."
    ends = [words.said(design) for design in (front[0], front[-1])]
    return f"Points of {many} designs; {len(front)} on the front, from {ends[0]} to {ends[1]}."


def _note(said: str, others: int, drawn: int) -> str:
    if drawn < others:
        said += f" Of {others:,} other designs {drawn:,} are drawn: the rest lie close to them."
    if others > _MOST_LISTED:
        said += " The table has the front alone."
    return said


def _table(front: Sequence[Design], others: Sequence[Design], words: Words) -> Table:
    listed = [(str(at), design) for at, design in enumerate(front, 1)]
    listed += [("", design) for design in others] if len(others) <= _MOST_LISTED else []
    rows = ((at, design.name, design.across / words.size, design.up) for at, design in listed)
    return Table(("No.", "Design", words.across, words.up), tuple(rows))
