"""The schema of energy and error of runs: what ``scaling`` writes as JSON."""

from __future__ import annotations

from carbonctl.reference.schemas import Schema
from carbonctl.reference.schemas import records as r
from carbonctl.reference.schemas import result as of_result
from carbonctl.render.scaling.json_ import SCHEMA

_BY_NAME: Schema = {"type": "object", "additionalProperties": r.NUMBER}
_BY_NAME_OR_NULL: Schema = {"type": "object", "additionalProperties": r.MAYBE_NUMBER}
_MAYBE = ("data", "model", "energy_per_step", "predicted_error")
_FIT = ("standard_error", "less_error_energy", "less_error_energy_low", "less_error_energy_high")


def build() -> Schema:
    """Return the schema of the document."""
    shared = of_result.build()["$defs"]
    document = r.fields(
        "scaling",
        schema={"const": SCHEMA},
        own_records=r.listed("own_records"),
        energy=r.MAYBE_TEXT,
        energy_unit=r.MAYBE_TEXT,
        error=r.MAYBE_TEXT,
        points=r.listed("point"),
        omitted=r.TEXTS,
        fit=r.maybe("fit"),
        frontier_fit=r.maybe("fit"),
        law=r.maybe("law"),
        half_life=r.maybe("half_life"),
        sub_sampling=r.maybe("sub_sampling"),
        verdicts=r.listed("verdict"),
    )
    point = r.fields(
        "scaling point",
        **dict.fromkeys(_MAYBE, r.MAYBE_NUMBER), energy=r.NUMBER, error=r.NUMBER, frontier=r.FLAG,
    )  # fmt: skip
    fit = r.fields(
        "scaling fit",
        k=r.NUMBER, exponent=r.NUMBER, points={"type": "integer"},
        **dict.fromkeys(_FIT, r.MAYBE_NUMBER),
    )  # fmt: skip
    law = r.fields(
        "scaling law", parameters=_BY_NAME, standard_errors=_BY_NAME_OR_NULL, residual=r.NUMBER
    )
    half_life = r.fields(
        "scaling half-life",
        half_life_years=r.NUMBER, window_years=r.NUMBER, kept=r.NUMBER, value_left=r.listed("age"),
    )  # fmt: skip
    numbers = dict.fromkeys(("kept", "speed_up", "fixed"), r.NUMBER)
    sub_sampling = r.fields("scaling sub-sampling", **numbers, shares=r.listed("share"))
    share = r.fields("scaling share", kept=r.NUMBER, speed_up=r.NUMBER)
    return {
        "$id": SCHEMA,
        "title": "Energy and error of runs by carbonctl scaling",
        "description": "What --format json writes: points, power laws, the worth of old data. "
        "null is what does not apply",
        **r.whole(document),
        "$defs": {
            "point": r.whole(point),
            "fit": r.whole(fit),
            "law": r.whole(law),
            "half_life": r.whole(half_life),
            "age": r.whole(r.fields("scaling age", age_years=r.NUMBER, value=r.NUMBER)),
            "sub_sampling": r.whole(sub_sampling),
            "share": r.whole(share),
            "verdict": shared["verdict"],
            "own_records": shared["own_records"],
        },
    }
