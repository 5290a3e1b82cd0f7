"""Runs and what follows from them as JSON, in full precision."""

from __future__ import annotations

import math
from typing import Any

from carbonctl.analysis.scaling.answer import Answer, Fit
from carbonctl.render import Style
from carbonctl.render.escaping import as_json
from carbonctl.render.result.json_ import head
from carbonctl.render.scaling import Shown, as_rows
from carbonctl.render.verdicts import as_dict

SCHEMA = "carbonctl.scaling/1"
_OF_ALL = ("file", "name", "energy_unit")


def render(shown: Shown, style: Style) -> str:
    """Return the document; what is unknown or does not apply is null."""
    answer = shown.answer
    points = answer.points
    document = {
        **head(SCHEMA, shown.about),
        "file": answer.file,
        "name": answer.name,
        "energy": None if points is None else points.energy,
        "energy_unit": None if points is None else points.unit,
        "error": None if points is None else points.error,
        "points": [_point(row) for row in as_rows(answer)],
        "omitted": [] if points is None else list(points.omitted),
        "fit": _fit(answer.fit),
        "frontier_fit": _fit(answer.frontier_fit),
        "law": None if answer.law is None else answer.law._asdict(),
        "half_life": _half_life(answer),
        "sub_sampling": _sub_sampling(answer),
        "verdicts": [as_dict(verdict) for verdict in shown.verdicts],
    }
    return as_json(document)


def _point(row: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in row.items() if key not in _OF_ALL}


def _fit(fit: Fit | None) -> dict[str, Any] | None:
    if fit is None:
        return None
    law, less = fit
    return {
        **law._asdict(),
        "less_error_energy": _finite(less.best),
        "less_error_energy_low": _finite(less.low),
        "less_error_energy_high": _finite(less.high),
    }


def _finite(number: float | None) -> float | None:
    return number if number is not None and math.isfinite(number) else None


def _half_life(answer: Answer) -> dict[str, Any] | None:
    worth = answer.half_life
    if worth is None:
        return None
    return {
        "half_life_years": worth.half_life,
        "window_years": worth.window,
        "kept": worth.kept,
        "value_left": [{"age_years": age, "value": value} for age, value in worth.left],
    }


def _sub_sampling(answer: Answer) -> dict[str, Any] | None:
    some = answer.sub_sampled
    if some is None:
        return None
    return {
        "kept": some.kept,
        "speed_up": some.speed_up,
        "fixed": some.fixed,
        "shares": [{"kept": kept, "speed_up": speed_up} for kept, speed_up in some.speed_ups],
    }
