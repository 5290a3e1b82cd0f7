"""Where a workload gives what a verdict is about."""

from collections.abc import Iterable
from math import inf

from carbonctl.analysis.compare.model import SAME, ComparedEntry, Comparison
from carbonctl.analysis.gates import RuleFault, Verdict, read_rule
from carbonctl.ledger.entry import SUMS
from carbonctl.numbers.values import Value


def line_behind(comparison: Comparison, verdict: Verdict) -> int | None:
    """Return the line of the head that weighs most in what a verdict is about; None without any.

    Of a change that is an input of the entry that changed most, of a figure one of the
    largest entry; an unknown entry comes first. Changed inputs come before others. In a saved
    result no input has a line.
    """
    try:
        rule = read_rule(verdict.rule)
    except RuleFault:
        return None
    if comparison.head.is_saved:
        return None
    boundary, column = SUMS[rule.key]
    rows = [
        row for row in comparison.rows
        if rule.phase in (None, row.entry.phase) and boundary in (None, row.entry.boundary)
    ]  # fmt: skip
    if rule.condition.is_change:
        rows = [row for row in rows if row.change != SAME]
    sizes = {id(row): _size(row, column, is_change=rule.condition.is_change) for row in rows}
    lines = (_line(row, comparison.rows) for row in sorted(rows, key=lambda row: -sizes[id(row)]))
    return next((line for line in lines if line is not None), None)


def _line(row: ComparedEntry, rows: Iterable[ComparedEntry]) -> int | None:
    """Return a line of an entry, or of its activity where the entry has no inputs."""
    alike = [other for other in rows if _activity(other) == _activity(row)]
    inputs = (value for each in (row, *alike) for value in _inputs(each))
    return next((value.line for value in inputs if value.line is not None), None)


def _activity(row: ComparedEntry) -> tuple[str, str, str]:
    return row.workload, row.entry.phase, row.entry.activity


def _size(row: ComparedEntry, column: str, *, is_change: bool) -> float:
    """Return how much an entry weighs; what is unknown weighs most."""
    head, base = (getattr(e, column) if e else 0.0 for e in (row.head, row.base))
    if head is None or base is None:
        return inf
    size: float = abs(head - base) if is_change else abs(head)
    return size


def _inputs(row: ComparedEntry) -> Iterable[Value]:
    """Return the inputs of the head's entry, those that differ from the base's first."""
    theirs = {value.name: value[:2] for value in row.base.inputs} if row.base else {}
    ours = row.head.inputs if row.head else ()
    return sorted(ours, key=lambda value: theirs.get(value.name) == value[:2])
