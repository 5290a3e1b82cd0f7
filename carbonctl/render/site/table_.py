"""A site for a terminal: the answer first, then accounts, what changes it, and what was assumed."""

from __future__ import annotations

from collections.abc import Iterable

from carbonctl.analysis.gates import Verdict
from carbonctl.ledger.result import About
from carbonctl.render import Style
from carbonctl.render.own_records import below
from carbonctl.render.plain import finished
from carbonctl.render.sheet import Screen, Sheet, Text
from carbonctl.render.site.words import Head, Line, Words
from carbonctl.render.verdicts import draw
from carbonctl.site.results import SiteResult


def render(result: SiteResult, about: About, verdicts: tuple[Verdict, ...], style: Style) -> str:
    """Return the lines; of one site they fit 80 columns and 24 lines."""
    words, screen = Words(result), Screen(style)
    screen.paragraph(words.headline(), "bold")
    screen.paragraph(words.below_headline(), "dim")
    _say(screen, (words.sized(),))
    screen.paragraph()
    _sheet(screen, words.account_heads(), words.accounts())
    screen.paragraph()
    _sheet(screen, words.way_heads(), words.ways())
    _say(screen, (words.optimum(),))
    if result.designs is not None:
        lines, said = words.designs()
        screen.paragraph()
        _sheet(screen, words.design_heads(), lines)
        _say(screen, (said,))
    screen.paragraph()
    _say(screen, (words.embodied(), words.coverage(), words.intensity()))
    _say(screen, (words.day(), words.signal()))
    if result.hours_of_day:
        screen.paragraph()
        _sheet(screen, words.hour_heads(), words.hours_of_day())
    _say(screen, (words.assumed(), words.data()), "dim")
    if verdicts:
        draw(screen, verdicts)
    return finished(below(screen.drawn(), about.own_records), style)


def _say(screen: Screen, texts: Iterable[str], style: str = "") -> None:
    for text in filter(None, texts):
        screen.paragraph(text, style)


def _sheet(screen: Screen, heads: Iterable[Head], lines: Iterable[Line]) -> None:
    """Draw a table; the line that counts is bold."""
    sheet = Sheet()
    for place, head in enumerate(heads):
        wraps = not head.is_figure and place > 0
        sheet.add_column(
            head.text, unit=head.unit, is_right=head.is_figure, wraps=wraps, start=head.start
        )
    for line in lines:
        sheet.add_row(*(Text(cell, "bold" if line.is_chosen else "") for cell in line.cells))
    sheet.draw(screen)
