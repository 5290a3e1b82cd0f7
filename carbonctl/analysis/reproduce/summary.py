"""The errors of published figures as a whole, by sort of work, and whether they are allowed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from statistics import median
from typing import NamedTuple

from carbonctl.analysis.reproduce.boundaries import AT_THE_RUN, ENERGY
from carbonctl.analysis.reproduce.rows import Reproduction, Row
from carbonctl.catalog.accuracy import BLIND, GIVEN, TOKENS

ALL = "all"
MOST_MEDIAN_PCT = 25.0
LEAST_INSIDE_PCT = 85.0
MOST_SPREAD = 4.0


class Summary(NamedTuple):
    """The errors of some figures.

    Attributes
    ----------
    mode, group : str
        One of `carbonctl.catalog.accuracy.MODES`; the sort of work, `ALL` of them, or what else
        was compared blind: ``facility`` or ``carbon``.
    figures : int
        How many there are.
    median_error_pct : float or None
        Median of the errors without their sign [%]; None where one is unknown.
    worst_workload, worst_error_pct
        The largest error, and whose it is.
    inside_pct : float or None
        Share of the reported figures in the range of the estimate [%]; None where all inputs are
        given.
    high_over_low : float or None
        Median of the upper ends of the ranges over the lower ones.
    """

    mode: str
    group: str
    figures: int
    median_error_pct: float | None
    worst_workload: str | None
    worst_error_pct: float | None
    inside_pct: float | None
    high_over_low: float | None


class Goal(NamedTuple):
    """A tolerance of blind estimates as a whole, and whether it is kept.

    ``figure`` is a field of `Summary`, ``reached`` what it is and ``limit`` the most that it may
    be, or the least where ``is_least`` says so.
    """

    figure: str
    reached: float | None
    limit: float
    is_least: bool
    ok: bool


def at_the_run(rows: Iterable[Row]) -> list[Row]:
    """Return the blind figures that meters of the run itself gave: one of each run."""
    return [row for row in rows if row.mode == BLIND and row.measured in AT_THE_RUN]


def summaries(rows: Sequence[Row]) -> list[Summary]:
    """Return the errors of all figures of a mode and of each sort of work, in their order.

    Figures that only restate an input are left out. Those blind ones that also rest on the
    building and the grid follow, each by itself. From tokens it is the carbon of each run.
    """
    given = [row for row in rows if row.mode == GIVEN and not row.restated]
    blind = at_the_run(rows)
    more = [row for row in rows if row.mode == BLIND and row.measured not in AT_THE_RUN]
    tokens = [row for row in rows if row.mode == TOKENS and row.key != ENERGY]
    return [
        *_by_group(GIVEN, given, [row.group for row in given]),
        *_by_group(BLIND, blind, [row.group for row in blind]),
        *_by_group(BLIND, more, [row.measured for row in more])[1:],
        *_by_group(TOKENS, tokens, [row.group for row in tokens]),
    ]


def _by_group(mode: str, rows: list[Row], groups: list[str]) -> list[Summary]:
    if not rows:
        return []
    held: dict[str, list[Row]] = {ALL: rows}
    for row, group in zip(rows, groups, strict=True):
        held.setdefault(group, []).append(row)
    return [_summary(mode, group, some) for group, some in held.items()]


def _summary(mode: str, group: str, rows: list[Row]) -> Summary:
    known = {abs(row.error_pct): row for row in rows if row.error_pct is not None}
    errors = [abs(row.error_pct) for row in rows if row.error_pct is not None]
    is_whole = len(errors) == len(rows)
    worst = known[max(errors)] if is_whole else next(r for r in rows if r.error_pct is None)
    is_ranged = mode != GIVEN
    return Summary(
        mode, group, len(rows), median(errors) if is_whole else None, worst.workload,
        worst.error_pct,
        100 * sum(bool(row.inside) for row in rows) / len(rows) if is_ranged else None,
        _spread(rows) if is_ranged else None,
    )  # fmt: skip


def _spread(rows: list[Row]) -> float | None:
    ratios = [row.high / row.low for row in rows if row.low and row.high]
    return median(ratios) if len(ratios) == len(rows) else None


def goals(made: Reproduction) -> list[Goal]:
    """Return what blind estimates are held to as a whole; nothing where some are left out."""
    blind = at_the_run(made.rows)
    if not (blind and made.is_whole):
        return []
    whole = _summary(BLIND, ALL, blind)
    return [
        _goal(whole, "median_error_pct", MOST_MEDIAN_PCT),
        _goal(whole, "inside_pct", LEAST_INSIDE_PCT, is_least=True),
        _goal(whole, "high_over_low", MOST_SPREAD),
    ]


def _goal(whole: Summary, figure: str, limit: float, *, is_least: bool = False) -> Goal:
    reached = getattr(whole, figure)
    ok = reached is not None and (reached >= limit if is_least else reached <= limit)
    return Goal(figure, reached, limit, is_least, ok)


def is_met(made: Reproduction) -> bool:
    """Return whether every tolerance on record is kept, of each figure and of the whole."""
    return all(row.ok is not False for row in made.rows) and all(goal.ok for goal in goals(made))
