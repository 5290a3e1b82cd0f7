"""The statistics of one group of runs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, NamedTuple

from carbonctl.analysis.survey.model import ALL, Derived, Group, GroupMore, GroupRow, Question
from carbonctl.analysis.survey.quality import Compared, compare
from carbonctl.analysis.survey.resampling import bootstrap
from carbonctl.analysis.survey.runs import Labels, Places, Runs, known, listed, parts, take
from carbonctl.factors import sample_statistics as s
from carbonctl.numbers.intervals import is_array

if TYPE_CHECKING:
    from carbonctl.analysis.survey.pieces import Exact

_MOST_RESAMPLED = 10_000  # runs of a table whose means are resampled
_SIZES: dict[str, Callable[[GroupRow], float | None]] = {
    "n": lambda row: row.n,
    "total": lambda row: row.total_kgco2e,
    "mean": lambda row: row.mean_kgco2e,
    "median": lambda row: row.median_kgco2e,
    "geometric": lambda row: row.geometric_mean_kgco2e,
    "max": lambda row: row.max_kgco2e,
}
SORTS = ("value", *_SIZES)
OTHER = "other"  # what is in no bin


class Context(NamedTuple):
    """The runs that groups are of, what follows from them, and what is asked.

    ``exact`` is what is known of all runs, where these are only some of them.
    """

    runs: Runs
    derived: Derived
    question: Question
    total: float
    exact: Exact | None = None


class Made(NamedTuple):
    """A group, its rows, and its quality."""

    group: Group
    rows: Places
    compared: Compared


def made(context: Context, by: str, value: str, rows: Places, *, is_compared: bool = True) -> Made:
    """Return the statistics of some rows, which are the group ``value`` of the column ``by``.

    ``is_compared`` says that their carbon goes beside their quality.
    """
    runs, derived, question, whole, exact = context
    carbon = take(derived.carbon, rows)
    in_order = s.ordered(take(carbon, known(carbon)))
    compared = Compared([], ())
    if is_compared:
        compared = compare(runs, derived, rows, question)
    row = GroupRow(by, value, len(in_order), len(rows) - len(in_order))
    more = GroupMore(quality=compared.kinds[0] if len(compared.kinds) == 1 else "")
    if len(in_order):
        row, more = _of_carbon(row, more, in_order, context)
    row = _of_energy(row, context, rows)
    row = row._replace(
        share=row.total_kgco2e / whole if whole and row.total_kgco2e is not None else None,
        quality_n=_with_quality(context, rows), spearman=compared.spearman, spearman_p=compared.p,
        kendall=compared.kendall, frontier_n=len(compared.frontier) or None,
    )  # fmt: skip
    least, most = compared.ends or (None, None)
    more = more._replace(
        frontier_least_kgco2e=least, frontier_most_kgco2e=most,
        carbon_over_energy_g_per_kwh=_carbon_over_energy(context, rows),
    )  # fmt: skip
    if exact is not None:
        sums = exact.sums[by, value]
        row, more = sums.row(row, whole), sums.more(more)
    return Made(Group(row, more), rows, compared)


def _of_carbon(
    row: GroupRow, more: GroupMore, in_order: s.Sample, context: Context
) -> tuple[GroupRow, GroupMore]:
    """Add the statistics of the carbon of a group, which is sorted and not empty."""
    question = context.question
    row = row._replace(
        total_kgco2e=s.total(in_order), mean_kgco2e=s.mean(in_order),
        median_kgco2e=s.quantile(in_order, 0.5), p25_kgco2e=s.quantile(in_order, 0.25),
        p75_kgco2e=s.quantile(in_order, 0.75), min_kgco2e=float(in_order[0]),
        max_kgco2e=float(in_order[-1]), geometric_mean_kgco2e=s.geometric_mean(in_order),
    )  # fmt: skip
    more = more._replace(zeros=len(in_order) - len(s.above_zero(in_order)))
    if question.trim is not None:
        more = more._replace(
            trimmed_mean_kgco2e=s.trimmed_mean(in_order, question.trim),
            trimmed_each_side=s.trimmed(len(in_order), question.trim),
        )
    if question.has_intervals:
        key = f"{question.seed}\0{row.group}\0{row.value}".encode()
        is_drawn = context.runs.size <= _MOST_RESAMPLED
        has_median = question.has_correlations  # both are in JSON alone
        ends = bootstrap(
            in_order, key, question.confidence / 100, is_drawn=is_drawn, has_median=has_median
        )
        if ends is not None:
            row = row._replace(mean_low_kgco2e=ends[0].low, mean_high_kgco2e=ends[0].high)
        if ends is not None and ends[1] is not None:
            more = more._replace(median_low_kgco2e=ends[1].low, median_high_kgco2e=ends[1].high)
    return row, more


def _of_energy(row: GroupRow, context: Context, rows: Places) -> GroupRow:
    """Add the energy of a group, and the mean intensity of its grids."""
    energy = take(context.derived.energy, rows)
    used = take(energy, known(energy))
    if len(used):
        row = row._replace(energy_kwh=s.total(used))
    column = context.runs.numbers.get("intensity")
    if column is None:
        return row
    intensity = take(column, rows)
    given = take(intensity, known(intensity))
    if len(given):
        row = row._replace(intensity_g_per_kwh=s.mean(given))
    both = known(intensity, energy)
    weights = take(energy, both)
    weight = s.total(weights) if len(weights) else 0.0
    if weight:
        weighted = s.product_sum(take(intensity, both), weights) / weight
        row = row._replace(intensity_weighted_g_per_kwh=weighted)
    return row


def _carbon_over_energy(context: Context, rows: Places) -> float | None:
    """Return carbon over energy of the rows that have both [g/kWh]."""
    carbon, energy = take(context.derived.carbon, rows), take(context.derived.energy, rows)
    both = known(carbon, energy)
    kwh = s.total(take(energy, both)) if len(both) else 0.0
    return s.total(take(carbon, both)) / kwh * 1000 if kwh else None


def _with_quality(context: Context, rows: Places) -> int:
    """Return how many of some rows have both carbon and quality."""
    quality = context.runs.numbers.get("quality")
    if quality is None:
        return 0
    return len(known(take(context.derived.carbon, rows), take(quality, rows)))


def whole(context: Context) -> Made:
    """Return the statistics of all runs; with groups, quality is compared within these alone."""
    return made(context, ALL, "", every(context.runs), is_compared=not context.runs.groups)


def every(runs: Runs) -> Places:
    """Return all rows."""
    if any(map(is_array, runs.numbers.values())):
        import numpy as np

        return np.arange(runs.size)
    return list(range(runs.size))


def by_column(context: Context, by: str) -> list[Made]:
    """Return the groups of a column, in the order that is asked for."""
    labels = binned(context.runs.groups[by], context.question.bins)
    groups = [
        made(context, by, name, rows)
        for name, rows in zip(labels.names, parts(labels), strict=True)
        if len(rows)
    ]
    size = _SIZES.get(context.question.sort)
    if size is None:
        return sorted(groups, key=lambda group: _natural(group.group.row.value))
    return sorted(groups, key=lambda group: (-(size(group.group.row) or 0), group.group.row.value))


def is_numeric(labels: Labels) -> bool:
    """Whether all that a column says are numbers, which can be put in bins."""
    try:
        return bool([float(text) for text in labels.names if text])
    except ValueError:
        return False


def _natural(value: str) -> tuple[int, float, str]:
    """Return what puts numbers in their order, then texts, and what is unknown last."""
    try:
        return (0, float(value.partition("-")[0] or value), value)
    except ValueError:
        return (1 if value else 2, 0.0, value)


def binned(labels: Labels, bins: Sequence[tuple[float, float, str]]) -> Labels:
    """Return labels of bins, where there are any and all labels are numbers.

    What is in no bin is `OTHER`, and what is unknown stays.
    """
    if not (bins and is_numeric(labels)):
        return labels
    names = [*(name for *_, name in bins), OTHER, ""]
    new = []
    for text in labels.names:
        number = float(text) if text else None
        places = [
            n
            for n, (low, high, _) in enumerate(bins)
            if number is not None and low <= number <= high
        ]
        new.append(len(names) - 1 if number is None else places[0] if places else len(bins))
    codes = [new[code] for code in listed(labels.codes)]
    if not isinstance(labels.codes, list):
        import numpy as np

        return Labels(np.array(codes), tuple(names))
    return Labels(codes, tuple(names))
