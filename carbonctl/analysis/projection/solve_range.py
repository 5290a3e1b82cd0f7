"""The 90 % range of a rate that is solved, over what is uncertain in the account and in the rates.

Each unknown moves alone to its 5th and its 95th percentile, all others at their medians, and the
rate is solved again. The logarithms of what that does to it add as in `carbonctl.ledger.ranges`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TypeAlias

from carbonctl.analysis.projection.bases import Base
from carbonctl.analysis.projection.series import figures_of
from carbonctl.ledger.ranges import UNKNOWN, Ends, Move, Moves, Sum
from carbonctl.ledger.result import Result
from carbonctl.ledger.terms import term
from carbonctl.ledger.unknowns import is_certain, unknown_of
from carbonctl.spec.projection import Projection

# Solves the rate for activities and for numbers of rates by their paths: the factor of one year.
Solve: TypeAlias = Callable[[Sequence[Base], Mapping[str, float]], float]
_MARKET, _ENERGY = "operational_market_kgco2e", "energy_kwh"
_NOTHING = 1e-9  # of a logarithm: a smaller move is rounding
_LOW, _HIGH = 0, 2  # places of the levels of an unknown


def solved_range(
    result: Result, bases: Sequence[Base], projection: Projection, key: str, solve: Solve
) -> Ends:
    """Return the range of the factor of one year.

    Parameters
    ----------
    result : Result
        The account.
    bases : sequence of Base
        Its activities.
    projection : Projection
        With the solved rate, which is certain.
    key : str
        The figure that the rate brings about.
    solve : callable
        Solves the rate.

    Returns
    -------
    low, high : float
        None where the rate has no value at some end; and for market-based carbon, whose contracts
        are no sums of entries.
    """
    if key == _MARKET:
        return UNKNOWN
    try:
        return _Range(result, bases, projection, key, solve).ends()
    except (ArithmeticError, ValueError):
        return UNKNOWN


class _Range:
    def __init__(
        self,
        result: Result,
        bases: Sequence[Base],
        projection: Projection,
        key: str,
        solve: Solve,
    ) -> None:
        self.bases, self.key, self.solve = bases, key, solve
        self.moves = result.moves
        if key == _ENERGY:
            self.moves = Moves(
                [term(entry, "energy_kwh") for entry in result.booked], result.uncertainty.ranks
            )
        ranged = {v.path: unknown_of(v) for v in figures_of(projection) if not is_certain(v)}
        self.levels = {path or "": unknown.levels for path, unknown in ranged.items()}
        self.middle = {path: levels[1] for path, levels in self.levels.items()}

    def ends(self) -> Ends:
        """Return the range."""
        median = math.log(self.solve(self._bases(None, _LOW), self.middle))
        moves = {
            place: Move(*(math.log(rate) - median for rate in both))
            for place, both in enumerate(self._moved())
        }
        moves = {n: move for n, move in moves.items() if max(map(abs, move)) > _NOTHING}
        pairs = [pair for pair in self.moves.pairs if pair[0] in moves and pair[1] in moves]
        low, high = Sum(median, moves, tuple(pairs)).ends(is_amount=False)
        return math.exp(low), math.exp(high)

    def _moved(self) -> Iterator[tuple[float, float]]:
        """Yield the rate at both ends of each unknown: those of the account first."""
        for place in range(self.moves.unknowns.count):
            low, high = (self.solve(self._bases(place, end), self.middle) for end in (_LOW, _HIGH))
            yield low, high
        for path, levels in self.levels.items():
            low, high = (
                self.solve(self._bases(None, _LOW), {**self.middle, path: levels[end]})
                for end in (_LOW, _HIGH)
            )
            yield low, high

    def _bases(self, place: int | None, end: int) -> list[Base]:
        """Return the activities with one unknown of the account at an end, or with none."""
        return [self._base(base, place, end) for base in self.bases]

    def _base(self, base: Base, place: int | None, end: int) -> Base:
        used = self._figure(base.operational, place, end)
        made = self._figure(base.embodied, place, end)
        if self.key == _ENERGY:
            return base._replace(energy_kwh=used or 0.0)
        return base._replace(operational_kgco2e=used or 0.0, embodied_kgco2e=made)

    def _figure(self, entries: Sequence[int], place: int | None, end: int) -> float | None:
        """Return a sum over entries there; None where it is unknown."""
        total = self.moves.sum(entries)
        if total.median is None or place not in total.moves:
            number: float | None = total.median
            return number
        move = total.moves[place]
        moved: float = total.median + (move.low if end == _LOW else move.high)
        return moved
