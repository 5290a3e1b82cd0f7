"""Rules from the command line and from a budget."""

from collections.abc import Collection, Sequence

from carbonctl.analysis.gates import parse_rule, read_budget, refuse_change
from carbonctl.analysis.gates.grammar import KEYS
from carbonctl.analysis.gates.rules import Gates
from carbonctl.inputs import reading


def read_gates(
    fail_on: Sequence[str],
    warn_on: Sequence[str],
    budget: str | None,
    *,
    has_base: bool,
    keys: Collection[str] = KEYS,
) -> Gates:
    """Read the rules of flags, then those of a budget file; ``keys`` are what they can be over.

    Raises UsageError for a faulty rule, or a change where there is no base; InputError for a
    faulty budget.
    """
    fail = [parse_rule(text, keys=keys) for text in fail_on]
    warn = [parse_rule(text, "--warn-on", keys) for text in warn_on]
    more_fail, more_warn = (
        read_budget(*reading.read_file(budget), keys) if budget is not None else ([], [])
    )
    told = ((fail, "--fail-on"), (warn, "--warn-on"), ([*more_fail, *more_warn], str(budget)))
    for rules, where in told if not has_base else ():
        for rule in rules:
            refuse_change(rule, where)
    return Gates((*fail, *more_fail), (*warn, *more_warn))
