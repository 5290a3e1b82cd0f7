"""The record of published figures as cells of text, which a table and Markdown lay out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from carbonctl.analysis.reproduce import Reproduction, Summary, goals, summaries
from carbonctl.analysis.reproduce.rows import Row
from carbonctl.catalog.accuracy import BLIND, GIVEN, TOKENS
from carbonctl.render.human_numbers import significant
from carbonctl.render.reproduction import MEASURED, amount, error, goal_said, span

TITLES = {
    GIVEN: "With all published inputs given",
    BLIND: "Blind: devices, hours and place alone",
    TOKENS: "From the model and its tokens, with the grid and PUE of the run",
}
_SHORT = {BLIND: "Blind", TOKENS: "From the model and its tokens"}


_RANGES = ("Inside|%", "High/low")  # columns that estimates with a range have


class Part(NamedTuple):
    """A table: its title, the heads of its columns, and its rows."""

    title: str
    heads: tuple[str, ...]
    rows: list[tuple[str, ...]]


def parts(made: Reproduction, *, is_short: bool) -> list[Part]:
    """Return the tables of the rows, then those of the summary."""
    rows = [] if is_short else [*_given(made.rows), *_with_range(made.rows)]
    return [*rows, *_summaries(summaries(made.rows))]


def _given(rows: Iterable[Row]) -> list[Part]:
    cells: list[tuple[str, ...]] = [
        (
            row.workload, _figure(row),
            amount(row.key, row.reported), amount(row.key, row.estimated), error(row.error_pct, 2),
            f"{row.tolerance_pct:g}",
        )
        for row in rows
        if row.mode == GIVEN
    ]  # fmt: skip
    heads = ("Workload", "Figure", "Reported", "Estimated", "Error|%", "Allowed|%")
    return [Part(TITLES[GIVEN], heads, cells)] if cells else []


def _with_range(rows: Iterable[Row]) -> list[Part]:
    by_title: dict[str, list[tuple[str, ...]]] = {}
    for row in rows:
        if row.mode == GIVEN:
            continue
        cells = (
            row.workload, span(row.key, row.reported, row.reported),
            span(row.key, row.estimated, row.estimated), span(row.key, row.low, row.high),
            error(row.error_pct, 0), "yes" if row.inside else "no",
        )  # fmt: skip
        title = MEASURED[row.measured] if row.mode == BLIND else _figure(row)
        by_title.setdefault(f"{_SHORT[row.mode]}: {title}", []).append(cells)
    heads = ("Workload", "Reported", "Estimate", "Range", "Error|%", "In|range")
    return [Part(title, heads, cells) for title, cells in by_title.items()]


def _figure(row: Row) -> str:
    return row.key.rpartition("_")[0].replace("_", " ")


def _summaries(sums: Sequence[Summary]) -> list[Part]:
    made = []
    for mode, title in TITLES.items():
        is_ranged = mode != GIVEN
        own = [item for item in sums if item.mode == mode]
        heads = (
            "Work",
            "Figures",
            "Median|error, %",
            *(_RANGES if is_ranged else ()),
            "Largest|error, %",
        )
        if own:
            made.append(Part(title, heads, [_cells(item, is_ranged=is_ranged) for item in own]))
    return made


def _cells(item: Summary, *, is_ranged: bool) -> tuple[str, ...]:
    middle = item.median_error_pct
    told = "unknown" if middle is None else f"{middle:.{0 if is_ranged else 2}f}"
    worst = error(item.worst_error_pct, 0 if is_ranged else 2)
    group = MEASURED.get(item.group, item.group)
    if not is_ranged:
        return group, str(item.figures), told, worst
    spread = "unknown" if item.high_over_low is None else significant(item.high_over_low, 3)
    return group, str(item.figures), told, f"{item.inside_pct:.0f}", spread, worst


def notes(made: Reproduction) -> list[str]:
    """Return the goals with what was reached, and what has no blind version."""
    told = [f"Met: {goal_said(goal)}" for goal in goals(made) if goal.ok]
    told += [f"Missed: {text}" for text in missed(made)]
    restated = sum(row.restated for row in made.rows)
    if restated:
        told.append(f"Not summed up: figures that only restate an input ({restated}).")
    without, unmeasured = len(made.not_known_before), len(made.not_measured)
    if without or unmeasured:
        told.append(
            "Not compared blind: workloads that name no device or no hours "
            f"({without}), or whose source did not measure the run ({unmeasured})."
        )
    return told


def missed(made: Reproduction) -> list[str]:
    """Return what is said of each tolerance that is exceeded: of a figure, or of the whole."""
    figures = [
        f"{row.workload}: {row.key} is {error(row.error_pct, 2)} % off, allowed is "
        f"{row.tolerance_pct:g} %"
        for row in made.rows
        if row.ok is False
    ]
    return figures + [goal_said(goal) for goal in goals(made) if not goal.ok]
