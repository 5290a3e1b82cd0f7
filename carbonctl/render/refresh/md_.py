"""How long to keep machines as Markdown."""

from __future__ import annotations

from carbonctl.render import Style
from carbonctl.render.escaping import markdown as escape
from carbonctl.render.human_numbers import mass
from carbonctl.render.own_records import below
from carbonctl.render.refresh import Shown
from carbonctl.render.refresh.table_ import label, lives, rows
from carbonctl.render.refresh.words import headline, remarks
from carbonctl.render.verdicts import bullets

_HEADS = ("Plan", "Machines", "Each kept", "Embodied", "Operational", "Total")


def render(shown: Shown, style: Style) -> str:
    """Return the text; everything that comes from a file is escaped."""
    answer = shown.answer
    lines = [f"### {escape(headline(answer, by_dates=shown.by_dates))}", "", _line(_HEADS),
             _line([":--", "--:", ":--", "--:", "--:", "--:"])]  # fmt: skip
    for plan in rows(answer):
        chain = plan.chain
        figures = (chain.embodied_kgco2e, chain.operational_kgco2e, chain.total_kgco2e)
        name = f"**{label(plan)}**" if plan.is_best else label(plan)
        lines.append(_line([name, str(len(chain.bought)), lives(plan), *map(mass, figures)]))
    lines += ["", *(f"- {escape(said)}" for said in remarks(answer))]
    if shown.verdicts:
        lines += ["", "#### Gates", "", *bullets(shown.verdicts, escape)]
    return below("\n".join([*lines, ""]), shown.about.own_records, is_markdown=True)


def _line(cells: tuple[str, ...] | list[str]) -> str:
    return f"| {' | '.join(cells)} |"
