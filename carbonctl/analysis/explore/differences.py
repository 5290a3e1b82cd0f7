"""Ranges of differences between designs: what two of them share cancels.

Each unknown moves alone, in both designs at once, and what that does to their difference adds in
quadrature (`carbonctl.ledger.ranges`).

This module imports numpy: only what explores designs imports it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from carbonctl.ledger.ranges import Moves
from carbonctl.ledger.unknowns import Key, Rank, Uncertain
from carbonctl.numbers.intervals import has_rows


class Spread:
    """What each unknown does to one figure of each design.

    Parameters
    ----------
    count : int
        How many designs there are.
    ranks : sequence of Rank
        The rank correlations of pairs of unknowns, by their keys.
    """

    def __init__(self, count: int, ranks: Sequence[Rank] = ()) -> None:
        self.count = count
        self.ranks = ranks
        self.median = np.full(count, np.nan)
        self.moves: dict[Key, tuple[Any, Any]] = {}
        self.private: list[tuple[Any, Any]] = []

    def add(self, moves: Moves, rows: Sequence[int], only: Any = None) -> None:
        """Take the sum of all figures of an account; each of some designs is a row of it.

        ``only`` says of each row whether it is taken; all are unless given.
        """
        places = np.asarray(rows)
        taken = np.ones(len(places), bool) if only is None else only
        total = moves.sum(range(len(moves.medians)))
        if total.median is None:
            return
        self.median[places[taken]] = np.broadcast_to(total.median, len(places))[taken]
        uncertain = moves.unknowns.known()
        for place, (low, high) in total.moves.items():
            for key, its in _keys(uncertain[place], len(places)):
                own = its[taken[its]]
                lows, highs = self._of(key)
                lows[places[own]] = np.broadcast_to(low, len(places))[own]
                highs[places[own]] = np.broadcast_to(high, len(places))[own]

    def add_private(self, median: Any, low: Any, high: Any) -> None:
        """Take bounds of each design by itself: no two designs share what is uncertain in them."""
        self.median = np.where(np.isnan(self.median), 0.0, self.median) + median
        self.private.append((low - median, high - median))

    def scaled(self, by: Any) -> Spread:
        """Return the same of a figure that is a multiple of it, another one in each design."""
        other = Spread(self.count, self.ranks)
        other.median = self.median * by
        other.moves = {key: (low * by, high * by) for key, (low, high) in self.moves.items()}
        other.private = [(low * by, high * by) for low, high in self.private]
        return other

    def _of(self, key: Key) -> tuple[Any, Any]:
        if key not in self.moves:
            self.moves[key] = (np.zeros(self.count), np.zeros(self.count))
        return self.moves[key]

    def differences(self, design: int, others: Any) -> tuple[Any, Any]:
        """Return the range of some designs' figure less that of one design; (others,) each."""
        median = self.median[others] - self.median[design]
        down, up = np.zeros(len(median)), np.zeros(len(median))
        signed = {}
        for key, (lows, highs) in self.moves.items():
            low, high = lows[others] - lows[design], highs[others] - highs[design]
            fall = np.minimum(np.minimum(low, high), 0.0)
            rise = np.maximum(np.maximum(low, high), 0.0)
            down, up = down + fall * fall, up + rise * rise
            if self.ranks:
                signed[key] = np.where(low == fall, fall, -fall), np.where(low == rise, -rise, rise)
        for low, high in self.private:
            down = down + _square(low[others], high[others], -1) + _square(low, high, 1)[design]
            up = up + _square(low[others], high[others], 1) + _square(low, high, -1)[design]
        for one, other, rank in self.ranks:
            if one in signed and other in signed:
                (fall, rise), (other_fall, other_rise) = signed[one], signed[other]
                down = down + 2 * rank * fall * other_fall
                up = up + 2 * rank * rise * other_rise
        return median - np.sqrt(np.maximum(down, 0)), median + np.sqrt(np.maximum(up, 0))


def _square(low: Any, high: Any, sign: int) -> Any:
    """Return the square of how far two moves go up, or down with a negative sign."""
    return np.maximum(np.maximum(sign * low, sign * high), 0.0) ** 2


def _keys(uncertain: Uncertain, rows: int) -> list[tuple[Key, Any]]:
    """Return the keys of an unknown, each with the rows in which it is that one."""
    if uncertain.is_shared or not any(map(has_rows, uncertain[1:4])):
        return [(uncertain.key, np.arange(rows))]
    ends = np.column_stack([np.broadcast_to(end, rows) for end in uncertain[1:4]])
    distinct, which = np.unique(ends, axis=0, return_inverse=True)
    return [
        ((uncertain.unknown, *map(float, bounds)), np.flatnonzero(which.reshape(-1) == place))
        for place, bounds in enumerate(distinct)
    ]
