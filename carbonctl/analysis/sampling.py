"""What draws say of the total and the phases of an account, with their own error.

All sums are of the same draws, and the error is that of ten sets of a tenth of them.

This module imports numpy: only what asks for draws imports it.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any, NamedTuple, TypeAlias

import numpy as np

from carbonctl.analysis.points import draws
from carbonctl.errors import Caution
from carbonctl.ledger.entry import EMBODIED, OPERATIONAL
from carbonctl.ledger.result import Result
from carbonctl.ledger.samples import DRAWS, Drawing, Drawn, Samples, percentile
from carbonctl.ledger.terms import Term, term
from carbonctl.ledger.unknowns import Uncertain, is_certain, unknown_of
from carbonctl.spec.model import PHASES

TOTAL = "total"
KEYS = (TOTAL, OPERATIONAL, EMBODIED, *PHASES)
MOST_AUTO = 2**20
_SETS = 10  # sets of draws, from which the error of all is estimated
_ENOUGH = 0.1  # %: of an error with which draws are enough

Numbers: TypeAlias = Any  # an array of numbers, or one number where nothing is uncertain


class Points(NamedTuple):
    """Draws of an account.

    Attributes
    ----------
    n, seed : int
        How many they are, and what they follow from.
    drawn : dict
        The values of each unknown.
    sums : dict
        Those of the total, of both boundaries and of each phase; None where unknown.
    """

    n: int
    seed: int
    drawn: dict[Uncertain, Numbers]
    sums: dict[str, Numbers | None]


class Sampler:
    """Draws the unknowns of one account, as often as one likes."""

    def __init__(self, result: Result) -> None:
        self.result = result
        self.seed, self.ranks = result.uncertainty
        self.terms: list[tuple[str, str, Term | None]] = [
            (entry.phase, entry.boundary, term(entry, "kgco2e")) for entry in result.booked
        ]
        self.unknowns = list(dict.fromkeys(
            unknown for *_, figure in self.terms if figure for unknown in figure.ranged.values()
        ))  # fmt: skip

    def points(self, count: int) -> Points:
        """Return draws of the account."""
        drawn = draws(self.unknowns, count, self.seed, ranks=self.ranks)
        return Points(count, self.seed, drawn, self._sums(drawn))

    def _sums(self, drawn: Mapping[Uncertain, Numbers]) -> dict[str, Numbers | None]:
        """Return the sums over all entries, and over those of each boundary and each phase."""
        sums: dict[str, Numbers | None] = dict.fromkeys(
            (TOTAL, OPERATIONAL, EMBODIED, *PHASES), 0.0
        )
        with np.errstate(all="ignore"):
            for phase, boundary, figure in self.terms:
                number = None
                if figure is not None:
                    with suppress(ArithmeticError, ValueError):  # it has no value at some draw
                        number = figure.at(drawn)
                for key in (TOTAL, boundary, phase):
                    known = sums[key]
                    sums[key] = None if known is None or number is None else known + number
        return sums

    def errors(self, count: int) -> dict[str, float | None]:
        """Return the error of the draws of each sum [%], None where it is unknown."""
        size = count // _SETS
        streams = [f"set {number}" for number in range(_SETS)]
        drawn = draws(self.unknowns, size, self.seed, ranks=self.ranks, streams=streams)
        return {key: _error(sums) for key, sums in self._sums(drawn).items()}


def _error(sums: Numbers | None) -> float | None:
    """Return the standard error of the outer percentiles of all sets together, over their size."""
    if sums is None or not np.all(np.isfinite(sums)):
        return None
    if not np.ndim(sums):
        return 0.0
    worst = 0.0
    for percent in (5, 95):
        ends = np.percentile(sums.reshape(_SETS, -1), percent, axis=1)
        sd = float(ends.std(ddof=1))
        size = abs(float(ends.mean()))
        if sd and not size:
            return None
        worst = max(worst, sd / size if sd else 0.0)
    return worst * 100 / math.sqrt(_SETS)


def sample(result: Result, drawing: Drawing) -> Points | None:
    """Put into a result what draws say of it; return the draws, where there are any.

    A seed that is asked for takes the place of the result's own. A best estimate outside what
    90 of 100 draws hold is said among the warnings.
    """
    if drawing.seed is not None:
        result.uncertainty = result.uncertainty._replace(seed=drawing.seed)
    if not drawing.is_wanted:
        return None
    sampler = Sampler(result)
    count = drawing.n or DRAWS
    errors = sampler.errors(count)
    while drawing.is_auto and (errors[TOTAL] or 0.0) > _ENOUGH and count < MOST_AUTO:
        count = min(2 * count, MOST_AUTO)
        errors = sampler.errors(count)
    points = sampler.points(count)
    bests = {TOTAL: result.total.total_kgco2e}
    bests |= {phase: sums.total_kgco2e for phase, sums in result.phases.items()}
    made = {key: _samples(points, key, best, errors[key]) for key, best in bests.items()}
    result.samples = Drawn(count, made.pop(TOTAL), made)
    result.warnings += tuple(_cautions(result, points))
    return points


def _samples(points: Points, key: str, best: float | None, error: float | None) -> Samples | None:
    """Return what draws say of one sum; None where it is unknown, or some have no value."""
    sums = points.sums[key]
    if sums is None or best is None or not np.all(np.isfinite(sums)):
        return None
    if not np.ndim(sums):  # nothing in it is uncertain
        return Samples(
            n=points.n, seed=points.seed, mean=best, sd=0.0, p5=best, p25=best, p50=best,
            p75=best, p95=best, min=best, max=best, above_best=0.0, error_pct=0.0,
        )  # fmt: skip
    ordered = np.sort(sums)
    above = len(ordered) - int(np.searchsorted(ordered, best, side="right"))
    return Samples(
        n=points.n,
        seed=points.seed,
        mean=float(ordered.mean()),
        sd=float(ordered.std(ddof=1)),
        p5=percentile(ordered, 5),
        p25=percentile(ordered, 25),
        p50=percentile(ordered, 50),
        p75=percentile(ordered, 75),
        p95=percentile(ordered, 95),
        min=float(ordered[0]),
        max=float(ordered[-1]),
        above_best=above / len(ordered),
        error_pct=error,
    )


def _cautions(result: Result, points: Points) -> Iterator[Caution]:
    """Yield what is to be noticed: draws without a value, a best estimate outside the others."""
    best, drawn = result.total.total_kgco2e, result.samples
    if best is None or drawn is None:
        return
    if drawn.total is None:
        yield Caution("some draws have no value, so there are no statistics of them")
        return
    if drawn.total.p5 <= best <= drawn.total.p95:
        return
    side, percent, end = (
        ("below", 5, drawn.total.p5) if best < drawn.total.p5 else ("above", 95, drawn.total.p95)
    )
    yield Caution(
        f"the best estimate, {best:.4g} kgCO2e, is {side} the {percent}th percentile of the "
        f"draws, {end:.4g}: ranges are longer on one side of their best",
        kind="a best estimate outside its draws",
    )


def columns(points: Points, result: Result) -> dict[str, Numbers | None]:
    """Return draws by what they are of: the unknowns, then the sums [kgCO2e]; None is unknown.

    An unknown is called by where its figure first stands, or would stand to be given.
    """
    paths: dict[Uncertain, str] = {}
    for entry in result.booked:
        for value in entry.inputs:
            if not is_certain(value):
                paths.setdefault(unknown_of(value), value.path or value.name)
    named: dict[str, Numbers | None] = {}
    for unknown, numbers in points.drawn.items():
        path = name = paths.get(unknown, unknown.unknown)
        number = 2
        while name in named:  # others of one group, or with other bounds
            name, number = f"{path} ({number})", number + 1
        named[name] = numbers
    of_phases = {f"phases.{phase}.total_kgco2e": points.sums[phase] for phase in PHASES}
    sums = {f"{key}_kgco2e": points.sums[key] for key in (TOTAL, OPERATIONAL, EMBODIED)}
    return {**named, **sums, **of_phases}
