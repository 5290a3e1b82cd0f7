"""Gates over the last step of a projection; a change is one from its start."""

from __future__ import annotations

from carbonctl.analysis.figures import Figures
from carbonctl.analysis.gates import Rule, Verdict
from carbonctl.analysis.gates.rules import Gates
from carbonctl.analysis.gates.verdicts import Level, judge
from carbonctl.analysis.projection.report import Report
from carbonctl.analysis.projection.rows import ProjectionRow


class _OfRow(Figures):
    """The figures of one row; nothing is drawn."""

    def __init__(self, row: ProjectionRow) -> None:
        super().__init__((), is_known=False)
        self.of_row = row

    def figure(self, phase: str | None, key: str) -> float | None:
        """Return one figure; None where it is unknown."""
        number: float | None = getattr(self.of_row, key)
        return number


def judged(report: Report, gates: Gates) -> tuple[Verdict, ...]:
    """Return the verdicts over the last step."""
    totals = report.table.totals
    start, end = _OfRow(totals[0]), _OfRow(totals[-1])
    levels: tuple[tuple[Level, tuple[Rule, ...]], ...] = (
        ("fail", gates.fail), ("warn", gates.warn)
    )  # fmt: skip
    return tuple(
        judge(rule, end, start, level)._replace(subject=report.file)
        for level, rules in levels
        for rule in rules
    )
