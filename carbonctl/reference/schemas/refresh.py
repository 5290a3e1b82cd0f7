"""The schema of replacement plans: what ``refresh`` writes as JSON."""

from __future__ import annotations

from carbonctl.analysis.refresh.answer import AS_FILED, DATES, EVEN
from carbonctl.analysis.refresh.question import CUT_OFF, WHOLE_LIFE
from carbonctl.reference.schemas import Schema, ref
from carbonctl.reference.schemas import records as r
from carbonctl.reference.schemas import result as of_result
from carbonctl.render.refresh.json_ import SCHEMA

_NUMBERS: Schema = {"type": "array", "items": r.NUMBER}
_COUNT: Schema = {"type": "integer"}


def build() -> Schema:
    """Return the schema of the document."""
    shared = of_result.build()["$defs"]
    numbers = dict.fromkeys(("low_kgco2e", "high_kgco2e", "shortest", "longest"), r.NUMBER)
    yearly = ("parts_kgco2e", "life_years", "repaired_kgco2e_per_year", "new_kgco2e_per_year")
    document = r.fields(
        "refresh",
        schema={"const": SCHEMA},
        own_records=r.listed("own_records"),
        embodied_kgco2e=ref("figure"),
        operational_kgco2e_per_year=ref("figure"),
        lifetime_years=r.MAYBE_NUMBER,
        gain_per_year=ref("figure"),
        grid=r.MAYBE_TEXT,
        horizon_years=r.NUMBER,
        step_years=r.NUMBER,
        plans=r.listed("plan"),
        rule_of_thumb=ref("rule"),
        owned_years=r.MAYBE_NUMBER,
        break_even_years=r.MAYBE_NUMBER,
        second_life=r.maybe("second_life"),
        repair=r.maybe("repair"),
        spread=r.maybe("spread"),
        verdicts=r.listed("verdict"),
    )
    plan = r.fields(
        "refresh plan",
        plan=r.words((EVEN, AS_FILED, DATES)), best=r.FLAG, machines=_COUNT, bought_years=_NUMBERS,
        life_years=_NUMBERS, embodied_kgco2e=r.NUMBER, operational_kgco2e=r.NUMBER,
        total_kgco2e=r.NUMBER,
    )  # fmt: skip
    rule = r.fields(
        "refresh rule",
        **dict.fromkeys(
            ("life_years", "approximate_life_years", "embodied_over_gain"), r.MAYBE_NUMBER
        ),
        reason=r.MAYBE_TEXT,
    )
    second = r.fields(
        "refresh second life",
        years=r.NUMBER, rule=r.words((CUT_OFF, WHOLE_LIFE)), cut_off_kgco2e_per_year=r.NUMBER,
        whole_life_kgco2e_per_year=r.NUMBER,
    )  # fmt: skip
    return {
        "$id": SCHEMA,
        "title": "Replacement plans by carbonctl refresh",
        "description": "What --format json writes: how long to keep machines. null is what does "
        "not apply",
        **r.whole(document),
        "$defs": {
            "figure": r.whole(
                r.fields("refresh figure", best=r.NUMBER, low=r.NUMBER, high=r.NUMBER)
            ),
            "plan": r.whole(plan),
            "rule": r.whole(rule),
            "second_life": r.whole(second),
            "repair": r.whole(r.fields("refresh repair", **dict.fromkeys(yearly, r.NUMBER))),
            "spread": r.whole(r.fields("refresh spread", fewest=_COUNT, most=_COUNT, **numbers)),
            "verdict": shared["verdict"],
            "own_records": shared["own_records"],
        },
    }
