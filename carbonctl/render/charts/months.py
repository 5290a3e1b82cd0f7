"""Chart ``months``: the carbon of a fleet over time, each period a bar, stacked by a tag."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import fsum
from typing import Any, NamedTuple

from carbonctl.render import human_numbers
from carbonctl.render.charts import chart
from carbonctl.render.charts.chart import Chart, Spec, Table
from carbonctl.render.charts.colors import BLUE, GREEN, ORANGE, QUIET, VIOLET

NAME = "months"
OTHERS = "all others"
_COLORS = (BLUE.light, ORANGE.light, GREEN.light, VIOLET.light)  # of tags; the others share one
_HEIGHT = 220
_LABELS = 48  # px beside the vertical axis


class Share(NamedTuple):
    """What one tag causes in one period [kgCO2e]; None is unknown."""

    period: str
    tag: str
    kg: float | None


def months(shares: Sequence[Share], title: str, what: str, by: str) -> Chart | None:
    """Return the chart; None where no share is known, or all are of one period.

    ``what`` is what a period is called, ``by`` what a tag is. The order of a stack is that of the
    whole, the largest lowest, in every bar.
    """
    known = [share for share in shares if share.kg is not None]
    periods = sorted({share.period for share in shares})
    if not known or len(periods) < 2:
        return None
    stacks = _stacks(known)
    sums = {period: fsum(kg.get(period, 0.0) for kg in stacks.values()) for period in periods}
    size, unit = human_numbers.scale(max(sums.values()), "kgCO2e")
    unknown = {share.period for share in shares if share.kg is None}
    rows = tuple(
        (period, *(kg.get(period, 0.0) / size for kg in stacks.values()),
         None if period in unknown else sums[period] / size)
        for period in periods
    )  # fmt: skip
    said = "; ".join(f"{period} {human_numbers.mass(sums[period])}" for period in periods)
    note = "What is not known is not drawn." if unknown else ""
    table = Table((what, *stacks, f"Total ({unit})"), rows)
    return chart.build(
        NAME, f"{title} ({unit})", f"Stacked bars by {by}. {said}.",
        _view(stacks, periods, size), table, chart.margin(_LABELS), note,
    )  # fmt: skip


def _stacks(known: Sequence[Share]) -> dict[str, dict[str, float]]:
    """Return the sums by tag and period, the largest tag first, the smallest as one."""
    totals: dict[str, float] = {}
    for share in known:
        totals[share.tag] = totals.get(share.tag, 0.0) + (share.kg or 0.0)
    ordered = sorted(totals, key=lambda tag: -totals[tag])
    kept = ordered if len(ordered) <= len(_COLORS) else ordered[: len(_COLORS)]
    stacks: dict[str, dict[str, float]] = {tag: {} for tag in kept}
    for share in known:
        stack = stacks.setdefault(share.tag if share.tag in kept else OTHERS, {})
        stack[share.period] = stack.get(share.period, 0.0) + (share.kg or 0.0)
    return stacks


def _view(stacks: Mapping[str, Mapping[str, float]], periods: Sequence[str], size: float) -> Spec:
    names = list(stacks)
    bars: list[dict[str, Any]] = [
        {"period": period, "series": name, "kg": chart.number(kg / size), "place": place}
        for place, (name, stack) in enumerate(stacks.items())
        for period, kg in sorted(stack.items())
    ]
    colors = [*_COLORS[: len(names)], *([QUIET.light] if len(names) > len(_COLORS) else [])]
    return {
        "width": chart.WIDE - chart.margin(_LABELS),
        "height": _HEIGHT,
        "data": {"values": bars},
        "mark": {"type": "bar"},
        "encoding": {
            "x": {
                "field": "period", "type": "ordinal", "sort": list(periods), "title": None,
                "axis": {"labelAngle": 0, "labelOverlap": True},
            },
            "y": {
                "field": "kg", "type": "quantitative", "title": None, "stack": "zero",
                "axis": {"minExtent": _LABELS, "maxExtent": _LABELS},
            },
            "color": {
                **chart.legend(names, colors),
                "legend": {"orient": "top", "title": None, "symbolType": "square", "columns": 3},
            },
            "order": {"field": "place"},
        },
    }  # fmt: skip
