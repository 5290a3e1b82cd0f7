"""How long to keep machines as a table for a terminal."""

from __future__ import annotations

from carbonctl.analysis.refresh import Answer, Plan
from carbonctl.analysis.refresh.answer import DATES, EVEN
from carbonctl.render import Style, human_numbers
from carbonctl.render.own_records import below
from carbonctl.render.plain import finished
from carbonctl.render.refresh import Shown
from carbonctl.render.refresh.words import headline, lived, remarks, told
from carbonctl.render.sheet import Screen, Sheet, Text
from carbonctl.render.verdicts import draw

_BAR, _BAR_FROM = 12, 76
_AROUND = 1  # plans on both sides of the best that are shown


def render(shown: Shown, style: Style) -> str:
    """Return what to do, the plans around it, and what is to be said of them."""
    screen = Screen(style)
    screen.paragraph(headline(shown.answer, by_dates=shown.by_dates), "bold")
    screen.paragraph()
    _draw(shown.answer, screen)
    screen.paragraph()
    for said in remarks(shown.answer):
        screen.paragraph(said, hanging=2)
    if shown.verdicts:
        draw(screen, shown.verdicts)
    return finished(below(screen.drawn(), shown.about.own_records), style)


def rows(answer: Answer) -> list[Plan]:
    """Return the plans that are shown: one machine, those around the best, and the others."""
    count = len(answer.even.bought)
    return [
        plan
        for plan in answer.plans
        if plan.name != EVEN
        or len(plan.chain.bought) == 1
        or abs(len(plan.chain.bought) - count) <= _AROUND
    ]


def lives(plan: Plan) -> str:
    """Return how long the machines of a plan are kept."""
    kept = plan.chain.lives
    if plan.name != DATES:
        return told(kept[0])
    return lived(kept[0]) if len(kept) == 1 else f"{lived(kept[0])} to {lived(kept[-1])}"


def label(plan: Plan) -> str:
    """Return what a plan is called."""
    return {EVEN: "even lives", DATES: "best dates"}.get(plan.name, plan.name)


def _draw(answer: Answer, screen: Screen) -> None:
    shown = rows(answer)
    largest = max(plan.chain.total_kgco2e for plan in shown)
    size, unit = human_numbers.scale(largest, "kgCO2e")
    places = human_numbers.decimals(largest / size)
    sheet = Sheet(is_ruled=True)
    sheet.add_column("Plan", wraps=False)
    sheet.add_column("Machines", is_right=True, wraps=False)
    sheet.add_column("Each kept")
    for head, start in (("Embodied", 70), ("Operational", 90), ("Total", 0)):
        sheet.add_column(head, unit=unit, is_right=True, wraps=False, start=start)
    sheet.add_column(wraps=False, start=_BAR_FROM)
    for plan in shown:
        chain = plan.chain
        mark = " ●" if plan.is_best and plan.name == EVEN else ""
        style = "bold" if mark else ""
        sheet.add_row(
            Text(f"{label(plan)}{mark}", style),
            str(len(chain.bought)),
            lives(plan),
            *(
                human_numbers.fixed(figure, places, size)
                for figure in (chain.embodied_kgco2e, chain.operational_kgco2e, chain.total_kgco2e)
            ),
            Text(human_numbers.bar(chain.total_kgco2e, largest, _BAR), "cyan"),
        )
    sheet.draw(screen)
