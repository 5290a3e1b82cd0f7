"""Surveys runs that come in pieces, as those of a table that is too large to be held.

Sums, counts, least and largest values and the checks of rows are of all runs, in one pass. What
needs runs side by side (quantiles, intervals, Gini, correlations, frontiers) is of the runs that
are kept: all of them up to `MOST_KEPT`, then every second one, every fourth and so on.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, NamedTuple

from carbonctl.analysis.survey.checks import SHOWN, Checked, check
from carbonctl.analysis.survey.derive import derive
from carbonctl.analysis.survey.groups import binned, every
from carbonctl.analysis.survey.model import ALL, Check, Derived, GroupMore, GroupRow, Question
from carbonctl.analysis.survey.runs import Labels, Places, Runs, known, listed, parts, take
from carbonctl.factors import sample_statistics as s
from carbonctl.numbers.intervals import is_array

MOST_KEPT = 10_000_000  # runs whose figures are held
_JUST_BELOW = math.nextafter(1.0, 0.0)  # kgCO2e; runs of less are small


class Sums(NamedTuple):
    """Sums over the runs of a group: [kgCO2e], [kWh], [g/kWh]; None is of no run.

    ``both_kg`` and ``both_kwh`` are over runs with carbon and energy, ``weighted`` and ``weight``
    over those with energy and intensity.
    """

    n: int = 0
    unknown: int = 0
    total: float = 0.0
    least: float = math.inf
    most: float = -math.inf
    logarithms: float = 0.0
    positive: int = 0
    energy_n: int = 0
    energy: float = 0.0
    intensity_n: int = 0
    intensity: float = 0.0
    weighted: float = 0.0
    weight: float = 0.0
    both_kg: float = 0.0
    both_kwh: float = 0.0
    quality_n: int = 0

    def and_(self, other: Sums) -> Sums:
        """Return the sums over both."""
        added: list[Any] = [one + more for one, more in zip(self, other, strict=True)]
        least, most = min(self.least, other.least), max(self.most, other.most)
        return Sums(*added)._replace(least=least, most=most)

    def row(self, row: GroupRow, whole: float) -> GroupRow:
        """Return the statistics of a group with what is known of all its runs."""
        if self.n:
            row = row._replace(
                total_kgco2e=self.total, mean_kgco2e=self.total / self.n,
                min_kgco2e=self.least, max_kgco2e=self.most,
                geometric_mean_kgco2e=math.exp(self.logarithms / self.positive)
                if self.positive
                else None,
                share=self.total / whole if whole else None,
            )  # fmt: skip
        return row._replace(
            n=self.n, unknown=self.unknown, quality_n=self.quality_n,
            energy_kwh=self.energy if self.energy_n else None,
            intensity_g_per_kwh=self.intensity / self.intensity_n if self.intensity_n else None,
            intensity_weighted_g_per_kwh=self.weighted / self.weight if self.weight else None,
        )  # fmt: skip

    def more(self, more: GroupMore) -> GroupMore:
        """Return the same of what the CSV does not show."""
        ratio = self.both_kg / self.both_kwh * 1000 if self.both_kwh else None
        return more._replace(zeros=self.n - self.positive, carbon_over_energy_g_per_kwh=ratio)


class Exact(NamedTuple):
    """What is known of all runs, where only some are held.

    Attributes
    ----------
    sums : dict of (str, str) to Sums
        Of each group.
    computed, small : int
        Runs whose carbon was computed, and those of less than 1 kgCO2e.
    years : tuple of int or None
        The first and the last.
    checked : Checked
        The checks of all rows.
    stride : int
        Every how manieth run is held.
    """

    sums: dict[tuple[str, str], Sums]
    computed: int
    small: int
    years: tuple[int, int] | None
    checked: Checked
    stride: int


class Pieces:
    """Takes pieces of runs, one after the other; ``question`` is what is asked of them."""

    def __init__(self, question: Question) -> None:
        self.question = question
        self.sums: dict[tuple[str, str], Sums] = {}
        self.kept: list[Runs] = []
        self.size = self.held = self.computed = self.small = 0
        self.stride = 1
        self.years: list[int] = []
        self.checks: dict[str, Check] = {}
        self.inconsistent = self.implausible = 0

    def add(self, runs: Runs) -> None:
        """Take a piece."""
        if not runs.size:
            return
        derived = derive(runs)
        self._count(runs, derived)
        self._add(ALL, "", _sums(runs, derived, every(runs)))
        called = [*self.kept[0].groups] if self.kept else [*runs.groups]
        for name, labels in zip(called, runs.groups.values(), strict=True):
            own = binned(labels, self.question.bins)
            for value, rows in zip(own.names, parts(own), strict=True):
                if len(rows):
                    self._add(name, value, _sums(runs, derived, rows))
        self._keep(runs)

    def exact(self) -> Exact:
        """Return what is known of all runs."""
        years = (min(self.years), max(self.years)) if self.years else None
        checked = Checked(tuple(self.checks.values()), self.inconsistent, self.implausible, {})
        return Exact(self.sums, self.computed, self.small, years, checked, self.stride)

    def _add(self, by: str, value: str, sums: Sums) -> None:
        key = (by, value)
        self.sums[key] = self.sums.get(key, Sums()).and_(sums)

    def _count(self, runs: Runs, derived: Derived) -> None:
        carbon = derived.carbon
        self.computed += derived.computed
        self.small += len(known(carbon)) - len(known(carbon, above=_JUST_BELOW))
        column = runs.numbers.get("year")
        found = [] if column is None else listed(take(column, known(column)))
        self.years += [int(min(found)), int(max(found))] if found else []
        checked = check(runs, derived)
        self.inconsistent += checked.inconsistent
        self.implausible += checked.implausible
        for one in checked.checks:
            first = self.checks.get(one.kind)
            self.checks[one.kind] = (
                one
                if first is None
                else first._replace(
                    rows=first.rows + one.rows, named=(*first.named, *one.named)[:SHOWN]
                )
            )

    def _keep(self, runs: Runs) -> None:
        """Hold every so manieth run; where they are too many, hold every second one of them."""
        first = -self.size % self.stride
        self.size += runs.size
        self.kept.append(some_of(runs, range(first, runs.size, self.stride)))
        self.held += self.kept[-1].size
        while self.held > MOST_KEPT:
            self.stride *= 2
            before = 0
            for place, part in enumerate(self.kept):
                self.kept[place] = some_of(part, range(before % 2, part.size, 2))
                before += part.size
            self.held = sum(part.size for part in self.kept)


def some_of(runs: Runs, rows: range) -> Runs:
    """Return the figures of some runs of a piece, every so manieth, without what they are called.

    Nothing of the text of the piece is held.
    """
    part = slice(rows.start, rows.stop, rows.step)

    def labels(own: Labels) -> Labels:
        return Labels(_copied(own.codes[part]), own.names)

    return runs._replace(
        size=len(rows),
        numbers={role: _copied(column[part]) for role, column in runs.numbers.items()},
        half_digit=_no_digit,
        groups={name: labels(own) for name, own in runs.groups.items()},
        names=str,
        quality=None if runs.quality is None else labels(runs.quality),
    )


def _no_digit(role: str, row: int) -> float:
    return math.nan


def _copied(column: Any) -> Any:
    """Return a slice by itself: one of an array would hold the whole array."""
    return column.copy()


def _sums(runs: Runs, derived: Derived, rows: Places) -> Sums:
    """Return the sums over some rows of a piece."""
    carbon, energy = take(derived.carbon, rows), take(derived.energy, rows)
    own = take(carbon, known(carbon))
    positive = s.above_zero(own) if len(own) else own
    used = take(energy, known(energy))
    both = known(carbon, energy)
    made = Sums(
        n=len(own), unknown=len(rows) - len(own), total=_total(own),
        least=_end(min, own, math.inf), most=_end(max, own, -math.inf),
        logarithms=_total(s.logarithms(positive)), positive=len(positive),
        energy_n=len(used), energy=_total(used),
        both_kg=_total(take(carbon, both)), both_kwh=_total(take(energy, both)),
    )  # fmt: skip
    quality, column = runs.numbers.get("quality"), runs.numbers.get("intensity")
    if quality is not None:
        made = made._replace(quality_n=len(known(carbon, take(quality, rows))))
    if column is None:
        return made
    intensity = take(column, rows)
    given, weighed = take(intensity, known(intensity)), known(intensity, energy)
    weights = take(energy, weighed)
    products = s.product_sum(take(intensity, weighed), weights) if len(weights) else 0.0
    return made._replace(
        intensity_n=len(given), intensity=_total(given), weighted=products, weight=_total(weights)
    )


def _total(sample: s.Sample) -> float:
    return s.total(sample) if len(sample) else 0.0


def _end(which: Callable[[s.Sample], float], sample: s.Sample, of_none: float) -> float:
    """Return the least or the largest value of a sample; without one, what stands for none."""
    if not len(sample):
        return of_none
    if is_array(sample):
        return float(sample.min() if which is min else sample.max())
    return float(which(sample))


def every_nth(number: int) -> str:
    """Return what is said of runs of which only every so manieth is held."""
    return (
        f"quantiles, trimmed means, intervals, Gini, correlations and frontiers are of every "
        f"{number}th run, of which {MOST_KEPT:,} are held: approximate. Sums and counts are of all"
    )
