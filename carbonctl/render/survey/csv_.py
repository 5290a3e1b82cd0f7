"""A survey as CSV: a row a group, all runs last; or the table that was given, with more columns."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from carbonctl.analysis.survey.model import Survey
from carbonctl.numbers.units import format_number
from carbonctl.render import SEPARATORS, Style
from carbonctl.render.separated import separated
from carbonctl.render.survey import ADDED, COLUMNS, Shown
from carbonctl.text import COMMAND, COMMAND_START, FORMULA_STARTS

_NUMBERS = frozenset("+-.0123456789eE")


def render(shown: Shown, style: Style, delimiter: str = SEPARATORS["csv"]) -> str:
    """Return the table; what is unknown or does not apply is empty."""
    survey = shown.survey
    if survey.question.lists_runs and survey.runs.table is not None:
        return separated(_runs(survey), delimiter)
    groups = (group.row for group in (*survey.groups, survey.whole))
    return separated((COLUMNS, *groups), delimiter)


def _runs(survey: Survey) -> Iterator[list[Any]]:
    """Yield the table that was given, and what is added behind it.

    A column that is called as one of those that are added is among them.
    """
    table = survey.runs.table
    assert table is not None
    kept = [n for n, name in enumerate(table.header) if name not in ADDED]
    yield [*(inert(table.header[n]) for n in kept), *ADDED]
    for run in survey.listed:
        cells = table.rows[run.place]
        flags = ("yes" if run.computed else "no", _flag(run.on_frontier))
        figures = ["" if x is None else format_number(x) for x in (run.energy_kwh, run.kgco2e)]
        excess = "" if run.excess_kgco2e is None else format_number(run.excess_kgco2e)
        yield [*(inert(cells[n]) for n in kept), *figures, *flags, excess, run.notes]


def _flag(is_so: bool | None) -> str:
    return "" if is_so is None else "yes" if is_so else "no"


def inert(cell: str) -> str:
    """Return a cell of somebody else's table, which no spreadsheet and no workflow acts on."""
    text = cell if cell.isprintable() else "".join(c if c.isprintable() else " " for c in cell)
    is_number = text.strip() in ("", "-") or _NUMBERS.issuperset(text.strip())
    start = text.lstrip()
    if not is_number and start.startswith((*FORMULA_STARTS, COMMAND_START)):
        text = f"'{text}"
    return text.replace(COMMAND, "##'[")
