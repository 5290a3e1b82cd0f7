"""One unknown at a time from its low to its high end: what `drivers` says, of any figure."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from carbonctl.analysis.sensitivity.model import BOUNDS, Row
from carbonctl.factors.distributions import TWO_PIECE_LOGNORMAL
from carbonctl.ledger.entry import Entry
from carbonctl.ledger.ranges import Moves
from carbonctl.ledger.sums import Reach, reaches
from carbonctl.ledger.terms import Term
from carbonctl.ledger.unknowns import Uncertain
from carbonctl.numbers.values import Value

PARTS = " / "  # between the parts of the name of an activity of a fleet
TOGETHER = ", "  # between the members of a group, as in the identity of those that go together


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
    median, reached = reaches(figure.entries, moves, is_exact=is_exact)
    known = [n for n, middle in enumerate(moves.medians) if middle is not None]
    members = _members(figure, terms, known, moves)
    where = _where(figure, known, moves)
    movers = [
        _mover(reach, members[reach.place], where[reach.place])
        for reach in reached
        if not reach.low == reach.high == median
    ]
    movers.sort(key=lambda mover: (-(mover.row.swing or 0.0), mover.row.path or ""))
    return Swings(median, movers, [term for n in known if (term := figure.terms[n])])


def _members(
    figure: Figure, terms: Sequence[Term | None], known: Sequence[int], moves: Moves
) -> dict[int, dict[Uncertain, Value]]:
    """Return what each unknown is in some terms, with the input behind it, by its place."""
    members: dict[int, dict[Uncertain, Value]] = {}
    for number in known:
        moved, given = terms[number], figure.terms[number]
        if moved is None or given is None or not given.ranged:
            continue
        inputs = {value.name: value for value in figure.entries[number].inputs}
        for name, unknown in moved.ranged.items():
            own = members.setdefault(moves.unknowns.place(unknown), {})
            own.setdefault(given.ranged[name], inputs[name])
    return members


def _where(figure: Figure, known: Sequence[int], moves: Moves) -> dict[int, tuple[str, ...]]:
    """Return which parts of the names of activities all have that an unknown is in."""
    where: dict[int, tuple[str, ...]] = {}
    for number in known:
        parts = tuple(figure.entries[number].activity.split(PARTS))
        for place in moves.moves[number]:
            where[place] = tuple(part for part in where.get(place, parts) if part in parts)
    return where


def _at_bounds(term: Term | None) -> Term | None:
    """Return a term whose unknowns have their bounds and best estimates as quantiles."""
    if term is None:
        return None
    return term.under(
        {u: u._replace(distribution=TWO_PIECE_LOGNORMAL) for u in term.ranged.values()}
    )


def _mover(reach: Reach, members: dict[Uncertain, Value], where: tuple[str, ...]) -> Mover:
    value, unknown = reach.value, next(iter(members))
    row = Row(
        value.path, value.figure or value.name, value.status, value.source, unknown.distribution,
        value.best, value.low, value.high, value.unit, reach.entries,
        reach.low, reach.high, abs(reach.high - reach.low), where=where,
    )  # fmt: skip
    figures = {value.path: value.figure or value.name for value in members.values()}
    if len(figures) > 1 and set(unknown.unknown.split(TOGETHER)) >= figures.keys():
        row = grouped(row, figures)
    return Mover(row, tuple(members), reach)


def grouped(row: Row, figures: Mapping[str | None, str]) -> Row:
    """Return the row of a group: that of its first member, with the paths and names of all."""
    return row._replace(
        path=TOGETHER.join(path or name for path, name in figures.items()),
        name=TOGETHER.join(figures.values()),
        status=None, source=None, distribution=None, best=None, low=None, high=None, unit=None,
    )  # fmt: skip
