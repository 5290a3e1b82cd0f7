"""How long to keep machines, one module a format."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, NamedTuple

from carbonctl.analysis.refresh import Answer, Plan
from carbonctl.analysis.refresh.question import WHOLE_LIFE
from carbonctl.ledger.result import About
from carbonctl.numbers.units import format_number
from carbonctl.render import Style

if TYPE_CHECKING:
    from carbonctl.analysis.gates import Verdict

FORMATS = ("table", "md", "csv", "tsv", "json")
COLUMNS = ("file", "workload", "system", "plan", "machines", "life_years", "first_life_years",
           "last_life_years", "bought_years", "embodied_kgco2e", "operational_kgco2e",
           "total_kgco2e", "best", "break_even_years")  # fmt: skip
RULE, OWNED = "rule of thumb", "owned"


class Shown(NamedTuple):
    """What is shown: an answer, what made it, its gates, and whether dates come first."""

    answer: Answer
    about: About
    verdicts: tuple[Verdict, ...] = ()
    by_dates: bool = False


def render(form: str, shown: Shown, style: Style | None = None) -> str:
    """Return an answer in one of `FORMATS`."""
    module = import_module(f"carbonctl.render.refresh.{form}_")
    text: str = module.render(shown, style or Style())
    return text


def as_rows(answer: Answer) -> list[dict[str, Any]]:
    """Return a mapping of `COLUMNS` a plan, then one each for the rule and the owned machine."""
    rows = [_plan_row(plan) for plan in answer.plans]
    if answer.rule.life is not None:
        rows.append({"plan": RULE, "life_years": answer.rule.life})
    if answer.question.owned is not None:
        rows.append({"plan": OWNED, "break_even_years": answer.owned})
    machine = answer.machine
    head = {"file": machine.file, "workload": machine.workload, "system": machine.system}
    return [{**dict.fromkeys(COLUMNS), **head, **row} for row in rows]


def _plan_row(plan: Plan) -> dict[str, Any]:
    lives, chain = plan.chain.lives, plan.chain
    return {
        "plan": plan.name,
        "machines": len(lives),
        "life_years": chain.horizon / len(lives),
        "first_life_years": lives[0],
        "last_life_years": lives[-1],
        "bought_years": ";".join(map(format_number, chain.bought)),
        "embodied_kgco2e": chain.embodied_kgco2e,
        "operational_kgco2e": chain.operational_kgco2e,
        "total_kgco2e": chain.total_kgco2e,
        "best": plan.is_best,
    }


def rule_of_lives(answer: Answer) -> str:
    """Return which life carries the embodied carbon, in words."""
    is_whole = answer.question.rule == WHOLE_LIFE
    return "both lives carry it" if is_whole else "the first life carries all of it"
