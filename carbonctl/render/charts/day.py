"""Chart ``day``: intensities by hour of day, with how far they spread."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from carbonctl.render.charts import chart
from carbonctl.render.charts.chart import Chart, Spec, Table
from carbonctl.render.charts.colors import ORANGE, VIOLET, Color
from carbonctl.render.human_numbers import significant

NAME = "day"
HOURS = 24
_HEIGHT = 220
_LABELS = 48
_DASHES: tuple[list[int], ...] = ([1, 0], [5, 3])
_COLORS: tuple[Color, ...] = (ORANGE, VIOLET)


class Profile(NamedTuple):
    """The mean and the standard deviation of each hour of the day [g/kWh].

    ``name`` is what the legend says, such as "Average (AER)".
    """

    name: str
    mean: Sequence[float]
    deviation: Sequence[float]


def day(profiles: Sequence[Profile], title: str, zone: str = "UTC") -> Chart:
    """Return the chart of one or two profiles.

    ``zone`` says what the hours are counted in.

    Raises
    ------
    ValueError
        Where there are more than two profiles, or one has not 24 hours.
    """
    if not 0 < len(profiles) <= len(_COLORS):
        raise ValueError(f"one or two profiles are drawn, not {len(profiles)}")
    for profile in profiles:
        if not len(profile.mean) == len(profile.deviation) == HOURS:
            raise ValueError(f"{profile.name}: 24 hours are needed")
    ends = [
        f"{each.name} {significant(min(each.mean), 3)} to {significant(max(each.mean), 3)}"
        for each in profiles
    ]
    return chart.build(
        NAME,
        title,
        f"Mean intensity by hour of day, in gCO2e/kWh: {', '.join(ends)}.",
        _view(profiles, zone),
        _table(profiles, zone),
        chart.margin(_LABELS),
        "Lines are means of the hour, bands one standard deviation to each side.",
    )


def _view(profiles: Sequence[Profile], zone: str) -> Spec:
    names = [profile.name for profile in profiles]
    colors = chart.legend(names, [color.light for color in _COLORS[: len(names)]])
    hour: Spec = {
        "field": "hour",
        "type": "quantitative",
        "scale": {"domain": [0, HOURS]},
        "axis": {"values": list(range(0, HOURS + 1, 3)), "title": f"Hour of day, {zone}"},
    }
    intensity: Spec = {
        "type": "quantitative",
        "title": None,
        "axis": {"minExtent": _LABELS, "maxExtent": _LABELS},
        "scale": {"zero": True},
    }
    bands: list[Spec] = [
        {
            "data": {"values": _points(profile)},
            "mark": {
                "type": "area",
                "interpolate": "step-after",
                "color": color.light,
                "opacity": 0.22,
            },
            "encoding": {
                "x": hour,
                "y": {"field": "low", **intensity},
                "y2": {"field": "high"},
            },
        }
        for profile, color in zip(profiles, _COLORS, strict=False)
    ]
    line: Spec = {
        "data": {"values": [point for profile in profiles for point in _points(profile)]},
        "mark": {"type": "line", "interpolate": "step-after", "strokeWidth": 2},
        "encoding": {
            "x": hour,
            "y": {"field": "mean", **intensity},
            "color": colors,
            "strokeDash": chart.legend(names, [*_DASHES[: len(names)]]),
        },
    }
    panel: Spec = {
        "title": chart.panel_title("Intensity (gCO2e/kWh)"),
        "width": chart.WIDE - chart.margin(_LABELS),
        "height": _HEIGHT,
        "layer": [*bands, line],
        "resolve": {"legend": dict.fromkeys(("color", "strokeDash"), "independent")},
    }
    return {"vconcat": [panel]}


def _points(profile: Profile) -> list[dict[str, Any]]:
    """Return 25 points: the last hour is drawn to its end."""
    points = [
        {
            "hour": hour,
            "mean": chart.number(mean),
            "low": chart.number(mean - deviation),
            "high": chart.number(mean + deviation),
            "series": profile.name,
        }
        for hour, (mean, deviation) in enumerate(zip(profile.mean, profile.deviation, strict=True))
    ]
    return [*points, {**points[-1], "hour": HOURS}]


def _table(profiles: Sequence[Profile], zone: str) -> Table:
    heads = [f"Hour ({zone})"]
    columns: list[Sequence[float]] = []
    for profile in profiles:
        heads += [f"{profile.name} (gCO2e/kWh)", "Standard deviation"]
        columns += [profile.mean, profile.deviation]
    rows = ((f"{hour:02d}:00", *figures) for hour, figures in enumerate(zip(*columns, strict=True)))
    return Table(tuple(heads), tuple(rows))
