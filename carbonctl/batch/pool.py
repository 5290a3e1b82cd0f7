"""Works on pieces in several processes, and gives what comes of them in order.

Each process has one pipe and works on one batch at a time. The lines that it makes wait there
for their turn; then they come back, or go to standard output from where they are, which spares
a long way. The processes end with this one, however it ends: at the end of their pipe, which
they see when nobody keeps them waiting, or by a signal where this process has time to send one.
"""

from __future__ import annotations

import os
import signal
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NoReturn

from carbonctl.batch.worker import Outcome, Texts, Worker
from carbonctl.errors import ClosedPipe, OutputError, Unavailable
from carbonctl.inputs.documents import Piece
from carbonctl.outputs.sinks import to_stdout

if TYPE_CHECKING:
    from multiprocessing.connection import Connection
    from multiprocessing.context import BaseContext
    from multiprocessing.process import BaseProcess

Batch = list[Piece]
_AHEAD = 2  # batches for each process that may be done before their turn
_TURN = None  # sent where a batch is wanted: the lines that have waited longest may go


class Failed(Exception):
    """A bug in another process, with the traceback from there as a note."""

    def __init__(self, traceback: str) -> None:
        super().__init__(traceback.strip().rpartition("\n")[2])
        self.add_note(traceback)


def processors() -> int:
    """Return how many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


class Pool:
    """Some processes that take batches.

    Parameters
    ----------
    jobs : int
        How many, if the system lets as many be started; ``lack`` says why it does not.
    worker : Worker
        What they are: where processes are forked each begins with what it has learnt.
    writes : bool
        Whether they write to standard output themselves, each batch in its turn. Otherwise
        the outcomes hold the lines.
    """

    def __init__(self, jobs: int, worker: Worker, *, writes: bool = False) -> None:
        self.jobs = jobs
        self.worker = worker
        self.writes = writes
        self.processes: list[BaseProcess] = []
        self.pipes: list[Connection[Any, Any]] = []
        self.idle: list[Connection[Any, Any]] = []
        self.busy: dict[Connection[Any, Any], int] = {}
        self.done: dict[int, tuple[Connection[Any, Any], Outcome]] = {}
        self.sent = 0
        self.given = 0
        self.turn: Connection[Any, Any] | None = None  # of the process whose lines go now
        self.lack = ""

    def __enter__(self) -> Pool:
        from multiprocessing import get_context  # slow to import, and few need it

        if hasattr(signal, "SIGPIPE"):  # a reader that left is named, also where it was one of ours
            signal.signal(signal.SIGPIPE, signal.SIG_IGN)
        context = get_context()
        with _uninterrupted():
            for _ in range(self.jobs):
                try:
                    self._start(context)
                except OSError as error:  # those that run are all that there will be
                    self.lack = error.strerror or str(error)
                    break
        self.jobs = len(self.processes)
        self.idle += self.pipes
        return self

    def _start(self, context: BaseContext) -> None:
        ours, theirs = context.Pipe()
        copied = (*self.pipes, ours) if context.get_start_method() == "fork" else ()
        process = context.Process(  # type: ignore[attr-defined]
            target=_serve, args=(theirs, self.worker, self.writes, copied), daemon=True
        )
        try:
            process.start()
        except OSError:
            ours.close()
            raise
        finally:
            theirs.close()
        self.processes.append(process)
        self.pipes.append(ours)

    def __exit__(self, kind: object, *_: object) -> None:
        for pipe in self.pipes:
            pipe.close()
        for process in self.processes:
            if kind is not None:
                process.terminate()
            process.join()

    def run(self, batches: Iterable[Batch | None]) -> Iterator[Outcome]:
        """Yield what comes of batches, in their order; all that is out before a None.

        Raises
        ------
        OutputError, ClosedPipe
            Where a process could not write what it made.
        Unavailable
            Where a process was ended by somebody else.
        """
        for batch in batches:
            if batch is None:
                yield from self._rest()
                continue
            while not self.idle or self.sent - self.given >= self.jobs * _AHEAD:
                yield from self._receive()
            pipe = self.idle.pop()
            self._send(pipe, batch)
            self.busy[pipe] = self.sent
            self.sent += 1
        yield from self._rest()

    def _rest(self) -> Iterator[Outcome]:
        while self.given < self.sent:
            yield from self._receive()

    def _receive(self) -> Iterator[Outcome]:
        """Wait for a message at least, and yield the outcomes whose turn it is."""
        from multiprocessing.connection import wait

        for ready in wait(self.pipes):
            pipe: Any = ready
            try:
                message = pipe.recv()
            except (EOFError, OSError):
                raise self._ended() from None
            if isinstance(message, Exception):
                raise message
            if isinstance(message, Outcome):
                self.done[self.busy.pop(pipe)] = pipe, message
            else:
                outcome = self.done.pop(self.given)[1]
                self.given += 1
                self.turn = None
                if not self.writes:
                    yield outcome._replace(texts=message)
            if pipe is not self.turn and pipe not in self.idle and pipe not in self.busy:
                self.idle.append(pipe)
            yield from self._next_turn()

    def _next_turn(self) -> Iterator[Outcome]:
        """Let the next lines go; what is said of them is said before.

        As long as they have not come, their process is given no batch: it could wait for us to
        read while we waited for it.
        """
        if self.turn is not None or self.given not in self.done:
            return
        self.turn, outcome = self.done[self.given]
        if self.turn in self.idle:
            self.idle.remove(self.turn)
        if self.writes:
            yield outcome
        self._send(self.turn, _TURN)

    def _send(self, pipe: Connection[Any, Any], what: Batch | None) -> None:
        try:
            pipe.send(what)
        except OSError:
            raise self._ended() from None

    def _ended(self) -> Unavailable:
        """Return what is said where a process ended and was not to."""
        return Unavailable(
            "carbonctl: a process of --jobs was ended from outside, with its work undone; "
            "where memory is short, --jobs 1 needs the least"
        )


def _worked(worker: Worker, batch: Batch) -> Outcome | Exception:
    """Return what comes of a batch, or what the system did not give."""
    try:
        worker.take(batch)
        return worker.outcome()
    except (MemoryError, OSError) as error:
        return error


@contextmanager
def _uninterrupted() -> Iterator[None]:
    """Start processes that an interrupt from the keyboard does not reach: we end them."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _serve(
    pipe: Connection[Any, Any],
    worker: Worker,
    writes: bool,
    copied: tuple[Connection[Any, Any], ...],
) -> NoReturn:
    """Work on the batches of a pipe until it ends.

    ``copied`` are ends of pipes that belong to the process which started this one: as long as
    one is open here, no pipe ends.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for end in copied:
        end.close()
    try:
        waiting = deque[Texts]()
        while True:
            batch = pipe.recv()
            if batch is _TURN:
                pipe.send(_written(waiting.popleft()) if writes else waiting.popleft())
                continue
            outcome = _worked(worker, batch)
            if isinstance(outcome, Outcome):
                waiting.append(outcome.texts)
                outcome = outcome._replace(texts=_none(outcome.texts))
            pipe.send(outcome)
    except (EOFError, OSError):  # the pipe has ended, and with it the work
        os._exit(0)
    except BaseException:  # noqa: BLE001
        from traceback import format_exc

        pipe.send(Failed(format_exc()))
        os._exit(1)


def _written(texts: Texts) -> Texts | Exception:
    """Write lines to standard output, and return what is left of them; or what went wrong."""
    try:
        for parts in texts:
            to_stdout(parts)
    except (ClosedPipe, MemoryError, OutputError) as error:
        return error
    return _none(texts)


def _none(texts: Texts) -> Texts:
    return tuple([] for _ in texts)
