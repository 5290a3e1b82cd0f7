"""A page of HTML in one file: it asks no network for anything and runs no script."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from html import escape

from carbonctl.render.charts import bars, draw
from carbonctl.render.charts.chart import NARROW, WIDE, Cell, Chart, Table
from carbonctl.render.charts.colors import ALL
from carbonctl.render.human_numbers import significant
from carbonctl.text import printable

NOT_DRAWN = f"Charts are left out, or are plain bars. To draw them: {draw.EXTRA}"
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
_PAGE_PX = 720  # below it a phone's drawings are shown
_LIGHT = "".join(f"--{color.name}:{color.light};" for color in ALL)
_DARK = "".join(f"--{color.name}:{color.dark};" for color in ALL)
_STYLE = f"""
:root{{color-scheme:light dark;{_LIGHT}}}
@media screen and (prefers-color-scheme:dark){{:root{{{_DARK}}}}}
*{{box-sizing:border-box}}
body{{margin:0 auto;padding:16px;max-width:{WIDE + 32}px;background:var(--paper);color:var(--ink);
font:16px/1.5 Arial,'Liberation Sans',Helvetica,sans-serif;overflow-wrap:anywhere}}
h1{{font-size:24px;line-height:1.25;margin:8px 0}}
h2{{font-size:18px;line-height:1.3;margin:0 0 8px}}
p{{margin:8px 0}}
section{{margin:28px 0}}
figure{{margin:0}}
svg{{display:block;overflow:visible;max-width:100%;height:auto}}
.narrow{{display:none}}
.note,footer,figcaption{{color:var(--quiet);font-size:14px}}
summary{{cursor:pointer;padding:6px 0;color:var(--blue);font-size:14px}}
.scroll{{overflow-x:auto;max-height:420px;overflow-y:auto}}
table{{border-collapse:collapse;font-size:13px;font-variant-numeric:tabular-nums}}
th,td{{padding:3px 12px 3px 0;border-bottom:1px solid var(--line);vertical-align:top;
text-align:right;overflow-wrap:normal}}
td:first-child{{white-space:nowrap}}
th{{color:var(--quiet);font-weight:normal}}
th:first-child,td:first-child,th.text,td.text{{text-align:left}}
th.number,td.number{{text-align:right}}
footer{{border-top:1px solid var(--line);margin-top:32px;padding-top:8px}}
@media screen and (max-width:{_PAGE_PX - 1}px){{.wide{{display:none}}.narrow{{display:block}}
.narrow svg{{margin:0 auto}}}}
@media print{{body{{max-width:none;padding:0}}figure{{break-inside:avoid}}
h1,h2{{break-after:avoid}}
details::details-content{{content-visibility:visible;height:auto}}
details:not([open])>:not(summary){{display:block}}
summary{{color:var(--quiet)}}.scroll{{overflow:visible;max-height:none}}
thead{{display:table-header-group}}tr{{break-inside:avoid}}}}
{bars.STYLE}
"""


def shell(title: str, body: str) -> str:
    """Return a whole page; ``body`` is HTML, ``title`` is text."""
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{text(title)}</title>\n<style>{_STYLE}</style>\n</head>\n"
        f"<body>\n{body}</body>\n</html>\n"
    )


def page(charts: Sequence[Chart], title: str, lead: str = "", notes: Iterable[str] = ()) -> str:
    """Return a page of some charts.

    Parameters
    ----------
    charts : sequence of Chart
        In their order.
    title, lead : str
        Its head, and a sentence below it.
    notes : iterable of str
        What stands at its end: versions, data, hashes of inputs.
    """
    said = [f'<p dir="auto">{text(lead)}</p>\n'] if lead else []
    if not draw.is_possible():
        said.append(f'<p class="note">{text(NOT_DRAWN)}</p>\n')
    end = "".join(f'<p dir="auto">{text(note)}</p>\n' for note in notes)
    return shell(
        title,
        f'<main>\n<h1 dir="auto">{text(title)}</h1>\n{"".join(said)}'
        f"{''.join(map(section, charts))}</main>\n"
        + (f"<footer>\n{end}</footer>\n" if end else ""),
    )


def section(chart: Chart) -> str:
    """Return a chart in a section of its own: its title, the drawing, its figures as a table.

    Where it cannot be drawn the table is open. Its name is an id of the page, and begins the ids
    in its drawing.
    """
    is_drawn = draw.is_possible()
    drawings = (
        f'<div class="wide">\n{draw.for_page(chart)}</div>\n'
        f'<div class="narrow">\n{draw.for_page(chart, NARROW)}</div>\n'
        if is_drawn
        else bars.html(chart.bars, chart.legend)
    )
    note = f'<figcaption dir="auto">{text(chart.note)}</figcaption>\n' if chart.note else ""
    return (
        f'<section id="{text(chart.name)}">\n<h2 dir="auto">{text(chart.title)}</h2>\n'
        f"<figure>\n{drawings}{note}</figure>\n"
        f"<details{'' if is_drawn else ' open'}>\n<summary>Figures of this chart</summary>\n"
        f"{table(chart.table, chart.title)}</details>\n</section>\n"
    )


def table(figures: Table, title: str) -> str:
    """Return the figures of a chart as a table that scrolls by itself where it is too wide."""
    sides = [
        _side(at, any(isinstance(row[at], float | int) for row in figures.rows))
        for at in range(len(figures.heads))
    ]
    heads = "".join(
        f'<th scope="col"{side}>{text(head)}</th>'
        for head, side in zip(figures.heads, sides, strict=True)
    )
    rows = "".join(
        "<tr>"
        + "".join(f"<td{side}>{_cell(cell)}</td>" for cell, side in zip(row, sides, strict=True))
        + "</tr>\n"
        for row in figures.rows
    )
    return (
        f'<div class="scroll" tabindex="0" role="group" aria-label="{text(title)}: figures">\n'
        f"<table>\n<thead><tr>{heads}</tr></thead>\n<tbody>\n{rows}</tbody>\n</table>\n</div>\n"
    )


def text(plain: str) -> str:
    """Return text as HTML shows it, in an element or an attribute: nothing in it is obeyed."""
    return escape(printable(plain))


def _side(at: int, is_number: bool) -> str:
    """Return how the cells of a column say what they hold: text in the first, else numbers."""
    if at == 0:
        return ' class="number"' if is_number else ""
    return "" if is_number else ' class="text"'


def _cell(cell: Cell) -> str:
    if cell is None or (isinstance(cell, float) and not math.isfinite(cell)):
        return "not known"
    return f"<bdi>{text(cell)}</bdi>" if isinstance(cell, str) else _signed(cell)


def _signed(number: float) -> str:
    """Return a number with the sign that the texts of the page have."""
    return f"{'−' * (number < 0)}{significant(abs(number))}"
