"""Reads tables in the processes of a Dask cluster, and adds up what comes of them here, in order.

A piece of an input is one task. What a worker that ends had done is done again elsewhere. Jobs
that stand twice are looked for in each piece first; a piece with jobs of pieces before it, which
is rare, is read again without these.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from carbonctl import __version__
from carbonctl.batch.fleet.dask_cluster import Cluster, connected
from carbonctl.batch.fleet.duplicates import Seen, steady
from carbonctl.batch.fleet.hashing import digest
from carbonctl.batch.fleet.pieces import LineRange, Piece, Places, pieces
from carbonctl.batch.fleet.read import Reading, Table
from carbonctl.batch.fleet.steps import Done, Steps
from carbonctl.batch.fleet.tables import Ready
from carbonctl.errors import InputError, Unavailable
from carbonctl.inputs.jobs.findings import Findings
from carbonctl.inputs.jobs.records import OpenQuote

_AHEAD = 4  # pieces for each thread that are read before their turn
_LEAST_AHEAD = 16


# ---- what a worker does --------------------------------------------------------------------


class Task(NamedTuple):
    """A piece, and how it is read.

    Attributes
    ----------
    piece : Piece
        What is read.
    reading : Reading
        How.
    steps : Steps
        What is done with each block.
    known : array, optional
        Keys of its jobs that stand in pieces before it.
    version : str
        That of carbonctl where the sums are added.
    """

    piece: Piece
    reading: Reading
    steps: Steps
    known: Any = None
    version: str = __version__


@dataclass(frozen=True)
class Outcome:
    """What comes of a piece.

    Attributes
    ----------
    done : list of Done
        Of its blocks.
    findings : Findings
        What was found on the way.
    keys : array, optional
        Those of its jobs.
    error : InputError, optional
        Why it could not be read to its end.
    is_open : bool
        Whether a quote is open at its end.
    """

    done: list[Done] = field(default_factory=list)
    findings: Findings = field(default_factory=Findings)
    keys: Any = None
    error: InputError | None = None
    is_open: bool = False


def work(task: Task) -> Outcome:
    """Return what comes of a piece; this runs on a worker.

    Raises
    ------
    Unavailable
        Where the worker cannot read what was cut elsewhere.
    """
    if task.version != __version__:
        message = f"a worker has carbonctl {__version__}, and {task.version} asks it"
        raise Unavailable(f"carbonctl: --engine dask: {message}; install the same everywhere")
    if not Path(task.piece.path).is_file():
        message = f"a worker does not find {task.piece.path}; all machines need the same files"
        raise Unavailable(f"{task.piece.name}: {message} at the same paths")
    if isinstance(task.piece, LineRange):
        return _of_lines(task, task.piece)
    findings = Findings()
    return _outcome(task, task.piece.read(task.reading, findings), findings)


def _of_lines(task: Task, piece: LineRange) -> Outcome:
    source, findings = piece.opened(), Findings()
    outcome = _outcome(task, piece.read(source, task.reading, findings), findings)
    places = Places(source)
    findings.rejects = places.rejects(findings.rejects)
    return replace(
        outcome,
        done=[done._replace(part=places.part(done.part)) for done in outcome.done],
        error=None if outcome.error is None else places.error(outcome.error),
        is_open=isinstance(outcome.error, OpenQuote),
    )


def _outcome(task: Task, blocks: Iterator[Ready], findings: Findings) -> Outcome:
    seen, done, error = Seen(steady), list[Done](), None
    if task.known is not None:
        seen.add(task.known)
    try:
        for ready in blocks:
            done.append(task.steps.done(ready, seen, findings))
    except InputError as problem:
        error = problem
    return Outcome(done, findings, seen.keys(), error)


# ---- where the sums are added --------------------------------------------------------------


Read = Iterator[tuple[Table | InputError, Iterator[Done]]]


def read(
    tables: Iterable[Table | InputError], reading: Reading, steps: Steps, cluster: Cluster,
    findings: Findings,
) -> Read:  # fmt: skip
    """Yield inputs, each with what comes of its rows, in their order.

    Parameters
    ----------
    tables : iterable of Table or InputError
        The inputs, and what is wrong with those that cannot be opened.
    reading : Reading
        How they are read.
    steps : Steps
        What is done with each block.
    cluster : Cluster
        Where they are read.
    findings : Findings
        Takes what is found on the way.

    Raises
    ------
    MissingExtra
        Where Dask is not installed.
    Unavailable
        Where there is no scheduler or no worker, or one ends for good.
    """
    names = [tag in steps.hashed for tag in steps.plan.by]

    def finished(outcomes: Iterable[tuple[Table | InputError, Outcome]]) -> Iterator[Done]:
        errors = []
        for _, outcome in outcomes:
            findings.add(outcome.findings)
            for done in outcome.done:
                yield _hashed(done, names, steps.key) if any(names) else done
            errors += [outcome.error] if outcome.error is not None else []
        if errors:  # behind all that was read before it
            raise errors[0]

    with connected(cluster) as client:
        far = replace(steps, hashed=(), key=b"")  # the key stays here
        pipeline = _Pipeline(client, reading, far, cluster)
        for table, outcomes in groupby(pipeline.outcomes(tables), itemgetter(0)):
            yield table, finished(outcomes)


def _hashed(done: Done, is_hashed: list[bool], key: bytes) -> Done:
    """Return the sums of a block with digests in the place of some tags."""
    groups = [
        tuple(digest(text, key) if secret else text
              for text, secret in zip(group, is_hashed, strict=True))
        for group in done.part.groups
    ]  # fmt: skip
    return done._replace(part=done.part._replace(groups=groups))


class _Sent(NamedTuple):
    """A piece of an input that a worker reads; or what is known of the input already."""

    table: Table | InputError
    piece: Piece | None
    future: Any  # an Outcome where there is no piece


class _Pipeline:
    """Sends pieces to workers, and takes what comes of them in order."""

    def __init__(self, client: Any, reading: Reading, steps: Steps, cluster: Cluster) -> None:
        self.client = client
        self.reading = reading
        self.steps = steps
        self.cluster = cluster
        self.width = max(_AHEAD * sum(client.nthreads().values()), _LEAST_AHEAD)
        self.seen = Seen(steady)
        self.sent: deque[_Sent] = deque()
        self.waiting: Iterator[tuple[Table | InputError, Piece | Outcome]] = iter(())

    def outcomes(
        self, tables: Iterable[Table | InputError]
    ) -> Iterator[tuple[Table | InputError, Outcome]]:
        """Yield what comes of each piece with its input; at least one pair for each input."""
        self.waiting = _cut(tables)
        checked: deque[tuple[Table | InputError, Any]] = deque()
        while self._fill():
            checked.append(self._next())
            while checked and (isinstance(checked[0][1], Outcome) or len(checked) > self.width):
                table, made = checked.popleft()
                yield table, self._result(made)
        for table, made in checked:
            yield table, self._result(made)

    def _fill(self) -> bool:
        """Send pieces ahead, and return whether any is left."""
        while len(self.sent) < self.width and (item := next(self.waiting, None)) is not None:
            table, piece = item
            if isinstance(piece, Outcome):
                self.sent.append(_Sent(table, None, piece))
            else:
                self.sent.append(_Sent(table, piece, self._submit(piece)))
        return bool(self.sent)

    def _submit(self, piece: Piece, known: Any = None) -> Any:
        task = Task(piece, self.reading, self.steps, known)
        return self.cluster.asked(lambda: self.client.submit(work, task, pure=False))

    def _next(self) -> tuple[Table | InputError, Any]:
        """Return what comes of the next piece, or the future of it without repeated jobs."""
        table, piece, future = self.sent.popleft()
        outcome = self._result(future)
        if piece is None:
            return table, outcome
        width = 1
        while outcome.is_open and isinstance(piece, LineRange):
            more = self._following(table, width)
            if not more:
                break
            piece, width = piece.joined(more[-1]), width + len(more)
            outcome = self._result(self._submit(piece))
        if outcome.error is not None:
            while self._following(table, self.width):
                pass
        if not len(outcome.keys):
            return table, outcome
        repeated = outcome.keys[self.seen.knows(outcome.keys)]
        self.seen.add(outcome.keys)
        return table, self._submit(piece, repeated) if len(repeated) else outcome

    def _following(self, table: Table | InputError, count: int) -> list[Any]:
        """Take the pieces that follow in an input, so many at most."""
        taken: list[Any] = []
        while len(taken) < count and self._fill():
            sent = self.sent[0]
            if sent.table is not table or sent.piece is None:
                break
            self.sent.popleft()
            sent.future.cancel()
            taken.append(sent.piece)
        return taken

    def _result(self, made: Any) -> Outcome:
        """Return what comes of a piece, when it is there."""
        if isinstance(made, Outcome):
            return made
        outcome: Outcome = self.cluster.asked(made.result)
        return outcome


def _cut(
    tables: Iterable[Table | InputError],
) -> Iterator[tuple[Table | InputError, Piece | Outcome]]:
    """Yield the pieces of each input, and behind them what was found as it was cut."""
    for table in tables:
        findings, error = Findings(), None
        if isinstance(table, Table):
            try:
                for piece in pieces(table, findings):
                    yield table, piece
            except InputError as problem:
                error = problem
        yield table, Outcome(findings=findings, keys=np.empty(0), error=error)
