"""Schedules as CSV: a row for each job, region and way to run."""

from __future__ import annotations

import csv
from io import StringIO

from carbonctl.render import SEPARATORS, Style
from carbonctl.render.schedule import COLUMNS, Shown


def render(shown: Shown, style: Style, delimiter: str = SEPARATORS["csv"]) -> str:
    """Return the table; what is unknown or does not apply is empty."""
    out = StringIO()
    writer = csv.writer(out, delimiter=delimiter, lineterminator="\n")
    writer.writerow(COLUMNS)
    before = (shown.file, shown.result.name)
    for job in shown.result.jobs:
        for option in job.options:
            chosen = "yes" if option is job.best else "no"
            figures = [getattr(option, column) for column in COLUMNS[_FIRST_FIGURE:]]
            writer.writerow((
                *before, job.name, option.region, option.name, chosen, option.start, option.end,
                option.pauses, job.runs, *figures,
            ))  # fmt: skip
    return out.getvalue()


_FIRST_FIGURE = COLUMNS.index("energy_kwh")
