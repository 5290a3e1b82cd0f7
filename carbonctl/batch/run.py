"""One pass over the inputs: read, work on them, write what comes of it."""

from __future__ import annotations

import os
import signal
import stat
import time
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from itertools import chain

from carbonctl import __version__, errors
from carbonctl.batch.worker import Order, Outcome, Worker
from carbonctl.catalog import Catalog
from carbonctl.catalog.own_records import together
from carbonctl.errors import ClosedPipe, OutputError
from carbonctl.inputs.catalogs import NAMELESS, notes
from carbonctl.inputs.discovery import Found
from carbonctl.inputs.documents import BLOCK, Piece
from carbonctl.inputs.results import Origin, common
from carbonctl.inputs.selection import every
from carbonctl.ledger.result import About
from carbonctl.outputs.merging import Cautions, Repeats
from carbonctl.outputs.messages import say
from carbonctl.outputs.progress import Bar
from carbonctl.outputs.sinks import Sink
from carbonctl.outputs.writing import Target, is_terminal

_ALONE = 0.25  # s of work before other processes pay
_FILES = 1000  # that are worked on together
_SOON = 4 * BLOCK  # bytes that are, after the first look at the outputs
_MOST = 4 << 20  # bytes that may be read or written of them
_LONG = 2.0  # s that nobody is to wait for some
_ENOUGH = 256  # workloads of a shape: with more, it is not worth while to wait for others


class Run:
    """Goes over the inputs in their order.

    Parameters
    ----------
    order : Order
        What is done with each.
    catalog : Catalog
        The facts, for the work that is done in this process.
    targets : list of Target
        Where exports go; they are the outputs but the last, which is standard output.
    """

    def __init__(self, order: Order, catalog: Catalog, targets: list[Target]) -> None:
        self.order = order
        self.catalog = catalog
        self.worker = Worker(order, catalog)
        self.sinks = [
            Sink("" if line is None else line.head, target)
            for line, target in zip(self.worker.lines, [*targets, None], strict=True)
        ]
        self.bar = Bar(None, is_wanted=False)
        self.repeats = Repeats()
        self.cautions = Cautions()
        self.codes: list[int] = []
        self.failed: list[Sink] = []
        self.origins: set[Origin] = set()
        self.results = self.alone = self.entries = self.problems = self.read = self.levers = 0
        self.projections = 0
        self.room = BLOCK

    def all(self, files: list[Found], stdin_name: str, jobs: int | None, *, verbose: bool) -> int:
        """Work on all inputs, and return the exit code."""
        self.repeats = Repeats(verbose=verbose)
        screen = self.sinks[-1]
        screen.is_live = self.in_lines and len(self.sinks) == 1  # no export goes first
        may_show = not self.order.quiet and not (screen.is_live and is_terminal())
        self.bar = Bar(_size(files) if may_show else None, is_wanted=may_show)
        if len(self.sinks) > 1 and hasattr(signal, "SIGPIPE"):
            signal.signal(signal.SIGPIPE, signal.SIG_IGN)  # a reader who leaves ends no export
        try:
            for outcome in self.outcomes(self.batches(files, stdin_name), jobs):
                self.write(outcome)
                if len(self.failed) == len(self.sinks):
                    break
        except OutputError as error:  # of a process that writes by itself
            self.fail(screen, error)
        finally:
            self.bar.close()
        if verbose:
            say(self.summary())
        if self.results == 1:
            self.cautions.finish()
        if self.results:
            self.finish()
        if self.results > 1:
            self.cautions.finish()
        self.repeats.finish()
        return errors.worst([*self.codes, errors.OK])

    @property
    def in_lines(self) -> bool:
        """Whether standard output can be written as it comes."""
        return self.worker.lines[-1] is not None

    def batches(self, files: list[Found], stdin_name: str) -> Iterator[list[Piece] | None]:
        """Yield pieces that are worked on together, and None before one has to wait for more."""
        batch: list[Piece] = []
        size = 0
        for piece in self.pieces(files, stdin_name):
            if piece is not None:
                batch.append(piece)
                size += len(piece.data)
                if size < self.room and len(batch) < _FILES:
                    continue
            self.read, size = self.read + size, 0
            if batch:
                yield batch
                batch = []
            if piece is None:
                yield None
        if batch:
            yield batch

    def pieces(self, files: list[Found], stdin_name: str) -> Iterator[Piece | None]:
        """Yield what the inputs hold; with JSON Lines standard output does not wait any more."""
        for piece in every(files, stdin_name):
            if piece is not None and piece.is_lines and self.in_lines:
                self.put(self.sinks[-1], self.sinks[-1].go_live)
            yield piece

    def outcomes(
        self, batches: Iterator[list[Piece] | None], jobs: int | None
    ) -> Iterator[Outcome]:
        """Yield what comes of each batch: alone at first, in several processes where that pays."""
        worked = 0.0
        screen = self.sinks[-1]
        for batch in batches:
            if batch is None:
                continue
            writes = screen.is_live and len(self.sinks) == 1
            may_part = self.order.in_lines and (screen.is_begun or not writes)
            if may_part and (jobs or worked > _ALONE) and jobs != 1:
                from carbonctl.batch.pool import Pool, processors

                jobs = jobs or processors()
                if jobs > 1:
                    with Pool(jobs, self.worker, writes=writes) as pool:
                        if pool.lack and not self.order.quiet:
                            said = f"working in {pool.jobs or 1} of {jobs} processes"
                            self.bar.tell((f"note: {said}: {pool.lack}",))
                        if pool.jobs:
                            yield from pool.run(chain([batch], batches))
                            return
                jobs = 1
            start = time.perf_counter()
            self.worker.take(batch)
            worked += time.perf_counter() - start
            yield self.worker.outcome()

    def write(self, outcome: Outcome) -> None:
        """Say what is to be said of an outcome, and write its texts."""
        self.bar.tell((*self.notes(outcome.origins), *self.repeats.new(outcome.told)))
        self.cautions.join(outcome.cautions)
        for sink, parts in zip(self.sinks, outcome.texts, strict=True):
            self.put(sink, partial(sink.write, parts))
        self.results += outcome.results
        self.alone += outcome.alone
        self.entries += outcome.entries
        self.problems += outcome.problems
        self.levers += outcome.levers
        self.projections += outcome.projections
        self.codes = [errors.worst([*self.codes, outcome.code])]
        self.origins |= outcome.origins
        self.bar.draw(self.read, self.results)
        self.room = self.next_room(outcome)

    def next_room(self, outcome: Outcome) -> int:
        """Return how many bytes are to be worked on together, after what came of some.

        Of more workloads more are alike; but nobody is to wait long for them.
        """
        if outcome.seconds > _LONG and outcome.alone * 2 > outcome.results:
            return max(self.room // 2, BLOCK)
        shapes = outcome.shapes or outcome.results
        most = _MOST // max(self.room, outcome.size)
        if most > 1 and shapes * _ENOUGH > outcome.results:
            return min(4, most) * self.room
        return max(1, min(_SOON // self.room, most)) * self.room

    def notes(self, origins: Iterable[Origin]) -> tuple[str, ...]:
        """Return what is said of own records that are new, where a format cannot name them."""
        if all(form not in NAMELESS for form, _ in self.order.outputs):
            return ()
        known = together(*(origin.own_records for origin in self.origins))
        new = together(*(origin.own_records for origin in sorted(origins)))
        return notes(records for records in new if records not in known)

    def finish(self) -> None:
        """Write what is written at the end: exports first, standard output last."""
        about, verdicts = self.about(), self.worker.verdicts
        for renderer, line, sink in zip(
            self.worker.renderers, self.worker.lines, self.sinks, strict=True
        ):
            if line is None:
                whole = renderer.finish(about, verdicts)
                data = whole if isinstance(whole, bytes) else whole.encode()
                self.put(sink, partial(sink.write, [data]))
            self.put(sink, sink.finish)
        if verdicts:
            from carbonctl.outputs.verdicts import announced

            self.bar.tell(self.repeats.new(announced(verdicts, quiet=self.order.quiet)))

    def put(self, sink: Sink, write: Callable[[], None]) -> None:
        """Do something with a sink; say once that it cannot be written, and leave it then."""
        if sink in self.failed:
            return
        try:
            write()
        except OutputError as error:
            self.fail(sink, error)
        except ClosedPipe:
            if len(self.sinks) == 1:
                raise
            self.failed.append(sink)  # its reader has closed it; exports are still written
            self.codes.append(errors.CLOSED_PIPE)

    def fail(self, sink: Sink, error: OutputError) -> None:
        """Say that a sink cannot be written, and leave it from now on."""
        self.bar.tell((str(error),))
        self.failed.append(sink)
        self.codes.append(error.exit_code)

    def about(self) -> About:
        """Return what is behind the results: of a saved one, what made it."""
        version, data, records = common(self.origins, self.catalog)
        return About(version, data, tuple(dict.fromkeys(self.worker.problems)), records)

    def summary(self) -> str:
        """Return what was read, for those who ask."""
        folders = ", ".join(map(str, self.catalog.folders))
        return (
            f"carbonctl {__version__}, hardware_db {self.catalog.version} ({folders}): "
            f"{self.results} results ({self.alone} computed one by one), "
            f"{self.entries} entries, {self.problems} problems{self.unpulled()}"
        )

    def unpulled(self) -> str:
        """Return what is said of levers and projections that files have and nobody asked for."""
        said = ""
        if self.levers:
            said = f"; {self.levers} levers not pulled (--levers all, or `carbonctl levers FILE`)"
        if self.projections:
            many = "s" if self.projections > 1 else ""
            said += f"; {self.projections} projection{many} not shown (`carbonctl project FILE`)"
        return said


def _size(files: list[Found]) -> int | None:
    """Return how many bytes there are to read; None where nobody knows."""
    total = 0
    for file in files:
        try:
            status = os.stat(file.path)  # noqa: PTH116
        except (OSError, ValueError):
            continue
        if file.path == "-" or not stat.S_ISREG(status.st_mode):
            return None
        total += status.st_size
    return total
