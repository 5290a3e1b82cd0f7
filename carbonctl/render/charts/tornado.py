"""Chart ``tornado``: what each unknown alone does to the total, the largest first."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from carbonctl.render import human_numbers
from carbonctl.render.charts import bars, chart
from carbonctl.render.charts.chart import Chart, Spec, Table
from carbonctl.render.charts.colors import BLUE, INK, ORANGE

NAME = "tornado"
MOST = 8  # unknowns that are drawn
_LABEL = 300  # px of the text above a bar: what a phone has room for
_BAND, _BAR = 44, 16
_LESS, _MORE = "At its low end", "At its high end"


class Swing(NamedTuple):
    """What an unknown does: its name, and the total at its low and its high end [kgCO2e].

    ``value`` is its best estimate with its bounds, in words.
    """

    name: str
    at_low: float
    at_high: float
    value: str


def tornado(some: Sequence[Swing], best: float, title: str) -> Chart:
    """Return the chart; ``best`` is the total by best estimates [kgCO2e].

    Raises
    ------
    ValueError
        Where nothing is uncertain.
    """
    if not some:
        raise ValueError("nothing is uncertain")
    shown = sorted(some, key=lambda s: -abs(s.at_high - s.at_low))[:MOST]
    largest = max(abs(end) for swing in shown for end in (swing.at_low, swing.at_high))
    size, unit = human_numbers.scale(largest, "kgCO2e")
    rows = tuple((s.name, s.value, s.at_low / size, s.at_high / size) for s in shown)
    heads = ("Unknown", "Value", f"Total at its low ({unit})", f"Total at its high ({unit})")
    said = "; ".join(
        f"{s.name} {human_numbers.mass(s.at_low)} to {human_numbers.mass(s.at_high)}" for s in shown
    )
    return chart.build(
        NAME, title, f"Bars from the best estimate. {said}.", _view(shown, best, size, unit),
        Table(heads, rows), chart.margin(),
        "Each unknown moves alone between its 5th and its 95th percentile.",
    )._replace(bars=_bars(shown, best), legend=((_LESS, BLUE), (_MORE, ORANGE)))  # fmt: skip


def _bars(shown: Sequence[Swing], best: float) -> tuple[bars.Bar, ...]:
    return tuple(
        bars.Bar(
            f"{s.name}: {s.value}",
            (bars.Piece(best, s.at_low, BLUE), bars.Piece(best, s.at_high, ORANGE)),
        )
        for s in shown
    )


def _view(shown: Sequence[Swing], best: float, size: float, unit: str) -> Spec:
    drawn: list[dict[str, Any]] = []
    for swing in shown:
        for series, end in ((_LESS, swing.at_low), (_MORE, swing.at_high)):
            drawn.append(
                {"name": swing.name, "series": series, "from": chart.number(best / size),
                 "to": chart.number(end / size)}
            )  # fmt: skip
    names = [swing.name for swing in shown]
    place: Spec = {"field": "name", "type": "nominal", "sort": names, "axis": None}
    carbon: Spec = {
        "field": "from", "type": "quantitative", "title": f"Total ({unit})",
        "axis": {"grid": False}, "scale": {"zero": False, "nice": True},
    }  # fmt: skip
    bar: Spec = {
        "data": {"values": drawn},
        "mark": {"type": "bar", "size": _BAR, "yOffset": _BAR / 2},
        "encoding": {
            "x": carbon, "x2": {"field": "to"}, "y": place,
            "color": {
                **chart.legend([_LESS, _MORE], [BLUE.light, ORANGE.light]),
                "legend": {"orient": "top", "title": None, "symbolType": "square"},
            },
        },
    }  # fmt: skip
    text: Spec = {
        "data": {"values": [{"name": s.name, "said": f"{s.name}: {s.value}"} for s in shown]},
        "mark": {"type": "text", "align": "left", "x": 0, "yOffset": -_BAR / 2, "limit": _LABEL},
        "encoding": {"y": place, "text": {"field": "said"}},
    }
    rule: Spec = {
        "data": {"values": [{"from": chart.number(best / size)}]},
        "mark": {"type": "rule", "color": INK.light},
        "encoding": {"x": carbon},
    }
    return {
        "width": chart.WIDE - chart.margin(),
        "height": _BAND * len(shown),
        "layer": [bar, rule, text],
    }
