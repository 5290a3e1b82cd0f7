"""Chart ``range``: how sure a total is: low, best and high, and draws where there are some."""

from __future__ import annotations

from typing import Any, NamedTuple

from carbonctl.render import human_numbers
from carbonctl.render.charts import chart
from carbonctl.render.charts.chart import Chart, Spec, Table
from carbonctl.render.charts.colors import BLUE, INK

NAME = "range"
_HEIGHT = 70


class Interval(NamedTuple):
    """A total with its range [kgCO2e]; percentiles are of draws, None without them."""

    best: float
    low: float
    high: float
    p5: float | None = None
    p50: float | None = None
    p95: float | None = None


def interval(shown: Interval, title: str) -> Chart:
    """Return the chart."""
    size, unit = human_numbers.scale(max(abs(shown.high), abs(shown.best)), "kgCO2e")
    named = {
        "Low": shown.low, "Best estimate": shown.best, "High": shown.high,
        "5th percentile of draws": shown.p5, "Median of draws": shown.p50,
        "95th percentile of draws": shown.p95,
    }  # fmt: skip
    known = {name: value for name, value in named.items() if value is not None}
    rows = tuple((name, value / size) for name, value in known.items())
    said = "; ".join(f"{name} {human_numbers.mass(value)}" for name, value in known.items())
    return chart.build(
        NAME, title, f"An interval. {said}.", _view(shown, size, unit),
        Table(("Of the total", unit), rows), chart.margin(),
        "In 90 of 100 cases the total lies within. The best estimate need not be the middle.",
    )  # fmt: skip


def _view(shown: Interval, size: float, unit: str) -> Spec:
    ends = [{"low": chart.number(shown.low / size), "high": chart.number(shown.high / size)}]
    points: list[dict[str, Any]] = [
        {
            "kg": chart.number(value / size),
            "said": f"{word} {human_numbers.significant(value / size)}",
        }
        for word, value in (("low", shown.low), ("best", shown.best), ("high", shown.high))
    ]
    carbon: Spec = {
        "field": "low", "type": "quantitative", "title": unit, "axis": {"grid": False},
        "scale": {"zero": False, "nice": True, "padding": 30},
    }  # fmt: skip
    line: Spec = {
        "data": {"values": ends},
        "mark": {"type": "rule", "strokeWidth": 6, "color": BLUE.light, "y": _HEIGHT * 0.7},
        "encoding": {"x": carbon, "x2": {"field": "high"}},
    }
    at = {"x": {"field": "kg", "type": "quantitative"}}
    dots: Spec = {
        "data": {"values": points},
        "mark": {"type": "point", "filled": True, "opacity": 1, "size": 70, "color": INK.light,
                 "y": _HEIGHT * 0.7},
        "encoding": at,
    }  # fmt: skip
    text: Spec = {
        "data": {"values": points},
        "mark": {"type": "text", "y": _HEIGHT * 0.3},
        "encoding": {**at, "text": {"field": "said"}},
    }
    return {
        "width": chart.WIDE - chart.margin(),
        "height": _HEIGHT,
        "layer": [line, dots, text],
    }
