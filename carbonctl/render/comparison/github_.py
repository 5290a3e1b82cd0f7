"""A comparison as workflow commands: annotations on the files of a pull request.

There is one for what failed or warns, and none for what is as it should be.
"""

import re
from collections.abc import Sequence

from carbonctl.analysis.compare import Comparison, Report, line_behind
from carbonctl.analysis.gates import Verdict
from carbonctl.ledger.result import About
from carbonctl.render import Style
from carbonctl.render.escaping import command
from carbonctl.render.verdicts import FAILED, PASS, UNKNOWN, WARNING, outcome, told

_LEVELS = {FAILED: "error", UNKNOWN: "error", WARNING: "warning"}
_NUMBER = re.compile(r"#[0-9]+$")  # of a workload in its file


def render(report: Report, verdicts: Sequence[Verdict], about: About, style: Style) -> str:
    """Return one command a line: gates that did not pass, own records, faulty inputs."""
    by_label = {comparison.head.label: comparison for comparison in report.alternatives}
    lines = [
        _gate(verdict, by_label.get(verdict.subject))
        for verdict in verdicts
        if outcome(verdict) != PASS
    ]
    lines += [command("warning", f"own records are used: {folder}") for folder in about.own_records]
    lines += _metrics(report)
    lines += [command("error", p.message, p.file, p.line, p.col) for p in about.errors]
    return "".join(f"{line}\n" for line in lines)


def _gate(verdict: Verdict, comparison: Comparison | None) -> str:
    """Return a gate at the line of the input that weighs most in its figure."""
    word = outcome(verdict)
    line = None if comparison is None else line_behind(comparison, verdict)
    file = _NUMBER.sub("", verdict.subject)
    return command(_LEVELS[word], f"gate {word}: {told(verdict)}", file, line, line and 1)


def _metrics(report: Report) -> list[str]:
    """Return one command an alternative with the metrics of its design, where asked for."""
    if report.metrics is None:
        return []
    from carbonctl.render.design import sentence

    return [
        command("notice", sentence(side), comparison.head.label)
        for comparison, side in zip(report.alternatives, report.metrics.heads, strict=True)
    ]
