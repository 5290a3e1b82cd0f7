"""Chart ``change``: each part of a workload as it was and as it is, a circle and a diamond."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from carbonctl.render import human_numbers
from carbonctl.render.charts import chart
from carbonctl.render.charts.chart import Chart, Spec, Table
from carbonctl.render.charts.colors import BLUE, INK

NAME = "change"
_LABEL = 300  # px of the text above a line: what a phone has room for
_BAND, _DOWN = 44, 10  # of each part, and of its marks below its middle [px]
_MOST = 15  # parts; those that changed least are in the table alone


class Moved(NamedTuple):
    """One part on both sides [kgCO2e]; None is unknown, and 0 where a side does not have it."""

    name: str
    base: float | None
    head: float | None

    @property
    def difference(self) -> float | None:
        """How much more the head has."""
        return None if self.base is None or self.head is None else self.head - self.base


def change(parts: Sequence[Moved], title: str) -> Chart | None:
    """Return the chart; None where no part is known on both sides."""
    known = [part for part in parts if part.difference is not None]
    if not known:
        return None
    size, unit = human_numbers.scale(_largest(known), "kgCO2e")
    kept = sorted(known, key=lambda part: -abs(part.difference or 0.0))[:_MOST]
    shown = [part for part in known if part in kept]
    heads = ("Part", f"Base ({unit})", f"Head ({unit})", f"Change ({unit})")
    rows = tuple(
        (part.name, *(_over(kg, size) for kg in (part.base, part.head, part.difference)))
        for part in parts
    )
    said = "; ".join(f"{part.name} {_said(part)}" for part in shown)
    note = "A circle is the base, a diamond the head."
    if len(shown) < len(parts):
        note += " The table has all parts."
    return chart.build(
        NAME, title, f"Pairs. {said}.", _view(shown, size, unit), Table(heads, rows),
        chart.margin(), note,
    )  # fmt: skip


def _largest(parts: Sequence[Moved]) -> float:
    return max(kg or 0.0 for part in parts for kg in (part.base, part.head))


def _over(kg: float | None, size: float) -> float | None:
    return None if kg is None else kg / size


def _said(part: Moved) -> str:
    before, after = human_numbers.mass(part.base), human_numbers.mass(part.head)
    return before if before == after else f"{before} → {after}"


def _view(shown: Sequence[Moved], size: float, unit: str) -> Spec:
    rows: list[dict[str, Any]] = [
        {
            "part": part.name,
            "said": f"{part.name}: {_said(part)}",
            "base": chart.number(_over(part.base, size)),
            "head": chart.number(_over(part.head, size)),
        }
        for part in shown
    ]
    place: Spec = {
        "field": "part", "type": "nominal", "sort": [part.name for part in shown], "axis": None,
    }  # fmt: skip
    carbon: Spec = {
        "type": "quantitative", "title": unit, "axis": {"grid": False},
        "scale": {"zero": True, "nice": False, "padding": 10},
    }  # fmt: skip
    base, head = ({"field": side, **carbon} for side in ("base", "head"))
    mark: Spec = {"type": "point", "yOffset": _DOWN, "opacity": 1, "size": 90}
    layers: list[Spec] = [
        {
            "mark": {"type": "rule", "yOffset": _DOWN, "color": INK.light, "clip": True},
            "encoding": {"x": base, "x2": {"field": "head"}, "y": place},
        },
        {
            "mark": {**mark, "shape": "circle", "color": INK.light, "filled": False},
            "encoding": {"x": base, "y": place},
        },
        {
            "mark": {**mark, "shape": "diamond", "color": BLUE.light, "filled": True},
            "encoding": {"x": head, "y": place},
        },
        {
            "mark": {"type": "text", "align": "left", "x": 0, "yOffset": -_DOWN, "limit": _LABEL},
            "encoding": {"y": place, "text": {"field": "said"}},
        },
    ]
    return {
        "width": chart.WIDE - chart.margin(),
        "height": _BAND * len(shown),
        "data": {"values": rows},
        "layer": layers,
    }
