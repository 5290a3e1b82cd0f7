"""Says on standard error which gates did not pass."""

from collections.abc import Sequence

from carbonctl.analysis.gates import Verdict
from carbonctl.outputs.merging import Message, Repeats
from carbonctl.outputs.messages import say
from carbonctl.render.verdicts import FAILED, UNKNOWN, WARNING, outcome, sentence


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
