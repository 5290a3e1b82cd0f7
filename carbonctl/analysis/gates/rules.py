"""The rules that an account has to pass, judged together."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from carbonctl.analysis.figures import Figures, sampling_of
from carbonctl.analysis.gates.grammar import Rule
from carbonctl.analysis.gates.verdicts import Level, Verdict, judge, may_trigger

if TYPE_CHECKING:
    from carbonctl.analysis.compare import Comparison
    from carbonctl.ledger.result import Result


class Gates(NamedTuple):
    """The rules that fail and the rules that warn."""

    fail: tuple[Rule, ...]
    warn: tuple[Rule, ...]

    def judge(self, result: Result) -> list[Verdict]:
        """Return the verdicts over an account."""
        figures = Figures(result.booked, sampling=sampling_of((result,)))
        return self._judge(result.file, figures, None)

    def judge_figures(self, subject: str, figures: Figures) -> list[Verdict]:
        """Return the verdicts over some figures, which messages call ``subject``."""
        return self._judge(subject, figures, None)

    def judge_rows(self, result: Result, count: int) -> dict[int, list[Verdict]]:
        """Return, of a result with columns, the verdicts of rows for which a rule triggers.

        Raises NotOneNumber for rules over a spread.
        """
        from carbonctl.numbers.columns import where

        whole = Figures(result.booked)
        by_row: dict[int, list[Verdict]] = {}
        for level, rules in self._levels:
            for rule in rules:
                for row in where(may_trigger(rule, whole), count):
                    verdict = judge(rule, Figures(whole.entries, row=row), None, level)
                    by_row.setdefault(row, []).append(verdict)
        return by_row

    def judge_change(self, comparison: Comparison) -> list[Verdict]:
        """Return the verdicts over a comparison; a spread is known where its range is."""
        from carbonctl.analysis.compare.deltas import ranks_of_sides, same_unknowns
        from carbonctl.analysis.compare.pairing import named_workloads, pairs

        is_known = comparison.base.has_specs and comparison.head.has_specs
        sides = comparison.base, comparison.head
        paired = pairs(*sides)
        sampling = sampling_of((*comparison.head.results, *comparison.base.results))
        sampling = sampling._replace(ranks=ranks_of_sides(*sides, paired))
        renamed = sampling._replace(same=same_unknowns(paired))
        base, head = (
            Figures(
                [entry for _, result in named for entry in result.booked],
                is_known,
                sampling=own,
                workloads=[name for name, result in named for _ in result.booked],
            )
            for named, own in zip(named_workloads(*sides), (sampling, renamed), strict=True)
        )
        return self._judge(comparison.head.label, head, base)

    def _judge(self, subject: str, ours: Figures, theirs: Figures | None) -> list[Verdict]:
        return [
            judge(rule, ours, theirs, level)._replace(subject=subject)
            for level, rules in self._levels
            for rule in rules
        ]

    @property
    def _levels(self) -> tuple[tuple[Level, tuple[Rule, ...]], ...]:
        return ("fail", self.fail), ("warn", self.warn)
