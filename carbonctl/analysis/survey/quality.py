"""Carbon and quality of a group of runs: correlation, frontier, and excess over it."""

from __future__ import annotations

from typing import Any, NamedTuple

from carbonctl.analysis.survey.model import Derived, Question
from carbonctl.analysis.survey.runs import Places, Runs, known, listed, take
from carbonctl.factors.frontier import leanest_as_good, on_frontier
from carbonctl.factors.rank_correlation import kendall, p_value, spearman
from carbonctl.numbers.intervals import is_array

HIGHER, LOWER = "higher", "lower"
BETTER = (HIGHER, LOWER)
LEAST_FOR_RANKS = 4  # runs; of fewer no correlation is told
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
    frontier, excess : dict
        By run, whether it is on the frontier, and its carbon over that of the leanest as good.
    """

    rows: Places
    kinds: tuple[str, ...]
    spearman: float | None = None
    p: float | None = None
    kendall: float | None = None
    frontier: dict[int, bool] = {}  # noqa: RUF012
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
    both = _both(take(derived.carbon, rows), take(quality, rows), rows)
    kinds = tuple(sorted({names.names[int(code)] for code in listed(take(names.codes, both))}))
    if len(kinds) != 1:
        return Compared(both, kinds)
    carbon, good = take(derived.carbon, both), take(quality, both)
    if is_lower_better(kinds[0], question.better):
        good = -good if is_array(good) else [-value for value in good]
    rank = p = tau = None
    if len(both) >= LEAST_FOR_RANKS:
        rank, tau = spearman(carbon, good), kendall(carbon, good)
        p = None if rank is None else p_value(rank, len(both))
    is_on, ends = _frontier(carbon, good)
    places = listed(both)
    leanest = leanest_as_good(listed(carbon), listed(good)) if question.lists_runs else []
    return Compared(
        both, kinds, rank, p, tau, dict(zip(places, is_on, strict=True)),
        {row: kg - least for row, kg, least in zip(places, listed(carbon), leanest, strict=False)},
        ends,
    )  # fmt: skip


def _both(carbon: Any, quality: Any, rows: Places) -> Places:
    """Return the rows in which both are known."""
    return take(rows, known(carbon, quality))


def _frontier(carbon: Any, good: Any) -> tuple[list[bool], tuple[float, float]]:
    """Return which runs are on the frontier, and the carbon of its leanest and its best."""
    kilograms = listed(carbon)
    is_on = on_frontier(kilograms, listed(good))
    there = [kg for kg, is_there in zip(kilograms, is_on, strict=True) if is_there]
    return is_on, (min(there), max(there))
