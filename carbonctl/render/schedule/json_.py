"""Schedules as JSON, in fixed units and full precision."""

from __future__ import annotations

from typing import Any

from carbonctl.catalog.hourly.series import stamp
from carbonctl.render import Style
from carbonctl.render.escaping import as_json
from carbonctl.render.result.json_ import head
from carbonctl.render.schedule import Shown
from carbonctl.render.schedule.words import assumptions
from carbonctl.render.verdicts import as_dict
from carbonctl.site.schedules import JobSchedule, Option

SCHEMA = "carbonctl.schedule/1"


def render(shown: Shown, style: Style) -> str:
    """Return the document."""
    result = shown.result
    document = {
        **head(SCHEMA, shown.about),
        "file": shown.file,
        "name": result.name,
        "by": result.question.by,
        "forecast": result.question.forecast_text or None,
        "schedule": result.sums._asdict(),
        "jobs": [_job(job) for job in result.jobs],
        "data": [file._asdict() for file in result.data],
        "assumptions": list(assumptions(result)),
        "warnings": list(map(str, result.warnings)),
        "verdicts": [as_dict(verdict) for verdict in shown.verdicts],
    }
    return as_json(document)


def _job(job: JobSchedule) -> dict[str, Any]:
    return {
        "path": job.path,
        "name": job.name,
        "duration_h": job.duration_h,
        "power_kw": job.power_kw,
        "pue": job.pue,
        "energy_kwh": job.energy_kwh,
        "elastic": job.is_elastic,
        "release": stamp(job.release_s),
        "deadline": stamp(job.deadline_s),
        "runs": job.runs,
        "best": job.options.index(job.best),
        "options": [_option(option) for option in job.options],
    }


def _option(option: Option) -> dict[str, Any]:
    spans = [
        {"start": stamp(start), "end": stamp(end), "power_kw": power}
        for start, end, power in option.spans
    ]
    return {**option._asdict(), "spans": spans, "starts": list(option.starts)}
