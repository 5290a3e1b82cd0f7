"""From a result and a question to an answer: a row for each unknown."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from carbonctl.analysis.sensitivity.asked import FigureKey, Question
from carbonctl.analysis.sensitivity.model import RANK, SOBOL, SWING, Row, Sensitivity
from carbonctl.analysis.sensitivity.swing import Figure, Swings, grouped, swings
from carbonctl.errors import InputError, Problem
from carbonctl.ledger.entry import SUMS, Entry
from carbonctl.ledger.ranges import UNKNOWN, Ends, Moves, is_finite
from carbonctl.ledger.ranks import correlated_groups
from carbonctl.ledger.result import Result
from carbonctl.ledger.terms import Term
from carbonctl.ledger.unknowns import Key, Rank, Uncertain
from carbonctl.numbers.formulas import NotArithmetic
from carbonctl.numbers.intervals import exact_sum

MOST_GROUPS = 60  # for which indices are worked out


def sensitivity(result: Result, question: Question) -> Sensitivity:
    """Return what decides a figure of a result.

    Raises
    ------
    InputError
        Where a saved result holds what is no formula.
    """
    key, methods = question.key, question.methods
    entries = key.entries(result.booked)
    try:
        figure = Figure(entries, key.terms(entries))
    except NotArithmetic as error:
        raise InputError([Problem(result.file, 1, 1, f"not a saved result: {error}")]) from None
    swung = swings(figure, question.at)
    seed = result.uncertainty.seed if question.seed is None else question.seed
    how = _Draws(seed, question.points, result.uncertainty.ranks)
    rows, notes = _rows(swung, methods, how)
    is_drawn = bool(rows) and methods != (SWING,)
    value = _value(entries, key)
    low, high = UNKNOWN if value is None else _ends(swung.terms, how.ranks)
    return Sensitivity(
        result.file, result.name, str(key), key.unit, methods, question.at,
        seed if is_drawn else None, question.points if is_drawn and SOBOL in methods else None,
        all(term is not None for term in figure.terms), value, low, high,
        None if value is None else swung.median, tuple(rows), _explain(figure, swung), notes,
    )  # fmt: skip


def _value(entries: Sequence[Entry], key: FigureKey) -> float | None:
    """Return the sum of what is known; None where nothing of some entries is."""
    numbers = [getattr(entry, SUMS[key.sum][1]) for entry in entries]
    known = [number for number in numbers if number is not None]
    return None if numbers and not known else exact_sum(known)


def _ends(terms: Sequence[Term], ranks: Sequence[Rank]) -> Ends:
    """Return the range of a sum; none where it has no end."""
    ends = Moves(terms, ranks).sum(range(len(terms))).ends()
    return ends if is_finite(ends) else UNKNOWN


def _explain(figure: Figure, swung: Swings) -> str | None:
    """Return the activity in which the unknown of the largest swing comes first."""
    if not swung.movers:
        return None
    entry = figure.entries[swung.movers[0].reach.entry]
    return f"{entry.phase}.{entry.activity}"


class _Draws(NamedTuple):
    """How values are drawn."""

    seed: int
    points: int
    ranks: Sequence[Rank]


def _rows(swung: Swings, methods: Sequence[str], how: _Draws) -> tuple[list[Row], tuple[str, ...]]:
    """Return a row for each unknown and each group, and what is to be known of them."""
    made = [[mover.row] for mover in swung.movers]  # a row of each, and of its group behind it
    notes: list[str] = []
    if RANK in methods and made:
        _add_ranks(made, swung, how)
    if SOBOL in methods and made:
        notes, grouped = _add_indices(made, swung, how)
        if tuple(methods) == (SOBOL,):  # of a member of a group nothing is known alone
            made = [own[-1:] for n, own in enumerate(made) if n not in grouped]
    if SWING not in methods:
        column = "total" if SOBOL in methods else "rank"
        made = [
            [row._replace(at_low=None, at_high=None, swing=None) for row in own] for own in made
        ]
        made.sort(key=lambda own: -max(abs(getattr(row, column) or 0.0) for row in own))
    return [row for own in made for row in own], tuple(notes)


def _add_ranks(made: list[list[Row]], swung: Swings, how: _Draws) -> None:
    """Add the rank correlations of unknowns to their rows."""
    from carbonctl.analysis.sensitivity import ranks  # numpy, for draws alone

    unknowns = [mover.unknowns[0] for mover in swung.movers]
    known = ranks.rank_correlations(swung.terms, unknowns, how.seed, how.ranks)
    for own, rank, share in zip(made, known, ranks.shares_pct(known), strict=True):
        own[0] = own[0]._replace(rank=rank, variance_pct=share)


def _add_indices(made: list[list[Row]], swung: Swings, how: _Draws) -> tuple[list[str], set[int]]:
    """Add the indices of unknowns to their rows, and a row of each group behind its first member.

    Returns what to note, and the places of the other members.
    """
    from carbonctl.analysis.sensitivity.indices import indices  # numpy, for draws alone

    notes: list[str] = []
    grouped: set[int] = set()
    groups = _groups(swung, how.ranks)
    if len(groups) > MOST_GROUPS:
        notes.append(
            f"indices are those of the {MOST_GROUPS} of {len(groups)} unknowns with the largest "
            "swing; the others vary with them"
        )
        groups = groups[:MOST_GROUPS]
    members = [group.unknowns for group in groups]
    known = indices(swung.terms, members, points=how.points, seed=how.seed, ranks=how.ranks)
    for group, index in zip(groups, known, strict=True):
        own = made[group.places[0]]
        if len(group.places) > 1:
            own.append(_together([swung.movers[n].row for n in group.places], group, swung.terms))
        own[-1] = own[-1]._replace(**index._asdict())
        grouped.update(group.places[1:])
    return notes, grouped


class _Group:
    """Unknowns that are drawn together, and the places of those that move the figure."""

    def __init__(self) -> None:
        self.places: list[int] = []
        self.unknowns: list[Uncertain] = []


def _groups(swung: Swings, ranks: Sequence[Rank]) -> list[_Group]:
    """Return the groups of what moves the figure, the one with the largest swing first."""
    first_of = {key: keys[0] for keys in correlated_groups(ranks) for key in keys}
    made: dict[Key, _Group] = {}
    for place, mover in enumerate(swung.movers):
        key = mover.unknowns[0].key
        made.setdefault(first_of.get(key, key), _Group()).places.append(place)
    drawn = dict.fromkeys(u for term in swung.terms for u in term.ranged.values())
    for unknown in drawn:
        group = made.get(first_of.get(unknown.key, unknown.key))
        if group is not None:
            group.unknowns.append(unknown)
    return list(made.values())


def _together(rows: Sequence[Row], group: _Group, terms: Sequence[Term]) -> Row:
    """Return the row of correlated unknowns, still without indices."""
    members = frozenset(group.unknowns)
    row = grouped(rows[0], {row.path or row.name: row.name for row in rows})
    entries = sum(not members.isdisjoint(term.ranged.values()) for term in terms)
    return row._replace(
        entries=entries, at_low=None, at_high=None, swing=None, rank=None, variance_pct=None
    )
