"""A comparison as workflow commands: annotations on the files of a pull request."""

from collections.abc import Sequence

from carbonctl.compare import Report
from carbonctl.gates import Verdict
from carbonctl.render import Style, compared
from carbonctl.render.verdicts import limit, measured, outcome
from carbonctl.result import About

_LEVELS = {"failed": "error", "unknown": "error", "warning": "warning", "passed": "notice"}
_TITLE = "carbonctl"


def render(report: Report, verdicts: Sequence[Verdict], about: About, style: Style) -> str:
    """Return one command a line: each alternative's headline, then the verdicts."""
    lines = [
        command("notice", one.head.label, compared.headline(one)) for one in report.alternatives
    ]
    for verdict in verdicts:
        word = outcome(verdict)
        said = f"gate {word}: {verdict.rule}: {measured(verdict)} (limit {limit(verdict)})"
        lines.append(command(_LEVELS[word], verdict.subject, said))
    for problem in about.errors:
        lines.append(command("error", problem.file, problem.message, problem.line, problem.col))
    return "".join(f"{line}\n" for line in lines)


def command(
    level: str, file: str, message: str, line: int | None = None, col: int | None = None
) -> str:
    """Return a workflow command; nothing in the texts can begin another or end this one."""
    places = [("file", file), ("line", line), ("col", col), ("title", _TITLE)]
    properties = ",".join(f"{key}={_property(str(value))}" for key, value in places if value)
    return f"::{level} {properties}::{_data(message)}"


def _data(text: str) -> str:
    for raw, escaped in (("%", "%25"), ("\r", "%0D"), ("\n", "%0A")):
        text = text.replace(raw, escaped)
    return "".join(c if c.isprintable() else "?" for c in text)


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
