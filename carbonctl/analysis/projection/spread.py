"""The 90 % range of a projected total, over what is uncertain in the account and in the rates.

Carbon of each activity is multiplied by what becomes of it, so what an unknown of the account
does to the total is what it does to each activity, multiplied likewise. A rate moves the total
from its own 5th to its 95th percentile, with all others at their medians. They add as in
`carbonctl.ledger.ranges`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

from carbonctl.analysis.projection.bases import Base
from carbonctl.analysis.projection.rows import weights
from carbonctl.analysis.projection.series import Series, figures_of
from carbonctl.ledger.ranges import UNKNOWN, Ends, Move, Moves, Sum
from carbonctl.ledger.unknowns import is_certain, unknown_of
from carbonctl.spec.projection import Projection

Weights = list[list[tuple[float, float | None]]]


class Spread:
    """The ranges of the total of a projection.

    Parameters
    ----------
    projection : Projection
        Of the workload.
    bases : sequence of Base
        The activities at the start.
    moves : Moves
        What each unknown does to each entry of the account.
    embodied : str
        Which embodied carbon the total holds.
    is_cumulative : bool
        Whether the total is that since the start.
    """

    def __init__(
        self, projection: Projection, bases: Sequence[Base], moves: Moves, embodied: str,
        *, is_cumulative: bool = False,
    ) -> None:  # fmt: skip
        self.projection = projection
        self.bases = bases
        self.embodied = embodied
        self.years = projection.step_months / 12 if is_cumulative else None
        self.sums = [(moves.sum(base.operational), moves.sum(base.embodied)) for base in bases]
        self.pairs = moves.pairs
        self.first = moves.unknowns.count
        ranged = {v.path: unknown_of(v) for v in figures_of(projection) if not is_certain(v)}
        levels = {path or "": unknown.levels for path, unknown in ranged.items()}
        middle = {path: own[1] for path, own in levels.items()}
        self.middle = self._weights(middle)
        self.ends = [
            tuple(self._weights(middle | {path: own[end]}) for end in (0, 2))
            for path, own in levels.items()
        ]

    def _weights(self, numbers: dict[str, float]) -> Weights:
        series = Series(self.projection, numbers)
        return [
            weights(series.steps(base.phase, base.activity), self.embodied, self.years)
            for base in self.bases
        ]

    def at(self, step: int) -> Ends:
        """Return the range of the total at a step; none where it is unknown."""
        median = self._median(self.middle, step)
        if median is None:
            return UNKNOWN
        lows: dict[int, list[float]] = {}
        highs: dict[int, list[float]] = {}
        for own, both in zip(self.middle, self.sums, strict=True):
            for weight, part in zip(own[step], both, strict=True):
                for place, move in part.moves.items() if weight is not None else ():
                    lows.setdefault(place, []).append(weight * move.low)
                    highs.setdefault(place, []).append(weight * move.high)
        moves = {place: Move(math.fsum(lows[place]), math.fsum(highs[place])) for place in lows}
        for n, ends in enumerate(self.ends):
            low, high = (self._median(end, step) for end in ends)
            assert low is not None
            assert high is not None
            moves[self.first + n] = Move(low - median, high - median)
        return Sum(median, moves, self.pairs).ends()

    def _median(self, made: Weights, step: int) -> float | None:
        """Return the total with all unknowns of the account in the middle."""
        parts = list[float]()
        for own, (operational, embodied) in zip(made, self.sums, strict=True):
            of_energy, of_machines = own[step]
            if operational.median is None or embodied.median is None or of_machines is None:
                return None
            parts += (of_energy * operational.median, of_machines * embodied.median)
        return math.fsum(parts)


class Bounds(NamedTuple):
    """The range of the total of one step in 90 of 100 cases; None where it is unknown."""

    total_low_kgco2e: float | None
    total_high_kgco2e: float | None
