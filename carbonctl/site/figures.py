"""The figures of a site that rules are over."""

from __future__ import annotations

from carbonctl.analysis.figures import Figures
from carbonctl.analysis.gates.rules import Gates
from carbonctl.analysis.gates.verdicts import Verdict
from carbonctl.errors import UsageError
from carbonctl.site.accounts import ACCOUNTS
from carbonctl.site.results import SiteResult

SIGNAL = "signal."
PERCENT = 100
# What a rule can be over. A marginal signal is part of no total, and so it is named in full.
KEYS = (
    "hourly_cfe_pct", "grid_cfe_score_pct", "volumetric_pct", "unmet_mwh", "exported_mwh",
    "curtailed_mwh", *ACCOUNTS, "embodied_kgco2e", "total_kgco2e", "total_kgco2e_per_year",
    f"{SIGNAL}signal_kgco2e",
)  # fmt: skip


class SiteFigures(Figures):
    """The figures of one site, as it is run; nothing is drawn."""

    def __init__(self, result: SiteResult) -> None:
        super().__init__((), is_known=False)
        self.result = result

    def figure(self, phase: str | None, key: str) -> float | None:
        """Return one figure of `KEYS`; None where it is unknown."""
        result, outcome = self.result, self.result.outcome
        if key.startswith(SIGNAL):
            return None if result.signal is None else result.signal.signal_kgco2e
        if key in ACCOUNTS:
            return float(getattr(outcome.accounts, key))
        known = {
            "embodied_kgco2e": outcome.embodied.total_kgco2e,
            "total_kgco2e_per_year": result.per_year(outcome.total_kgco2e),
            "volumetric_pct": PERCENT * float(result.coverage.volumetric),
        }
        if key in known:
            return known[key]
        figure: float | None = getattr(outcome, key)
        return figure


def refuse_short_signals(texts: tuple[str, ...]) -> None:
    """Refuse rules over a marginal signal that is not named in full.

    Raises
    ------
    UsageError
        Saying how to name it.
    """
    for text in texts:
        if text.strip().startswith("signal_"):
            key = text.strip().split()[0]
            raise UsageError(
                f"`{text}`: a marginal signal is part of no total. To judge it all the same, "
                f"name it in full: {SIGNAL}{key}"
            )


def judged(result: SiteResult, gates: Gates) -> list[Verdict]:
    """Return the verdicts of rules over a site."""
    return gates.judge_figures(result.file, SiteFigures(result))
