"""Schedules as charts: for each job the intensity while it may run, and when it is to run."""

from __future__ import annotations

from carbonctl.render import charts
from carbonctl.render.charts.chart import Chart
from carbonctl.render.charts.starts import NAME, Starts, starts
from carbonctl.render.charts.timeline import Clock
from carbonctl.render.charts.timeline import Span as Shaded
from carbonctl.render.own_records import sentences
from carbonctl.render.schedule import Shown
from carbonctl.render.schedule.words import answer, assumptions, data, headline
from carbonctl.site.schedules import JobSchedule
from carbonctl.spec.moments import MARGINAL


def render(form: str, shown: Shown) -> str | bytes:
    """Return the charts in one of `carbonctl.render.CHART_FORMATS`.

    Raises
    ------
    MissingExtra
        For a picture, where nothing can draw it.
    """
    result, about = shown.result, shown.about
    is_marginal = result.question.by == MARGINAL
    drawn = [_chart(job, place, is_marginal) for place, job in enumerate(result.jobs)]
    lead = headline(result) if len(result.jobs) > 1 else answer(result.jobs[0])
    hashes = [f"{file.file}: sha256 {file.sha256}" for file in result.data]
    notes = (
        *assumptions(result), data(result), *hashes, *map(str, result.warnings),
        f"carbonctl {about.version}, hardware_db {about.hardware_db}.",
        *sentences(about.own_records),
    )  # fmt: skip
    return charts.render(form, drawn, result.name, lead, notes)


def _chart(job: JobSchedule, place: int, is_marginal: bool) -> Chart:
    series, best = job.chooser, job.best
    first = (job.release_s - series.start_s) // series.step_s
    last = -(-(job.deadline_s - series.start_s) // series.step_s)
    clock = Clock(series.start_s + first * series.step_s, series.step_s, last - first)
    shown = Starts(
        clock,
        series.values[first:last],
        tuple(Shaded(span.start_s, span.end_s) for span in best.spans),
        job.release_s,
        None if job.runs > 1 else best.kgco2e,
        None if job.runs > 1 else job.now.kgco2e,
        is_marginal,
    )
    chart = starts(shown, job.name if best.region == "home" else f"{job.name} in {best.region}")
    return chart if place == 0 else chart._replace(name=f"{NAME}-{place + 1}")
