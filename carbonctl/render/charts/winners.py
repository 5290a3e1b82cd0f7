"""Chart ``winners``: the carbon of the designs that win somewhere along an axis."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from carbonctl.render import human_numbers
from carbonctl.render.charts import chart
from carbonctl.render.charts.chart import Chart, Spec, Table
from carbonctl.render.charts.colors import BLUE, GREEN, INK, ORANGE, QUIET, VIOLET

NAME = "winners"
_HEIGHT, _LABELS = 260, 54
_COLORS = (BLUE, ORANGE, GREEN, VIOLET, INK)
_DASHES = ([1, 0], [6, 3], [2, 2])


class Winner(NamedTuple):
    """A design that wins somewhere.

    Attributes
    ----------
    name : str
        What it is called.
    start, end : float
        From where to where.
    curve : sequence of (float, float)
        Places on the axis with its carbon there [kgCO2e].
    """

    name: str
    start: float
    end: float
    curve: Sequence[tuple[float, float]]


def winners(shown: Sequence[Winner], title: str, across: str, said: Sequence[str]) -> Chart:
    """Return the chart; ``said`` are the regions in words, ``across`` the title of the axis.

    Raises
    ------
    ValueError
        Where nobody wins.
    """
    if not shown:
        raise ValueError("there is no winner to draw")
    largest = max(kg for winner in shown for _, kg in winner.curve)
    size, unit = human_numbers.scale(largest, "kgCO2e")
    rows = tuple(
        (text, winner.name, winner.curve[0][1] / size, winner.curve[-1][1] / size)
        for text, winner in zip(said, shown, strict=True)
    )
    heads = ("Where", "Design", f"At the low end ({unit})", f"At the high end ({unit})")
    return chart.build(
        NAME,
        title,
        f"Lines of {len(shown)} designs. "
        + ". ".join(f"{text}: {w.name}" for text, w in zip(said, shown, strict=True))
        + ".",
        _view(shown, size, across, unit),
        Table(heads, rows),
        chart.margin(_LABELS),
        "The lowest line wins. Vertical lines stand where one design takes over from another.",
    )


def _view(shown: Sequence[Winner], size: float, across: str, unit: str) -> Spec:
    names = list(dict.fromkeys(winner.name for winner in shown))
    points: list[dict[str, Any]] = [
        {"x": chart.number(x), "kg": chart.number(kg / size), "series": winner.name}
        for winner in shown
        for x, kg in winner.curve
    ]
    crossings = [{"x": chart.number(winner.end)} for winner in shown[:-1]]
    axis: Spec = {"field": "x", "type": "quantitative", "title": across, "scale": {"nice": False}}
    total: Spec = {
        "field": "kg",
        "type": "quantitative",
        "title": None,
        "axis": {"minExtent": _LABELS, "maxExtent": _LABELS},
    }
    colors = [_COLORS[n % len(_COLORS)].light for n in range(len(names))]
    dashes = [_DASHES[n // len(_COLORS) % len(_DASHES)] for n in range(len(names))]
    lines: Spec = {
        "data": {"values": points},
        "mark": {"type": "line", "strokeWidth": 2},
        "encoding": {
            "x": axis,
            "y": total,
            "color": chart.legend(names, colors),
            "strokeDash": chart.legend(names, dashes),
        },
    }
    rules: Spec = {
        "data": {"values": crossings},
        "mark": {"type": "rule", "color": QUIET.light, "strokeDash": [4, 3]},
        "encoding": {"x": axis},
    }
    return {
        "vconcat": [
            {
                "title": chart.panel_title(f"Life-cycle carbon ({unit})"),
                "width": chart.WIDE - chart.margin(_LABELS),
                "height": _HEIGHT,
                "layer": [rules, lines] if crossings else [lines],
            }
        ],
    }
