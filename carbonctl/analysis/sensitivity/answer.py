"""From a result and a question to an answer: a row for each unknown."""

from __future__ import annotations

from collections.abc import Hashable, Sequence

from carbonctl.analysis.sensitivity.asked import Key, Question
from carbonctl.analysis.sensitivity.model import RANK, SOBOL, SWING, Row, Sensitivity
from carbonctl.analysis.sensitivity.swing import Figure, Mover, Swings, swings
from carbonctl.errors import InputError, Problem
from carbonctl.ledger.entry import SUMS, Entry
from carbonctl.ledger.ranges import UNKNOWN, Ends, Moves, is_finite
from carbonctl.ledger.result import Result
from carbonctl.ledger.terms import Term
from carbonctl.ledger.unknowns import Rank, Uncertain
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
    rows, notes = _rows(swung, methods, seed, question.points, result.uncertainty.ranks)
    is_drawn = bool(rows) and methods != (SWING,)
    low, high = _ends(swung.terms)
    value = _value(entries, key)
    return Sensitivity(
        result.file, result.name, str(key), key.unit, methods, question.at,
        seed if is_drawn else None, question.points if is_drawn and SOBOL in methods else None,
        all(term is not None for term in figure.terms), value, low, high,
        None if value is None else swung.median, tuple(rows), _explain(figure, swung), notes,
    )  # fmt: skip


def _value(entries: Sequence[Entry], key: Key) -> float | None:
    """Return the sum of what is known; None where nothing of some entries is."""
    numbers = [getattr(entry, SUMS[key.sum][1]) for entry in entries]
    known = [number for number in numbers if number is not None]
    return None if numbers and not known else exact_sum(known)


def _ends(terms: Sequence[Term]) -> Ends:
    """Return the range of a sum; none where it has no end."""
    ends = Moves(terms).sum(range(len(terms))).ends()
    return ends if is_finite(ends) else UNKNOWN


def _explain(figure: Figure, swung: Swings) -> str | None:
    """Return the activity in which the unknown of the largest swing comes first."""
    if not swung.movers:
        return None
    entry = figure.entries[swung.movers[0].reach.entry]
    return f"{entry.phase}.{entry.activity}"


def _rows(
    swung: Swings, methods: Sequence[str], seed: int, points: int, ranks: Sequence[Rank]
) -> tuple[list[Row], tuple[str, ...]]:
    """Return a row for each unknown and each group, and what is to be known of them."""
    movers, notes = swung.movers, []
    rows = {id(mover): mover.row for mover in movers}
    if RANK in methods and movers:
        from carbonctl.analysis.sensitivity import ranks as by_rank  # numpy, for draws alone

        unknowns = [mover.unknowns[0] for mover in movers]
        found = by_rank.rank_correlations(swung.terms, unknowns, seed, ranks)
        for mover, rank, share in zip(movers, found, by_rank.shares_pct(found), strict=True):
            rows[id(mover)] = rows[id(mover)]._replace(rank=rank, variance_pct=share)
    of_groups: dict[int, Row] = {}
    if SOBOL in methods and movers:
        from carbonctl.analysis.sensitivity.indices import indices

        groups = _groups(swung, ranks)
        if len(groups) > MOST_GROUPS:
            notes.append(
                f"indices are those of the {MOST_GROUPS} of {len(groups)} unknowns with the "
                "largest swing; the others vary with them"
            )
            groups = groups[:MOST_GROUPS]
        members = [group.unknowns for group in groups]
        made = indices(swung.terms, members, points=points, seed=seed, ranks=ranks)
        for group, index in zip(groups, made, strict=True):
            first = id(group.movers[0])
            if len(group.movers) == 1:
                rows[first] = rows[first]._replace(**index._asdict())
            else:
                of_groups[first] = _together(group, swung.terms)._replace(**index._asdict())
                if methods == (SOBOL,):  # nothing is known of a member alone
                    rows = {n: row for n, row in rows.items() if n not in map(id, group.movers)}
    return _ordered(movers, rows, of_groups, methods), tuple(notes)


class _Group:
    """Unknowns that are drawn together, with those of them that move the figure."""

    def __init__(self) -> None:
        self.movers: list[Mover] = []
        self.unknowns: list[Uncertain] = []


def _groups(swung: Swings, ranks: Sequence[Rank]) -> list[_Group]:
    """Return the groups of what moves the figure, the one with the largest swing first."""
    roots: dict[str, str] = {}
    for one, other, _ in ranks:
        old, new = roots.get(other, other), roots.get(one, one)
        roots.update({one: new, other: new})
        roots.update({name: new for name, root in roots.items() if root == old})

    def key(unknown: Uncertain) -> Hashable:
        return roots.get(unknown.unknown) or unknown.key

    groups: dict[Hashable, _Group] = {}
    for mover in swung.movers:
        groups.setdefault(key(mover.unknowns[0]), _Group()).movers.append(mover)
    drawn = dict.fromkeys(u for term in swung.terms for u in term.ranged.values())
    for unknown in drawn:
        group = groups.get(key(unknown))
        if group is not None:
            group.unknowns.append(unknown)
    return list(groups.values())


def _together(group: _Group, terms: Sequence[Term]) -> Row:
    """Return the row of correlated unknowns, still without indices."""
    rows = [mover.row for mover in group.movers]
    members = frozenset(group.unknowns)
    return Row(
        ", ".join(row.path or row.name for row in rows),
        ", ".join(row.name for row in rows),
        *[None] * 7,
        entries=sum(not members.isdisjoint(term.ranged.values()) for term in terms),
    )


def _ordered(
    movers: Sequence[Mover],
    rows: dict[int, Row],
    of_groups: dict[int, Row],
    methods: Sequence[str],
) -> list[Row]:
    """Return all rows by swing, else by total index or rank; a group behind its first member."""
    blocks = []
    for mover in movers:
        own = [some[id(mover)] for some in (rows, of_groups) if id(mover) in some]
        if SWING not in methods:
            own = [row._replace(at_low=None, at_high=None, swing=None) for row in own]
        blocks.append(own)
    if SWING not in methods:
        column = "total" if SOBOL in methods else "rank"
        blocks.sort(key=lambda own: -max((abs(getattr(r, column) or 0.0) for r in own), default=0))
    return [row for own in blocks for row in own]
