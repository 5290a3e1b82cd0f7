"""The rules that an account has to pass, judged together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from carbonctl.analysis.figures import Figures
from carbonctl.analysis.gates.grammar import Rule
from carbonctl.analysis.gates.verdicts import Level, Verdict, judge

if TYPE_CHECKING:
    from carbonctl.analysis.compare import Comparison
    from carbonctl.ledger.result import Result


class Gates(NamedTuple):
    """The rules that fail and the rules that warn."""

    fail: tuple[Rule, ...]
    warn: tuple[Rule, ...]

    def judge(self, result: Result) -> list[Verdict]:
        """Return the verdicts over an account."""
        return self._judge(result.file, _figures((result,)), None)

    def judge_change(self, one: Comparison) -> list[Verdict]:
        """Return the verdicts over a comparison; a spread is known where its range is."""
        is_known = one.base.has_specs and one.head.has_specs
        head, base = (_figures(side.results, is_known) for side in (one.head, one.base))
        return self._judge(one.head.label, head, base)

    def _judge(self, subject: str, ours: Figures, theirs: Figures | None) -> list[Verdict]:
        levels: tuple[tuple[Level, tuple[Rule, ...]], ...] = (
            ("fail", self.fail),
            ("warn", self.warn),
        )
        return [
            judge(rule, ours, theirs, level)._replace(subject=subject)
            for level, rules in levels
            for rule in rules
        ]


def _figures(results: Sequence[Result], is_known: bool = True) -> Figures:
    """Return the figures of some results."""
    return Figures([entry for result in results for entry in result.entries], is_known)
