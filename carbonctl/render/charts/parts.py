"""Charts ``phases`` and ``stages``: where the carbon of an account comes from, as stacked bars."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from carbonctl.render import human_numbers
from carbonctl.render.charts import bars, chart
from carbonctl.render.charts.chart import Chart, Spec, Table
from carbonctl.render.charts.colors import BLUE, INK, ORANGE

PHASES, STAGES = "phases", "stages"
OPERATIONAL, EMBODIED, OTHERS = "Operational", "Embodied", "all others"
_LABEL = 300  # px of the text above a bar: what a phone has room for
_BAND, _BAR = 44, 16  # of each part [px]
_MOST = 15  # bars; the smallest become one


class Part(NamedTuple):
    """One part of an account [kgCO2e]; None is unknown. Bounds are of its total."""

    name: str
    operational: float | None
    embodied: float | None
    low: float | None = None
    high: float | None = None

    @property
    def known(self) -> float:
        """What is known of it."""
        return (self.operational or 0.0) + (self.embodied or 0.0)


def parts(name: str, some: Sequence[Part], title: str, what: str) -> Chart:
    """Return the chart; ``what`` is what the parts are called in its table.

    Raises
    ------
    ValueError
        Without parts.
    """
    if not some:
        raise ValueError("there is nothing to draw")
    shown = _fewer(some)
    size, unit = human_numbers.scale(max(part.known for part in shown), "kgCO2e")
    rows = tuple(
        (part.name, _over(part.operational, size), _over(part.embodied, size), _total(part, size),
         _over(part.low, size), _over(part.high, size))
        for part in shown
    )  # fmt: skip
    heads = (what, f"Operational ({unit})", f"Embodied ({unit})", f"Total ({unit})", "Low", "High")
    said = "; ".join(f"{part.name} {human_numbers.mass(part.known)}" for part in shown)
    note = ""
    if any(None in (part.operational, part.embodied) for part in shown):
        note = "What is not known is not drawn; the table says which."
    elif any(part.low is not None and part.low != part.high for part in shown):
        note = "Thin lines are the range of each in 90 of 100 cases. Ranges do not add up."
    return chart.build(
        name, title, f"Bars. {said}.", _view(shown, size, unit), Table(heads, rows),
        chart.margin(), note,
    )._replace(bars=_bars(shown), legend=((OPERATIONAL, BLUE), (EMBODIED, ORANGE)))  # fmt: skip


def _bars(shown: Sequence[Part]) -> tuple[bars.Bar, ...]:
    return tuple(
        bars.stacked(
            f"{part.name}: {human_numbers.mass(part.known)}",
            (part.operational, part.embodied), (BLUE, ORANGE),
        )
        for part in shown
    )  # fmt: skip


def _fewer(some: Sequence[Part]) -> list[Part]:
    """Return the parts; where they are many, the smallest as one."""
    if len(some) <= _MOST:
        return list(some)
    kept = sorted(some, key=lambda part: -part.known)[: _MOST - 1]
    rest = [part for part in some if part not in kept]
    sums = (
        _sum([part.operational for part in rest]), _sum([part.embodied for part in rest])
    )  # fmt: skip
    return [*(part for part in some if part in kept), Part(f"{OTHERS} ({len(rest)})", *sums)]


def _sum(numbers: Sequence[float | None]) -> float | None:
    known = [number for number in numbers if number is not None]
    return sum(known) if len(known) == len(numbers) else None


def _over(number: float | None, size: float) -> float | None:
    return None if number is None else number / size


def _total(part: Part, size: float) -> float | None:
    if part.operational is None or part.embodied is None:
        return None
    return part.known / size


def _view(shown: Sequence[Part], size: float, unit: str) -> Spec:
    drawn: list[dict[str, Any]] = []
    for part in shown:
        for series, number in ((OPERATIONAL, part.operational), (EMBODIED, part.embodied)):
            drawn.append(
                {"part": part.name, "series": series, "kg": chart.number(_over(number, size))}
            )
    names = [part.name for part in shown]
    place: Spec = {"field": "part", "type": "nominal", "sort": names, "axis": None}
    carbon: Spec = {
        "field": "kg", "type": "quantitative", "title": unit, "axis": {"grid": False},
        "scale": {"zero": True, "nice": False},
    }  # fmt: skip
    bar: Spec = {
        "data": {"values": drawn},
        "mark": {"type": "bar", "size": _BAR, "yOffset": _BAR / 2},
        "encoding": {
            "x": {**carbon, "stack": "zero"},
            "y": place,
            "color": {
                **chart.legend([OPERATIONAL, EMBODIED], [BLUE.light, ORANGE.light]),
                "legend": {"orient": "top", "title": None, "symbolType": "square"},
            },
            "order": {"field": "series", "sort": "descending"},
        },
    }
    labels = [
        {"part": part.name, "said": f"{part.name}: {human_numbers.mass(part.known)}"}
        for part in shown
    ]
    text: Spec = {
        "data": {"values": labels},
        "mark": {"type": "text", "align": "left", "x": 0, "yOffset": -_BAR / 2, "limit": _LABEL},
        "encoding": {"y": place, "text": {"field": "said"}},
    }
    ends = [
        {
            "part": p.name,
            "low": chart.number(_over(p.low, size)),
            "high": chart.number(_over(p.high, size)),
        }
        for p in shown
        if p.low is not None and p.high is not None and p.low != p.high
    ]
    whisker: Spec = {
        "data": {"values": ends},
        "mark": {"type": "rule", "yOffset": _BAR / 2, "color": INK.light, "clip": True},
        "encoding": {
            "x": {"field": "low", "type": "quantitative"}, "x2": {"field": "high"}, "y": place,
        },
    }  # fmt: skip
    return {
        "width": chart.WIDE - chart.margin(),
        "height": _BAND * len(shown),
        "layer": [bar, *([whisker] if ends else []), text],
    }
