"""Lines over time in panels above each other: what each of them measures has an axis of its own.

Times are seconds since 1970-01-01T00:00Z and are shown in UTC.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from carbonctl.catalog.hourly.series import HOUR_S, stamp
from carbonctl.render.charts import chart
from carbonctl.render.charts.chart import Spec
from carbonctl.render.charts.colors import INK, SHADE, Color

DAY_S, _MINUTE_S = 24 * HOUR_S, 60
LABELS = 48  # pixels for the numbers of an axis, the same in all panels, so that their times agree
_MOST_TICKS = 8
_TICK_MINUTES = (5, 15, 30, *(60 * hours for hours in (1, 2, 3, 6, 12, 24, 48, 168, 744, 2232)))
_TIME = (
    "utchours(datum.value) + utcminutes(datum.value) == 0"
    " ? utcFormat(datum.value, '%a %-d %b') : utcFormat(datum.value, '%H:%M')"
)


def minute(second: float) -> str:
    """Return a time in UTC as text for people: 2022-06-01 09:00."""
    return stamp(int(second))[:16].replace("T", " ")


class Clock(NamedTuple):
    """Steps that follow each other: the start of the first one, the length of each, how many.

    ``start_s`` is in seconds since 1970-01-01T00:00Z, ``step_s`` in seconds.
    """

    start_s: int
    step_s: int
    steps: int

    @property
    def end_s(self) -> int:
        """End of the last step."""
        return self.start_s + self.step_s * self.steps

    def starts(self) -> list[str]:
        """Return the start of each step as text for people."""
        return [minute(self.start_s + self.step_s * at) for at in range(self.steps)]


class Span(NamedTuple):
    """Some time, from a second to another, since 1970-01-01T00:00Z."""

    start_s: float
    end_s: float


class Line(NamedTuple):
    """One line: a figure of each step; None where it is unknown.

    A figure holds during its step and is drawn so, unless it is that ``at_end`` of the step, as a
    state of charge is.
    """

    name: str
    color: Color
    values: Sequence[float | None]
    dash: tuple[int, ...] = (1, 0)
    at_end: bool = False


class Panel(NamedTuple):
    """Lines of one unit, which the title names; all have figures at the same times."""

    title: str
    lines: tuple[Line, ...]
    height: int = 120


def timeline(
    panels: Sequence[Panel], clock: Clock, shaded: Sequence[Span] = (), now_s: float | None = None
) -> Spec:
    """Return the view of some panels, shaded in the given spans, with a mark at ``now_s``."""
    width = chart.WIDE - chart.margin(LABELS)
    last = len(panels) - 1
    views = [
        {
            "title": chart.panel_title(panel.title),
            "width": width,
            "height": panel.height,
            "layer": [
                *_shading(clock, shaded),
                _lines(panel, clock, is_last=at == last),
                *_now(clock, now_s, is_named=at == 0),
            ],
        }
        for at, panel in enumerate(panels)
    ]
    apart = {"color": "independent", "strokeDash": "independent"}
    return {"vconcat": views, "spacing": 14, "resolve": {"scale": apart}}


def _lines(panel: Panel, clock: Clock, *, is_last: bool) -> Spec:
    names = [line.name for line in panel.lines]
    form = "linear" if panel.lines[0].at_end else "step-after"
    return {
        "data": {"values": [point for line in panel.lines for point in _points(line, clock)]},
        "mark": {"type": "line", "interpolate": form, "strokeWidth": 1.6, "clip": True},
        "encoding": {
            "x": _time("time", clock, is_shown=is_last),
            "y": {
                "field": "value",
                "type": "quantitative",
                "title": None,
                "axis": {"minExtent": LABELS, "maxExtent": LABELS, "tickCount": _ticks(panel)},
                "scale": {"zero": True, "nice": True},
            },
            "color": chart.legend(names, [line.color.light for line in panel.lines]),
            "strokeDash": chart.legend(names, [list(line.dash) for line in panel.lines]),
        },
    }


def _ticks(panel: Panel) -> int:
    return min(chart.TICKS, max(2, panel.height // 30))


def _points(line: Line, clock: Clock) -> list[dict[str, Any]]:
    """Return the points of a line; what holds during a step is repeated at the end of the last."""
    values, start = list(line.values), clock.start_s
    if line.at_end:
        start += clock.step_s
    else:
        values += values[-1:]
    return [
        {
            "time": stamp(start + clock.step_s * at),
            "value": chart.number(value),
            "series": line.name,
        }
        for at, value in enumerate(values)
    ]


def _time(field: str, clock: Clock, *, is_shown: bool) -> Spec:
    """Return the encoding of a time; its labels stand below the last panel alone."""
    ticks = tick_times(clock)
    axis: Spec = {"values": ticks, "tickCount": len(ticks), "labelExpr": _TIME, "title": "UTC"}
    axis["labelFlush"] = False  # the first label may stand below those of the other axis
    hidden: Spec = {**axis, "labels": False, "ticks": False, "title": None}
    return {
        "field": field,
        "type": "temporal",
        "scale": {"type": "utc", "domain": [clock.start_s * 1000, clock.end_s * 1000]},
        "axis": axis if is_shown else hidden,
    }


def tick_times(clock: Clock) -> list[int]:
    """Return when the axis has ticks [ms since 1970]: at round hours, at most eight.

    There are none at the very end, beyond which a label would reach.
    """
    span = clock.end_s - clock.start_s
    few = (minutes for minutes in _TICK_MINUTES if span <= _MOST_TICKS * minutes * _MINUTE_S)
    step = next(few, _TICK_MINUTES[-1]) * _MINUTE_S
    whole = min(step, DAY_S)
    first = -(-clock.start_s // whole) * whole
    return [at * 1000 for at in range(first, clock.end_s - span // 20, step)]


def _shading(clock: Clock, shaded: Sequence[Span]) -> list[Spec]:
    """Return a layer with the spans, as far as they lie in the time that is shown."""
    shown = [
        {"from": stamp(int(start)), "to": stamp(int(end))}
        for start, end in (
            (max(span.start_s, clock.start_s), min(span.end_s, clock.end_s)) for span in shaded
        )
        if end > start
    ]
    if not shown:
        return []
    return [
        {
            "data": {"values": shown},
            "mark": {"type": "rect", "color": SHADE.light},
            "encoding": {"x": {"field": "from", "type": "temporal"}, "x2": {"field": "to"}},
        }
    ]


def _now(clock: Clock, now_s: float | None, *, is_named: bool) -> list[Spec]:
    """Return layers with a line at a moment, and its name above; none where it is not shown."""
    if now_s is None or not clock.start_s <= now_s <= clock.end_s:
        return []
    at: Spec = {"x": {"field": "now", "type": "temporal"}}
    data: Spec = {"values": [{"now": stamp(int(now_s)), "label": "now"}]}
    rule: Spec = {
        "data": data,
        "mark": {"type": "rule", "color": INK.light, "strokeWidth": 1.5, "strokeDash": [3, 2]},
        "encoding": at,
    }
    text: Spec = {
        "data": data,
        "mark": {"type": "text", "y": -8, "align": "left", "color": INK.light},
        "encoding": {**at, "text": {"field": "label"}},
    }
    return [rule, text] if is_named else [rule]
