"""What is done with each piece of the inputs, in this process or in one beside it."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from carbonctl import errors
from carbonctl.catalog import Catalog
from carbonctl.errors import InputError, Problem, UsageError
from carbonctl.inputs.documents import Document, Piece, documents
from carbonctl.inputs.results import Origin, read_document, today
from carbonctl.ledger.samples import Drawing
from carbonctl.outputs.merging import Cautions, Message, messages
from carbonctl.render import FOR_PEOPLE, LINES, LineRenderer, Renderer, Style, start

if TYPE_CHECKING:
    from carbonctl.analysis.gates import Verdict
    from carbonctl.analysis.gates.rules import Gates
    from carbonctl.batch.shapes import Answer, Shapes
    from carbonctl.ledger.result import Result


Texts = tuple[list[bytes], ...]
_MANY, _SOME = 100, 10  # documents at once for which it pays to look for those that are alike


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
    drawing : Drawing or None
        The draws that are made of each.
    levers : tuple of str
        The names of levers that are pulled.
    """

    own: tuple[Path, ...]
    overrides: tuple[str, ...]
    gates: Gates | None
    outputs: tuple[tuple[str, Style], ...]
    quiet: bool
    exit_zero: bool
    drawing: Drawing | None = None
    levers: tuple[str, ...] = ()

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
    alone, shapes : int
        How many results were accounted for by themselves, and how many shapes there were of
        those that were looked at together.
    size : int
        How many bytes the texts have.
    seconds : float
        How long the processor worked on them.
    code : int
        The exit code that they call for.
    origins : frozenset of Origin
        What is behind them: versions and own records.
    levers : int
        How many levers there were that nobody pulled.
    projections : int
        How many workloads have a projection.
    """

    texts: Texts
    told: tuple[Message, ...]
    cautions: Cautions
    results: int
    entries: int
    problems: int
    alone: int
    shapes: int
    size: int
    seconds: float
    code: int
    origins: frozenset[Origin]
    levers: int = 0
    projections: int = 0


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
        self.is_for_people = any(form in FOR_PEOPLE for form, _ in order.outputs)
        self.shapes: Shapes | None = None
        self.problems: list[Problem] = []
        self.verdicts: list[Verdict] = []
        self.has_written = False
        self._forget()

    def __reduce__(self) -> tuple[type[Worker], tuple[Order]]:
        return Worker, (self.order,)  # to a process that begins anew

    def _forget(self) -> None:
        self.texts: Texts = tuple([] for _ in self.lines)
        self.told: list[Message] = []
        self.cautions = Cautions(is_quiet=self.order.quiet)
        self.begun = 0.0
        self.results = self.entries = self.faults = self.alone = self.seen = self.levers = 0
        self.projections = 0
        self.code = errors.OK
        self.origins: set[Origin] = set()

    def take(self, pieces: list[Piece]) -> None:
        """Work on all documents of some pieces; a faulty one is reported beside the others."""
        self.begun = time.process_time()
        for some in self._runs(pieces):
            if isinstance(some, InputError):
                self.refuse(some)
                continue
            for document, answer in zip(some, self._answers(some), strict=True):
                try:
                    if answer is None:
                        self.document(document)
                    else:
                        self.row(document, answer)
                except InputError as error:
                    self.refuse(error)

    def _runs(self, pieces: list[Piece]) -> Iterator[list[Document] | InputError]:
        """Yield the documents of some pieces, and between them why one cannot be read."""
        readable: list[Document] = []
        for piece in pieces:
            if piece.problem is None:
                readable += documents(piece)
                continue
            yield readable
            yield InputError([piece.problem])
            readable = []
        yield readable

    def _answers(self, some: list[Document]) -> Sequence[Answer | None]:
        """Return what comes of documents that are alike; None of the others."""
        drawing, levers = self.order.drawing, self.order.levers
        is_alone = self.keeps or drawing is not None or levers
        if len(some) < (_SOME if self.shapes else _MANY) or is_alone:
            return [None] * len(some)
        if self.shapes is None:
            from carbonctl.batch.shapes import Shapes  # numpy: for a few workloads it does not pay

            renderers = [line for line in self.lines if line is not None]
            order = self.order
            by_site = any(style.by == "site" for _, style in order.outputs)
            self.shapes = Shapes(
                self.catalog, order.overrides, order.gates, renderers, by_site=by_site
            )
        answers, shapes = self.shapes.answers(some)
        self.seen += shapes
        if any(answers):
            self.origins.add(today(self.catalog))
        return answers

    def outcome(self) -> Outcome:
        """Return what came of the pieces since the last time."""
        outcome = Outcome(
            self.texts,
            tuple(self.told),
            self.cautions,
            self.results,
            self.entries,
            self.faults,
            self.alone,
            self.seen,
            sum(len(part) for parts in self.texts for part in parts),
            time.process_time() - self.begun,
            self.code,
            frozenset(self.origins),
            self.levers,
            self.projections,
        )
        self._forget()
        return outcome

    def refuse(self, error: InputError) -> None:
        """Report what is wrong with an input."""
        self.told += messages(error)
        self.faults += len(error.problems)
        self.code = errors.worst([self.code, errors.INPUT])
        if self.keeps:
            self.problems += error.problems

    def document(self, document: Document) -> None:
        """Hand the results of one document on to every output."""
        order = self.order
        read = read_document(document, self.catalog, order.overrides, levers=order.levers)
        self.origins.add(read.origin)
        for result in read.results:
            place = "" if read.is_saved else document.place
            if self.order.drawing is not None:
                self.draw(result, self.order.drawing)
            self.cautions.add(result.warnings, result.file, place)
            if self.order.gates is not None:
                self.judge(self.order.gates.judge(result))
            self.results += 1
            self.alone += 1
            self.levers += len(result.levers)
            self.projections += result.has_projection
            self.entries += len(result.entries)
            if self.is_for_people and result.spec:
                from carbonctl.analysis.best_lever import best_lever

                result.best_lever = best_lever(result, self.catalog)
            for renderer in self.renderers:
                renderer.add(result)
        for line, parts in zip(self.lines, self.texts, strict=True):
            if line is not None:
                parts.append(line.take().encode())

    def draw(self, result: Result, drawing: Drawing) -> None:
        """Put into a result what draws say of it, and write the draws themselves."""
        from carbonctl.analysis.sampling import columns, sample  # numpy, for draws alone

        points = sample(result, drawing)
        if points is None or drawing.path is None:
            return
        if self.has_written:
            raise UsageError("--samples: it takes one workload, and here are several")
        from carbonctl.outputs.samples import write

        write(drawing.path, columns(points, result), points.n)
        self.has_written = True

    def row(self, document: Document, answer: Answer) -> None:
        """Hand on the lines of a workload that was done together with others."""
        alike, row = answer
        if cautions := alike.cautions[row]:
            self.cautions.add(cautions, document.label, document.place)
        if row in alike.verdicts:
            self.judge(alike.verdicts[row])
        self.results += 1
        self.entries += alike.entries
        for parts, texts in zip(self.texts, alike.texts, strict=True):
            parts.append(texts[row].encode())

    def judge(self, verdicts: list[Verdict]) -> None:
        """Keep verdicts for those who show them, or say what did not pass."""
        from carbonctl.analysis.gates import exit_code
        from carbonctl.outputs.verdicts import announced

        self.code = errors.worst([self.code, exit_code(verdicts, exit_zero=self.order.exit_zero)])
        if self.keeps:
            self.verdicts += verdicts
        else:
            self.told += announced(verdicts, quiet=self.order.quiet)
