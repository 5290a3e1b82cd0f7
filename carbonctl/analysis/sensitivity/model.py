"""What an answer holds: one figure, and a row for each unknown that can move it."""

from typing import NamedTuple

SCHEMA = "carbonctl.sensitivity/1"
SWING, RANK, SOBOL, ALL = "swing", "rank", "sobol", "all"
METHODS = (SWING, RANK, SOBOL, ALL)
PERCENTILES, BOUNDS = "percentiles", "bounds"
ENDS = (PERCENTILES, BOUNDS)


class Row(NamedTuple):
    """One unknown, or a group of correlated ones; None is what was not asked for, or is undefined.

    Attributes
    ----------
    path, name : str
        Where it stands in the spec, or would stand, and what the figure is called; of a group
        those of all members, with commas between them.
    status, source, distribution : str
        Of its first place in the ledger; None of a group.
    best, low, high : float
        Its best estimate and the bounds of its range, in ``unit``.
    entries : int
        In how many entries of the figure it is.
    at_low, at_high : float
        The figure with it alone at its low and at its high end.
    swing : float
        The distance between the two.
    first, total : float
        First-order and total index: the share of the figure's variance that it has alone, and
        that with all its interactions.
    first_conf, total_conf : float
        Half the width of the 95 % confidence interval of each.
    rank : float
        Spearman's rank correlation with the figure.
    variance_pct : float
        The square of that, in percent of the squares of all unknowns.
    side : str
        Of a difference: base or head, where it is on that side alone; else None.
    where : tuple of str
        The parts that the names of all activities with it have, of a fleet its device or place.
    """

    path: str | None
    name: str
    status: str | None
    source: str | None
    distribution: str | None
    best: float | None
    low: float | None
    high: float | None
    unit: str | None
    entries: int
    at_low: float | None = None
    at_high: float | None = None
    swing: float | None = None
    first: float | None = None
    first_conf: float | None = None
    total: float | None = None
    total_conf: float | None = None
    rank: float | None = None
    variance_pct: float | None = None
    side: str | None = None
    where: tuple[str, ...] = ()


class Sensitivity(NamedTuple):
    """What decides one figure of a workload, or the difference of one between two.

    Attributes
    ----------
    file, workload : str
        The input and the name of the workload.
    key, unit : str
        The figure, as ``--of`` takes it, and its unit: kgCO2e or kWh.
    methods : tuple of str
        What was asked for: swing, rank, sobol.
    at : str
        One of `ENDS`: where the ends are to which an unknown moves.
    seed, points : int
        Of the draws, and how many points the indices rest on; None where none were made.
    complete : bool
        Whether every entry of the figure is known; all is of what is known.
    value, low, high : float
        The figure at the best estimates, and the range that holds it in 90 of 100 cases; None
        where nothing of it is known.
    median : float
        The figure with all unknowns in the middle: at their medians, or at their best estimates
        where the ends are bounds.
    rows : tuple of Row
        The largest swing first, ties by path; a group behind its first member.
    explain : str or None
        The activity in which the first row is, as ``carbonctl explain`` takes it.
    notes : tuple of str
        What is to be known of it.
    """

    file: str
    workload: str
    key: str
    unit: str
    methods: tuple[str, ...]
    at: str
    seed: int | None
    points: int | None
    complete: bool
    value: float | None
    low: float | None
    high: float | None
    median: float | None
    rows: tuple[Row, ...]
    explain: str | None
    notes: tuple[str, ...]
