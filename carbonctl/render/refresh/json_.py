"""How long to keep machines as JSON, in fixed units and full precision."""

from __future__ import annotations

import math
from typing import Any

from carbonctl.analysis.refresh import Plan
from carbonctl.numbers.intervals import Number, best, high, low
from carbonctl.render import Style
from carbonctl.render.escaping import as_json
from carbonctl.render.refresh import Shown
from carbonctl.render.result.json_ import head
from carbonctl.render.verdicts import as_dict

SCHEMA = "carbonctl.refresh/1"


def render(shown: Shown, style: Style) -> str:
    """Return the document; times are years."""
    answer = shown.answer
    machine, question = answer.machine, answer.question
    rule = answer.rule
    document = {
        **head(SCHEMA, shown.about),
        "file": machine.file,
        "name": machine.workload,
        "system": machine.system,
        "embodied_kgco2e": _figure(machine.embodied_kgco2e),
        "operational_kgco2e_per_year": _figure(machine.kgco2e_per_year),
        "lifetime_years": machine.life,
        "gain": question.written,
        "gain_per_year": _figure(question.gain_per_year),
        "grid": question.grid_written or None,
        "horizon_years": question.horizon,
        "step_years": question.step,
        "plans": [_plan(plan) for plan in answer.plans],
        "rule_of_thumb": {
            "life_years": rule.life,
            "approximate_life_years": rule.about,
            "embodied_over_gain": rule.over_gain if math.isfinite(rule.over_gain) else None,
            "reason": rule.reason or None,
        },
        "owned_years": question.owned,
        "break_even_years": answer.owned,
        "second_life": None
        if answer.second_life is None
        else {
            "years": question.second_life,
            "rule": question.rule,
            "cut_off_kgco2e_per_year": answer.second_life[0],
            "whole_life_kgco2e_per_year": answer.second_life[1],
        },
        "repair": None
        if answer.repair is None or question.repair is None
        else {
            "parts_kgco2e": question.repair.parts_kgco2e,
            "life_years": question.repair.life,
            "repaired_kgco2e_per_year": answer.repair.repaired,
            "new_kgco2e_per_year": answer.repair.new,
        },
        "spread": None if answer.spread is None else answer.spread._asdict(),
        "verdicts": [as_dict(verdict) for verdict in shown.verdicts],
    }
    return as_json(document)


def _figure(number: Number) -> dict[str, float]:
    return {"best": best(number), "low": low(number), "high": high(number)}


def _plan(plan: Plan) -> dict[str, Any]:
    chain = plan.chain
    return {
        "plan": plan.name,
        "best": plan.is_best,
        "machines": len(chain.bought),
        "bought_years": list(chain.bought),
        "life_years": list(chain.lives),
        "embodied_kgco2e": chain.embodied_kgco2e,
        "operational_kgco2e": chain.operational_kgco2e,
        "total_kgco2e": chain.total_kgco2e,
    }
