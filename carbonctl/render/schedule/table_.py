"""Schedules for a terminal: when and where, the ways to run, and the day of the chosen one."""

from __future__ import annotations

from carbonctl.render import Style, human_numbers
from carbonctl.render.own_records import below
from carbonctl.render.plain import finished
from carbonctl.render.schedule import Shown
from carbonctl.render.schedule.day import day_of
from carbonctl.render.schedule.words import (
    answer,
    chosen_by,
    data,
    date,
    facts,
    headline,
    ways,
)
from carbonctl.render.sheet import Content, Screen, Sheet, Text
from carbonctl.render.verdicts import draw
from carbonctl.site.schedules import HOME, JobSchedule, Option

_BAR_FROM = 76
_WHERE_FROM, _END_FROM, _SHARE_FROM = 60, 74, 46  # of one region
_PAUSES_FROM, _SAVES_FROM, _ENERGY_FROM = 90, 100, 120


def render(shown: Shown, style: Style) -> str:
    """Return the answer, and below it what it rests on."""
    screen = Screen(style)
    result = shown.result
    if len(result.jobs) > 1:
        screen.paragraph(headline(result), "bold")
        screen.paragraph()
    for place, job in enumerate(result.jobs):
        if place:
            screen.paragraph()
        _draw(job, screen)
    screen.paragraph(chosen_by(result))
    screen.paragraph(data(result))
    if shown.verdicts:
        draw(screen, shown.verdicts)
    return finished(below(screen.drawn(), shown.about.own_records), style)


def _draw(job: JobSchedule, screen: Screen) -> None:
    screen.paragraph(answer(job), "bold")
    screen.paragraph(facts(job))
    screen.paragraph()
    _Table(job).draw(screen)
    screen.paragraph()
    if screen.width >= _BAR_FROM:
        screen.lines += day_of(job)


class _Table:
    """The ways to run one job, all masses in one unit."""

    def __init__(self, job: JobSchedule) -> None:
        self.job = job
        options = job.options
        largest = max(abs(option.kgco2e) for option in options)
        self.size, self.unit = human_numbers.scale(largest, "kgCO2e")
        self.places = human_numbers.decimals(largest / self.size)
        self.is_chosen_otherwise = any(option.ideal_kgco2e is not None for option in options)
        self.has_signal = any(option.signal_kgco2e is not None for option in options)

    def draw(self, screen: Screen) -> None:
        sheet = Sheet(is_ruled=True)
        crowded = self.is_chosen_otherwise or self.has_signal
        has_one = all(option.region == HOME for option in self.job.options)
        sheet.add_column("Where", start=_WHERE_FROM if has_one else 0)
        sheet.add_column("Run", wraps=False)
        sheet.add_column("Start", wraps=False)
        sheet.add_column("End", wraps=False, start=_END_FROM)
        for head, start in (
            ("Pauses", _PAUSES_FROM), ("kWh", _ENERGY_FROM),
            ("g/kWh", _SAVES_FROM if crowded else _END_FROM), (self.unit, 0),
            ("Saves", _SAVES_FROM), ("saved", _SHARE_FROM),
        ):  # fmt: skip
            sheet.add_column(head, is_right=True, wraps=False, start=start)
        if self.is_chosen_otherwise:
            sheet.add_column("Ideal", is_right=True, wraps=False)
        if self.has_signal:
            sheet.add_column("Signal", is_right=True, wraps=False)
        for region, name, option in ways(self.job):
            sheet.add_row(*self.cells(region, name, option))
        sheet.draw(screen)

    def cells(self, region: str, name: str, option: Option) -> list[Content]:
        is_best = option is self.job.best
        style = "green" if is_best else ""
        cells: list[Content] = [
            region,
            Text(f"{'→ ' if is_best else '  '}{name}", style),
            Text(date(option.start, self.job), style),
            Text(date(option.end, self.job), style),
            "" if option.pauses is None else str(option.pauses),
            human_numbers.significant(option.energy_kwh),
            human_numbers.significant(float(f"{option.g_per_kwh:.3g}"), 3),
            Text(self.mass(option.kgco2e), style),
            self.mass(option.saves_kgco2e),
            Text(_share(option), style),
        ]
        if self.is_chosen_otherwise:
            cells.append(self.mass(option.ideal_kgco2e))
        if self.has_signal:
            cells.append(self.mass(option.signal_kgco2e))
        return cells

    def mass(self, kg: float | None) -> str:
        """Return a mass in the unit of the table; nothing where there is none."""
        if kg is None:
            return ""
        text = human_numbers.fixed(abs(kg), self.places, self.size)
        is_nothing = not kg or text.strip("0.") == ""
        return "0" if is_nothing else f"{'−' if kg < 0 else ''}{text}"


def _share(option: Option) -> str:
    size = human_numbers.percent(abs(option.saves_pct), 100)
    return f"−{size}" if option.saves_pct < 0 else size if option.saves_pct else "0 %"
