"""Runs of energy and error, one module a format."""

from __future__ import annotations

from importlib import import_module
from typing import Any, NamedTuple

from carbonctl.analysis.gates import Verdict
from carbonctl.analysis.scaling import Answer
from carbonctl.ledger.result import About
from carbonctl.render import Style

FORMATS = ("table", "md", "csv", "tsv", "json")
COLUMNS = ("file", "name", "point", "data", "model", "energy_per_step", "energy", "energy_unit",
           "error", "predicted_error", "frontier")  # fmt: skip


class Shown(NamedTuple):
    """What is shown: an answer, what made it, and its gates."""

    answer: Answer
    about: About
    verdicts: tuple[Verdict, ...] = ()


def render(form: str, shown: Shown, style: Style | None = None) -> str:
    """Return an answer in one of `FORMATS`."""
    module = import_module(f"carbonctl.render.scaling.{form}_")
    text: str = module.render(shown, style or Style())
    return text


def as_rows(answer: Answer) -> list[dict[str, Any]]:
    """Return a mapping of `COLUMNS` a point; none where the file asks of no points."""
    points = answer.points
    if points is None:
        return []
    return [
        {
            "file": answer.file,
            "name": answer.name,
            "point": point.label,
            "data": point.data,
            "model": point.model,
            "energy_per_step": point.energy_per_step,
            "energy": point.energy,
            "energy_unit": points.unit,
            "error": point.error,
            "predicted_error": point.predicted,
            "frontier": is_on,
        }
        for point, is_on in zip(points.points, answer.on_frontier, strict=True)
    ]
