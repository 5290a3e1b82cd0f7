"""Gates over the best design."""

from __future__ import annotations

from carbonctl.analysis.explore import columns as c
from carbonctl.analysis.explore.answer import Answer, figure_of
from carbonctl.analysis.figures import Figures
from carbonctl.analysis.gates import Verdict
from carbonctl.analysis.gates.rules import Gates

KEYS = (*(kind.key for kind in c.ACCOUNT.values()), c.LOW, c.HIGH)


class _OfBest(Figures):
    """The figures of the best design; nothing is drawn."""

    def __init__(self, some: Answer) -> None:
        super().__init__((), is_known=False)
        self.by_key: dict[str, float | None] = dict.fromkeys(KEYS)
        if some.best is None:
            return
        figures = some.designs.figures
        for name, kind in c.ACCOUNT.items():
            if name in figures:
                self.by_key[kind.key] = figure_of(figures[name], some.best)
        if c.TOTAL in figures:
            total = figures[c.TOTAL]
            ends = (float(total.low[some.best]), float(total.high[some.best]))
            self.by_key |= dict(zip((c.LOW, c.HIGH), ends, strict=True))

    def figure(self, phase: str | None, key: str) -> float | None:
        """Return one figure; None where it is unknown."""
        return self.by_key[key]


def judged(gates: Gates, some: Answer) -> tuple[Verdict, ...]:
    """Return the verdicts over the best design."""
    subject = some.file if some.best is None else f"{some.file}: {some.designs.labels[some.best]}"
    return tuple(gates.judge_figures(subject, _OfBest(some)))
