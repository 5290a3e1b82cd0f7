"""Runs of energy and error as tables for a terminal."""

from __future__ import annotations

from carbonctl.analysis.scaling import Answer, Point, Points
from carbonctl.analysis.scaling.points import KWH, RELATIVE
from carbonctl.render import Style, human_numbers
from carbonctl.render.own_records import below
from carbonctl.render.plain import finished
from carbonctl.render.scaling import Shown
from carbonctl.render.scaling.words import MARK, headline, remarks
from carbonctl.render.sheet import Screen, Sheet, Text
from carbonctl.render.verdicts import draw

_MOST = 12  # points that a list shows
_MOST_WIDE = 8  # model sizes that a matrix shows
_ERROR_DIGITS = 4
_BAR, _BAR_FROM = 20, 72
_HEAD, _CELL = 14, 11  # columns of a matrix, with the gap behind


def render(shown: Shown, style: Style) -> str:
    """Return what less error costs, the points, and what is to be said of them."""
    answer, screen = shown.answer, Screen(style)
    screen.paragraph(headline(answer), "bold")
    screen.paragraph()
    if answer.points is not None:
        _draw(answer, answer.points, screen)
        screen.paragraph()
    for said in remarks(answer):
        screen.paragraph(said, hanging=2)
    if shown.verdicts:
        draw(screen, shown.verdicts)
    return finished(below(screen.drawn(), shown.about.own_records), style)


def _draw(answer: Answer, points: Points, screen: Screen) -> None:
    sizes = {(point.data, point.model) for point in points.points}
    is_grid = points.points[0].energy_per_step is not None and len(sizes) == len(points.points)
    models = dict.fromkeys(point.model for point in points.points)
    fits = _HEAD + _CELL * len(models) <= screen.width
    if is_grid and fits and len(models) <= _MOST_WIDE:
        _matrices(answer, points, screen, list(models))
    else:
        _list(answer, points, screen)


def _matrices(answer: Answer, points: Points, screen: Screen, models: list[float | None]) -> None:
    """Draw the energies, and below them the errors: data down, model across."""
    largest = max(point.energy for point in points.points)
    size, unit = (1.0, "x") if points.unit == RELATIVE else human_numbers.scale(largest, KWH)
    places = human_numbers.decimals(largest / size)
    on = dict(zip(((p.data, p.model) for p in points.points), answer.on_frontier, strict=True))
    by_size = {(point.data, point.model): point for point in points.points}
    for title in (f"Energy, {unit}", "Error"):
        sheet = Sheet(is_ruled=True)
        sheet.add_column(f"{title}: data", wraps=False)
        for model in models:
            sheet.add_column(f"model {model:g}", is_right=True, wraps=False)
        for data in dict.fromkeys(point.data for point in points.points):
            cells = [Text(f"{data:g}")]
            for model in models:
                point = by_size[data, model]
                mark = f" {MARK}" if on[data, model] else "  "
                figure = (
                    human_numbers.fixed(point.energy, places, size)
                    if title != "Error"
                    else error(point)
                )
                cells.append(Text(figure).append(mark, "cyan"))
            sheet.add_row(*cells)
        sheet.draw(screen)


def error(point: Point) -> str:
    """Write an error with four decimals, a small one with four digits."""
    size = point.error
    return f"{size:.4f}" if size >= 0.1 else human_numbers.significant(size, _ERROR_DIGITS)


def _list(answer: Answer, points: Points, screen: Screen) -> None:
    """Draw a row a point, those on the frontier first where there are many."""
    marked = list(zip(points.points, answer.on_frontier, strict=True))
    shown = marked if len(marked) <= _MOST else sorted(marked, key=lambda pair: not pair[1])
    largest = max(point.energy for point in points.points)
    size, unit = human_numbers.scale(largest, KWH) if points.unit == KWH else (1.0, "")
    places = human_numbers.decimals(largest / size)
    sheet = Sheet(is_ruled=True)
    sheet.add_column("Point", least=12)
    sheet.add_column("Energy" if points.unit else points.energy, unit=unit, is_right=True,
                     wraps=False)  # fmt: skip
    sheet.add_column("Error", is_right=True, wraps=False)
    has_law = any(point.predicted is not None for point in points.points)
    if has_law:
        sheet.add_column("By law", is_right=True, wraps=False)
    sheet.add_column(wraps=False)
    sheet.add_column(wraps=False, start=_BAR_FROM)
    for point, is_on in shown[:_MOST]:
        law = f"{point.predicted:.4f}" if point.predicted is not None else ""
        sheet.add_row(
            point.label,
            human_numbers.fixed(point.energy, places, size),
            error(point),
            *([law] if has_law else []),
            Text(MARK if is_on else "", "cyan"),
            Text(human_numbers.bar(point.energy, largest, _BAR), "cyan"),
        )
    sheet.draw(screen)
    if len(marked) > _MOST:
        screen.paragraph(f"and {len(marked) - _MOST:,} more: --format csv has them all", "dim")
