"""Gates over what all levers of a workload save together."""

from __future__ import annotations

from collections.abc import Sequence

from carbonctl.analysis.figures import Figures
from carbonctl.analysis.gates import Verdict, parse_rule, refuse_change
from carbonctl.analysis.gates.grammar import Rule
from carbonctl.analysis.gates.verdicts import Level, judge
from carbonctl.analysis.levers.report import Report
from carbonctl.analysis.levers.rows import FIGURES, LeverRow

WITHOUT = ("alone_kgco2e", "left_out_kgco2e", "share")  # what all levers together have none of
KEYS = tuple(key for key in FIGURES if key not in WITHOUT)


class _OfRow(Figures):
    """The figures of one row; nothing is drawn."""

    def __init__(self, row: LeverRow) -> None:
        super().__init__((), is_known=False)
        self.of_row = row

    def figure(self, phase: str | None, key: str) -> float | None:
        """Return one figure; None where it is unknown."""
        number: float | None = getattr(self.of_row, key)
        return number


def parse(texts: Sequence[str], flag: str) -> list[Rule]:
    """Read rules from the command line.

    Raises
    ------
    UsageError
        For a faulty rule, or a change, as levers have no other base than the workload.
    """
    rules = [parse_rule(text, flag, KEYS) for text in texts]
    for rule in rules:
        refuse_change(rule, flag)
    return rules


def judged(report: Report, fail: Sequence[Rule], warn: Sequence[Rule]) -> list[Verdict]:
    """Return the verdicts over all levers together."""
    figures = _OfRow(report.total)
    levels: tuple[tuple[Level, Sequence[Rule]], ...] = (("fail", fail), ("warn", warn))
    return [
        judge(rule, figures, None, level)._replace(subject=report.file)
        for level, rules in levels
        for rule in rules
    ]
