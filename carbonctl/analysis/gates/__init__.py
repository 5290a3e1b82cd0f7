"""Gates: rules over the totals of an account that say when a check fails.

``grammar`` reads a rule, ``statistics`` are what it is over, ``verdicts`` judges it, ``budget``
reads a file of rules.
"""

from carbonctl.analysis.gates.budget import read_budget
from carbonctl.analysis.gates.conditions import RuleFault
from carbonctl.analysis.gates.grammar import (
    Rule,
    Target,
    parse_key,
    parse_rule,
    parse_target,
    read_rule,
    refuse_change,
)
from carbonctl.analysis.gates.verdicts import Verdict, exit_code, judge

__all__ = [
    "Rule", "RuleFault", "Target", "Verdict", "exit_code", "judge", "parse_key", "parse_rule",
    "parse_target", "read_budget",
    "read_rule", "refuse_change",
]  # fmt: skip
