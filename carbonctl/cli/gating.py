"""Rules from the command line and from a budget, and what they say of an account."""

from collections.abc import Sequence
from typing import NamedTuple

from carbonctl.cli import inputs
from carbonctl.cli.merging import Message, Repeats
from carbonctl.cli.messages import say
from carbonctl.compare import Comparison
from carbonctl.figures import Figures
from carbonctl.gates import Rule, Verdict, judge, parse_rule, read_budget, refuse_change
from carbonctl.gates.verdicts import Level
from carbonctl.ledger import Entry
from carbonctl.render.verdicts import FAILED, UNKNOWN, WARNING, outcome, sentence
from carbonctl.result import Result


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
    """Return the figures of some results; draws are made where a rule asks for them."""

    def at_draws() -> Sequence[Entry] | None:
        from carbonctl import points  # numpy, for rules over draws alone

        return points.drawn(results)

    entries = [entry for result in results for entry in result.entries]
    return Figures(entries, is_known, at_draws)


def read_gates(
    fail_on: Sequence[str], warn_on: Sequence[str], budget: str | None, *, has_base: bool
) -> Gates:
    """Read the rules of flags, then those of a budget file.

    Raises
    ------
    UsageError
        For a faulty rule, or a change where there is no base.
    InputError
        For a faulty budget.
    """
    fail = [parse_rule(text) for text in fail_on]
    warn = [parse_rule(text, "--warn-on") for text in warn_on]
    told = {"--fail-on": fail, "--warn-on": warn}
    more_fail, more_warn = (
        read_budget(*inputs.read_file(budget)) if budget is not None else ([], [])
    )
    if budget is not None:
        told[budget] = [*more_fail, *more_warn]
    for where, rules in told.items() if not has_base else ():
        for rule in rules:
            refuse_change(rule, where)
    return Gates((*fail, *more_fail), (*warn, *more_warn))


def announce(verdicts: Sequence[Verdict], *, quiet: bool) -> None:
    """Say which gates did not pass; warnings not to those who want quiet."""
    repeats = Repeats()
    for text in repeats.new(announced(verdicts, quiet=quiet)):
        say(text)
    repeats.finish()


def announced(verdicts: Sequence[Verdict], *, quiet: bool) -> list[Message]:
    """Return what is said of the gates that did not pass."""
    wanted = (FAILED, UNKNOWN) if quiet else (FAILED, UNKNOWN, WARNING)
    return [
        Message(verdict.subject, sentence(verdict), f"{outcome(verdict)} {verdict.rule}")
        for verdict in verdicts
        if outcome(verdict) in wanted
    ]
