"""The record of published figures for a terminal."""

from __future__ import annotations

from carbonctl.analysis.reproduce import Reproduction
from carbonctl.ledger.result import About
from carbonctl.render import Style
from carbonctl.render.own_records import below
from carbonctl.render.plain import finished
from carbonctl.render.reproduction.lines import Part, notes, parts
from carbonctl.render.sheet import Content, Screen, Sheet, Text

_AT_LEFT = frozenset({"Workload", "Figure", "Work"})
_FROM = {"Range": 72}  # columns of the screen; "in range" says the most of it
_STYLES = {"no": "red", "unknown": "red"}


def render(made: Reproduction, about: About, style: Style, *, is_short: bool) -> str:
    """Return the tables and what is said below them."""
    screen = Screen(style)
    for place, part in enumerate(parts(made, is_short=is_short)):
        if place:
            screen.paragraph()
        screen.paragraph(part.title, "bold")
        _sheet(part).draw(screen)
    said = notes(made)
    if said:
        screen.paragraph()
    for note in said:
        screen.paragraph(note, "red" if note.startswith("Missed") else "")
    return below(finished(screen.drawn(), style), about.own_records)


def _sheet(part: Part) -> Sheet:
    sheet = Sheet(is_ruled=True)
    for head in part.heads:
        is_text = head in _AT_LEFT
        name, _, unit = head.partition("|")
        start = _FROM.get(name, 0)
        sheet.add_column(name, unit=unit, is_right=not is_text, wraps=is_text, start=start)
    for row in part.rows:
        sheet.add_row(*map(_cell, row))
    return sheet


def _cell(text: str) -> Content:
    return Text(text, _STYLES.get(text, ""))
