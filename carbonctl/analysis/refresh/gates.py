"""Gates over the best even lives, the best dates, and what they save against one machine."""

from __future__ import annotations

from carbonctl.analysis.figures import Figures
from carbonctl.analysis.gates import Verdict
from carbonctl.analysis.gates.rules import Gates
from carbonctl.analysis.refresh.answer import Answer

KEYS = ("total_kgco2e", "embodied_kgco2e", "operational_kgco2e", "dates_total_kgco2e",
        "keep_total_kgco2e", "saved_kgco2e", "saved_pct")  # fmt: skip


class _OfAnswer(Figures):
    """The figures of an answer; nothing is drawn."""

    def __init__(self, some: Answer) -> None:
        super().__init__((), is_known=False)
        even, kept = some.even, some.keeps.total_kgco2e
        saved = kept - even.total_kgco2e
        self.by_key = {
            "total_kgco2e": even.total_kgco2e,
            "embodied_kgco2e": even.embodied_kgco2e,
            "operational_kgco2e": even.operational_kgco2e,
            "dates_total_kgco2e": some.dates.total_kgco2e,
            "keep_total_kgco2e": kept,
            "saved_kgco2e": saved,
            "saved_pct": saved / kept * 100 if kept else None,
        }

    def figure(self, phase: str | None, key: str) -> float | None:
        """Return one figure; None where it is unknown."""
        return self.by_key[key]


def judged(gates: Gates, some: Answer) -> tuple[Verdict, ...]:
    """Return the verdicts over the best even lives, the best dates, and what they save."""
    return tuple(gates.judge_figures(some.machine.file or "refresh", _OfAnswer(some)))
