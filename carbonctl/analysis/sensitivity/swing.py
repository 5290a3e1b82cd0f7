"""One unknown at a time from its low to its high end: what `drivers` says, of any figure."""

from collections.abc import Sequence
from typing import NamedTuple

from carbonctl.analysis.sensitivity.model import BOUNDS, Row
from carbonctl.factors.distributions import TWO_PIECE_LOGNORMAL
from carbonctl.ledger.entry import Entry
from carbonctl.ledger.ranges import Moves
from carbonctl.ledger.sums import Reach, reaches
from carbonctl.ledger.terms import Term
from carbonctl.ledger.unknowns import Uncertain


class Figure(NamedTuple):
    """A sum as the terms of its entries; a term is None where its figure is unknown."""

    entries: Sequence[Entry]
    terms: Sequence[Term | None]


class Mover(NamedTuple):
    """An unknown that can move a figure.

    Attributes
    ----------
    row : Row
        What is said of it, with its swing.
    unknowns : tuple of Uncertain
        What it is in the terms: several where those of different ranges go together.
    reach : Reach
        What it does alone.
    """

    row: Row
    unknowns: tuple[Uncertain, ...]
    reach: Reach

    @property
    def identity(self) -> str:
        """The identity of the unknown."""
        return self.unknowns[0].unknown


class Swings(NamedTuple):
    """The figure of what is known with all unknowns in the middle, and what moves it.

    ``terms`` are those of what is known.
    """

    median: float
    movers: list[Mover]
    terms: list[Term]


def swings(figure: Figure, at: str, *, is_exact: bool = False) -> Swings:
    """Return what each unknown does alone to a figure, the largest swing first, ties by path.

    Parameters
    ----------
    figure : Figure
        The sum.
    at : str
        ``percentiles``: each goes from its 5th to its 95th percentile, the others are at their
        medians. ``bounds``: each goes from one end of its range to the other, the others are at
        their best estimates.
    is_exact : bool
        Whether what terms have in common has to cancel to the last digit, as in a difference.
    """
    terms = [_at_bounds(term) if at == BOUNDS else term for term in figure.terms]
    moves = Moves(terms)
    median, found = reaches(figure.entries, moves, is_exact=is_exact)
    known = [n for n, middle in enumerate(moves.medians) if middle is not None]
    own: dict[int, dict[Uncertain, None]] = {}
    for number in known:
        moved, given = terms[number], figure.terms[number]
        assert moved is not None
        assert given is not None
        for name, unknown in moved.ranged.items():
            place = moves.unknowns.place(unknown)
            own.setdefault(place, {})[given.ranged[name]] = None
    movers = [
        _mover(reach, tuple(own[reach.place]))
        for reach in found
        if not reach.low == reach.high == median
    ]
    movers.sort(key=lambda mover: (-(mover.row.swing or 0.0), mover.row.path or ""))
    return Swings(median, movers, [term for n in known if (term := figure.terms[n])])


def _at_bounds(term: Term | None) -> Term | None:
    """Return a term whose unknowns have their bounds and best estimates as quantiles."""
    if term is None:
        return None
    return term.under(
        {u: u._replace(distribution=TWO_PIECE_LOGNORMAL) for u in term.ranged.values()}
    )


def _mover(reach: Reach, unknowns: tuple[Uncertain, ...]) -> Mover:
    value = reach.value
    row = Row(
        value.path, value.figure or value.name, value.status, value.source,
        unknowns[0].distribution, value.best, value.low, value.high, value.unit, reach.entries,
        reach.low, reach.high, abs(reach.high - reach.low),
    )  # fmt: skip
    return Mover(row, unknowns, reach)
