"""Verdicts of gates, in words and as rows."""

from collections.abc import Callable, Sequence
from typing import Any

from carbonctl.gates import Verdict
from carbonctl.render import humane

_MARKS = {"passed": "✅", "failed": "❌", "warning": "⚠️", "unknown": "❓"}
_WORDS = {"pass": "passed", "fail": "failed", "unknown": "unknown"}


def outcome(verdict: Verdict) -> str:
    """Return what came of a gate in one word: passed, failed, warning or unknown."""
    if verdict.level == "warn" and verdict.outcome != "pass":
        return "warning"
    return _WORDS[verdict.outcome]


def measured(verdict: Verdict) -> str:
    """Return what was measured, or why it is not known."""
    if verdict.value is None:
        return verdict.reason or "unknown"
    return _figure(verdict.value, verdict)


def limit(verdict: Verdict) -> str:
    """Return what it was compared with."""
    return _figure(verdict.limit, verdict)


def sentence(verdict: Verdict) -> str:
    """Return a verdict as one line for people."""
    subject = f"{verdict.subject}: " if verdict.subject else ""
    if verdict.value is None:
        return f"{subject}gate {outcome(verdict)}: {verdict.rule}: {measured(verdict)}"
    said = f"it is {measured(verdict)}, the limit {limit(verdict)}"
    return f"{subject}gate {outcome(verdict)}: {verdict.rule}: {said}"


def bullets(verdicts: Sequence[Verdict], escape: Callable[[str], str]) -> list[str]:
    """Return verdicts as a Markdown list; subjects are named where there are several."""
    several = len({verdict.subject for verdict in verdicts}) > 1
    lines = []
    for verdict in verdicts:
        word = outcome(verdict)
        subject = f"{escape(verdict.subject)}: " if several else ""
        said = f"{measured(verdict)}, limit {limit(verdict)}"
        lines.append(f"- {_MARKS[word]} {word}: {subject}{escape(verdict.rule)} ({escape(said)})")
    return lines


def as_dict(verdict: Verdict) -> dict[str, Any]:
    """Return a verdict as a plain mapping, in full precision."""
    return {
        "subject": verdict.subject,
        **{key: getattr(verdict, key) for key in Verdict._fields if key != "subject"},
    }


def _figure(value: float, verdict: Verdict) -> str:
    if verdict.unit == "%":
        return humane.change(value)
    if verdict.unit == "":
        return f"{humane.significant(value * 100)} %"
    write = {"kgCO2e": humane.mass, "kWh": humane.energy}.get(verdict.unit)
    if write is None:
        return humane.volume(value)
    is_change = any(mark in verdict.rule for mark in ("> +", "> -", "< +", "< -", "= +", "= -"))
    return humane.signed(value, write) if is_change else write(value)
