"""Designs side by side, one module a format."""

from __future__ import annotations

import math
from collections.abc import Iterator
from importlib import import_module
from typing import TYPE_CHECKING, Any, NamedTuple

from carbonctl.ledger.result import About
from carbonctl.render import Style

if TYPE_CHECKING:
    from carbonctl.analysis.explore.answer import Answer
    from carbonctl.analysis.explore.columns import Figure
    from carbonctl.analysis.gates import Verdict

FORMATS = ("table", "md", "csv", "tsv", "json")
_AFTER_AXES = ("feasible", "non_dominated", "maybe", "rank")
_TOTAL, _BOUNDS = "total", (("total_low_kgco2e", "low"), ("total_high_kgco2e", "high"))


class Shown(NamedTuple):
    """What is shown: an answer, what made it, and its gates."""

    answer: Answer
    about: About
    verdicts: tuple[Verdict, ...] = ()


def render(form: str, shown: Shown, style: Style | None = None) -> str:
    """Return an answer in one of `FORMATS`."""
    module = import_module(f"carbonctl.render.explore.{form}_")
    text: str = module.render(shown, style or Style())
    return text


def figures_of(answer: Answer) -> list[Figure]:
    """Return the columns of figures; what is an axis is none."""
    designs = answer.designs
    return [figure for name, figure in designs.figures.items() if name not in designs.axes]


def columns(answer: Answer) -> tuple[str, ...]:
    """Return the columns of tables for machines."""
    figures: list[str] = []
    for figure in figures_of(answer):
        figures.append(figure.key)
        if figure.name == _TOTAL:
            figures += [key for key, _ in _BOUNDS]
    return ("design", *answer.designs.axes, *_AFTER_AXES, *figures, "error")


def numbers(answer: Answer, design: int) -> Iterator[tuple[str, float | None]]:
    """Yield the figures of a design by their keys; None is unknown."""
    for figure in figures_of(answer):
        yield figure.key, _known(figure.best[design])
        if figure.name == _TOTAL:
            for key, end in _BOUNDS:
                yield key, _known(getattr(figure, end)[design])


def as_rows(answer: Answer) -> Iterator[dict[str, Any]]:
    """Yield a mapping of `columns` a design, in their order."""
    designs = answer.designs
    ranks = ranks_of(answer)
    for place, (label, values) in enumerate(zip(designs.labels, designs.values, strict=True)):
        yield {
            "design": label,
            **dict(zip(designs.axes, values, strict=True)),
            "feasible": bool(answer.feasible[place]),
            "non_dominated": bool(answer.non_dominated[place]),
            "maybe": bool(answer.maybe[place]),
            "rank": ranks.get(place),
            **dict(numbers(answer, place)),
            "error": error_of(answer, place),
        }


def ranks_of(answer: Answer) -> dict[int, int]:
    """Return the rank of each feasible design, from 1."""
    return {place: number for number, place in enumerate(answer.order, 1)}


def error_of(answer: Answer, place: int) -> str | None:
    """Return why a design takes no part: it fails, or a figure that decides is unknown."""
    if place in answer.designs.errors:
        return answer.designs.errors[place]
    reason = answer.reasons.get(place, "")
    return reason if "is not known" in reason else None


def _known(number: Any) -> float | None:
    value = float(number)
    return None if math.isnan(value) else value
