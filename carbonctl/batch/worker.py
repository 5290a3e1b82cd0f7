"""What is done with each piece of the inputs, in this process or in one beside it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from carbonctl import errors
from carbonctl.catalog import Catalog
from carbonctl.errors import InputError, Problem
from carbonctl.inputs.documents import Document, Piece, documents
from carbonctl.inputs.results import Origin, read_document, today
from carbonctl.outputs.merging import Cautions, Message, messages
from carbonctl.render import LINES, LineRenderer, Renderer, Style, start

if TYPE_CHECKING:
    from carbonctl.analysis.gates import Verdict
    from carbonctl.analysis.gates.rules import Gates
    from carbonctl.batch.patterns import Filled, Patterns


Texts = tuple[list[bytes], ...]


class Order(NamedTuple):
    """What is to be done with every input; it can be sent to another process.

    Attributes
    ----------
    own : tuple of Path
        Folders of the user's own records.
    overrides : tuple of str
        ``PATH=VALUE`` of ``--set``.
    gates : Gates or None
        The rules.
    outputs : tuple of (format, Style)
        What is written of each result; the last is for standard output.
    quiet, exit_zero : bool
        As the flags say.
    """

    own: tuple[Path, ...]
    overrides: tuple[str, ...]
    gates: Gates | None
    outputs: tuple[tuple[str, Style], ...]
    quiet: bool
    exit_zero: bool

    @property
    def in_lines(self) -> bool:
        """Whether every output can be written as it comes."""
        return all(form in LINES for form, _ in self.outputs)


class Outcome(NamedTuple):
    """What came of some pieces.

    Attributes
    ----------
    texts : tuple of list of bytes
        For each output the lines to be written, some in each part; none where it is written
        at the end.
    told : tuple of Message
        Errors and gates that did not pass, in their order.
    cautions : Cautions
        Warnings, merged.
    results, entries, problems : int
        How many there were.
    code : int
        The exit code that they call for.
    origins : frozenset of Origin
        What is behind them: versions and own records.
    """

    texts: Texts
    told: tuple[Message, ...]
    cautions: Cautions
    results: int
    entries: int
    problems: int
    code: int
    origins: frozenset[Origin]


class Worker:
    """Makes the account of one document after the other.

    Where an output is written at the end, what belongs there is kept: ``problems`` and
    ``verdicts``, beside the renderers.
    """

    def __init__(self, order: Order, catalog: Catalog | None = None) -> None:
        self.order = order
        self.catalog = catalog or Catalog(order.own)
        self.renderers: list[Renderer] = [start(*output) for output in order.outputs]
        self.lines: list[LineRenderer | None] = [
            renderer if form in LINES else None  # type: ignore[misc]
            for (form, _), renderer in zip(order.outputs, self.renderers, strict=True)
        ]
        self.keeps = not order.in_lines
        self.can_learn = order.in_lines and order.gates is None
        self.patterns: Patterns | None = None
        self.is_first = True
        self.problems: list[Problem] = []
        self.verdicts: list[Verdict] = []
        self._forget()

    def __reduce__(self) -> tuple[type[Worker], tuple[Order]]:
        return Worker, (self.order,)  # to a process that begins anew

    def _forget(self) -> None:
        self.texts: Texts = tuple([] for _ in self.lines)
        self.told: list[Message] = []
        self.cautions = Cautions(is_quiet=self.order.quiet)
        self.results = self.entries = self.faults = 0
        self.code = errors.OK
        self.origins: set[Origin] = set()

    def take(self, piece: Piece) -> None:
        """Work on all documents of one piece; a faulty one is reported beside the others."""
        if piece.problem is not None:
            self.refuse(InputError([piece.problem]))
            return
        for document in documents(piece):
            try:
                self.document(document)
            except InputError as error:
                self.refuse(error)

    def outcome(self) -> Outcome:
        """Return what came of the pieces since the last time."""
        found = Outcome(
            self.texts,
            tuple(self.told),
            self.cautions,
            self.results,
            self.entries,
            self.faults,
            self.code,
            frozenset(self.origins),
        )
        self._forget()
        return found

    def refuse(self, error: InputError) -> None:
        """Report what is wrong with an input."""
        self.told += messages(error)
        self.faults += len(error.problems)
        self.code = errors.worst([self.code, errors.INPUT])
        if self.keeps:
            self.problems += error.problems

    def document(self, document: Document) -> None:
        """Hand the results of one document on to every output."""
        if self.patterns is None and not self.is_first and self.can_learn:
            from carbonctl.batch.example import Wanted  # for one workload it does not pay
            from carbonctl.batch.patterns import Patterns

            wanted = Wanted(self.catalog, self.order.overrides, self.order.outputs)
            self.patterns = Patterns(wanted)
        self.is_first = False
        filled = self.patterns and self.patterns.fill(document)
        if filled:
            self.fill(document, filled)
            return
        found = read_document(document, self.catalog, self.order.overrides)
        self.origins.add(found.origin)
        for result in found.results:
            place = "" if found.is_saved else document.place
            self.cautions.add(result.warnings, result.file, place)
            if self.order.gates is not None:
                self.judge(self.order.gates.judge(result))
            self.results += 1
            self.entries += len(result.entries)
            for renderer in self.renderers:
                renderer.add(result)
        for line, parts in zip(self.lines, self.texts, strict=True):
            if line is not None:
                parts.append(line.take().encode())

    def fill(self, document: Document, filled: Filled) -> None:
        """Hand on the lines of a workload that is like others."""
        self.cautions.add(filled.warnings, document.label, document.place)
        self.origins.add(today(self.catalog))
        self.results += 1
        self.entries += filled.entries
        for parts, text in zip(self.texts, filled.texts, strict=True):
            parts.append(text.encode())

    def judge(self, verdicts: list[Verdict]) -> None:
        """Keep verdicts for those who show them, or say what did not pass."""
        from carbonctl.analysis.gates import exit_code
        from carbonctl.outputs.verdicts import announced

        self.code = errors.worst([self.code, exit_code(verdicts, exit_zero=self.order.exit_zero)])
        if self.keeps:
            self.verdicts += verdicts
        else:
            self.told += announced(verdicts, quiet=self.order.quiet)
