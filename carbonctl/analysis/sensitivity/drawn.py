"""Draws of the unknowns of some terms, kept no longer than they are used.

This module imports numpy: only what asks for draws imports it.
"""

from collections import Counter
from collections.abc import Sequence
from functools import partial
from typing import Any, TypeAlias

from carbonctl.analysis.points import draws
from carbonctl.ledger.terms import Term
from carbonctl.ledger.unknowns import Rank, Uncertain

Numbers: TypeAlias = Any  # an array of numbers


class Drawn:
    """Draws as `carbonctl.analysis.points.draws` makes them, kept until their last term.

    An account of ten thousand activities has as many unknowns, whose draws together would need
    more memory than there may be; those of an activity stand in terms that follow each other.

    Parameters
    ----------
    terms : sequence of Term
        They are asked for in this order, each once.
    count, seed, ranks, stream
        As `draws` takes them; what is correlated is kept.
    """

    def __init__(
        self,
        terms: Sequence[Term],
        count: int,
        seed: int,
        ranks: Sequence[Rank],
        stream: str = "",
    ) -> None:
        self.draw = partial(draws, count=count, seed=seed, stream=stream)
        self.left = Counter(unknown for term in terms for unknown in set(term.ranged.values()))
        ranked = {name for first, second, _ in ranks for name in (first, second)}
        self.together = self.draw((u for u in self.left if u.unknown in ranked), ranks=ranks)
        self.kept: dict[Uncertain, Numbers] = {}

    def of(self, term: Term) -> dict[Uncertain, Numbers]:
        """Return the draws of the unknowns of the next term."""
        own = set(term.ranged.values())
        self.kept |= self.draw(own - self.together.keys() - self.kept.keys())
        drawn = {u: self.together[u] if u in self.together else self.kept[u] for u in own}
        for unknown in own:
            self.left[unknown] -= 1
            if not self.left[unknown]:
                self.kept.pop(unknown, None)
        return drawn

    def again(self, unknown: Uncertain) -> Numbers:
        """Return the draws of an unknown whatever term is next."""
        if unknown in self.together:
            return self.together[unknown]
        return self.draw((unknown,))[unknown]
