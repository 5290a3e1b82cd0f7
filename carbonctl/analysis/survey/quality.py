"""Carbon and quality of a group of runs: correlation, frontier, and excess over it."""

from __future__ import annotations

from typing import NamedTuple

from carbonctl.analysis.survey.model import Derived, Question
from carbonctl.analysis.survey.runs import Labels, Places, Runs, known, listed, take
from carbonctl.factors.frontier import leanest_as_good, on_frontier
from carbonctl.factors.rank_correlation import kendall, p_value, spearman
from carbonctl.factors.sample_statistics import ordered
from carbonctl.numbers.intervals import is_array

HIGHER, LOWER = "higher", "lower"
BETTER = (HIGHER, LOWER)
LEAST_FOR_RANKS = 4  # runs that a correlation needs
_LOWER_BY_NAME = ("error", "wer", "loss", "perplexity")


class Compared(NamedTuple):
    """Carbon and quality of the runs of a group that have both.

    Attributes
    ----------
    rows : list or array of int
        Those runs.
    kinds : tuple of str
        What their quality is called; of several kinds nothing is compared.
    spearman, p, kendall : float or None
        + is more carbon, better; None of fewer than four runs, or where one of the two is constant.
    frontier : tuple of int
        The rows on the frontier.
    excess : dict
        By row its carbon over that of the leanest run as good, where runs are listed.
    ends : tuple of float or None
        The carbon of the leanest and of the best on the frontier.
    """

    rows: Places
    kinds: tuple[str, ...]
    spearman: float | None = None
    p: float | None = None
    kendall: float | None = None
    frontier: tuple[int, ...] = ()
    excess: dict[int, float] = {}  # noqa: RUF012
    ends: tuple[float, float] | None = None

    @property
    def is_constant(self) -> bool:
        """Whether carbon or quality is the same in all of its runs."""
        is_comparable = len(self.kinds) == 1 and len(self.rows) >= LEAST_FOR_RANKS
        return is_comparable and self.spearman is None


def is_lower_better(name: str, better: str | None) -> bool:
    """Whether less of a quality is better: as a flag says, else by its name."""
    if better is not None:
        return better == LOWER
    return any(word in name.casefold() for word in _LOWER_BY_NAME)


def compare(runs: Runs, derived: Derived, rows: Places, question: Question) -> Compared:
    """Return how carbon and quality go together in some rows."""
    quality, names = runs.numbers.get("quality"), runs.quality
    if quality is None or names is None:
        return Compared([], ())
    both = take(rows, known(take(derived.carbon, rows), take(quality, rows)))
    kinds = _kinds(names, both)
    if len(kinds) != 1:
        return Compared(both, kinds)
    carbon, good = take(derived.carbon, both), take(quality, both)
    if is_lower_better(kinds[0], question.better):
        good = -good if is_array(good) else [-value for value in good]
    rank = p = tau = None
    if len(both) >= LEAST_FOR_RANKS:
        rank = spearman(carbon, good)
        p = None if rank is None else p_value(rank, len(both))
        tau = kendall(carbon, good) if question.has_kendall else None
    on = on_frontier(carbon, good)
    there = ordered(take(carbon, on))
    excess: dict[int, float] = {}
    if question.lists_runs:
        leanest = leanest_as_good(listed(carbon), listed(good))
        differences = (kg - least for kg, least in zip(listed(carbon), leanest, strict=True))
        excess = dict(zip(listed(both), differences, strict=True))
    frontier = tuple(listed(take(both, on)))
    ends = float(there[0]), float(there[-1])
    return Compared(both, kinds, rank, p, tau, frontier, excess, ends)


def _kinds(names: Labels, rows: Places) -> tuple[str, ...]:
    """Return what the quality of some rows is called."""
    codes = take(names.codes, rows)
    if is_array(codes):
        import numpy as np

        codes = np.unique(codes)
    return tuple(sorted({names.names[int(code)] for code in set(listed(codes))}))
