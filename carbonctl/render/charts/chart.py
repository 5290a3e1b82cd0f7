"""What a chart is: a Vega-Lite specification as plain data, and the same figures as a table."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from typing import Any, NamedTuple, TypeAlias

from carbonctl.render import escaping
from carbonctl.render.charts.bars import Bar
from carbonctl.render.charts.colors import INK, LINE, PAPER, QUIET, Color
from carbonctl.text import printable

Spec: TypeAlias = dict[str, Any]
Cell: TypeAlias = str | float | None

SCHEMA = "https://vega.github.io/schema/vega-lite/v6.json"
# Widths of a whole chart [px]: of a picture or a page on a screen, and of a page on a phone.
WIDE, NARROW = 680, 343
# A picture is laid out with one font and shown with the reader's: these have the same widths.
FONT = "Arial, 'Liberation Sans', Helvetica, sans-serif"
TEXT_PX = 12
TICKS = 6  # about so many an axis has; with more, the labels at its ends meet
_TITLE_PX = 15
_PADDING = 5  # around a chart
_MOST_LETTERS = 200  # of a title in a drawing, of which fewer have room
_EDGE = 2  # of lines at the end of an axis


class Table(NamedTuple):
    """The figures of a chart: the heads of its columns, and rows of text and numbers.

    An unknown figure is None.
    """

    heads: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


class Chart(NamedTuple):
    """A chart that is not drawn yet.

    Attributes
    ----------
    name : str
        One word, which a command line can have, and no other chart of a page has.
    title : str
        What it shows; may hold text of the user's.
    alt : str
        A sentence with its main figures, for readers who cannot see it.
    spec : dict
        The Vega-Lite specification, `WIDE` pixels wide.
    table : Table
        The same figures.
    margin : int
        Pixels of the width that are not the plot's: labels and padding.
    note : str
        What a reader should know, shown below it; nothing unless given.
    bars, legend : tuple
        The same as bars written by hand and what their colors mean; nothing where it has none.
    """

    name: str
    title: str
    alt: str
    spec: Spec
    table: Table
    margin: int
    note: str = ""
    bars: tuple[Bar, ...] = ()
    legend: tuple[tuple[str, Color], ...] = ()


def as_json(spec: Spec) -> str:
    """Return a specification as a file, in which a point of the data is a line."""
    return escaping.harmless("".join(_json(spec, ""))) + "\n"


def _json(part: Any, before: str) -> Iterator[str]:
    members = part.values() if isinstance(part, dict) else part if isinstance(part, list) else ()
    if not any(isinstance(member, dict | list) for member in members):
        yield json.dumps(part, ensure_ascii=False, allow_nan=False)
        return
    opening, closing = "{}" if isinstance(part, dict) else "[]"
    inner = before + " "
    yield opening
    heads = (
        (f"{json.dumps(key)}: " for key in part) if isinstance(part, dict) else ("",) * len(part)
    )
    for at, (head, member) in enumerate(zip(heads, members, strict=True)):
        yield f"{',' if at else ''}\n{inner}{head}"
        yield from _json(member, inner)
    yield f"\n{before}{closing}"


def number(value: float | None) -> float | None:
    """Return a figure as a specification holds it: six digits, more than can be drawn.

    An infinite figure, or one that is no number, is None.
    """
    return float(f"{value:.6g}") if value is not None and math.isfinite(value) else None


def margin(labels: int = 0) -> int:
    """Return the pixels beside the plot of a chart whose vertical axis needs so many."""
    return labels + 2 * _PADDING + _EDGE


def build(
    name: str, title: str, alt: str, view: Spec, table: Table, margin: int, note: str = ""
) -> Chart:
    """Return a chart of a view; its texts hold no character that a drawing cannot."""
    title = printable(title).replace("\n", " ")
    spec = _document(title, view)
    return Chart(name, title, printable(alt).replace("\n", " "), spec, table, margin, note)


def _document(title: str, view: Spec) -> Spec:
    """Return a whole specification: a title above a view, in the project's style."""
    return {
        "$schema": SCHEMA,
        "background": PAPER.light,
        "padding": _PADDING,
        "title": {"text": title[:_MOST_LETTERS], "limit": WIDE - 2 * _PADDING},
        **view,
        "config": _STYLE,
    }


def panel_title(text: str) -> Spec:
    """Return what stands above one panel: what it measures, and the unit."""
    return {"text": text, "anchor": "start", "fontSize": TEXT_PX, "offset": 6}


def at_width(spec: Spec, width: int) -> Spec:
    """Return a specification whose plots have another width [px]; the given one stays as it is."""

    def copied(part: Any, depth: int) -> Any:
        if isinstance(part, list):
            return [copied(member, depth) for member in part]
        if not isinstance(part, dict) or depth > _DEEPEST_VIEW:
            return part
        views = {key: copied(part[key], depth + 1) for key in ("vconcat", "layer") if key in part}
        sized = {"width": width} if "width" in part else {}
        return {**part, **views, **sized}

    resized: Spec = copied(spec, 0)
    return resized


_DEEPEST_VIEW = 3  # layers in a view of several


def legend(names: list[str], values: list[Any]) -> Spec:
    """Return the encoding of a field ``series`` by a color, a dash or a size of each name.

    Several of them share one legend, above the plot; where there is one name, there is none.
    """
    shown = {"orient": "top", "title": None, "symbolType": "stroke"} if len(names) > 1 else None
    return {
        "field": "series",
        "type": "nominal",
        "scale": {"domain": names, "range": values},
        "legend": shown,
    }


_STYLE: Spec = {
    "font": FONT,
    "view": {"stroke": None},
    "axis": {
        "labelColor": QUIET.light,
        "titleColor": QUIET.light,
        "domainColor": QUIET.light,
        "tickColor": QUIET.light,
        "gridColor": LINE.light,
        "labelFontSize": TEXT_PX,
        "titleFontSize": TEXT_PX,
        "titleFontWeight": "normal",
        "tickCount": TICKS,
        "labelOverlap": "greedy",
        "labelSeparation": 8,
    },
    "legend": {
        "labelColor": INK.light,
        "labelFontSize": TEXT_PX,
        "labelLimit": 0,
        "symbolStrokeWidth": 2,
        "symbolSize": 220,
        "offset": 4,
    },
    "title": {
        "anchor": "start",
        "color": INK.light,
        "fontSize": _TITLE_PX,
        "fontWeight": "bold",
        "offset": 12,
    },
    "text": {"color": INK.light, "fontSize": TEXT_PX},
}
