"""Answers what a table of runs says."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from carbonctl.analysis.survey.checks import Checked, check
from carbonctl.analysis.survey.derive import derive
from carbonctl.analysis.survey.groups import Context, Made, by_column, is_numeric, whole
from carbonctl.analysis.survey.model import (
    ALL,
    Concentration,
    Correlation,
    Derived,
    Question,
    RunRow,
    Survey,
    VarianceShares,
)
from carbonctl.analysis.survey.quality import LEAST_FOR_RANKS
from carbonctl.analysis.survey.runs import Numbers, Runs, known, listed, take
from carbonctl.errors import UsageError
from carbonctl.factors import sample_statistics as s
from carbonctl.factors.rank_correlation import kendall, p_value, pearson, spearman

if TYPE_CHECKING:
    from carbonctl.analysis.survey.pieces import Exact

_MOST = 0.9  # share of the carbon: the fewest runs that emit it are counted
_JUST_BELOW = math.nextafter(1.0, 0.0)  # kgCO2e; runs of less are small
_FEWEST = 2  # runs of which something can differ


def survey(runs: Runs, question: Question, file: str, exact: Exact | None = None) -> Survey:
    """Return what some runs say.

    Parameters
    ----------
    runs : Runs
        At least one.
    question : Question
        What is asked.
    file : str
        What the inputs are called.
    exact : Exact, optional
        What is known of all runs, where these are only some of them.

    Raises
    ------
    UsageError
        For bins of what is no number, or an excess over runs whose quality is of several kinds.
    """
    derived = derive(runs)
    carbon = take(derived.carbon, known(derived.carbon))
    emitted = s.total(carbon) if len(carbon) else 0.0
    if exact is not None:
        derived = derived._replace(computed=exact.computed)
        emitted = exact.sums[ALL, ""].total
    context = Context(runs, derived, question, emitted, exact)
    all_runs = whole(context)
    by = tuple(runs.groups)
    if question.bins and not any(map(is_numeric, runs.groups.values())):
        raise UsageError("--bins: add --by with a column of numbers, as in --by year")
    grouped = {name: by_column(context, name) for name in by}
    compared = grouped[by[0]] if by else [all_runs]
    if question.refuses_mixed:
        _refuse_mixed(compared)
    checked = check(runs, derived) if exact is None else exact.checked
    correlations = tuple(_correlations(runs, derived)) if question.has_correlations else ()
    return Survey(
        file, runs, by, _years(runs) if exact is None else exact.years,
        tuple(made.group for groups in grouped.values() for made in groups),
        all_runs.group,
        derived.computed, _concentration(s.ordered(carbon)), _variance(runs, derived),
        correlations, checked.checks, checked.inconsistent, checked.implausible,
        tuple(_notes(context, all_runs, compared)), question,
        tuple(_listed(runs, derived, compared, checked)) if question.lists_runs else (),
    )  # fmt: skip


def _refuse_mixed(groups: Sequence[Made]) -> None:
    """Refuse a frontier of runs whose quality is of several kinds."""
    for made in groups:
        kinds = made.compared.kinds
        if len(kinds) > 1:
            row = made.group.row
            where = f" in {row.group} {row.value}" if row.value else ""
            raise UsageError(
                f"quality{where} is {' and '.join(kinds)}, which cannot be compared; "
                "group runs of one quality with --by COLUMN"
            )


def _years(runs: Runs) -> tuple[int, int] | None:
    column = runs.numbers.get("year")
    years = [] if column is None else listed(take(column, known(column)))
    return (int(min(years)), int(max(years))) if years else None


def _concentration(in_order: Numbers) -> Concentration | None:
    """Return how much the largest runs emit; nothing of one run, or of no carbon."""
    if len(in_order) < _FEWEST:
        return None
    gini = s.gini(in_order)
    if gini is None:
        return None
    count = s.fewest_for(in_order, _MOST)
    return Concentration(count, len(in_order), s.largest_share(in_order, count) or 0.0, gini)


def _variance(runs: Runs, derived: Derived) -> VarianceShares | None:
    """Return what the differences of carbon come from, over the rows that have all factors."""
    columns = (derived.device_hours, runs.numbers.get("intensity"), runs.numbers.get("watts"))
    rows = known(*columns, above=0)
    if len(rows) < _FEWEST:
        return None
    shares = s.shares_of_variance([s.logarithms(take(column, rows)) for column in columns])
    return None if shares is None else VarianceShares(len(rows), *shares)


def _correlations(runs: Runs, derived: Derived) -> Iterator[Correlation]:
    """Yield how figures go with carbon."""
    figures = {
        "energy": derived.energy,
        "intensity": runs.numbers.get("intensity"),
        "device_hours": derived.device_hours,
        "watts": runs.numbers.get("watts"),
    }
    for name, column in figures.items():
        rows = known(column, derived.carbon)
        if len(rows) < LEAST_FOR_RANKS:
            continue
        figure, carbon = take(column, rows), take(derived.carbon, rows)
        rank = spearman(figure, carbon)
        positive = known(figure, carbon, above=0)
        logs = None
        if len(positive) >= LEAST_FOR_RANKS:
            logs = pearson(*(s.logarithms(take(own, positive)) for own in (figure, carbon)))
        p = None if rank is None else p_value(rank, len(rows))
        yield Correlation(name, len(rows), rank, p, kendall(figure, carbon), logs)


def _notes(context: Context, all_runs: Made, compared: Sequence[Made]) -> Iterator[str]:
    """Yield what else is to be known."""
    runs, derived, question, _, exact = context
    row = all_runs.group.row
    if row.unknown:
        yield f"{_rows(row.unknown)} without carbon, and without what it follows from: not in sums"
    if derived.computed:
        yield f"carbon of {_rows(derived.computed)} computed from energy and intensity"
    if runs.skipped:
        they = "it" if runs.skipped == 1 else "they"
        yield f"{_rows(runs.skipped)} left out, as {they} cannot be read"
    if all_runs.group.more.zeros:
        yield f"{_rows(all_runs.group.more.zeros)} of zero carbon, left out of geometric means"
    small = len(known(derived.carbon)) - len(known(derived.carbon, above=_JUST_BELOW))
    small = small if exact is None else exact.small
    if small:
        yield f"{_rows(small)} under 1 kgCO2e"
    yield from _of_quality(compared)
    if runs.quality is None and (question.has_excess or question.better is not None):
        yield "no column of quality, so no frontier and no excess; --map quality=COLUMN says which"
    if question.trim is not None:
        cut = s.trimmed(row.n, question.trim)
        percent = f"{float(question.trim):g} %"
        yield f"a mean trimmed by {percent} leaves out {cut} of {row.n} on each side"
    if exact is not None and exact.stride > 1:
        from carbonctl.analysis.survey.pieces import every_nth

        yield every_nth(exact.stride)


def _of_quality(groups: Sequence[Made]) -> Iterator[str]:
    """Yield what is to be known of the quality of groups."""
    parts = []
    for made in groups:
        row, kinds = made.group.row, made.compared.kinds
        where = f" in {row.value}" if row.value else ""
        if len(kinds) > 1:
            named = ", ".join(kinds)
            yield f"quality{where} is {named}: not compared; group runs of one with --by"
        elif kinds and row.quality_n < len(made.rows):
            parts.append(f"{row.quality_n} of {len(made.rows)}{where} ({kinds[0]})")
        if made.compared.is_constant:
            yield f"carbon or {kinds[0]}{where} is the same in all runs: no correlation"
    if parts:
        yield f"quality is known of {', '.join(parts)}"


def _rows(count: int) -> str:
    return "1 run" if count == 1 else f"{count:,} runs"


def _listed(
    runs: Runs, derived: Derived, compared: Sequence[Made], checked: Checked
) -> Iterator[RunRow]:
    """Yield all runs, each with what is said of it."""
    given = runs.numbers.get("carbon")
    quality = runs.numbers.get("quality")
    frontier = {row for made in compared for row in made.compared.frontier}
    excess = {row: kg for made in compared for row, kg in made.compared.excess.items()}
    for row, (energy, carbon) in enumerate(
        zip(listed(derived.energy), listed(derived.carbon), strict=True)
    ):
        is_on = row in frontier if row in excess else None
        is_computed = not math.isnan(carbon) and (given is None or math.isnan(given[row]))
        over = excess.get(row) if is_on is False else None
        notes = "; ".join(checked.by_row.get(row, []))
        good = None if quality is None else _known(float(quality[row]))
        yield RunRow(
            runs.names(row),
            _known(energy),
            _known(carbon),
            is_computed,
            is_on,
            over,
            notes,
            good,
            row,
        )


def _known(number: float) -> float | None:
    return None if math.isnan(number) else number
