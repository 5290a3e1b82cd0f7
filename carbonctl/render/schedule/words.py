"""What is said of schedules: headlines, what was taken for granted, what to know of them."""

from __future__ import annotations

from collections.abc import Iterator

from carbonctl.catalog.hourly.series import stamp
from carbonctl.render.human_numbers import mass, percent, power, significant
from carbonctl.site.forecast import ERROR, HOUR_OF_WEEK, LAST_WEEK
from carbonctl.site.hours import DataFile
from carbonctl.site.schedules import HOME, JobSchedule, Option, ScheduleResult
from carbonctl.spec.moments import MARGINAL

W_PER_KW = 1000
_DIGITS = 3
_YEAR = 5  # characters of a date before its month
_FORECASTS = {
    LAST_WEEK: "by a forecast, the week before",
    HOUR_OF_WEEK: "by a forecast, the mean of each hour of the week so far",
}


def minute(text: str) -> str:
    """Return a time for people: 2022-06-01 09:00."""
    return text[:16].replace("T", " ")


def place(region: str) -> str:
    """Return where: at home, or in a region."""
    return "at home" if region == HOME else f"in {region}"


def headline(result: ScheduleResult) -> str:
    """Return what all jobs of a workload save together."""
    sums = result.sums
    said = _saves(sums.saves_kgco2e, sums.now_kgco2e, "save", "emit")
    return f"{result.name}: {len(result.jobs)} jobs {said}"


def answer(job: JobSchedule) -> str:
    """Return when and where a job is to run, and what that saves."""
    best, now = job.best, job.now
    when = f"{minute(best.start or '')} UTC {place(best.region)}"
    if best is now:
        return f"{job.name}: start at once, {when}; waiting saves nothing"
    said = _saves(best.saves_kgco2e, now.kgco2e, "save", "emit") if job.runs > 1 else _saves(
        best.saves_kgco2e, now.kgco2e, "saves", "emits"
    )  # fmt: skip
    if job.runs > 1:
        return f"{job.name}: {job.runs:,} runs, the first {when}, {said}"
    return f"{job.name}: {when} {said}"


def _saves(saved: float, now: float, less: str, more: str) -> str:
    share = percent(abs(saved), now) if now else "–"
    if saved < 0:
        return f"{more} {_mass(-saved)} more ({share})"
    return f"{less} {_mass(saved)} ({share})"


def _mass(kg: float) -> str:
    return mass(float(f"{kg:.{_DIGITS}g}"))


def facts(job: JobSchedule) -> str:
    """Return how long a job runs at what power, and between which times."""
    watts = significant(job.power_kw, _DIGITS) + " kW"
    if job.power_kw < 1 or job.power_kw >= W_PER_KW:
        watts = power(float(f"{job.power_kw * W_PER_KW:.{_DIGITS}g}"))
    of = " on one worker" if job.is_elastic else ""
    window = f"between {minute(stamp(job.release_s))} and {minute(stamp(job.deadline_s))} UTC"
    pauses = job.best.pauses or 0
    paused = f", {pauses} pause{'s' if pauses > 1 else ''}" if pauses else ""
    return f"{significant(job.duration_h)} h at {watts}{of} {window}{paused}"


def ways(job: JobSchedule) -> Iterator[tuple[str, str, Option]]:
    """Yield the region, the name and the figures of each way, both names once where they repeat."""
    before = ""
    for option in job.options:
        yield ("" if option.region == before else option.region), option.name, option
        before = option.region


def date(text: str | None, job: JobSchedule) -> str:
    """Return a time in a table: without its year where that is the same in all of them."""
    if text is None:
        return ""
    is_same = stamp(job.release_s)[:4] == stamp(job.deadline_s)[:4]
    return minute(text)[_YEAR:] if is_same else minute(text)


def chosen_by(result: ScheduleResult) -> str:
    """Return how the hours were chosen, in a sentence."""
    question = result.question
    if question.is_hindsight:
        return "In hindsight: the data of the hours themselves chose them (see --forecast)."
    by = "the marginal intensity" if question.by == MARGINAL else "the data"
    if question.forecast is None:
        return f"Chosen by {by} (Signal); kgCO2e is by the average one, Ideal its best."
    if question.forecast.kind == ERROR:
        how = f"by {by} with an error of {question.forecast.error * 100:g} % in each step"
    else:
        how = _FORECASTS[question.forecast.kind]
        how += " of the marginal intensity" if question.by == MARGINAL else ""
    return f"Chosen {how}, paid by the data; Ideal knows the hours to come."


def data(result: ScheduleResult) -> str:
    """Return what was read, in a sentence."""
    files = result.data
    alike = {(file.step_h, file.basis) for file in files}
    parts = []
    for file in files:
        more = [f"{file.filled} filled"] if file.filled else []
        if len(alike) > 1:
            more += _kind(file)
        known = f" ({', '.join(more)})" if more else ""
        parts.append(f"{file.use} {file.file}{known}")
    said = f"; {', '.join(_kind(files[0]))}" if len(alike) == 1 else ""
    return f"Data: {', '.join(parts)}{said}"


def _kind(file: DataFile) -> list[str]:
    return [*([file.basis] if file.basis else []), f"{file.step_h:g} h"]


def assumptions(result: ScheduleResult) -> Iterator[str]:
    """Yield what a result takes for granted."""
    yield chosen_by(result)
    yield "A job draws its mean power, PUE included, in every hour that it runs."
    if any(job.is_elastic for job in result.jobs):
        yield "Of an elastic job, wall time and devices are those of one worker."
    if any(option.transfer_kgco2e for job in result.jobs for option in job.options):
        yield "Moving a job takes its energy at home, at the intensity of the release."
    for note in dict.fromkeys(
        f"{file.file}: {note}" for file in result.data for note in file.notes
    ):
        yield f"{note}."
