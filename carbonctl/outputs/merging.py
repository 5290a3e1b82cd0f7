"""Messages about many workloads: the first few of a kind as they are, the others counted."""

from __future__ import annotations

from collections.abc import Iterable
from copy import copy
from itertools import islice
from operator import itemgetter
from typing import NamedTuple

from carbonctl.errors import Caution, InputError
from carbonctl.outputs.messages import say

_FEW = 10  # messages of a kind that are shown in full
_MOST = 100  # kinds of warnings that are kept
_MOST_ERRORS = 1000  # kinds of errors that are counted; one of another kind is always shown


class Message(NamedTuple):
    """A message, the place that it begins with, and its kind, by which it is counted."""

    place: str
    text: str
    kind: str


def messages(error: InputError) -> list[Message]:
    """Return a message for each problem of an input."""
    return [Message(problem.where, str(problem), problem.message) for problem in error.problems]


class Repeats:
    """Lets the first messages of each kind pass, none of them twice, and counts the others.

    With ``verbose`` those of one kind at different places all pass; None is a command without
    that flag.
    """

    def __init__(self, *, verbose: bool | None = None) -> None:
        self.few = None if verbose else _FEW
        self.hint = "" if verbose is None else "; --verbose shows each"
        self.shown: dict[str, list[Message]] = {}
        self.hidden: dict[str, int] = {}

    def new(self, said: Iterable[Message]) -> tuple[str, ...]:
        """Return the texts of those messages that are shown now."""
        return tuple(message.text for message in said if self._is_new(message))

    def _is_new(self, message: Message) -> bool:
        shown = self.shown.get(message.kind)
        if shown is None:
            if len(self.shown) < _MOST_ERRORS:
                self.shown[message.kind] = [message]
            return True
        if len(shown) != self.few and message not in shown:
            if len(shown) < _FEW:
                shown.append(message)
            return True
        self.hidden[message.kind] = self.hidden.get(message.kind, 0) + 1
        return False

    def tell(self, error: InputError) -> None:
        """Say what is wrong with an input, but what was said before."""
        for text in self.new(messages(error)):
            say(text)

    def finish(self) -> None:
        """Say how often each kind of message was not shown."""
        for kind, times in self.hidden.items():
            first, *others = self.shown[kind]
            say(f"{first.place}: the same in {times:,} more{self.hint if others else ''}")


class _Kind:
    """The warnings of one kind: at first those of one workload.

    Its warnings have their place among all of it, and the first few are kept; it is called
    ``label`` alone, and ``place`` among others.
    """

    def __init__(self, texts: dict[Caution, int], label: str, place: str) -> None:
        self.texts = dict(islice(texts.items(), _FEW))
        self.first = next(iter(texts))
        self.label = label
        self.place = place
        self.warnings = len(texts)
        self.workloads = 1
        self.is_one_path = len({text.path for text in texts}) == 1
        self.is_one_message = len({text.message for text in texts}) == 1

    def again(self) -> _Kind:
        """Return one that stays as it is when others join this one."""
        return copy(self)

    def join(self, other: _Kind) -> None:
        """Count the warnings of workloads that come after these."""
        first, theirs = self.first, other.first
        self.warnings += other.warnings
        self.workloads += other.workloads
        self.is_one_path &= other.is_one_path and first.path == theirs.path
        self.is_one_message &= other.is_one_message and first.message == theirs.message

    def merged(self, what: str) -> str:
        """Return what is said of those of several workloads."""
        said = self.first if self.is_one_path else self.first.message
        end = "" if self.is_one_message else "; names or figures differ"
        return f"{self.workloads:,} {what}: warning: {said}, first {self.place}{end}"

    def each(self) -> list[tuple[int, str]]:
        """Return what is said of those of one workload, with their places in it."""
        said = [(place, f"{self.label}: warning: {text}") for text, place in self.texts.items()]
        more = self.warnings - len(self.texts)
        end = (said[-1][0], f"{self.label}: {more:,} more such warnings")
        return [*said, end] if more else said


class Cautions:
    """The warnings of workloads, merged by their kind, in memory that does not grow.

    With ``is_quiet`` only vital ones are kept; ``what`` has the warnings, in the plural.
    """

    def __init__(self, *, is_quiet: bool = False, what: str = "workloads") -> None:
        self.is_quiet = is_quiet
        self.what = what
        self.kinds: dict[str, _Kind] = {}
        self.more = 0  # warnings of kinds that are not kept
        self.last: tuple[Iterable[Caution], dict[str, _Kind]] = ((), {})

    def add(self, cautions: Iterable[Caution], label: str, place: str = "") -> None:
        """Add the warnings of one workload.

        ``label`` is what the workload is called, ``place`` where it begins, if elsewhere.
        """
        if cautions is self.last[0] and self.last[1].keys() <= self.kinds.keys():
            for name, kind in self.last[1].items():  # the very same again, as of workloads alike
                self.kinds[name].join(kind)
            return
        kinds: dict[str, dict[Caution, int]] = {}
        for number, caution in enumerate(cautions):
            if caution.vital or not self.is_quiet:
                kinds.setdefault(caution.kind, {}).setdefault(caution, number)
        made = {name: _Kind(texts, label, place or label) for name, texts in kinds.items()}
        self.last = cautions, {name: kind.again() for name, kind in made.items()}
        for name, kind in made.items():
            self._join(name, kind)

    def join(self, others: Cautions) -> None:
        """Add what was gathered of workloads that come after these."""
        for name, kind in others.kinds.items():
            self._join(name, kind)
        self.more += others.more

    def _join(self, name: str, kind: _Kind) -> None:
        if name in self.kinds:
            self.kinds[name].join(kind)
        elif len(self.kinds) < _MOST:
            self.kinds[name] = kind
        else:
            self.more += kind.warnings

    def finish(self) -> None:
        """Say all of them: first those of several workloads, then those of one."""
        alone: dict[str, list[tuple[int, str]]] = {}
        for kind in self.kinds.values():
            if kind.workloads > 1:
                say(kind.merged(self.what))
            else:
                alone.setdefault(kind.label, []).extend(kind.each())
        for lines in alone.values():
            for _, line in sorted(lines, key=itemgetter(0)):
                say(line)
        if self.more:
            say(f"{self.more:,} more warnings, of other kinds")
