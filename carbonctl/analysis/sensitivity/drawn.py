"""Draws of the unknowns of some terms, kept no longer than they are used.

This module imports numpy: only what asks for draws imports it.
"""

from collections import Counter
from collections.abc import Sequence
from typing import Any, TypeAlias

from carbonctl.analysis.points import Draws
from carbonctl.ledger.terms import Term
from carbonctl.ledger.unknowns import Rank, Uncertain

Numbers: TypeAlias = Any  # an array of numbers


class DrawsByTerm:
    """Draws as `carbonctl.analysis.points.Draws` makes them, kept until their last term.

    An account of ten thousand activities has as many unknowns, whose draws together would need
    more memory than there may be; those of an activity stand in terms that follow each other.

    Parameters
    ----------
    terms : sequence of Term
        They are asked for in this order, each once.
    count, seed, ranks, stream
        As `Draws` takes them.
    """

    def __init__(
        self,
        terms: Sequence[Term],
        count: int,
        seed: int,
        ranks: Sequence[Rank],
        stream: str = "",
    ) -> None:
        self.draws = Draws(count, seed, ranks, (stream,))
        self.left = Counter(unknown for term in terms for unknown in set(term.ranged.values()))

    def of(self, term: Term) -> dict[Uncertain, Numbers]:
        """Return the draws of the unknowns of the next term."""
        own = {unknown: self.draws.of(unknown) for unknown in term.ranged.values()}
        for unknown in own:
            self.left[unknown] -= 1
            if not self.left[unknown]:
                self.draws.drop(unknown)
        return own

    def again(self, unknown: Uncertain) -> Numbers:
        """Return the draws of an unknown whatever term is next."""
        drawn = self.draws.of(unknown)
        if not self.left[unknown]:
            self.draws.drop(unknown)
        return drawn
