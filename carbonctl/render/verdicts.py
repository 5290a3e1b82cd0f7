"""Verdicts of gates, in words and as rows.

A rule says when its gate fails. Where the gate passes, the rule is not shown, as it says what
is not so; what was measured and the limit are.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from carbonctl.analysis.gates import Rule, RuleFault, Verdict, read_rule
from carbonctl.analysis.gates.grammar import PERCENTAGE
from carbonctl.render import CAUTION, human_numbers

if TYPE_CHECKING:
    from carbonctl.render.sheet import Screen

PASS, FAILED, WARNING, UNKNOWN = "pass", "failed", "warning", "unknown"
_MARKS = {PASS: "✅", FAILED: "❌", WARNING: "⚠️", UNKNOWN: "❓"}
_COLORS = {FAILED: "red", UNKNOWN: "red", WARNING: CAUTION, PASS: "green"}
_WORDS = {"pass": PASS, "fail": FAILED, "unknown": UNKNOWN}
_ALLOWED = {">": "", ">=": "below ", "<": "at least ", "<=": "above "}


def outcome(verdict: Verdict) -> str:
    """Return what came of a gate in one word: pass, failed, warning or unknown."""
    if verdict.level == "warn" and verdict.outcome != "pass":
        return WARNING
    return _WORDS[verdict.outcome]


def measured(verdict: Verdict) -> str:
    """Return what was measured, or why it is not known."""
    if verdict.value is None:
        return verdict.reason or "unknown"
    return _amount(verdict.value, verdict)


def limit(verdict: Verdict) -> str:
    """Return what it was compared with."""
    return _amount(verdict.limit, verdict)


def passed(verdict: Verdict) -> str:
    """Return how a gate that passed reads: `total 814 kgCO2e, limit 20 tCO2e`."""
    try:
        rule = read_rule(verdict.rule)
    except RuleFault:  # over keys of another command
        of = verdict.rule.partition(" ")[0]
        return f"{of} {measured(verdict)}, limit {limit(verdict)}"
    allowed, label = _ALLOWED[rule.final.operator], _label(rule)
    if verdict.value is None:
        label = f"{label.removesuffix(':')}:"
    return f"{label} {measured(verdict)}, limit {allowed}{limit(verdict)}"


def told(verdict: Verdict) -> str:
    """Return what is said of a verdict behind its outcome."""
    if outcome(verdict) == PASS:
        return passed(verdict)
    return f"{verdict.rule}: {measured(verdict)} (limit {limit(verdict)})"


def sentence(verdict: Verdict) -> str:
    """Return a verdict as one line for people."""
    subject = f"{verdict.subject}: " if verdict.subject else ""
    gate = f"{subject}gate {outcome(verdict)}"
    if verdict.outcome == "pass":
        return f"{gate}: {passed(verdict)}"
    if verdict.value is None:
        return f"{gate}: {verdict.rule}: {measured(verdict)}"
    return f"{gate}: {verdict.rule}: it is {measured(verdict)}, the limit {limit(verdict)}"


def bullets(
    verdicts: Sequence[Verdict], escape: Callable[[str], str], *, is_named: bool = False
) -> list[str]:
    """Return verdicts as a Markdown list.

    Subjects are named where there are several, or ``is_named`` says so.
    """
    several = is_named or len({verdict.subject for verdict in verdicts}) > 1
    lines = []
    for verdict in verdicts:
        word = outcome(verdict)
        subject = f"{escape(verdict.subject)}: " if several else ""
        figures = f"{escape(measured(verdict))}, limit {escape(limit(verdict))}"
        said = f"{escape(verdict.rule)} ({figures})"
        if word == PASS:
            said = escape(passed(verdict))
        lines.append(f"- {_MARKS[word]} {word}: {subject}{said}")
    return lines


def draw(screen: Screen, verdicts: Sequence[Verdict], *, is_named: bool = False) -> None:
    """Draw one line a verdict.

    Subjects are named where there are several, or ``is_named`` says so.
    """
    several = is_named or len({verdict.subject for verdict in verdicts}) > 1
    screen.heading("Gates")
    for verdict in verdicts:
        word = outcome(verdict)
        subject = f"{verdict.subject}: " if several else ""
        screen.paragraph(f"{word:<8} {subject}{told(verdict)}", _COLORS[word])


def as_dict(verdict: Verdict) -> dict[str, Any]:
    """Return a verdict as a plain mapping, in full precision."""
    return {"subject": verdict.subject} | verdict._asdict()


def _label(rule: Rule) -> str:
    """Return what a rule is over: `training energy`, `p95 of change of total`."""
    name, _, of = rule.key.rpartition("_")[0].partition("_")
    name = f"market-based {name}" if of == "market" else f"{of} end of {name}" if of else name
    name = f"{rule.phase} {name}" if rule.phase else name
    return rule.statistic.label(name, rule.condition, rule.text.partition(rule.key)[2])


def _amount(value: float, verdict: Verdict) -> str:
    if verdict.unit == "%":
        return human_numbers.change(value)
    if verdict.unit == PERCENTAGE.unit:
        return f"{human_numbers.significant(value)} %"
    if verdict.unit == "":
        return f"{human_numbers.significant(value * 100)} %"
    if verdict.unit == "rows":
        return f"{human_numbers.significant(value)} rows"
    write = {
        "kgCO2e": human_numbers.mass, "kWh": human_numbers.energy, "MWh": human_numbers.mwh,
    }.get(verdict.unit)  # fmt: skip
    if write is None:
        return human_numbers.volume(value)
    is_change = any(mark in verdict.rule for mark in ("> +", "> -", "< +", "< -", "= +", "= -"))
    return human_numbers.signed(value, write) if is_change else write(value)
