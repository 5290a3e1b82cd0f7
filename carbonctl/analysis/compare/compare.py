"""From two sides to their comparison."""

from carbonctl.analysis.compare import causes
from carbonctl.analysis.compare.deltas import delta, deltas, ranks_of_sides
from carbonctl.analysis.compare.model import ComparedEntry, Comparison, Delta, Report, Side
from carbonctl.analysis.compare.notes import notes
from carbonctl.analysis.compare.one_rule import on_one_rule
from carbonctl.analysis.compare.pairing import Pair, pairs
from carbonctl.catalog import Catalog
from carbonctl.errors import InputError, Problem
from carbonctl.ledger.entry import SUMS
from carbonctl.numbers.formulas import NotArithmetic
from carbonctl.spec.model import PHASES


def report(base: Side, heads: list[Side], catalog: Catalog) -> Report:
    """Compare each head with the base, and rank them by total carbon.

    Raises InputError where a saved result holds what is no formula.
    """
    made = on_one_rule([base, *heads], catalog)
    base, *heads = made.sides
    alternatives = [compare(base, head, made.catalog) for head in heads]
    if made.notes:
        alternatives = [
            alternative._replace(notes=(*made.notes, *alternative.notes))
            for alternative in alternatives
        ]
    return Report(base, sorted(alternatives, key=_rank))


def _rank(comparison: Comparison) -> tuple[bool, float]:
    total = comparison.total["total_kgco2e"].head
    return total is None, total or 0.0


def compare(base: Side, head: Side, catalog: Catalog) -> Comparison:
    """Compare one head with the base.

    Raises InputError where a saved result holds what is no formula.
    """
    try:
        return _compare(base, head, catalog)
    except NotArithmetic as error:
        said = f"not a saved result: {error}"
        where = [side.label for side in (base, head) if side.is_saved] or [head.label]
        raise InputError(Problem(label, 1, 1, said) for label in where) from None


def _compare(base: Side, head: Side, catalog: Catalog) -> Comparison:
    paired = pairs(base, head)
    today = causes.today(base, head, catalog)
    again = None if today is None else paired if today == (base, head) else pairs(*today)
    total = _View(paired, again)
    by_identity = {pair.identity: pair for pair in again or ()}
    phases = {phase: total.of_phase(phase) for phase in PHASES}
    matches = [by_identity.get(pair.identity) for pair in paired]
    rows = []
    for pair, match in zip(paired, matches, strict=True):
        own = [pair]
        matched = own if again is paired else [match] if match else []
        rows.append(_View(own, None if again is None else matched))
    views = [total, *(view for view in phases.values() if view is not total)]
    asked = [(view, key) for view in views for key in SUMS]
    asked += [(view, "total_kgco2e") for view in rows]
    bounded = iter(deltas([(view.pairs, key) for view, key in asked],
                          ranged=base.has_specs and head.has_specs,
                          ranks=ranks_of_sides(base, head, paired)))  # fmt: skip
    answers = {(id(view), key): _attributed(next(bounded), view, key) for view, key in asked}

    def sums(view: _View) -> dict[str, Delta]:
        return {key: answers[id(view), key] for key in SUMS}

    return Comparison(
        base,
        head,
        total=sums(total),
        phases={phase: sums(view) for phase, view in phases.items()},
        rows=tuple(
            ComparedEntry(*pair, pair.change, answers[id(view), "total_kgco2e"])
            for pair, view in zip(paired, rows, strict=True)
        ),
        inputs=causes.inputs(paired),
        changes=causes.changes(base, head, today),
        notes=notes(base, head, told_apart=today is not None),
    )


class _View:
    """Some pairs, and the same pairs on one set of facts; None where these cannot be made."""

    def __init__(self, pairs: list[Pair], again: list[Pair] | None) -> None:
        self.pairs = pairs
        self.again = again

    def of_phase(self, phase: str) -> "_View":
        """Return those of a phase; itself where there are no others."""
        pairs = [pair for pair in self.pairs if pair.phase == phase]
        again: list[Pair] | None = pairs
        if self.again is not self.pairs:
            again = self.again and [pair for pair in self.again if pair.phase == phase]
        is_all = len(pairs) == len(self.pairs) and again == self.again
        return self if is_all else _View(pairs, again)


def _attributed(change: Delta, view: _View, key: str) -> Delta:
    """Return a delta with what of it is the workload's doing, and what that of other facts."""
    if view.again is None or change.difference is None:
        return change
    if view.again is view.pairs:
        return change._replace(workload=change.difference, assumptions=0.0)
    workload = delta(view.again, key).difference
    if workload is None:
        return change
    return change._replace(workload=workload, assumptions=change.difference - workload)
