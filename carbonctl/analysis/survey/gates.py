"""Gates over all runs of a survey."""

from __future__ import annotations

from carbonctl.analysis.figures import Figures
from carbonctl.analysis.gates import Verdict
from carbonctl.analysis.gates.rules import Gates
from carbonctl.analysis.survey.model import Survey

COUNTS = ("inconsistent", "implausible", "unknown", "skipped")
KEYS = ("total_kgco2e", "mean_kgco2e", "median_kgco2e", "max_kgco2e", "energy_kwh", *COUNTS)


class _OfSurvey(Figures):
    """The figures of all runs; nothing is drawn."""

    def __init__(self, made: Survey) -> None:
        super().__init__((), is_known=False)
        row = made.whole.row
        is_whole = not row.unknown
        sums = {key: getattr(row, key) if is_whole else None for key in KEYS if key not in COUNTS}
        self.numbers: dict[str, float | None] = {
            **sums, "energy_kwh": row.energy_kwh, "unknown": row.unknown,
            "inconsistent": made.inconsistent, "implausible": made.implausible,
            "skipped": made.runs.skipped,
        }  # fmt: skip

    def figure(self, phase: str | None, key: str) -> float | None:
        """Return one figure; None where the carbon of a run is unknown."""
        return self.numbers[key]


def judged(gates: Gates, made: Survey) -> tuple[Verdict, ...]:
    """Return the verdicts over all runs."""
    return tuple(gates.judge_figures(made.file, _OfSurvey(made)))
