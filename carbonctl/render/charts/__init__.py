"""Charts: Vega-Lite specifications as plain data, drawn as SVG, PNG or in a page of HTML.

A chart is a function of a result in a module of its own: ``hours``, ``starts``, ``day``,
``pareto``, ``accounts``. Each takes figures and returns a `carbonctl.render.charts.chart.Chart`;
`render` draws it. A command offers the exports of `carbonctl.render.CHART_FORMATS` so:

1. it reads them with ``parse_export(text, (*FORMATS, *CHART_FORMATS))`` and calls `require` with
   the formats, before it computes anything;
2. its own ``render`` hands those formats, the charts of its result and a title to `render`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from carbonctl.render.charts.chart import Chart

__all__ = ["render", "require"]


def require(forms: Iterable[str]) -> None:
    """Refuse formats that cannot be drawn here; a page can be made without drawings.

    Raises
    ------
    MissingExtra
        Naming the command that installs what draws them.
    """
    from carbonctl.render.charts import draw

    for form in forms:
        if form in ("svg", "png"):
            draw.require(form)


def render(
    form: str, charts: Sequence[Chart], title: str, lead: str = "", notes: Iterable[str] = ()
) -> str | bytes:
    """Return charts in one of `carbonctl.render.CHART_FORMATS`.

    Parameters
    ----------
    form : str
        ``svg``, ``png`` and ``vl.json`` hold the first chart, ``html`` all of them.
    charts : sequence of Chart
        At least one.
    title, lead : str
        Head of the page, and a sentence below it.
    notes : iterable of str
        What stands at the end of the page: versions, data, hashes of inputs.

    Raises
    ------
    MissingExtra
        For ``svg`` and ``png`` where nothing can draw them.
    """
    first = charts[0]
    if form == "vl.json":
        from carbonctl.render.charts import chart

        return chart.as_json(first.spec)
    if form == "html":
        from carbonctl.render.charts.page import page

        return page(charts, title, lead, notes)
    from carbonctl.render.charts import draw

    return draw.as_png(first) if form == "png" else draw.as_svg(first)
