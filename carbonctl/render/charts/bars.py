"""Bars written by hand, for pages where the drawing library is not installed."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import NamedTuple

from carbonctl.render.charts.colors import Color
from carbonctl.text import printable

STYLE = (
    ".bars p{margin:8px 0 0;font-size:13px}.bars div{position:relative;height:16px}"
    ".bars div i{position:absolute;top:0;height:16px}"
    ".bars span{display:inline-block;width:12px;height:12px;margin:0 4px 0 12px}"
    ".bars i,.bars span{print-color-adjust:exact}"
)


class Piece(NamedTuple):
    """A piece of a bar: where it starts and ends, in the unit of its chart, and its color."""

    start: float
    end: float
    color: Color


class Bar(NamedTuple):
    """A bar: its name, and its pieces; what is not known has none."""

    name: str
    pieces: tuple[Piece, ...]


def stacked(name: str, sizes: Sequence[float | None], colors: Sequence[Color]) -> Bar:
    """Return a bar whose known pieces follow each other, from 0."""
    pieces, at = [], 0.0
    for size, color in zip(sizes, colors, strict=True):
        if size is not None:
            pieces.append(Piece(at, at + size, color))
            at += size
    return Bar(name, tuple(pieces))


def html(bars: Sequence[Bar], legend: Sequence[tuple[str, Color]]) -> str:
    """Return the bars as HTML, one below the other on the same scale; "" without pieces.

    They are hidden from screen readers: the table of the chart holds the same figures.
    """
    ends = [end for bar in bars for piece in bar.pieces for end in piece[:2]]
    if not ends or min(ends) == max(ends):
        return ""
    first, whole = min(ends), max(ends) - min(ends)
    key = "".join(
        f'<span style="background:{color.variable}"></span>{_text(word)}' for word, color in legend
    )
    drawn = "".join(
        f"<p>{_text(bar.name)}</p>\n<div>"
        + "".join(_piece(piece, first, whole) for piece in bar.pieces)
        + "</div>\n"
        for bar in bars
    )
    return f'<div class="bars" aria-hidden="true">\n<p>{key}</p>\n{drawn}</div>\n'


def _piece(piece: Piece, first: float, whole: float) -> str:
    start, end = sorted(piece[:2])
    left, width = (start - first) / whole * 100, (end - start) / whole * 100
    return f'<i style="left:{left:.2f}%;width:{width:.2f}%;background:{piece.color.variable}"></i>'


def _text(plain: str) -> str:
    return escape(printable(plain))
