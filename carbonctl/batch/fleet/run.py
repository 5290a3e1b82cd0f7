"""Accounts for a fleet, and writes what comes of it."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import file_digest
from pathlib import Path
from typing import Any

from carbonctl import __version__, errors
from carbonctl.analysis.gates import Verdict, exit_code
from carbonctl.analysis.gates.rules import Gates
from carbonctl.batch.fleet.blocks import Block
from carbonctl.batch.fleet.device_facts import DeviceFacts
from carbonctl.batch.fleet.duplicates import Seen
from carbonctl.batch.fleet.figures import GROUPS, FleetFigures
from carbonctl.batch.fleet.fleet import OF_ENTRY, Maker
from carbonctl.batch.fleet.kernel import Part, Plan
from carbonctl.batch.fleet.known import Known
from carbonctl.batch.fleet.read import DASK, Reading, Table, opened, raw_map
from carbonctl.batch.fleet.rows import RowMaker
from carbonctl.batch.fleet.steps import Done, Steps
from carbonctl.batch.fleet.summed import MOST_OWN
from carbonctl.batch.fleet.sums import Sums
from carbonctl.batch.fleet.tables import Ready
from carbonctl.catalog import Catalog
from carbonctl.errors import InputError, Problem
from carbonctl.inputs.jobs.findings import Findings
from carbonctl.inputs.jobs.table import BUILT_IN
from carbonctl.ledger.fleet import NONE, Fleet, Input, Reject
from carbonctl.ledger.result import About
from carbonctl.outputs.merging import Repeats
from carbonctl.outputs.messages import say
from carbonctl.outputs.progress import Bar
from carbonctl.outputs.verdicts import announce
from carbonctl.outputs.writing import (
    Target,
    export_chunks,
    is_terminal,
    to_stdout,
    write_all,
)
from carbonctl.render import FOR_PEOPLE, Style

_POWERS = ("load", "power", "busy", "rated_power")


MOST_STRUCTURES = 100_000
_TOO_DIFFERENT = (
    f"more than {MOST_STRUCTURES:,} combinations of device, place and figures of their own "
    "(host power, embodied carbon, …), and each is an account: it is read no further; round these "
    "figures"
)


@dataclass(frozen=True)
class Order:
    """What is read, what is asked of it, and where it goes.

    Attributes
    ----------
    paths : tuple of str
        The inputs.
    reading : Reading
        How they are read.
    hardware : bool
        Whether the hardware of measured energy is counted.
    keeps_duplicates : bool
        Whether a job that stands twice counts twice.
    top : int, optional
        How many groups a table for people shows.
    rejects : str, optional
        Where the rows that cannot be counted are written.
    most_errors : int, optional
        After how many of them nothing more is read.
    rows : Target or str, optional
        Where what each row causes is written: into a file, or to standard output in a format.
    split_time : bool
        Whether a job of several months is shared among them.
    overrides : tuple of str
        ``PATH=VALUE`` of a template's workload.
    tags : tuple of str
        What rows are shown with besides what groups are made by.
    hashed : tuple of str
        Tags of which digests are written, by the ``key``.
    scheduler : str, optional
        The address of a Dask scheduler whose workers read the inputs.
    allowed : float
        The share of rows that may be rejected with exit code 0.
    """

    paths: tuple[str, ...]
    reading: Reading
    gates: Gates
    targets: list[Target]
    form: str
    style: Style
    hardware: bool = False
    keeps_duplicates: bool = False
    top: int | None = None
    rejects: str | None = None
    most_errors: int | None = None
    allowed: float = 0.0
    exit_zero: bool = False
    quiet: bool = False
    verbose: bool = False
    rows: Target | str | None = None
    split_time: bool = False
    overrides: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    hashed: tuple[str, ...] = ()
    key: bytes = b""
    scheduler: str | None = None


class _TooMany(Exception):
    """More rows cannot be counted than are wanted."""


def run(order: Order, catalog: Catalog) -> int:
    """Account for a fleet, write it, and return the exit code."""
    return _Run(order, catalog).all()


class _Run:
    def __init__(self, order: Order, catalog: Catalog) -> None:
        self.order = order
        self.catalog = catalog
        self.findings = Findings()
        self.sums = Sums()
        self.known = Known()
        self.seen = Seen()
        self.inputs: list[Input] = []
        self.problems: list[Problem] = []
        self.unaccountable = 0  # rows of unknown names, where these are counted on the way
        sayings = order.reading.sayings
        said = {**sayings.defaults, **sayings.above}
        fills = {**order.reading.fills.behind, **order.reading.fills.above}
        self.tags = tuple(
            name for name in order.reading.by if name not in BUILT_IN and name not in OF_ENTRY
        )
        self.plan = Plan(
            self.tags, order.hardware, not {"load", "power", "busy"}.isdisjoint(said),
            "device" in fills or "instance" in fills or not set(_POWERS).isdisjoint(said),
            sayings.template is not None, DeviceFacts(catalog, sayings),
        )  # fmt: skip
        reading = order.reading
        self.maker = Maker(
            catalog, reading.sayings, reading.by, self.tags, order.overrides,
            raw_map(reading.map),
        )  # fmt: skip
        self.steps = Steps(
            self.plan, reading.by, reading.fills.zone, order.keeps_duplicates, order.split_time,
            order.hashed, order.key, order.rows is not None,
        )  # fmt: skip
        may_show = not order.quiet
        self.bar = Bar(None, is_wanted=may_show and not is_terminal_busy(order), what="rows")

    def all(self) -> int:
        """Read everything, account for it, and write it."""
        if self.order.rows is None:
            for _ in self.read():
                pass
        else:
            self.write_rows(self.order.rows)
        fleet = self.fleet()
        if fleet is None:
            return errors.INPUT
        verdicts = judged(self.order.gates, fleet)
        about = About(
            __version__, self.catalog.version, tuple(self.problems), self.catalog.own_records
        )
        self.tell(fleet)
        code = self.write(fleet, about, verdicts)
        announce(verdicts, quiet=self.order.quiet)
        return errors.worst([code, *self.codes(fleet, verdicts)])

    def write_rows(self, target: Target | str) -> None:
        """Write what each row causes as it is read: into a file, or to standard output."""
        from carbonctl.render.fleet import rows as drawing

        tags = (*self.order.reading.by, *self.order.tags)
        maker = RowMaker(self.maker, tags)
        batches = (maker.batch(block, part) for block, part in self.read() if block is not None)
        known = (batch for batch in batches if batch is not None)
        form = target if isinstance(target, str) else target.form
        chunks = drawing.write(form, known, tags)
        if isinstance(target, str):
            for chunk in chunks:
                to_stdout(chunk)
        else:
            export_chunks(target, "", chunks)

    def read(self) -> Iterator[tuple[Block | None, Part]]:
        """Read all inputs, as far as they can be read, and yield what comes of each block."""
        repeats = Repeats()
        try:
            for table, results in self.tables():
                if isinstance(table, InputError):
                    repeats.tell(table)
                    self.problems += table.problems
                    continue
                try:
                    yield from self.read_table(table, results)
                except InputError as error:
                    repeats.tell(error)
                    self.problems += error.problems
        except _TooMany:
            say(f"stopped after {self.order.most_errors:,} rows that cannot be counted")
        finally:
            self.bar.close()
        repeats.finish()

    def tables(self) -> Iterator[tuple[Table | InputError, Iterator[Done]]]:
        """Yield the inputs, each with what comes of its blocks, as the engine reads them."""
        order = self.order
        tables = opened(order.paths, order.reading)
        if order.reading.engine == DASK:
            from carbonctl.batch.fleet.dask_cluster import Cluster
            from carbonctl.batch.fleet.engine_dask import read

            cluster = Cluster(order.scheduler, order.reading.jobs)
            yield from read(tables, order.reading, self.steps, cluster, self.findings)
            return
        for table in tables:
            yield table, iter(()) if isinstance(table, InputError) else self.blocks(table)

    def blocks(self, table: Table) -> Iterator[Done]:
        """Return what comes of the blocks of an input that this process reads."""

        def done(ready: Ready) -> Done:
            return self.steps.done(ready, self.seen, self.findings, self.known)

        return map(done, table.blocks(self.findings))  # which keeps none as the next is read

    def read_table(
        self, table: Table, results: Iterator[Done]
    ) -> Iterator[tuple[Block | None, Part]]:
        """Add up the rows of one input, and yield what comes of each block."""
        if (table.is_recognised and not self.order.quiet) or self.order.verbose:
            say(f"{table.file}: read as {table.format}")
        rows = 0
        try:
            for done in results:
                rows += done.rows
                yield self.add(done)
                self.bar.draw(rows, rows)
        except (InputError, _TooMany):
            if rows:
                self.note_input(table, rows)
            raise
        self.note_input(table, rows)

    def note_input(self, table: Table, rows: int) -> None:
        """Note an input that could be read, with its digest where that is asked for."""
        wants = "json" in (self.order.form, *(target.form for target in self.order.targets))
        sha256 = digest(table) if wants else None
        self.inputs.append(Input(table.file, sha256, rows, table.format))

    def add(self, done: Done) -> tuple[Block | None, Part]:
        """Add up a block, and return what comes of it."""
        self.sums.add(done.part)
        self.sums.headers.setdefault(done.part.file, done.headers)
        if len(self.sums.structures) > MOST_STRUCTURES:
            raise InputError([Problem(done.part.file, None, None, _TOO_DIFFERENT)])
        if self.sums.are_summed and len(self.known.structures) > MOST_OWN:
            self.known = Known()  # of structures whose figures are summed
            self.maker.rater.known.clear()
        most = self.order.most_errors
        if most is not None:
            self.unaccountable += self.maker.faulty_rows(done.part)
            found = len(self.findings.rejects) + self.sums.rejected + self.unaccountable
            if found >= most:
                raise _TooMany
        return done.block, done.part

    def fleet(self) -> Fleet | None:
        """Return the account; None where nothing could be read."""
        if not self.inputs:
            return None
        return self.maker.fleet(self.sums, self.findings, self.inputs)

    def tell(self, fleet: Fleet) -> None:
        """Say what the user should know: rejects also to those who want quiet."""
        order = self.order
        if order.form not in FOR_PEOPLE or isinstance(order.rows, str):
            tell_rejects(fleet.coverage.rejected, fleet.rejects, order.rejects)
        for text in missing_groups(order.gates, fleet):
            say(text)
        if order.quiet:
            return
        for text, rows in self.findings.notes.items():
            say(text if rows == 1 else f"{text} ({rows:,} times)")
        for caution in fleet.warnings:
            say(f"warning: {caution.message}")

    def write(self, fleet: Fleet, about: About, verdicts: list[Verdict]) -> int:
        """Write rejects, exports and standard output, and return the exit code of the worst."""
        from carbonctl.render import fleet as drawing

        order = self.order
        code = errors.OK
        if order.rejects is not None:
            target = Target("csv", Path(order.rejects), append=False)
            code = write_all([target], [rejects_csv(fleet.rejects)], "")

        def drawn(form: str, style: Style) -> str | bytes:
            return drawing.render(
                form, fleet, style, about, verdicts, top=order.top, rejects=order.rejects or ""
            )

        targets = [target for target in order.targets if target is not order.rows]
        texts = [drawn(target.form, Style(sources=order.style.sources)) for target in targets]
        shown = "" if isinstance(order.rows, str) else drawn(order.form, order.style)
        return errors.worst([code, write_all(targets, texts, shown)])

    def codes(self, fleet: Fleet, verdicts: list[Verdict]) -> Iterable[int]:
        """Yield the exit codes of what came of the rows and of the gates."""
        if self.problems:
            yield errors.INPUT
        coverage = fleet.coverage
        if coverage.rejected > self.order.allowed * max(coverage.rows, 1):
            yield errors.INPUT
        yield exit_code(verdicts, exit_zero=self.order.exit_zero)


_FEW = 3  # rejects that are said


def tell_rejects(
    rows: int, rejects: Sequence[Reject], written: str | None, done: str = "counted"
) -> None:
    """Say how many rows cannot be counted, or read, and why of the first of them."""
    if not rows:
        return
    say(f"{rows:,} {'row' if rows == 1 else 'rows'} cannot be {done}")
    for reject in rejects[:_FEW]:
        say(str(reject))
    more = len(rejects) - _FEW
    if more > 0:
        where = f"{written} has all" if written else "--rejects PATH writes all"
        say(f"{more:,} more; {where}")


def missing_groups(gates: Gates, fleet: Fleet) -> Iterator[str]:
    """Yield a warning for each rule over a group that has no rows."""
    for rule in (*gates.fail, *gates.warn):
        tag, is_group, value = (rule.phase or "").removeprefix(GROUPS).partition("=")
        if is_group:
            place = fleet.by.index(tag)
            if all(group.labels[place] != (value or NONE) for group in fleet.groups):
                yield f"warning: {rule.text}: no row has {tag} `{value or NONE}`"


def is_terminal_busy(order: Order) -> bool:
    """Whether the result goes to a terminal as it comes, so that no bar may be there."""
    return is_terminal() and order.form not in FOR_PEOPLE


def digest(table: Table) -> str | None:
    """Return the SHA-256 of a file; None of a stream."""
    path = getattr(table.source, "path", None)
    if path is None or not Path(path).is_file():
        return None
    with Path(path).open("rb") as file:
        return file_digest(file, "sha256").hexdigest()


def rejects_csv(rejects: Iterable[Reject]) -> str:
    """Return the rows that cannot be counted as CSV."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(Reject._fields)
    for reject in rejects:
        writer.writerow([_inert(cell) for cell in reject])
    return out.getvalue()


def _inert(cell: Any) -> Any:
    """Return a cell that no spreadsheet takes for a formula."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(("=", "+", "-", "@")) else cell


def judged(gates: Gates, fleet: Fleet) -> list[Verdict]:
    """Return the verdicts over a fleet."""
    return gates.judge_figures(fleet.file, FleetFigures(fleet))
