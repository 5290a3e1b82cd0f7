"""Slurm's accounting: ``sacct -P``.

A job is an allocation row. Steps (``1001.batch``, ``1001.0``) are parts of their job and add
nothing; they stand in only where the log has no row of the job. Rows are split at each ``|``, as
sacct quotes nothing. The fields are those of Slurm's manual, doc/man/man1/sacct.1 of
SchedMD/slurm (read at 284c3b9), which also says that ConsumedEnergyRaw is a job's own only where
the job had its nodes for itself.

A job had its nodes for itself where its field Exclusive is ``NODE`` (new in Slurm), its partition
is marked ``exclusive: yes`` in the map, or, without GPUs, it had all ``cpu.cores`` of each node.

Left out: TRESUsageInAve (``gres/gpuutil``), as it is per task and of steps only; shares of a GPU
(``gres/shard``, ``gres/mps``), which get a note.
"""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Iterator
from operator import itemgetter
from typing import Any

from carbonctl.errors import InputError, Problem
from carbonctl.inputs.jobs.findings import Findings
from carbonctl.inputs.jobs.logs import Source
from carbonctl.inputs.jobs.options import Options
from carbonctl.inputs.jobs.slurm_fields import LONGEST_S, NEVER, Clock, Unreadable, seconds, shown
from carbonctl.inputs.jobs.slurm_shapes import (
    FIELDS,
    WRITTEN,
    CellError,
    Refused,
    Shape,
    Shapes,
    read_cell,
    written,
)
from carbonctl.inputs.jobs.table import Row

# Fields that become tags, and the tag of each.
_TAGS = {
    "user": "user", "account": "account", "cluster": "cluster", "qos": "qos", "wckey": "wckey",
    "group": "group", "reservation": "reservation", "jobname": "jobname",
}  # fmt: skip
_SAME = {"alloccpus": "ncpus", "allocnodes": "nnodes"}
_JOULES_PER_KWH = 3.6e6
_MOST_SHAPES = 100_000  # kept at a time, so that memory stays bounded
_NOT_MEASURED = 2**63  # sacct writes 2**64 - 2 where there is no value

STEP, NEVER_STARTED, NO_TIME = "step of a job", "never started", "no time"
HEADER = "repeated header"
STANDS_IN = "no row of its own: its longest step stands in, which may be less than the job"
NO_CPU_TIME = "no CPU time measured: the allocated cores stand in"
NOT_ALONE = "a measured energy that is of nodes shared with other jobs: not used"
NOT_MEASURED = "no measured energy: modelled"
RESTARTED = "restarted, and earlier attempts are not in the log: ask sacct with --duplicates"


def recognises(head: list[str]) -> bool:
    """Whether the first line is a header of ``sacct -P``."""
    header = head[0] if head else ""
    names = set(_names(header))
    has_job, has_time = "jobid" in names, not names.isdisjoint(("elapsed", "elapsedraw"))
    return "|" in header and has_job and has_time


def rows(source: Source, options: Options, findings: Findings) -> Iterator[Row]:
    """Yield a row for each job, or for each type of GPU of a job.

    Raises
    ------
    InputError
        Where the log is empty or lacks a field that is needed, or the map cannot be read.
    """
    lines = source.lines()
    reader = _Reader(source.name, _names(next(lines, "")), options, findings)
    width, job = reader.width, reader.job
    for number, line in enumerate(lines, 2):
        cells = line.rstrip("\r\n").split("|")
        if len(cells) != width:
            reader.refuse_width(number, cells)
        elif "." in cells[job]:
            reader.step(number, cells)
        else:
            yield from reader.rows(number, cells)
    yield from reader.steps_alone()
    reader.report_restarts()


def _names(header: str) -> list[str]:
    names = [name.strip().lower() for name in header.rstrip("\r\n").split("|")]
    return [_SAME.get(name, name) for name in names]


class _Reader:
    """Reads the lines of one log, and keeps what is needed to tell jobs from steps."""

    def __init__(self, name: str, columns: list[str], options: Options, findings: Findings) -> None:
        self.name, self.findings, self.options = name, findings, options
        self.columns, self.width = columns, len(columns)
        _check_columns(name, columns, options)
        self.at = {column: place for place, column in enumerate(columns)}
        self.job = self.at.get("jobid", self.at.get("jobidraw", 0))
        self.known = Shapes(options)
        self.clock = Clock(options.timezone)
        wanted = [c for c in FIELDS if c in self.at and (c != "nodelist" or self.known.nodes)]
        self.shape_names = wanted
        # One place more than needed, so that the getter returns a tuple in any case.
        self.shape_of = itemgetter(*(self.at[c] for c in wanted), self.at["alloctres"])
        self.shapes: dict[tuple[str, ...], Shape | Refused | str] = {}
        self.tags = tuple((tag, self.at[c]) for c, tag in _TAGS.items() if c in self.at)
        self.raw, self.elapsed = self.at.get("elapsedraw"), self.at.get("elapsed")
        self.start, self.end = self.at.get("start"), self.at.get("end")
        self.restarts = self.at.get("restarts")
        self.is_measured = options.energy == "measured"
        self.is_used = options.cpu_basis == "used"
        self.last = ""
        self.seen = array("q")  # hashes of the jobs that have a row, 8 bytes each
        self.alone: dict[str, list[tuple[int, list[str]]]] = {}
        self.attempts: Counter[str] = Counter()

    # Jobs -------------------------------------------------------------------------------------

    def rows(self, number: int, cells: list[str]) -> list[Row]:
        """Return the rows of a job; none where it counts nothing or cannot be counted."""
        job = self.last = cells[self.job]
        self.seen.append(hash(job))
        if self.alone:
            self._skip_steps(self.alone.pop(job, []))
        if self.restarts is not None and cells[self.restarts] not in ("0", ""):
            self._restarted(job, cells[self.restarts])
        return self._rows(number, cells, job)

    def _rows(self, number: int, cells: list[str], job: str) -> list[Row]:
        key = self.shape_of(cells)
        shape = self.shapes.get(key)
        if shape is None:
            if len(self.shapes) >= _MOST_SHAPES:
                self.shapes.clear()
            cells_alike = dict(zip(self.shape_names, key, strict=False))
            shape = self.shapes[key] = self.known.of(cells_alike)
        if not isinstance(shape, Shape):
            return self._without(number, cells, shape)
        try:
            elapsed_s = self._elapsed(cells)
            if not elapsed_s:
                return self._no_time(cells)
            moments = self._moments(cells)
        except Unreadable as error:
            return self._refuse(number, cells, error)
        job_rows = []
        for common in shape.rows:
            row = common.copy()
            row["job"] = job
            row["source_line"] = number
            row["wall_time_h"] = elapsed_s / 3600
            row.update(moments)
            for tag, place in self.tags:
                row[tag] = cells[place]
            job_rows.append(row)
        if shape.notes or self.is_used or self.is_measured:
            return self._finish(number, cells, shape, job_rows, elapsed_s)
        return job_rows

    def _elapsed(self, cells: list[str]) -> float:
        """Return how long a job ran, in seconds."""
        text = cells[self.raw] if self.raw is not None else ""
        if text:
            if not (text.isdecimal() and text.isascii() and len(text) < 16):
                raise CellError(
                    "elapsedraw", f"{shown(text)} is not a number of seconds such as `3600`"
                )
            elapsed_s: float = int(text)
        else:
            text = cells[self.elapsed] if self.elapsed is not None else ""
            if text in NEVER:
                return 0.0
            elapsed_s = read_cell("elapsed", seconds, text)
        if elapsed_s > LONGEST_S:
            raise CellError("elapsedraw", f"{shown(text)} is more than a century")
        return elapsed_s

    def _moments(self, cells: list[str]) -> Row:
        start = end = None
        if self.start is not None:
            start = read_cell("start", self.clock.iso, cells[self.start])
        if self.end is not None and cells[self.end] not in NEVER:
            try:
                end = self.clock.end(cells[self.end], start)
            except Unreadable as error:
                raise CellError("end", str(error)) from None
        moments: Row = {}
        if start:
            moments["start"] = start
        if end:
            moments["end"] = end
        return moments

    def _no_time(self, cells: list[str]) -> list[Row]:
        began = self.start is None or cells[self.start] not in NEVER
        self.findings.skip(NO_TIME if began else NEVER_STARTED)
        return []

    def _without(self, number: int, cells: list[str], reason: Refused | str) -> list[Row]:
        """Skip or refuse a job of which no row is made."""
        if isinstance(reason, str):
            self.findings.skip(reason)
        elif self._is_header(cells):
            self.findings.skip(HEADER)
        else:
            self.findings.reject(self.name, number, *reason)
        return []

    def _refuse(self, number: int, cells: list[str], error: Unreadable) -> list[Row]:
        column = error.column if isinstance(error, CellError) else ""
        if self._is_header(cells):
            self.findings.skip(HEADER)
            return []
        value = cells[self.at[column]] if column in self.at else ""
        self.findings.reject(self.name, number, written(column), value, str(error))
        return []

    def _is_header(self, cells: list[str]) -> bool:
        """Whether a line is a header again, as in logs that were put together."""
        return cells[self.job].strip().lower() == self.columns[self.job]

    def refuse_width(self, number: int, cells: list[str]) -> None:
        """Refuse a line that has more or fewer cells than the header; empty lines are none."""
        if cells == [""]:
            return
        if self.job < len(cells):
            self.last = cells[self.job].partition(".")[0]
            self.seen.append(hash(self.last))
        hint = (
            "a `|` in a name? leave JobName out of --format" if len(cells) > self.width
            else "is the log cut off?"
        )  # fmt: skip
        self.findings.reject(
            self.name, number, "", "|".join(cells)[:80],
            f"{len(cells)} cells, where the header has {self.width}: {hint}",
        )  # fmt: skip

    # What depends on each job -----------------------------------------------------------------

    def _finish(
        self, number: int, cells: list[str], shape: Shape, job_rows: list[Row], elapsed_s: float
    ) -> list[Row]:
        try:
            if self.is_used:
                self._use_cpu_time(cells, shape, job_rows, elapsed_s)
            if self.is_measured:
                self._use_energy(cells, shape, job_rows)
        except Unreadable as error:
            return self._refuse(number, cells, error)
        for note in shape.notes:
            self.findings.note(note)
        return job_rows

    def _use_cpu_time(
        self, cells: list[str], shape: Shape, job_rows: list[Row], elapsed_s: float
    ) -> None:
        """Count the cores by the CPU time that was used; the share of the host stays."""
        text = cells[self.at["totalcpu"]]
        used_s = 0.0 if text in NEVER else read_cell("totalcpu", seconds, text)
        if not used_s:
            self.findings.note(NO_CPU_TIME)
            return
        for row, share in zip(job_rows, shape.shares, strict=True):
            row["cpu_cores"] = used_s / elapsed_s * share
            if self.known.host.power_per_core is not None:
                row["cpu_power_w"] = self.known.host.power_per_core

    def _use_energy(self, cells: list[str], shape: Shape, job_rows: list[Row]) -> None:
        text = cells[self.at["consumedenergyraw"]]
        if text and not (text.isascii() and text.isdecimal() and len(text) < 25):
            raise CellError(
                "consumedenergyraw", f"{shown(text)} is not a number of joules such as `3600000`"
            )
        joules = int(text or 0)
        if not 0 < joules < _NOT_MEASURED:
            self.findings.note(NOT_MEASURED)
        elif not shape.is_alone:
            self.findings.note(NOT_ALONE)
        else:
            for row, share in zip(job_rows, shape.shares, strict=True):
                row["energy_kwh"] = joules / _JOULES_PER_KWH * share
                row["energy_boundary"] = "node"

    # Steps, and attempts that are not there ---------------------------------------------------

    def step(self, number: int, cells: list[str]) -> None:
        """Skip a step, or keep it where no row of its job came before it."""
        job = cells[self.job].partition(".")[0]
        if job == self.last:
            self.findings.skip(STEP)
        else:
            self.alone.setdefault(job, []).append((number, cells))

    def steps_alone(self) -> Iterator[Row]:
        """Yield the rows of jobs that only their steps tell of: the longest of each attempt."""
        if not self.alone:
            return
        wanted = {hash(job): job for job in self.alone}
        for seen in self.seen:
            if seen in wanted:
                self._skip_steps(self.alone.pop(wanted[seen], []))
        for job, steps in self.alone.items():
            longest = list(_longest(steps, self.job, self._length))
            if len(steps) > len(longest):
                self.findings.skip(STEP, len(steps) - len(longest))
            for number, cells in longest:
                made = self._rows(number, cells, job)
                if made:
                    self.findings.note(STANDS_IN)
                yield from made

    def _skip_steps(self, steps: list[tuple[int, list[str]]]) -> None:
        if steps:
            self.findings.skip(STEP, len(steps))

    def _length(self, cells: list[str]) -> float:
        try:
            return self._elapsed(cells)
        except Unreadable:
            return 0.0

    def _restarted(self, job: str, text: str) -> None:
        if text.isascii() and text.isdecimal() and len(text) < 10:
            self.attempts[job] = max(self.attempts[job], int(text) + 1)

    def report_restarts(self) -> None:
        """Note the jobs of which earlier attempts are missing."""
        if not self.attempts:
            return
        wanted = {hash(job) for job in self.attempts}
        times_seen = Counter(seen for seen in self.seen if seen in wanted)
        missing = sum(times_seen[hash(job)] < n for job, n in self.attempts.items())
        if missing:
            self.findings.note(RESTARTED, missing)


def _longest(
    steps: list[tuple[int, list[str]]], job: int, length: Any
) -> Iterator[tuple[int, list[str]]]:
    """Yield the longest step of each attempt, which begins where a step's name comes again.

    Of equally long ones ``.extern`` is first, as it has all that the job had.
    """
    attempts: list[list[tuple[int, list[str]]]] = []
    times: Counter[str] = Counter()
    for number, cells in steps:
        attempt = times[cells[job]]
        times[cells[job]] += 1
        if attempt == len(attempts):
            attempts.append([])
        attempts[attempt].append((number, cells))
    for attempt_steps in attempts:
        yield max(attempt_steps, key=lambda s: (length(s[1]), s[1][job].endswith(".extern")))


def _check_columns(name: str, columns: list[str], options: Options) -> None:
    """Refuse a log without the fields that are needed, or with one of them twice."""
    needed = [("jobid", "jobidraw"), ("elapsedraw", "elapsed"), ("alloctres",)]
    if options.cpu_basis == "used":
        needed.append(("totalcpu",))
    if options.energy == "measured":
        needed.append(("consumedenergyraw",))
    used = {*WRITTEN, *FIELDS, *_TAGS, "restarts"}
    problems = [
        f"no field {' or '.join(map(written, group))}: add it to the --format of sacct -P"
        for group in needed if not set(group) & set(columns)
    ] + [
        f"the field {written(column)} comes {n} times: ask for it once"
        for column, n in Counter(columns).items() if n > 1 and column in used
    ]  # fmt: skip
    if columns == [""]:
        problems = ["it is empty: expected the header that sacct -P writes"]
    if problems:
        raise InputError(Problem(name, 1, None, problem) for problem in problems)
