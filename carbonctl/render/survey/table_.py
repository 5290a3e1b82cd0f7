"""A survey as tables for a terminal: groups, quality and carbon, and runs where they are listed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from carbonctl.analysis.survey.model import Group, GroupRow, Survey
from carbonctl.render import CAUTION, Style, human_numbers
from carbonctl.render.plain import finished
from carbonctl.render.sheet import Screen, Sheet, Text
from carbonctl.render.survey import Shown, lines, own_records_below

MOST_SHOWN = 1000  # groups, and runs; machine formats have all
_BAR = 10
_MIDDLE = "p25..p75"
_SHORT = 14  # characters of names that leave room for all columns
_BAR_FROM, _MIDDLE_FROM = 110, 90  # columns of a screen with room for them


def render(shown: Shown, style: Style) -> str:
    """Return the headline, the groups, and what is to be said of them."""
    survey = shown.survey
    screen = Screen(style)
    screen.paragraph(lines.headline(survey), "bold")
    for by in survey.by or ("",):
        screen.paragraph()
        groups = [group for group in survey.groups if group.row.group == by]
        _groups(shown, by, groups, screen)
    remarks = list(lines.remarks(survey))
    if remarks:
        screen.paragraph()
    for text in remarks:
        screen.paragraph(text)
    if lines.compared(survey):
        _quality(survey, screen)
    notes = list(lines.notes(survey))
    if notes:
        screen.paragraph()
        screen.paragraph(f"Notes: {'; '.join(notes)}", CAUTION if survey.inconsistent else "")
    if shown.everyday:
        screen.heading("As much carbon as")
        sheet = Sheet()
        sheet.add_columns("right", "left", "left")
        for cells in lines.equivalents(shown):
            sheet.add_row(*cells)
        sheet.draw(screen)
    if survey.question.lists_runs:
        _runs(survey, screen)
    if shown.verdicts:
        from carbonctl.render.verdicts import draw

        draw(screen, shown.verdicts)
    return finished(own_records_below(screen.drawn(), shown), style)


def _groups(shown: Shown, by: str, groups: Sequence[Group], screen: Screen) -> None:
    """Draw the groups of one column, and all runs below them."""
    survey = shown.survey
    sheet = Sheet(is_ruled=True)
    sheet.add_column(by[:1].upper() + by[1:] if by else "", least=8)
    longest = max((len(group.row.value) for group in groups), default=0)
    columns = [*_statistics(shown)]
    for head, unit, _ in columns:
        start = _MIDDLE_FROM if head == _MIDDLE and longest > _SHORT else 0
        sheet.add_column(head, unit=unit, is_right=True, wraps=False, start=start)
    sheet.add_column(wraps=False, start=_BAR_FROM)
    for group in (*groups[:MOST_SHOWN], survey.whole):
        style = "bold" if group is survey.whole and groups else ""
        cells = [write(group) for *_, write in columns]
        sheet.add_row(Text(lines.called(group.row), style), *cells, _bar(group.row, survey))
    sheet.draw(screen)
    if len(groups) > MOST_SHOWN:
        screen.paragraph(f"… and {len(groups) - MOST_SHOWN:,} more groups; csv and json have all")


def _statistics(shown: Shown) -> Iterator[tuple[str, str, Callable[[Group], str]]]:
    """Yield the columns of statistics: the head, the unit, and what writes a cell."""
    survey = shown.survey
    largest = survey.whole.row.total_kgco2e or 0.0
    size, unit = human_numbers.scale(largest, "kgCO2e")
    places = min(2, human_numbers.decimals(largest / size))
    per_run, kg = lines.unit_of(survey)

    def write(figure: float | None) -> str:
        return lines.kilograms(figure, per_run)

    def total(group: Group) -> str:
        own = group.row.total_kgco2e
        return lines.NOTHING if own is None else human_numbers.fixed(own, places, size)

    yield "Runs", "", lambda group: f"{group.row.n:,}"
    yield "Total", unit.removesuffix("CO2e"), total
    yield "Median", kg, lambda group: write(group.row.median_kgco2e)
    yield "Mean", kg, lambda group: write(group.row.mean_kgco2e)
    if shown.has_intervals:
        level = f"{survey.question.confidence:g} %"
        yield "Mean of", level, lambda group: lines.interval(group.row, per_run)
    if survey.question.trim is not None:
        cut = f"{float(survey.question.trim):g} %"
        yield "Trimmed", cut, lambda group: write(group.more.trimmed_mean_kgco2e)
    yield "Geometric", kg, lambda group: write(group.row.geometric_mean_kgco2e)
    yield _MIDDLE, kg, lambda group: lines.middle_half(group.row, per_run)
    yield "Largest", kg, lambda group: write(group.row.max_kgco2e)


def _bar(row: GroupRow, survey: Survey) -> Text:
    """Return the share of a group as a bar; none of all runs."""
    part = None if row is survey.whole.row else row.total_kgco2e
    return Text(human_numbers.bar(part, survey.whole.row.total_kgco2e, _BAR), "cyan")


def _quality(survey: Survey, screen: Screen) -> None:
    """Draw how carbon goes with quality in each group."""
    screen.paragraph()
    sheet = Sheet(gap=3)
    sheet.add_column("Quality and carbon", least=8)
    sheet.add_column("n", is_right=True, wraps=False)
    sheet.add_column("Spearman", is_right=True, wraps=False)
    sheet.add_column("On the frontier", wraps=False)
    for group in lines.compared(survey)[:MOST_SHOWN]:
        row = group.row
        sheet.add_row(
            lines.called(row), f"{row.quality_n:,}", lines.rank(row), lines.frontier(group)
        )
    sheet.draw(screen)


def _runs(survey: Survey, screen: Screen) -> None:
    """Draw a row a run, those on the frontier marked."""
    screen.heading("Runs" if not survey.question.has_excess else "Runs, and their excess")
    sheet = Sheet()
    sheet.add_column("", wraps=False)
    sheet.add_column("Run", least=8)
    for head, unit in (("Carbon", "kg"), ("Energy", "kWh"), ("Quality", "")):
        sheet.add_column(head, unit=unit, is_right=True, wraps=False)
    if survey.question.has_excess:
        sheet.add_column("Excess", unit="kg", is_right=True, wraps=False)
    sheet.add_column("Notes")
    for run in survey.listed[:MOST_SHOWN]:
        excess = "" if run.excess_kgco2e is None else lines.kilograms(run.excess_kgco2e)
        sheet.add_row(
            lines.FRONTIER if run.on_frontier else "", run.name, lines.kilograms(run.kgco2e),
            lines.kilograms(run.energy_kwh),
            "" if run.quality is None else human_numbers.significant(run.quality),
            *([excess] if survey.question.has_excess else []),
            "; ".join(filter(None, ("computed" if run.computed else "", run.notes))),
        )  # fmt: skip
    sheet.draw(screen)
    if len(survey.listed) > MOST_SHOWN:
        more = len(survey.listed) - MOST_SHOWN
        screen.paragraph(f"… and {more:,} more runs; csv and json have all")
