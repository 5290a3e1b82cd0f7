"""One workload at many points: read it, go over the points, write what comes of them."""

from __future__ import annotations

import signal
from collections.abc import Sequence
from contextlib import suppress
from functools import partial
from typing import NamedTuple

from carbonctl import __version__, errors
from carbonctl.analysis.accounts import Accounts
from carbonctl.analysis.gates import Verdict, exit_code
from carbonctl.analysis.gates.rules import Gates
from carbonctl.analysis.sweep import Measure, Points, Rows, Sweep
from carbonctl.catalog import Catalog
from carbonctl.errors import ClosedPipe, OutputError, Problem, UsageError
from carbonctl.inputs.discovery import Found
from carbonctl.inputs.results import accounts_of
from carbonctl.inputs.selection import single
from carbonctl.ledger.result import About
from carbonctl.outputs.merging import Cautions, Message, Repeats
from carbonctl.outputs.messages import say
from carbonctl.outputs.progress import Bar
from carbonctl.outputs.sinks import Sink
from carbonctl.outputs.verdicts import announced
from carbonctl.outputs.writing import Target, is_terminal
from carbonctl.render import LINES, Style
from carbonctl.render.sweep import start


class Order(NamedTuple):
    """What is swept, what is asked of each point, and where it goes."""

    found: Found
    points: Points
    measures: tuple[Measure, ...]
    overrides: tuple[str, ...]
    gates: Gates
    targets: list[Target]
    form: str
    style: Style
    quiet: bool
    verbose: bool
    exit_zero: bool


def workload(found: Found, catalog: Catalog, overrides: tuple[str, ...], command: str) -> Accounts:
    """Return what makes accounts of the only workload of an input.

    Raises
    ------
    InputError
        Where it cannot be read, is no workload, or is one of several.
    """
    document = single(found, f"`carbonctl {command} {{}}`")
    return accounts_of(document, catalog, overrides, command)


def require_apart(accounts: Accounts, paths: Sequence[str]) -> None:
    """Refuse paths of which one is another, or holds it: only one of the two would be heard.

    Raises
    ------
    UsageError
        Naming both.
    """
    places: dict[str, str] = {}
    for path in paths:
        with suppress(LookupError, ValueError):  # which the account reports
            place = accounts.place(path)
            for other, there in places.items():
                if f"{place}.".startswith(f"{there}.") or f"{there}.".startswith(f"{place}."):
                    said = f"--over {path}: {other} is the same place, or the one lies in the other"
                    raise UsageError(f"{said}; sweep one of them")
            places[path] = place


def run(order: Order, catalog: Catalog) -> int:
    """Go over the points, and return the exit code.

    Raises
    ------
    InputError
        Where nothing can come of any point.
    """
    accounts = workload(order.found, catalog, order.overrides, "sweep")
    require_apart(accounts, order.points.paths)
    sweep = Sweep(accounts, order.points, order.measures, order.gates)
    return _Run(order, sweep, catalog).all()


class _Run:
    """Writes what comes of the points."""

    def __init__(self, order: Order, sweep: Sweep, catalog: Catalog) -> None:
        self.order = order
        self.sweep = sweep
        self.catalog = catalog
        plain = Style()
        forms = [*((target.form, plain) for target in order.targets), (order.form, order.style)]
        self.renderers = [start(form, sweep.subject, style) for form, style in forms]
        self.in_lines = [form in LINES for form, _ in forms]
        self.sinks = [
            Sink(getattr(renderer, "head", ""), target)
            for renderer, target in zip(self.renderers, [*order.targets, None], strict=True)
        ]
        self.bar = Bar(None, is_wanted=False)
        self.repeats = Repeats(verbose=order.verbose)
        self.cautions = Cautions(is_quiet=order.quiet, what="points")
        self.codes: list[int] = []
        self.failed: list[Sink] = []
        self.problems: list[Problem] = []
        self.verdicts: list[Verdict] = []
        self.keeps = not all(self.in_lines)

    def all(self) -> int:
        """Go over all points."""
        screen = self.sinks[-1]
        if len(self.sinks) == 1 and self.in_lines[-1]:
            screen.go_live()
        may_show = not self.order.quiet and not (screen.is_live and is_terminal())
        self.bar = Bar(self.sweep.points.count, is_wanted=may_show, what="points")
        if len(self.sinks) > 1 and hasattr(signal, "SIGPIPE"):
            signal.signal(signal.SIGPIPE, signal.SIG_IGN)  # a reader who leaves ends no export
        count = 0
        try:
            for rows in self.sweep.blocks():
                count += len(rows.rows)
                self.write(rows)
                self.bar.draw(count, count)
                if len(self.failed) == len(self.sinks):
                    break
        finally:
            self.bar.close()
        if self.order.verbose:
            say(f"carbonctl {__version__}, hardware_db {self.catalog.version}: {count:,} points")
        self.finish()
        self.cautions.finish()
        self.repeats.finish()
        return errors.worst([*self.codes, errors.OK])

    def write(self, rows: Rows) -> None:
        """Say what is to be said of some points, and write them."""
        said = [
            Message(problem.file, str(problem), problem.message) for _, problem in rows.problems
        ]
        said += announced(rows.verdicts, quiet=self.order.quiet)
        self.bar.tell(self.repeats.new(said))
        if rows.problems:
            self.codes.append(errors.INPUT)
        self.codes = [
            errors.worst([*self.codes, exit_code(rows.verdicts, exit_zero=self.order.exit_zero)])
        ]
        if self.keeps:
            self.problems += [problem for _, problem in rows.problems]
            self.verdicts += rows.verdicts
        for number, cautions in rows.cautions:
            is_again = cautions is self.cautions.last[0]
            place = "" if is_again else self.sweep.place(rows.rows[number].values)
            self.cautions.add(cautions, place)
        for renderer, sink, in_lines in zip(self.renderers, self.sinks, self.in_lines, strict=True):
            renderer.add(rows.rows)
            if in_lines:
                self.put(sink, [renderer.take().encode()])  # type: ignore[attr-defined]

    def finish(self) -> None:
        """Write what is written at the end: exports first, standard output last."""
        problems = tuple(dict.fromkeys(self.problems))
        about = About(__version__, self.catalog.version, problems, self.catalog.own_records)
        for renderer, sink, in_lines in zip(self.renderers, self.sinks, self.in_lines, strict=True):
            if not in_lines:
                whole = renderer.finish(about, self.verdicts)
                self.put(sink, [whole if isinstance(whole, bytes) else whole.encode()])
            self.put(sink, None)

    def put(self, sink: Sink, parts: list[bytes] | None) -> None:
        """Write parts to a sink, or what it ends with; leave one that cannot be written."""
        if sink in self.failed:
            return
        try:
            (sink.finish if parts is None else partial(sink.write, parts))()
        except OutputError as error:
            self.bar.tell((str(error),))
            self.failed.append(sink)
            self.codes.append(error.exit_code)
        except ClosedPipe:
            if len(self.sinks) == 1:
                raise
            self.failed.append(sink)  # its reader has closed it; exports are still written
            self.codes.append(errors.CLOSED_PIPE)
