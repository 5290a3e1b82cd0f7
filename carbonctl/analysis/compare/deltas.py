"""Differences of figures, with ranges in which what both sides share moves together."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from carbonctl.analysis.compare.model import Delta, Side
from carbonctl.analysis.compare.pairing import Pair, named_workloads
from carbonctl.errors import InputError, Problem
from carbonctl.factors.correlation import copula
from carbonctl.ledger.entry import BOUNDS, SUMS, Entry
from carbonctl.ledger.ranges import Ends, Moves, is_finite
from carbonctl.ledger.ranks import least_eigenvalue_of, merged, renamed
from carbonctl.ledger.terms import Same, Term, term, varies
from carbonctl.ledger.unknowns import Rank, Uncertain, unknown_of
from carbonctl.numbers.intervals import exact_sum

LOCATION, MARKET = "kgco2e", "kgco2e_market"
_ROUNDING = 1e-9  # of eigenvalues


def deltas(
    questions: Sequence[tuple[Sequence[Pair], str]], *, ranged: bool, ranks: Sequence[Rank] = ()
) -> list[Delta]:
    """Return the deltas of sums, each over some pairs and by its key, with ranges where wanted.

    ``ranks`` are the rank correlations of pairs of unknowns.

    Raises NotArithmetic where the formula of an entry is none.
    """
    sums = _Terms()
    asked = [sums.of(pairs, key) if ranged else None for pairs, key in questions]
    # What two keys have in common, as without contracts, is worked out once.
    ranges = {tuple(map(id, terms)): terms for terms in asked if terms is not None}
    ends = {key: _ends(terms, ranks) for key, terms in ranges.items()}
    of_sides: dict[int, tuple[Ends, Ends]] = {}
    made = []
    for (pairs, key), terms in zip(questions, asked, strict=True):
        if key in BOUNDS and id(pairs) not in of_sides:
            of_sides[id(pairs)] = _ranges(pairs, ranks)
        plain = delta(pairs, key, of_sides.get(id(pairs)))
        made.append(plain if terms is None else plain._replace(**ends[tuple(map(id, terms))]))
    return made


class DifferencePart(NamedTuple):
    """One side of a pair as a part of a difference, that of the base with a minus."""

    workload: str
    entry: Entry
    term: Term


def differences(pairs: Sequence[Pair], key: str) -> list[DifferencePart] | None:
    """Return the difference of one sum over some pairs part by part; None where it is unknown.

    Raises NotArithmetic where the formula of an entry is none.
    """
    return _Terms().parts(pairs, key)


def delta(pairs: Sequence[Pair], key: str, ranges: tuple[Ends, Ends] | None = None) -> Delta:
    """Return the delta of one sum over some pairs, without its range.

    ``ranges`` are those of the totals of both sides, where they are known already.
    """
    if key in BOUNDS:
        ends = ((end[BOUNDS.index(key)],) for end in ranges or _ranges(pairs))
        return of_numbers(*(None if None in end else list(end) for end in ends))
    base = _numbers([pair.base for pair in pairs], key)
    head = _numbers([pair.head for pair in pairs], key)
    return of_numbers(base, head)


def _ranges(pairs: Sequence[Pair], ranks: Sequence[Rank] = ()) -> tuple[Ends, Ends]:
    """Return the ranges of the totals of both sides."""
    same = same_unknowns(pairs) if ranks else {}
    base = [term(pair.base, LOCATION, 1.0, pair.workload) for pair in pairs if pair.base]
    head = [term(pair.head, LOCATION, 1.0, pair.workload, same) for pair in pairs if pair.head]
    ours, theirs = (Moves(terms, ranks).sum(range(len(terms))).ends() for terms in (base, head))
    return ours, theirs


def _ends(terms: Sequence[Term], ranks: Sequence[Rank]) -> dict[str, float]:
    """Return the range of a difference by its names; nothing where it is not finite."""
    ends = Moves(terms, ranks).sum(range(len(terms)), is_exact=True).ends(is_amount=False)
    return dict(zip(("low", "high"), ends, strict=True)) if is_finite(ends) else {}


def _numbers(entries: Sequence[Entry | None], key: str) -> list[float] | None:
    """Return what a sum is over; None where one of them is unknown."""
    boundary, column = SUMS[key]
    numbers = [getattr(e, column) for e in entries if e and boundary in (None, e.boundary)]
    return None if None in numbers else numbers


def of_numbers(base: list[float] | None, head: list[float] | None) -> Delta:
    """Return the delta of two sums, None being unknown or beyond all numbers."""
    ours = None if head is None else exact_sum(head)
    theirs = None if base is None else exact_sum(base)
    if base is None or head is None:
        return Delta(theirs, ours, None, None)
    difference = exact_sum([*head, *(-value for value in base)])
    return Delta(theirs, ours, difference, percent_of(difference, theirs))


def percent_of(difference: float, base: float | None) -> float | None:
    """Return a difference in percent of the base; None where that is zero or unknown."""
    return difference * 100 / abs(base) if base else None


class _Terms:
    """The sums of pairs as terms; each figure is made a term once."""

    def __init__(self) -> None:
        self.made: dict[tuple[int, str], tuple[list[Term], list[Term]] | None] = {}
        self.same: dict[int, Same] = {}

    def of(self, pairs: Sequence[Pair], key: str) -> list[Term] | None:
        """Return a difference as terms; None where one of them is unknown."""
        parts = self.parts(pairs, key)
        return None if parts is None else [part.term for part in parts]

    def parts(self, pairs: Sequence[Pair], key: str) -> list[DifferencePart] | None:
        """Return a difference part by part; None where one of them is unknown."""
        if not varies(key):
            return None
        boundary, column = SUMS[key]
        if id(pairs) not in self.same:
            self.same[id(pairs)] = same_unknowns(pairs)
        same = self.same[id(pairs)]
        parts: list[DifferencePart] = []
        for pair in pairs:
            if boundary not in (None, pair.entry.boundary):
                continue
            sides = self.sides(pair, column)
            if sides is None:
                return None
            for entry, terms in zip((pair.base, pair.head), sides, strict=True):
                renamed = same if entry is pair.head else {}
                parts += [
                    DifferencePart(pair.workload, entry, t.under(renamed)) for t in terms if entry
                ]
        return parts

    def sides(self, pair: Pair, column: str) -> tuple[list[Term], list[Term]] | None:
        """Return one figure of both sides as terms; None where one is unknown."""
        if column == MARKET and not any(map(_has_contract, (pair.base, pair.head))):
            column = LOCATION
        key = (id(pair), column)
        if key not in self.made:
            self.made[key] = ([], []) if _cancels(pair) else _sides(pair, column)
        return self.made[key]


def _sides(pair: Pair, column: str) -> tuple[list[Term], list[Term]] | None:
    sides: list[list[Term]] = []
    for entry, sign in ((pair.base, -1.0), (pair.head, 1.0)):
        figure = None if entry is None else term(entry, column, sign, pair.workload)
        if entry is not None and figure is None:
            return None
        sides.append([] if figure is None else [figure])
    return sides[0], sides[1]


def _has_contract(entry: Entry | None) -> bool:
    """Whether the market-based carbon of an entry is another than the location-based."""
    if entry is None:
        return False
    is_other = entry.kgco2e != entry.kgco2e_market
    return is_other or any(value.name == "market_intensity" for value in entry.inputs)


def _cancels(pair: Pair) -> bool:
    """Whether both sides have the same formula of the same figures."""
    if pair.base is None or pair.head is None or pair.base.formula != pair.head.formula:
        return False
    sides = (pair.base, pair.head)
    left, right = ([(v.name, v.unit, v.number) for v in entry.inputs] for entry in sides)
    return left == right and pair.base.kgco2e == pair.head.kgco2e


def ranks_of_sides(base: Side, head: Side, pairs: Sequence[Pair]) -> tuple[Rank, ...]:
    """Return the rank correlations of the unknowns of both sides, each within its workload.

    ``pairs`` are their entries. Of two unknowns that are in both, the head's takes precedence.

    Raises
    ------
    InputError
        Where those of both sides cannot be all at once.
    """
    sides = named_workloads(base, head)
    if not any(result.uncertainty.ranks for side in sides for _, result in side):
        return ()
    same = same_unknowns(pairs)
    ranks = merged(
        renamed(result.uncertainty.ranks, result.booked, name, own)
        for side, own in zip(sides, ({}, same), strict=True)
        for name, result in side
    )
    if ranks and least_eigenvalue_of(ranks, copula) < -_ROUNDING:
        said = f"its rank correlations and those of {base.label} cannot be all at once"
        raise InputError([Problem(head.label, 1, 1, said)])
    return ranks


def same_unknowns(pairs: Sequence[Pair]) -> dict[Uncertain, Uncertain]:
    """Return unknowns of the head that are one of the base: in a pair, by name and bounds.

    A system or a site that was renamed is still itself; one that both sides have was not renamed.
    """
    same = {}
    for pair in pairs:
        if pair.base is None or pair.head is None:
            continue
        theirs = {value.name: value for value in pair.base.inputs}
        for value in pair.head.inputs:
            other = theirs.get(value.name)
            if value.low == value.high or other is None or other[:2] != value[:2]:
                continue
            same[unknown_of(value, pair.workload)] = unknown_of(other, pair.workload)
    renamed = {ours: base for ours, base in same.items() if ours != base}
    if not any(ours.is_shared for ours in renamed):
        return renamed
    in_base, in_head = (_shared(pair.base for pair in pairs), _shared(pair.head for pair in pairs))
    return {
        ours: base
        for ours, base in renamed.items()
        if not ours.is_shared or (ours.unknown not in in_base and base.unknown not in in_head)
    }


def _shared(entries: Iterable[Entry | None]) -> set[str]:
    """Return the unknowns of some entries that have an identity of their own."""
    return {value.unknown for entry in entries if entry for value in entry.inputs if value.unknown}
