"""The one place where a Vega-Lite specification is drawn: by vl-convert, which needs no browser."""

from __future__ import annotations

from importlib.util import find_spec
from typing import Any

from carbonctl.errors import MissingExtra
from carbonctl.render.charts import svg
from carbonctl.render.charts.chart import WIDE, Chart, at_width
from carbonctl.render.charts.colors import ALL

EXTRA = "pip install 'carbonctl[report]'"
_VEGA_LITE = "6.4"
_PNG_SCALE = 2.0  # pixels of a picture per pixel of the layout: sharp in print
_VARIABLES = {color.light: color.variable for color in ALL}


def is_possible() -> bool:
    """Whether the drawing library is installed."""
    return find_spec("vl_convert") is not None


def require(what: str) -> None:
    """Refuse a picture where nothing can draw it; ``what`` is what was asked for.

    Raises
    ------
    MissingExtra
        Naming the command that installs the library.
    """
    if not is_possible():
        raise MissingExtra(
            f"{what} needs vl-convert-python, which is not installed; install it with `{EXTRA}`"
        )


def as_svg(chart: Chart) -> str:
    """Return a chart as an SVG file of its own, in the light colors on white.

    Raises
    ------
    MissingExtra
        Where the drawing library is not installed.
    """
    require("svg")
    return svg.finished(_drawn(chart.spec), chart.name, chart.alt)


def for_page(chart: Chart, width: int = WIDE) -> str:
    """Return a chart as SVG for a page with the variables of `carbonctl.render.charts.colors`.

    It has no title of its own and is ``width`` pixels wide.

    Raises
    ------
    MissingExtra
        Where the drawing library is not installed.
    """
    require("a chart in a page")
    spec = at_width(chart.spec, width - chart.margin)
    del spec["title"]
    name = chart.name if width == WIDE else f"{chart.name}-{width}"
    return svg.finished(_drawn(spec), name, chart.alt, _VARIABLES)


def as_png(chart: Chart) -> bytes:
    """Return a chart as a PNG, in the light colors on white.

    Raises
    ------
    MissingExtra
        Where the drawing library is not installed.
    """
    require("png")
    import vl_convert

    return bytes(
        vl_convert.vegalite_to_png(
            chart.spec, vl_version=_VEGA_LITE, scale=_PNG_SCALE, allowed_base_urls=[]
        )
    )


def _drawn(spec: dict[str, Any]) -> str:
    import vl_convert

    return str(vl_convert.vegalite_to_svg(spec, vl_version=_VEGA_LITE, allowed_base_urls=[]))
