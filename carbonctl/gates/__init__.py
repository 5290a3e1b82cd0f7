"""Gates: rules over the totals of an account that say when a check fails.

``grammar`` reads a rule, ``verdicts`` judges it, ``budget`` reads a file of rules.
"""

from carbonctl.gates.budget import read_budget
from carbonctl.gates.grammar import Rule, parse_rule, refuse_change
from carbonctl.gates.verdicts import Figures, Verdict, exit_code, judge

__all__ = [
    "Figures", "Rule", "Verdict", "exit_code", "judge", "parse_rule", "read_budget",
    "refuse_change",
]  # fmt: skip
