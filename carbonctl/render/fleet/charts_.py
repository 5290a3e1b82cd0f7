"""The account of a fleet as charts: its groups, and its months by a tag."""

from __future__ import annotations

from carbonctl.ledger.fleet import Fleet
from carbonctl.render import charts
from carbonctl.render.charts.chart import Chart
from carbonctl.render.charts.months import Share, months
from carbonctl.render.charts.parts import Part, parts
from carbonctl.render.fleet import Report, layout
from carbonctl.render.fleet.layout import Figures
from carbonctl.render.own_records import sentences
from carbonctl.render.verdicts import sentence

GROUPS = "groups"
PERIODS = ("day", "month", "quarter", "year")


def render(form: str, report: Report) -> str | bytes:
    """Return the charts in one of `carbonctl.render.CHART_FORMATS`.

    Raises
    ------
    MissingExtra
        For a picture, where nothing can draw it.
    """
    fleet = report.fleet
    figures = Figures(fleet, layout.rows(report))
    lead = f"{fleet.file}: {layout.total_said(fleet, figures)}. {layout.coverage_said(report)}"
    assumed = [f"{len(fleet.assumptions):,} figures were assumed; --details lists them."]
    notes = [
        *map(sentence, report.verdicts),
        *(assumed if fleet.assumptions else []),
        *map(str, fleet.warnings),
        *(f"{one.file}: sha256 {one.sha256}" for one in fleet.inputs),
        f"carbonctl {report.about.version}, hardware_db {report.about.hardware_db}.",
        *sentences(report.about.own_records),
    ]
    return charts.render(form, _charts(fleet), fleet.file, lead, notes)


def _charts(fleet: Fleet) -> list[Chart]:
    groups = fleet.groups if fleet.by else (fleet.total,)
    what = ", ".join(layout.heads(fleet.by)) or "All rows"
    shown = [
        Part(", ".join(group.labels) or "All rows", group.totals.operational_kgco2e,
             group.totals.embodied_kgco2e, group.totals.total_low_kgco2e,
             group.totals.total_high_kgco2e)
        for group in groups
    ]  # fmt: skip
    drawn = [parts(GROUPS, shown, f"By {what.lower()}" if fleet.by else "All rows", what)]
    over_time = _over_time(fleet)
    return drawn if over_time is None else [*drawn, over_time]


def _over_time(fleet: Fleet) -> Chart | None:
    """Return the periods by the other tags; None where the groups have no period."""
    place = next((at for at, tag in enumerate(fleet.by) if tag in PERIODS), None)
    if place is None:
        return None
    heads = layout.heads(fleet.by)
    by = ", ".join(head for at, head in enumerate(heads) if at != place)
    shares = [
        Share(
            group.labels[place],
            ", ".join(label for at, label in enumerate(group.labels) if at != place) or "all",
            group.totals.total_kgco2e,
        )
        for group in fleet.groups
    ]
    title = f"Each {heads[place].lower()}" + (f", by {by.lower()}" if by else "")
    return months(shares, title, heads[place], by or heads[place])
