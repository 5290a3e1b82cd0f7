"""A survey as JSON, in fixed units and full precision."""

from __future__ import annotations

from typing import Any

from carbonctl.analysis.survey import SCHEMA
from carbonctl.analysis.survey.checks import said
from carbonctl.analysis.survey.model import Group, RunRow
from carbonctl.render import Style
from carbonctl.render.escaping import as_json
from carbonctl.render.result.json_ import faults, head
from carbonctl.render.survey import Shown
from carbonctl.render.verdicts import as_dict


def render(shown: Shown, style: Style) -> str:
    """Return the document."""
    survey, question = shown.survey, shown.survey.question
    assert shown.about is not None
    row = survey.whole.row
    document = {
        **head(SCHEMA, shown.about),
        "file": survey.file,
        "by": list(survey.by),
        "runs": survey.runs.size,
        "first_year": survey.years[0] if survey.years else None,
        "last_year": survey.years[1] if survey.years else None,
        "complete": not row.unknown,
        "computed": survey.computed,
        "skipped": survey.runs.skipped,
        "inconsistent": survey.inconsistent,
        "implausible": survey.implausible,
        "confidence_pct": question.confidence,
        "seed": question.seed,
        "all": _group(survey.whole),
        "groups": [_group(group) for group in survey.groups],
        "concentration": survey.concentration and survey.concentration._asdict(),
        "shares_of_variance": survey.variance and survey.variance._asdict(),
        "correlations": [correlation._asdict() for correlation in survey.correlations],
        "checks": [
            {**check._asdict(), "named": list(check.named), "text": said(check)}
            for check in survey.checks
        ],
        "notes": list(survey.notes),
        "listed": [_run(run) for run in survey.listed],
        "equivalents": [
            {"item": thing.item, "unit": thing.unit, "source": thing.source,
             "amount": (row.total_kgco2e or 0.0) / thing.kgco2e}
            for thing in shown.everyday
        ],
        "verdicts": [as_dict(verdict) for verdict in shown.verdicts],
        "errors": faults(shown.about),
    }  # fmt: skip
    return as_json(document)


def _group(group: Group) -> dict[str, Any]:
    return {**group.row._asdict(), **group.more._asdict()}


def _run(run: RunRow) -> dict[str, Any]:
    figures = run._asdict()
    del figures["place"]
    return figures
