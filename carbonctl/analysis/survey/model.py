"""The records of a survey."""

from __future__ import annotations

from fractions import Fraction
from typing import NamedTuple

from carbonctl.analysis.survey.runs import Numbers, Runs

ALL = "all"


class GroupRow(NamedTuple):
    """The statistics of the runs of a group: a row of CSV.

    Carbon is in kgCO2e, energy in kWh, intensity in g/kWh. None is what is unknown or does not
    apply.

    Attributes
    ----------
    group, value : str
        The column by which runs are grouped, and what it says in this group; ``all`` and nothing
        for all runs.
    n, unknown : int
        Runs whose carbon is known, and those whose carbon is not.
    mean_low_kgco2e, mean_high_kgco2e : float or None
        The bootstrap interval of the mean; none of fewer than five runs.
    share : float or None
        Of the carbon of all runs.
    quality_n : int
        Runs whose carbon and quality are known.
    spearman, spearman_p, kendall : float or None
        Of carbon and quality; + is more carbon, better.
    frontier_n : int or None
        Runs that no other run beats in carbon and quality.
    """

    group: str
    value: str
    n: int
    unknown: int
    total_kgco2e: float | None = None
    mean_kgco2e: float | None = None
    median_kgco2e: float | None = None
    geometric_mean_kgco2e: float | None = None
    p25_kgco2e: float | None = None
    p75_kgco2e: float | None = None
    min_kgco2e: float | None = None
    max_kgco2e: float | None = None
    mean_low_kgco2e: float | None = None
    mean_high_kgco2e: float | None = None
    energy_kwh: float | None = None
    intensity_g_per_kwh: float | None = None
    intensity_weighted_g_per_kwh: float | None = None
    share: float | None = None
    quality_n: int = 0
    spearman: float | None = None
    spearman_p: float | None = None
    kendall: float | None = None
    frontier_n: int | None = None


class GroupMore(NamedTuple):
    """Figures of a group that JSON and tables show and the CSV does not.

    Attributes
    ----------
    zeros : int
        Runs of zero carbon, which have no logarithm.
    carbon_over_energy_g_per_kwh : float or None
        Over the runs with both.
    trimmed_mean_kgco2e, trimmed_each_side : float or None, int or None
        The trimmed mean, and how many runs it leaves out on each side.
    quality : str
        What was compared with carbon; empty where it is several things, or nothing.
    frontier_least_kgco2e, frontier_most_kgco2e : float or None
        The carbon of the leanest and of the best on the frontier.
    """

    zeros: int = 0
    carbon_over_energy_g_per_kwh: float | None = None
    median_low_kgco2e: float | None = None
    median_high_kgco2e: float | None = None
    trimmed_mean_kgco2e: float | None = None
    trimmed_each_side: int | None = None
    quality: str = ""
    frontier_least_kgco2e: float | None = None
    frontier_most_kgco2e: float | None = None


class Group(NamedTuple):
    """A group of runs."""

    row: GroupRow
    more: GroupMore


class Concentration(NamedTuple):
    """How much of the carbon few runs emit: the fewest that make 90 % of it."""

    runs: int
    of: int
    share: float
    gini: float


class VarianceShares(NamedTuple):
    """What the differences of carbon come from: shares of the variance of its logarithm."""

    n: int
    device_hours: float
    intensity: float
    watts: float


class Correlation(NamedTuple):
    """How a figure goes with carbon; ``pearson_log`` is of the logarithms."""

    of: str
    n: int
    spearman: float | None
    spearman_p: float | None
    kendall: float | None
    pearson_log: float | None


class Check(NamedTuple):
    """Rows that contradict themselves, or hold what cannot be.

    Attributes
    ----------
    kind : str
        ``carbon``, ``energy``, ``intensity`` or ``power``.
    rows : int
        How many.
    named : tuple of str
        The first of them, each with what is odd.
    """

    kind: str
    rows: int
    named: tuple[str, ...]


class RunRow(NamedTuple):
    """One run as it is listed."""

    name: str
    energy_kwh: float | None
    kgco2e: float | None
    computed: bool
    on_frontier: bool | None
    excess_kgco2e: float | None
    notes: str
    quality: float | None = None
    place: int = 0


class Question(NamedTuple):
    """What is asked of runs.

    Attributes
    ----------
    bins : tuple of (float, float, str)
        First and last value of each bin, and what it is called.
    better : str or None
        ``higher`` or ``lower`` quality; by its name unless given.
    trim : Fraction or None
        Percent that a trimmed mean leaves out on each side.
    confidence : float
        Of the bootstrap intervals [%].
    seed : int
        Of its draws.
    sort : str
        One of `carbonctl.analysis.survey.groups.SORTS`.
    lists_runs, has_excess : bool
        Whether runs are listed, and with what they emit in excess of the frontier.
    refuses_mixed : bool
        Whether groups whose quality is of several kinds are an error.
    has_intervals : bool
        Whether bootstrap intervals are wanted.
    has_kendall, has_correlations : bool
        Whether Kendall's tau of groups, and what goes with carbon, are wanted: not on screens.
    """

    bins: tuple[tuple[float, float, str], ...] = ()
    better: str | None = None
    trim: Fraction | None = None
    confidence: float = 95.0
    seed: int = 1
    sort: str = "value"
    lists_runs: bool = False
    has_excess: bool = False
    refuses_mixed: bool = False
    has_intervals: bool = True
    has_kendall: bool = True
    has_correlations: bool = True


class Derived(NamedTuple):
    """What follows from the columns of runs; NaN where unknown.

    ``modelled_energy`` is power times device-hours.
    """

    carbon: Numbers
    energy: Numbers
    device_hours: Numbers | None
    modelled_energy: Numbers | None
    computed: int


class Survey(NamedTuple):
    """What a table of runs says.

    Attributes
    ----------
    file : str
        What the inputs are called.
    runs : Runs
        The runs.
    by : tuple of str
        The columns by which they are grouped.
    years : tuple of int, or None
        The first and the last.
    groups : tuple of Group
        Those of each column of ``by``, one after the other.
    whole : Group
        All runs.
    computed : int
        Runs whose carbon was computed.
    inconsistent, implausible : int
        Rows that contradict themselves, and rows with what cannot be.
    notes : tuple of str
        What else is to be known.
    """

    file: str
    runs: Runs
    by: tuple[str, ...]
    years: tuple[int, int] | None
    groups: tuple[Group, ...]
    whole: Group
    computed: int
    concentration: Concentration | None
    variance: VarianceShares | None
    correlations: tuple[Correlation, ...]
    checks: tuple[Check, ...]
    inconsistent: int
    implausible: int
    notes: tuple[str, ...]
    question: Question
    listed: tuple[RunRow, ...] = ()
