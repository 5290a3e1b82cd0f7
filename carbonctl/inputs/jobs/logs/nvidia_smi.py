"""Samples of nvidia-smi --query-gpu=timestamp,index,…,power.draw --format=csv -l N.

The columns are those of ``nvidia-smi --help-query-gpu``:

- each GPU is a row: the trapezoid over its samples, without gaps of more than ten times the
  median interval. A GPU is known by its ``uuid``, else ``index``, ``serial`` or bus id;
- ``power.draw`` is that of the whole board. On Ampere (but A100) and newer it is an average over
  one second, before it is of the moment (nvmlDeviceGetPowerUsage); ``power.draw.instant`` takes
  precedence over it, it over ``power.draw.average``;
- cells may have a unit or not (``nounits``); those in brackets or ``N/A`` hold no sample;
- times have no zone.

Left out: logs without a header (``noheader``), and every other column but the name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import datetime

from carbonctl.inputs.jobs.cells import CellError, not_negative
from carbonctl.inputs.jobs.delimited import Record, fault, read
from carbonctl.inputs.jobs.findings import Findings
from carbonctl.inputs.jobs.log_times import Clock, from_seconds
from carbonctl.inputs.jobs.logs import Source
from carbonctl.inputs.jobs.measured import ONE_SAMPLE, energy_row, report_gaps
from carbonctl.inputs.jobs.options import Options
from carbonctl.inputs.jobs.series import Samples, power
from carbonctl.inputs.jobs.table import Row

TIMES = ("timestamp",)
POWERS = ("power.draw.instant", "power.draw", "power.draw.average")
KEYS = ("uuid", "gpu_uuid", "index", "serial", "gpu_serial", "pci.bus_id", "gpu_bus_id")
NAMES = ("name", "gpu_name")
NO_POWER = "a sample without a power ([N/A] and the like)"
NO_HEADER = (
    "begins without a header; log with --format=csv, without noheader, or write the names of the "
    "columns into the first line"
)
NO_KEY = (
    "does not say which GPU a sample is of; add index or uuid to --query-gpu (for a log of one GPU "
    "add a column index of zeros)"
)
_UNIT = re.compile(r"\s*\[[^\]]*\]$")


def recognises(head: list[str]) -> bool:
    """Whether the first lines of a file are of this format."""
    return bool(head) and "power.draw" in head[0] and "," in head[0]


def rows(source: Source, options: Options, findings: Findings) -> Iterator[Row]:
    """Yield a row for each GPU.

    Raises
    ------
    InputError
        Where the header is missing, or columns that are needed.
    """
    table = read(source, findings)
    columns = _Columns(table.columns)
    columns.check(source)
    clock = Clock(options.timezone)
    gpus: dict[str, _Gpu] = {}
    for record in table.records:
        try:
            _add(record, columns, gpus, clock, findings)
        except CellError as error:
            findings.reject(source.name, record.line, error.column, error.value, str(error))
    for gpu in gpus.values():
        try:
            row = gpu.row(findings)
        except CellError as error:
            findings.reject(source.name, gpu.line, error.column, error.value, str(error))
            continue
        if row:
            yield row
    if clock.is_assumed:
        findings.note(clock.note())
    if columns.others:
        findings.note(f"{columns.power} is read, not {' or '.join(columns.others)}")


class _Columns:
    """What the log calls the columns that are read; empty where it has none."""

    def __init__(self, header: Sequence[str]) -> None:
        names = {_UNIT.sub("", column).strip().lower(): column for column in header}
        powers = [names[power_] for power_ in POWERS if power_ in names]
        self.time = _first(names, TIMES)
        self.power, self.others = (powers[0], powers[1:]) if powers else ("", [])
        self.key = _first(names, KEYS)
        self.index = _first(names, ("index",))
        self.uuid = _first(names, ("uuid", "gpu_uuid"))
        self.name = _first(names, NAMES)

    def check(self, source: Source) -> None:
        """Refuse a log without a column that is needed; InputError says which."""
        if not (self.time or self.power):
            raise fault(source, 1, NO_HEADER)
        if not self.time:
            raise fault(source, 1, "has no column timestamp; add it to --query-gpu")
        if not self.power:
            raise fault(source, 1, "has no column power.draw; add it to --query-gpu")
        if not self.key:
            raise fault(source, 1, NO_KEY)


class _Gpu:
    """The samples of a GPU."""

    def __init__(self, record: Record, columns: _Columns) -> None:
        self.line = record.line
        self.index = record.name(columns.index)
        self.uuid = record.name(columns.uuid)
        self.job = f"gpu {self.index or record.name(columns.key)}"
        self.device = record.name(columns.name)
        self.last: datetime | None = None
        self.samples = Samples()

    def row(self, findings: Findings) -> Row | None:
        """Return its row; None where there are too few samples."""
        points = self.samples.sorted()
        if len(points) < 2:
            if points:
                findings.skip(ONE_SAMPLE)
            return None
        integral = power(points)
        report_gaps(integral, findings)
        return energy_row(
            self.line,
            integral.energy_kwh,
            "chip",
            job=self.job,
            start=from_seconds(points[0][0], "timestamp"),
            end=from_seconds(points[-1][0], "timestamp"),
            wall_time_h=integral.covered_h,
            device=self.device,
            devices=1.0,
            gpu=self.index,
            uuid=self.uuid,
        )


def _add(
    record: Record, columns: _Columns, gpus: dict[str, _Gpu], clock: Clock, findings: Findings
) -> None:
    key = record.name(columns.key)
    if not key:
        raise CellError(columns.key, "", "is empty; it says which GPU the sample is of")
    gpu = gpus.get(key) or _Gpu(record, columns)
    moment = clock.read(record.text(columns.time), columns.time, gpu.last)
    watts = _watts(record, columns)
    gpus[key], gpu.last = gpu, moment
    if watts is None:
        findings.skip(NO_POWER)
    else:
        gpu.samples.add(moment.timestamp(), watts)


def _watts(record: Record, columns: _Columns) -> float | None:
    """Return the power of a sample in W; None where nothing was measured."""
    text = record.text(columns.power)
    if text.startswith("[") or text.upper() == "N/A":
        return None
    number, _, unit = text.partition(" ")
    if unit.strip() not in ("", "W"):
        raise CellError(columns.power, text, f"'{text}' is no power in W")
    return not_negative(number, columns.power)


def _first(names: dict[str, str], wanted: Sequence[str]) -> str:
    return next((names[name] for name in wanted if name in names), "")
