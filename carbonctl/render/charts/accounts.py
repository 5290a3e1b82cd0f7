"""Chart ``accounts``: the three accounts of a site beside each other. They are never summed."""

from __future__ import annotations

from typing import Any, NamedTuple

from carbonctl.render import human_numbers
from carbonctl.render.charts import chart
from carbonctl.render.charts.chart import Chart, Spec, Table
from carbonctl.render.charts.colors import BLUE, GREEN, ORANGE

NAME = "accounts"
_BAND, _BAR = 46, 16  # of each account [px]
_NAMES = (
    "Location-based, by the hour",
    "Market-based, matched by the hour (24/7)",
    "Market-based, matched over all hours",
)


class Accounts(NamedTuple):
    """Operational carbon by three rules [kgCO2e]; None where it is unknown."""

    location_hourly_kg: float | None
    market_hourly_kg: float | None
    market_volumetric_kg: float | None


def accounts(shown: Accounts, title: str) -> Chart:
    """Return the chart: a bar each, with its name and figure above it."""
    known = [value for value in shown if value is not None]
    size, unit = human_numbers.scale(max(map(abs, known), default=0.0), "kgCO2e")
    said = [
        f"{name}: {_written(value, size, unit)}" for name, value in zip(_NAMES, shown, strict=True)
    ]
    bars = [
        {
            "account": name,
            "total": None if value is None else chart.number(value / size),
            "said": text,
        }
        for name, value, text in zip(_NAMES, shown, said, strict=True)
    ]
    return chart.build(
        NAME,
        title,
        f"Bars. {'. '.join(said)}.",
        _view(bars, unit),
        Table(
            ("Account", f"Carbon ({unit})"),
            tuple((bar["account"], bar["total"]) for bar in bars),
        ),
        chart.margin(),
        "Location-based: all demand at the intensity of the grid. By the hour: only what the "
        "generation of that hour does not cover. Over all hours: only what all generation together "
        "does not cover. These answer three questions and are not added up.",
    )


def _written(value: float | None, size: float, unit: str) -> str:
    return "not known" if value is None else f"{human_numbers.significant(value / size)} {unit}"


def _view(bars: list[dict[str, Any]], unit: str) -> Spec:
    total: Spec = {
        "field": "total",
        "type": "quantitative",
        "title": unit,
        "axis": {"grid": False},
        "scale": {"zero": True, "nice": False},
    }
    account: Spec = {"field": "account", "type": "nominal", "sort": None, "axis": None}
    colors = {"domain": list(_NAMES), "range": [ORANGE.light, BLUE.light, GREEN.light]}
    bar: Spec = {
        "mark": {"type": "bar", "size": _BAR, "yOffset": _BAR / 2},
        "encoding": {
            "x": total,
            "y": account,
            "color": {"field": "account", "scale": colors, "legend": None},
        },
    }
    text: Spec = {
        "mark": {"type": "text", "align": "left", "x": 0, "yOffset": -_BAR / 2},
        "encoding": {"y": account, "text": {"field": "said"}},
    }
    return {
        "width": chart.WIDE - chart.margin(),
        "height": _BAND * len(bars),
        "data": {"values": bars},
        "layer": [bar, text],
    }
