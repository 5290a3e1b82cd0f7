"""Designs as JSON, in fixed units and full precision."""

from __future__ import annotations

from typing import Any

from carbonctl.analysis.explore.answer import SCHEMA, Answer, ends_of
from carbonctl.analysis.explore.regions import Region, Regions
from carbonctl.render import Style
from carbonctl.render.escaping import as_json
from carbonctl.render.explore import Shown, error_of, figures_of, numbers, ranks_of
from carbonctl.render.result.json_ import head
from carbonctl.render.verdicts import as_dict


def render(shown: Shown, style: Style) -> str:
    """Return the document."""
    answer = shown.answer
    difference = answer.difference
    labels, ranks = answer.designs.labels, ranks_of(answer)
    document = {
        **head(SCHEMA, shown.about),
        "file": answer.file,
        "name": answer.name,
        "unit": answer.unit,
        "axes": list(answer.designs.axes),
        "columns": [
            {"name": figure.name, "key": figure.key, "unit": figure.unit}
            for figure in figures_of(answer)
        ],
        "objectives": answer.asked.objectives,
        "constraints": {c.name: c.text for c in answer.asked.constraints},
        "ranked_by": {"column": answer.asked.rank, "sense": answer.asked.sense},
        "best": None if answer.best is None else labels[answer.best],
        "runner_up": None if difference is None else labels[answer.order[1]],
        "difference": None
        if difference is None
        else {"best": difference.value, "low": difference.low, "high": difference.high},
        "within_range_of_best": [labels[place] for place in answer.near],
        "equivalent_eta": answer.eta,
        "designs": [_design(answer, place, ranks) for place in range(answer.designs.size)],
        "regions": [_region(along, region) for along in answer.regions for region in along.regions],
        "never_best": list(dict.fromkeys(n for along in answer.regions for n in along.never_best)),
        "no_regions": answer.no_regions or None,
        "verdicts": [as_dict(verdict) for verdict in shown.verdicts],
    }
    return as_json(document)


def _design(answer: Answer, place: int, ranks: dict[int, int]) -> dict[str, Any]:
    designs = answer.designs
    ends = {figure.key: ends_of(figure, place) for figure in figures_of(answer)}
    return {
        "design": designs.labels[place],
        "values": dict(zip(designs.axes, designs.values[place], strict=True)),
        "feasible": bool(answer.feasible[place]),
        "non_dominated": bool(answer.non_dominated[place]),
        "maybe": bool(answer.maybe[place]),
        "rank": ranks.get(place),
        "figures": dict(numbers(answer, place)),
        "ranges": {
            key: {"low": end[0], "high": end[1]} for key, end in ends.items() if end is not None
        },
        "reason": answer.reasons.get(place),
        "error": error_of(answer, place),
    }


def _region(along: Regions, region: Region) -> dict[str, Any]:
    ends = region.end_range
    return {
        "axis": along.axis,
        "unit": along.unit,
        "lifetime_years": along.lifetime,
        "from": region.start,
        "to": region.end,
        "to_low": None if ends is None else min(ends[0], along.high),
        "to_high": None if ends is None else min(ends[1], along.high),
        "design": region.design,
    }
