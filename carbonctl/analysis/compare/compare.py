"""From two sides to their comparison."""

from carbonctl.analysis.compare import causes
from carbonctl.analysis.compare.deltas import delta
from carbonctl.analysis.compare.model import ComparedEntry, Comparison, Delta, Report, Side
from carbonctl.analysis.compare.notes import notes
from carbonctl.analysis.compare.pairing import Pair, pairs
from carbonctl.catalog import Catalog
from carbonctl.errors import InputError, Problem
from carbonctl.ledger.entry import SUMS
from carbonctl.numbers.formulas import NotArithmetic
from carbonctl.spec.model import PHASES


def report(base: Side, heads: list[Side], catalog: Catalog) -> Report:
    """Compare each head with the base, and rank them by total carbon.

    Raises
    ------
    InputError
        Where a saved result holds what is no formula.
    """
    found = [compare(base, head, catalog) for head in heads]
    return Report(base, sorted(found, key=_rank))


def _rank(one: Comparison) -> tuple[bool, float]:
    total = one.total["total_kgco2e"].head
    return total is None, total or 0.0


def compare(base: Side, head: Side, catalog: Catalog) -> Comparison:
    """Compare one head with the base.

    Raises
    ------
    InputError
        Where a saved result holds what is no formula.
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
    ranged = base.has_specs and head.has_specs

    def figure(some: list[Pair], key: str, now: list[Pair] | None) -> Delta:
        return _attributed(delta(some, key, ranged=ranged), now, key)

    def sums(phase: str | None) -> dict[str, Delta]:
        some = [pair for pair in paired if phase in (None, pair.phase)]
        now = None if again is None else [pair for pair in again if phase in (None, pair.phase)]
        if phase is not None and len(some) == len(paired) and now == again:
            return total
        return {key: figure(some, key, now) for key in SUMS}

    total = sums(None)
    rows = []
    by_identity = {pair.identity: pair for pair in again or ()}
    for pair in paired:
        match = by_identity.get(pair.identity)
        now = None if again is None else [match] if match else []
        rows.append(ComparedEntry(*pair, pair.change, figure([pair], "total_kgco2e", now)))
    return Comparison(
        base,
        head,
        total=total,
        phases={phase: sums(phase) for phase in PHASES},
        rows=tuple(rows),
        inputs=causes.inputs(paired),
        changes=causes.changes(base, head, today),
        notes=notes(base, head, told_apart=today is not None),
    )


def _attributed(found: Delta, now: list[Pair] | None, key: str) -> Delta:
    """Return a delta with what of it is the workload's doing, and what that of other facts."""
    if now is None or found.difference is None:
        return found
    workload = delta(now, key, ranged=False).difference
    if workload is None:
        return found
    return found._replace(workload=workload, assumptions=found.difference - workload)
