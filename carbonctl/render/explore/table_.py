"""Designs as a table for a terminal."""

from __future__ import annotations

from carbonctl.analysis.explore.answer import Answer
from carbonctl.render import Style, human_numbers
from carbonctl.render.explore import Shown, words
from carbonctl.render.own_records import below
from carbonctl.render.plain import finished
from carbonctl.render.sheet import Screen, Sheet, Text
from carbonctl.render.verdicts import draw

_BAR, _BAR_FROM = 16, 100
_RANGES_FROM = 78  # columns of a screen with room for the ranges of ends
_WIDE_FROM = 90  # columns of a screen with room for parts of the total
_PARTS = ("operational", "embodied")


def render(shown: Shown, style: Style) -> str:
    """Return which design is best, those that may be the choice, and where each wins."""
    answer, screen = shown.answer, Screen(style)
    screen.paragraph(words.title(answer), "dim")
    screen.paragraph(words.headline(answer), "bold")
    if near := words.sureness(answer):
        screen.paragraph(near)
    if answer.order:
        screen.paragraph()
        _draw(answer, screen)
    if answer.regions:
        _regions(answer, screen)
    said = list(words.remarks(answer))
    if said:
        screen.paragraph()
    for text in said:
        screen.paragraph(text, "dim", hanging=2)
    if shown.verdicts:
        draw(screen, shown.verdicts)
    return finished(below(screen.drawn(), shown.about.own_records), style)


def _draw(answer: Answer, screen: Screen) -> None:
    sheet = Sheet(is_ruled=True)
    sheet.add_column("Design", least=12)
    figures = words.shown_figures(answer)
    asked = {answer.asked.rank, *answer.asked.objectives}
    shown = words.shown_designs(answer)
    columns = [words.column(figure, shown) for figure in figures]
    for figure, (unit, _) in zip(figures, columns, strict=True):
        start = _WIDE_FROM if figure.name in _PARTS and figure.name not in asked else 0
        head = figure.name.replace("_", " ").capitalize()
        sheet.add_column(head, unit=unit, is_right=True, wraps=False, start=start)
    sheet.add_column()
    for place in shown:
        style = "bold" if place == answer.best else ""
        dots = "" if answer.non_dominated[place] else "dim"
        sheet.add_row(
            Text(answer.designs.labels[place], style or dots),
            *(Text(write(place), dots) for _, write in columns),
            Text(words.mark(answer, place), "cyan"),
        )
    sheet.draw(screen)


def _regions(answer: Answer, screen: Screen) -> None:
    """Draw who wins along an axis; at several lifetimes one below the other."""
    screen.heading(words.regions_title(answer, answer.regions[0]))
    sheet = Sheet()
    is_map = answer.regions[0].lifetime is not None
    has_ranges = any(words.span(a, region)[1] for a in answer.regions for region in a.regions)
    for _ in range(is_map + 1):
        sheet.add_column(wraps=False)
    sheet.add_column()
    if has_ranges:
        sheet.add_column(wraps=False, style="dim", start=_RANGES_FROM)
    sheet.add_column(wraps=False, start=_BAR_FROM)
    for along in answer.regions:
        for place, region in enumerate(along.regions):
            said, ends = words.span(along, region)
            share = (region.end - region.start) / (along.high - along.low)
            life = "" if place or along.lifetime is None else words.life(along.lifetime)
            sheet.add_row(
                *([life] if is_map else []), said, region.design,
                *([f"ends at {ends}" if ends else ""] if has_ranges else []),
                Text(human_numbers.bar(share, 1.0, _BAR), "cyan"),
            )  # fmt: skip
    sheet.draw(screen)
