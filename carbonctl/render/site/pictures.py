"""The charts of a site: its designs where there is a sweep, a week of hours, its accounts."""

from __future__ import annotations

from carbonctl.catalog.hourly.series import HOUR_S
from carbonctl.ledger.result import About
from carbonctl.render.charts.accounts import Accounts, accounts
from carbonctl.render.charts.chart import Chart
from carbonctl.render.charts.day import HOURS, Profile, day
from carbonctl.render.charts.hours import Hours, hours
from carbonctl.render.charts.pareto import Design, pareto
from carbonctl.render.charts.timeline import Clock, minute
from carbonctl.render.site import rows
from carbonctl.render.site.words import Words
from carbonctl.site.results import SiteResult

DAYS = 7


def charts(result: SiteResult, first: int) -> list[Chart]:
    """Return the charts; the first is what SVG, PNG and Vega-Lite hold.

    ``first`` is the step at which the week of hours begins.
    """
    known = [row for row in rows.designs(result) if _is_drawn(row)]
    drawn = [_designs(result, known)] if known else []
    drawn += [_week(result, first), _accounts(result)]
    return [*drawn, *_day(result)]


def notes(result: SiteResult, about: About) -> list[str]:
    """Return what stands at the end of a page: versions, files and their hashes."""
    said = [f"carbonctl {about.version}, hardware_db {about.hardware_db}."]
    files = {data.file: data.sha256 for data in result.hours.data}
    return said + [f"{file}: sha256 {digest}" for file, digest in files.items()]


def _week(result: SiteResult, first: int) -> Chart:
    known, trace = result.hours, result.trace
    step_s = round(known.step_h * HOUR_S)
    last = min(first + DAYS * 24 * HOUR_S // step_s, len(known.demand_mw))
    span = slice(first, last)
    has_battery = result.outcome.battery is not None
    shown = Hours(
        Clock(known.start_s + first * step_s, step_s, last - first),
        known.demand_mw[span].tolist(),
        known.g_per_kwh[span].tolist(),
        trace.load_mw[span].tolist() if result.tiers else None,
        trace.generation_mw[span].tolist() if known.plants else None,
        trace.soc_mwh[span].tolist() if has_battery else None,
    )
    begins = minute(known.start_s + first * step_s)
    return hours(shown, f"{result.name}: a week from {begins} UTC")


def _is_drawn(row: rows.Row) -> bool:
    """Whether a design has a total, and sells or spills no more than is allowed."""
    return row["total_kgco2e"] is not None and row["within_excess"]


def _designs(result: SiteResult, known: list[rows.Row]) -> Chart:
    words = Words(result)
    designs = [
        Design(words.design(row), words.shown(row["total_kgco2e"]) or 0.0, row["hourly_cfe_pct"],
               row["on_front"])
        for row in known
    ]  # fmt: skip
    return pareto(designs, f"{result.name}: designs", words.per)


def _accounts(result: SiteResult) -> Chart:
    words = Words(result)
    figures = Accounts(*(words.shown(figure) for figure in result.outcome.accounts))
    return accounts(figures, f"{result.name}: three accounts, {words.per}")


def _day(result: SiteResult) -> list[Chart]:
    """Return the chart of intensities by hour of day, where they are asked for and whole."""
    known = result.hours_of_day
    if len(known) != HOURS:
        return []
    profiles = [
        Profile("Average (AER)", [hour.average for hour in known],
                [hour.average_sd for hour in known])
    ]  # fmt: skip
    if result.hours.marginal_g_per_kwh is not None:
        means = [hour.marginal or 0.0 for hour in known]
        profiles.append(Profile("Marginal (MER)", means, [h.marginal_sd or 0.0 for h in known]))
    return [day(profiles, f"{result.name}: intensity by hour of day")]
