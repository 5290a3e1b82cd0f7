"""Schedules as CSV: a row for each job, region and way to run."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from carbonctl.render import SEPARATORS, Style
from carbonctl.render.schedule import COLUMNS, Shown
from carbonctl.render.separated import separated


def render(shown: Shown, style: Style, delimiter: str = SEPARATORS["csv"]) -> str:
    """Return the table; what is unknown or does not apply is empty."""
    return separated((COLUMNS, *_rows(shown)), delimiter)


def _rows(shown: Shown) -> Iterator[tuple[Any, ...]]:
    before = (shown.file, shown.result.name)
    for job in shown.result.jobs:
        for option in job.options:
            chosen = "yes" if option is job.best else "no"
            figures = [getattr(option, column) for column in COLUMNS[_FIRST_FIGURE:]]
            yield (
                *before, job.name, option.region, option.name, chosen, option.start, option.end,
                option.pauses, job.runs, *figures,
            )  # fmt: skip


_FIRST_FIGURE = COLUMNS.index("energy_kwh")
