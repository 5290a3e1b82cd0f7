"""A survey as Markdown: the headline, a table of groups, and what is said of them as a list."""

from __future__ import annotations

from collections.abc import Iterator

from carbonctl.analysis.survey.model import Survey
from carbonctl.render import Style
from carbonctl.render.escaping import markdown as escape
from carbonctl.render.human_numbers import mass, significant
from carbonctl.render.survey import Shown, own_records_below
from carbonctl.render.survey import lines as words
from carbonctl.render.survey.table_ import MOST_SHOWN

_HEADS = ("Median", "Mean", "Geometric", "p25..p75", "Largest")


def render(shown: Shown, style: Style) -> str:
    """Return the text; everything that comes from a file is escaped."""
    survey = shown.survey
    lines = [f"### {escape(words.headline(survey))}", ""]
    for by in survey.by or ("",):
        lines += [*_groups(survey, by), ""]
    if words.compared(survey):
        lines += [*_quality(survey), ""]
    lines += [f"- {escape(text)}" for text in words.remarks(survey)]
    lines += [f"- Note: {escape(note)}" for note in words.notes(survey)]
    for amount, item, source in words.equivalents(shown):
        lines.append(f"- As much carbon as {escape(f'{amount}: {item} ({source})')}")
    if survey.question.lists_runs:
        lines += ["", *_runs(survey)]
    if shown.verdicts:
        from carbonctl.render.verdicts import bullets

        lines += ["", "#### Gates", "", *bullets(shown.verdicts, escape)]
    return own_records_below("\n".join([*lines, ""]), shown, is_markdown=True)


def _groups(survey: Survey, by: str) -> Iterator[str]:
    size, unit = words.unit_of(survey)
    heads = ["Runs", "Total", *(f"{head} ({unit})" for head in _HEADS)]
    yield _line([escape(by[:1].upper() + by[1:]) or "Group", *heads])
    yield _line([":--", *["--:"] * len(heads)])
    groups = [group for group in survey.groups if group.row.group == by]
    for group in (*groups[:MOST_SHOWN], survey.whole):
        row = group.row
        yield _line([
            escape(words.called(row)), f"{row.n:,}",
            words.NOTHING if row.total_kgco2e is None else mass(row.total_kgco2e),
            words.kilograms(row.median_kgco2e, size), words.kilograms(row.mean_kgco2e, size),
            words.kilograms(row.geometric_mean_kgco2e, size), words.middle_half(row, size),
            words.kilograms(row.max_kgco2e, size),
        ])  # fmt: skip


def _quality(survey: Survey) -> Iterator[str]:
    yield _line(["Quality and carbon", "n", "Spearman", "On the frontier"])
    yield _line([":--", "--:", "--:", ":--"])
    for group in words.compared(survey)[:MOST_SHOWN]:
        row = group.row
        yield _line([
            escape(words.called(row)), f"{row.quality_n:,}", words.rank(row), words.frontier(group)
        ])  # fmt: skip


def _runs(survey: Survey) -> Iterator[str]:
    yield _line(
        ["Run", "Carbon (kg)", "Energy (kWh)", "Quality", "Frontier", "Excess (kg)", "Notes"]
    )
    yield _line([":--", "--:", "--:", "--:", ":-:", "--:", ":--"])
    for run in survey.listed[:MOST_SHOWN]:
        yield _line([
            escape(run.name), words.kilograms(run.kgco2e), words.kilograms(run.energy_kwh),
            "" if run.quality is None else significant(run.quality),
            words.FRONTIER if run.on_frontier else "",
            "" if run.excess_kgco2e is None else words.kilograms(run.excess_kgco2e),
            escape(run.notes),
        ])  # fmt: skip


def _line(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"
