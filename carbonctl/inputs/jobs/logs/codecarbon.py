"""CodeCarbon's emissions.csv, and the files of its tasks.

The mapping is that of github.com/mlco2/codecarbon (codecarbon/output_methods/file.py and
emissions_data.py at b05965e4):

- a row of emissions.csv is the total of its run so far, so the last row of a ``run_id`` counts;
  rows with a ``task_name`` are of one task each and add up;
- ``energy_consumed`` holds the PUE that CodeCarbon was given, which is taken out;
- the grid is ``cloud_provider/cloud_region``, or the country where it is not in a cloud;
- columns are found by name: there are 38, 36 (of tasks), 31 and fewer;
- a row that was appended may lack the cells of columns without a value (its issue 1304): what
  stands before ``region`` and behind ``latitude`` is read, the rest is unknown.

Left out: its emissions, its powers and its water, and which state or region of a country it is,
which stays a tag. GPUs are named only where all are of one model.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import pairwise
from sys import intern

from carbonctl.inputs.jobs.cells import CellError
from carbonctl.inputs.jobs.delimited import Record, read
from carbonctl.inputs.jobs.findings import Findings
from carbonctl.inputs.jobs.log_times import Clock, earlier
from carbonctl.inputs.jobs.logs import Source
from carbonctl.inputs.jobs.measured import energy_row
from carbonctl.inputs.jobs.options import Options
from carbonctl.inputs.jobs.series import S_PER_H
from carbonctl.inputs.jobs.table import Row

NEEDED = ("timestamp", "duration", "energy_consumed", "run_id")
CUMULATIVE = "a later row holds the energy of the run so far"
TASKS = "tasks add up to their run: give the files of tasks or emissions.csv, not both"
NO_REGION = "a run in a cloud without a region: its grid is unknown; give one"
NO_ENERGY = "a run for which CodeCarbon measured no energy"
OVERLAP = (
    "a run overlaps with another, and both measure the whole machine (tracking_mode machine): on "
    "one machine its energy counts twice"
)
MENDED = "a row without its empty cells (codecarbon issue 1304), read as far as it tells"
_GPUS = re.compile(r"(\d+) x (.+)", re.ASCII)
_FIRST_MISSING, _LAST_MISSING = "region", "latitude"


def recognises(head: list[str]) -> bool:
    """Whether the first lines of a file are of this format."""
    return bool(head) and "emissions_rate" in head[0] and "energy_consumed" in head[0]


def rows(source: Source, options: Options, findings: Findings) -> Iterator[Row]:
    """Yield a row for each run, or for each task.

    Raises
    ------
    InputError
        Where there is no header, or a column is missing that it needs.
    """

    def mend(columns: list[str], row: list[str]) -> list[str] | None:
        whole = _mended(columns, row)
        if whole:
            findings.note(MENDED)
        return whole

    table = read(source, findings, NEEDED, mend)
    runs = _Runs(source, options, findings)
    if "task_name" in table.columns:
        findings.note(TASKS)
        yield from runs.tasks(table.records)
    else:
        yield from runs.totals(table.records)
    if runs.clock.is_assumed:
        findings.note(runs.clock.note())


class _Runs:
    """Makes rows of records, and collects what is found on the way."""

    def __init__(self, source: Source, options: Options, findings: Findings) -> None:
        self.source, self.findings = source, findings
        self.clock = Clock(options.timezone)

    def tasks(self, records: Iterable[Record]) -> Iterator[Row]:
        """Yield a row for each record."""
        for record in records:
            row = self.row(record)
            if row:
                yield row

    def totals(self, records: Iterable[Record]) -> Iterator[Row]:
        """Yield a row for each run, of its last record."""
        last: dict[str, tuple[Row, tuple[str, ...]]] = {}
        for record in records:
            row = self.row(record)
            if not row:
                continue
            run = record.text("run_id")
            if run in last:
                self.findings.skip(CUMULATIVE)
            if run not in last or row["wall_time_h"] >= last[run][0]["wall_time_h"]:
                last[run] = row, _machine(record)
        self._note_overlaps(last.values())
        yield from (row for row, _ in last.values())

    def row(self, record: Record) -> Row | None:
        """Return the row of a record; None where it is rejected."""
        try:
            row = _row(record, self.clock)
        except CellError as error:
            self.findings.reject(
                self.source.name, record.line, error.column, error.value, str(error)
            )
            return None
        if _in_cloud(record) and "grid" not in row:
            self.findings.note(NO_REGION)
        if not row["energy_kwh"]:
            self.findings.note(NO_ENERGY)
        return row

    def _note_overlaps(self, runs: Iterable[tuple[Row, tuple[str, ...]]]) -> None:
        machines: dict[tuple[str, ...], list[Row]] = {}
        for row, machine in runs:
            if machine:
                machines.setdefault(machine, []).append(row)
        for alike in machines.values():
            alike.sort(key=lambda row: str(row["start"]))
            overlaps = sum(row["end"] > later["start"] for row, later in pairwise(alike))
            if overlaps:
                self.findings.note(OVERLAP, overlaps)


def _machine(record: Record) -> tuple[str, ...]:
    """Return what is known of a machine that was measured as a whole; empty where it was not."""
    columns = ("cpu_model", "cpu_count", "ram_total_size", "gpu_model", "os")
    is_whole = record.text("tracking_mode") == "machine"
    return tuple(intern(record.text(column)) for column in columns) if is_whole else ()


def _row(record: Record, clock: Clock) -> Row:
    run = record.name("run_id")
    if not run:
        raise CellError("run_id", "", "is empty; without it nothing says which rows are of one run")
    hours = record.number("duration") / S_PER_H
    pue = record.number("pue") if record.text("pue") else 1.0
    if pue < 1:
        raise CellError("pue", record.text("pue"), "a PUE is 1 or more")
    end = clock.read(record.text("timestamp"), "timestamp")
    task = record.name("task_name")
    device, devices = _gpus(record)
    return energy_row(
        record.line,
        record.number("energy_consumed") / pue,
        "node",
        job=f"{run}/{task}" if task else run,
        start=earlier(end, hours, "duration"),
        end=end,
        wall_time_h=hours,
        device=device,
        devices=devices,
        grid=_grid(record),
        pue=pue if pue > 1 else None,  # CodeCarbon writes 1 where it was given none
        task=task,
        project=record.name("project_name"),
        experiment=record.name("experiment_id"),
        region=record.name("region"),
    )


def _in_cloud(record: Record) -> bool:
    return record.text("on_cloud").upper() == "Y"


def _grid(record: Record) -> str:
    provider, region = record.name("cloud_provider").lower(), record.name("cloud_region")
    if provider and region:
        return f"{provider}/{region}"
    return "" if _in_cloud(record) else record.name("country_iso_code").upper()


def _gpus(record: Record) -> tuple[str, float | None]:
    """Return the model and the number of GPUs, as far as they are of one model."""
    model = record.name("gpu_model")
    count = record.number("gpu_count") if record.text("gpu_count") else None
    parts = _GPUS.fullmatch(model)
    if parts and (count is None or float(parts[1]) == count):
        return parts[2], float(parts[1])
    return "", count or None


def _mended(columns: list[str], row: list[str]) -> list[str] | None:
    """Return a row whose missing cells, of columns that may be without a value, are empty."""
    try:
        before, behind = columns.index(_FIRST_MISSING), columns.index(_LAST_MISSING) + 1
    except ValueError:
        return None
    tail = len(columns) - behind
    if not 0 <= before <= behind or max(map(columns.index, NEEDED)) > before:
        return None
    if not tail or len(row) < before + tail:
        return None
    whole = row[:before] + [""] * (behind - before) + row[-tail:]
    cells = dict(zip(columns, whole, strict=True))
    is_aligned = cells.get("on_cloud") in ("Y", "N") and cells.get("tracking_mode") in (
        "machine",
        "process",
    )
    return whole if is_aligned else None
