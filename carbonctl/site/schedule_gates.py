"""Gates over what the schedules of a workload emit and save."""

from __future__ import annotations

from carbonctl.analysis.figures import Figures
from carbonctl.analysis.gates import Verdict
from carbonctl.analysis.gates.rules import Gates
from carbonctl.site.schedules import ScheduleResult, Sums

_PREFIX = "schedule."
KEYS = tuple(f"{_PREFIX}{key}" for key in Sums._fields)


class _OfSums(Figures):
    """The sums over all jobs; nothing is drawn."""

    def __init__(self, sums: Sums) -> None:
        super().__init__((), is_known=False)
        self.sums = sums

    def figure(self, phase: str | None, key: str) -> float | None:
        """Return one sum; None where it is unknown."""
        number: float | None = getattr(self.sums, key.removeprefix(_PREFIX))
        return number


def judged(gates: Gates, result: ScheduleResult, subject: str) -> tuple[Verdict, ...]:
    """Return the verdicts over all jobs together; ``subject`` is what messages call them."""
    return tuple(gates.judge_figures(subject, _OfSums(result.sums)))
