"""A comparison as workflow commands: annotations on the files of a pull request."""

from collections.abc import Sequence

from carbonctl.compare import Report
from carbonctl.gates import Verdict
from carbonctl.render import Style, compared
from carbonctl.render.escaping import command
from carbonctl.render.verdicts import limit, measured, outcome
from carbonctl.result import About

_LEVELS = {"failed": "error", "unknown": "error", "warning": "warning", "passed": "notice"}


def render(report: Report, verdicts: Sequence[Verdict], about: About, style: Style) -> str:
    """Return one command a line: each alternative's headline, then the verdicts."""
    lines = []
    for one in report.alternatives:
        lines.append(command("notice", compared.headline(one), one.head.label))
        lines += [command("notice", note, one.head.label) for note in one.notes]
    lines += _metrics(report)
    for verdict in verdicts:
        word = outcome(verdict)
        said = f"gate {word}: {verdict.rule}: {measured(verdict)} (limit {limit(verdict)})"
        lines.append(command(_LEVELS[word], said, verdict.subject))
    for p in about.errors:
        lines.append(command("error", p.message, p.file, p.line, p.col))
    return "".join(f"{line}\n" for line in lines)


def _metrics(report: Report) -> list[str]:
    """Return one command an alternative with the metrics of its design."""
    if report.metrics is None:
        return []
    from carbonctl.render.metrics import sentence

    return [
        command("notice", sentence(side), one.head.label)
        for one, side in zip(report.alternatives, report.metrics.heads, strict=True)
    ]
