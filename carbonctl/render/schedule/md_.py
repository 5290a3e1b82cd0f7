"""Schedules as Markdown: the answer, the ways to run as a table, and what they rest on."""

from __future__ import annotations

from carbonctl.render import Style
from carbonctl.render.escaping import markdown as escape
from carbonctl.render.human_numbers import mass, percent, signed, significant
from carbonctl.render.own_records import below
from carbonctl.render.schedule import Shown
from carbonctl.render.schedule.words import (
    answer,
    assumptions,
    data,
    facts,
    headline,
    minute,
)
from carbonctl.render.verdicts import bullets
from carbonctl.site.schedules import JobSchedule, Option


def render(shown: Shown, style: Style) -> str:
    """Return the text; everything that comes from a file is escaped."""
    result = shown.result
    lines = []
    if len(result.jobs) > 1:
        lines += [f"### {escape(headline(result))}", ""]
    for job in result.jobs:
        lines += _job(job)
    lines += [f"- {escape(said)}" for said in (*assumptions(result), data(result))]
    lines += [f"- Note: {escape(str(warning))}" for warning in result.warnings]
    if shown.verdicts:
        lines += ["", "#### Gates", "", *bullets(shown.verdicts, escape)]
    return below("\n".join([*lines, ""]), shown.about.own_records, is_markdown=True)


def _job(job: JobSchedule) -> list[str]:
    heads = ["Where", "Run", "Start (UTC)", "End (UTC)", "Intensity", "Carbon", "Saves", "of now"]
    more = {
        "Ideal": [option.ideal_kgco2e for option in job.options],
        "Signal": [option.signal_kgco2e for option in job.options],
    }
    kept = {head: cells for head, cells in more.items() if any(c is not None for c in cells)}
    heads += kept
    lines = [f"### {escape(answer(job))}", "", f"{escape(facts(job))}.", ""]
    lines += [_line(heads), _line([":--"] * 4 + ["--:"] * (len(heads) - 4))]
    for place, option in enumerate(job.options):
        extra = [_mass(cells[place]) for cells in kept.values()]
        lines.append(_line([*_cells(option, is_best=option is job.best), *extra]))
    return [*lines, ""]


def _cells(option: Option, *, is_best: bool) -> list[str]:
    bold = "**" if is_best else ""
    share = percent(abs(option.saves_pct), 100) if option.saves_pct else "0 %"
    return [
        escape(option.region), f"{bold}{option.name}{bold}",
        minute(option.start or ""), minute(option.end or ""),
        f"{significant(option.g_per_kwh)} g/kWh", _mass(option.kgco2e),
        _mass(option.saves_kgco2e), f"{'−' if option.saves_pct < 0 else ''}{share}",
    ]  # fmt: skip


def _mass(kg: float | None) -> str:
    if kg is None:
        return ""
    return mass(kg) if kg >= 0 else signed(kg, mass)


def _line(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"
