"""Logs of carbontracker: its output log, or its standard log.

The mapping is that of github.com/lfwa/carbontracker (carbontracker/loggerutil.py, tracker.py and
parser.py at 8beb2b9):

- of the output log (``…_carbontracker_output.log``) the last ``Actual consumption`` of a run
  counts; ``Predicted consumption`` never does;
- that energy holds carbontracker's own PUE, which is taken out. It is read from the standard log
  beside it (``PUE coefficient of``), or given (``--assume-pue``): 1.59, 1.57, 1.55 or 1.58,
  depending on its version;
- of the standard log (``…_carbontracker.log``) the duration of each epoch times the average power
  of its components counts, in which there is no PUE.

A run begins where it names its components, so several logs may be joined. Where only GPUs were
measured, the boundary is the chip, else the node; what neither GPU nor CPU draw is in neither.
Left out: its carbon intensity and its emissions.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from carbonctl.inputs.jobs.cells import CellError, finite, name, not_negative
from carbonctl.inputs.jobs.delimited import fault
from carbonctl.inputs.jobs.findings import Findings
from carbonctl.inputs.jobs.log_times import Clock, elapsed_h
from carbonctl.inputs.jobs.logs import Source
from carbonctl.inputs.jobs.measured import energy_row
from carbonctl.inputs.jobs.options import Options
from carbonctl.inputs.jobs.series import J_PER_KWH, S_PER_H
from carbonctl.inputs.jobs.table import Row

PREDICTED = "a prediction, or a total that a later one replaces"
UNFINISHED = "a run without an actual consumption; its standard log may have its epochs"
NOT_MEASURED = "an epoch too short for carbontracker to measure a component, which counts nothing"
NO_PUE = (
    "its energy holds a PUE of carbontracker's own: put its standard log (…_carbontracker.log) "
    "beside it, or give the PUE, --assume-pue 1.58 (1.59, 1.57 or 1.55 in older versions)"
)
_OUTPUT, _STANDARD = "_carbontracker_output.log", "_carbontracker.log"
_STAMP = re.compile(r"(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d) - (?:CarbonTracker: )?(.*)", re.ASCII)
_BLOCK = re.compile(r"(Actual|Predicted) consumption(?: for \d+ epoch\(s\))?:", re.ASCII)
_COMPONENTS = "The following components were found:"
_GPUS = re.compile(r"GPU with device\(s\) (.*?)\.(?= [A-Z]+ with |\s*$)")
_PUE = re.compile(r"PUE coefficient of (\d+(?:\.\d+)?)", re.ASCII)
_POWER = re.compile(r"Average power usage \(W\) for (\w+): (.*)")
_HEAD_BYTES = 65536


def recognises(head: list[str]) -> bool:
    """Whether the first lines of a file are of this format."""
    return any("CarbonTracker: " in line or "carbontracker version" in line for line in head)


def rows(source: Source, options: Options, findings: Findings) -> Iterator[Row]:
    """Yield a row for each run that a log holds.

    Raises
    ------
    InputError
        Where the PUE in its energy is unknown.
    """
    log = _Log(source, options, findings)
    for number, line in enumerate(source.lines(), 1):
        try:
            log.read(number, line.rstrip("\r\n"))
        except CellError as error:
            findings.reject(source.name, number, error.column, error.value, str(error))
    for run in log.runs:
        try:
            row = log.row(run)
        except CellError as error:
            findings.reject(source.name, run.line, error.column, error.value, str(error))
            continue
        if row:
            yield row
    if log.clock.is_assumed:
        findings.note(log.clock.note())


@dataclass
class _Run:
    """What is known of a run."""

    line: int
    number: int
    start: datetime | None = None
    end: datetime | None = None
    device: str = ""
    devices: int = 0
    components: set[str] = field(default_factory=set)
    actual_line: int = 0
    actual_end: datetime | None = None
    actual_h: float | None = None
    actual_kwh: float | None = None
    epochs: list[_Epoch] = field(default_factory=list)


@dataclass
class _Epoch:
    """The duration of an epoch, and the power of each component; None is not measured."""

    hours: float
    powers_w: dict[str, float | None] = field(default_factory=dict)


class _Log:
    """Reads a log line by line."""

    def __init__(self, source: Source, options: Options, findings: Findings) -> None:
        self.source, self.options, self.findings = source, options, findings
        self.clock = Clock(options.timezone)
        self.runs: list[_Run] = []
        self._moment: datetime | None = None
        self._block = ""
        self._power: tuple[str, str] | None = None  # the component, and its list so far
        self._pue: float | None = None

    @property
    def run(self) -> _Run:
        """The run that is being read."""
        if not self.runs:
            self._begin(1)
        return self.runs[-1]

    def read(self, number: int, line: str) -> None:
        """Read a line; CellError where it holds a value that cannot be used."""
        if self._power:
            self._add_power(self._power[0], f"{self._power[1]} {line}")
            return
        stamp = _STAMP.match(line)
        text = line.strip()
        if stamp:
            self._moment = self.clock.read(stamp[1], "time", self._moment)
            self._block, text = "", stamp[2].strip()
            if self.runs:
                self.run.end = self._moment
        self._read_text(number, text.removeprefix("CarbonTracker: "))

    def _read_text(self, number: int, text: str) -> None:
        block, power, pue = _BLOCK.match(text), _POWER.match(text), _PUE.search(text)
        if text.startswith(_COMPONENTS):
            self._begin(number)
            self._name_components(text)
        elif pue:
            self._pue = float(pue[1])
        elif block:
            self._begin_block(number, block[1])
        elif self._block and text.startswith(("Time:", "Energy:")):
            self._read_total(text)
        elif text.startswith("Duration: "):
            hours = elapsed_h(text.removeprefix("Duration: "), "Duration")
            self.run.epochs.append(_Epoch(hours))
        elif power:
            self._add_power(power[1], power[2])

    def _begin(self, number: int) -> None:
        self.runs.append(_Run(number, len(self.runs) + 1, self._moment))

    def _name_components(self, text: str) -> None:
        run, gpus = self.run, _GPUS.search(text)
        run.components = {word.lower() for word in re.findall(r"(\w+) with device", text)}
        models = [part.strip() for part in gpus[1].split(",")] if gpus else []
        run.devices = len(models)
        if len(set(models)) == 1:
            run.device = name(models[0], "GPU")

    def _begin_block(self, number: int, word: str) -> None:
        self._block = word
        if word == "Predicted" or self.run.actual_line:
            self.findings.skip(PREDICTED)
        if word == "Actual":
            run = self.run
            run.actual_line, run.actual_end = number, self._moment
            run.actual_h = run.actual_kwh = None

    def _read_total(self, text: str) -> None:
        if self._block != "Actual":
            return
        label, value = (part.strip() for part in text.split(":", 1))
        if label == "Time":
            self.run.actual_h = elapsed_h(value, label)
            return
        if not value.endswith("kWh"):
            raise CellError(label, value, f"'{value}' is no energy; write 0.8137 kWh")
        self.run.actual_kwh = not_negative(value.removesuffix("kWh").strip(), label)

    def _add_power(self, component: str, text: str) -> None:
        self._power = None
        text = text.strip()
        if text.startswith("[") and "]" not in text:
            self._power = component, text
            return
        if not self.run.epochs:
            raise CellError(component, text, "a power before the duration of its epoch")
        epoch = self.run.epochs[-1]
        epoch.powers_w[component] = None  # also where the line is rejected
        words = text.strip("[]").replace(",", " ").split()
        if any(word.lower() not in ("none", "nan") for word in words):
            epoch.powers_w[component] = sum(not_negative(word, component) for word in words)

    def row(self, run: _Run) -> Row | None:
        """Return the row of a run; None where it has no energy."""
        if run.actual_line:
            if run.actual_kwh is None:
                message = "an actual consumption without its energy: the log ends too early"
                raise CellError("Energy", "", message)
            energy_kwh = run.actual_kwh / self.pue()
            return self._row(run, run.actual_line, energy_kwh, run.actual_h, run.actual_end)
        if run.epochs:
            energy_kwh, hours = self._of_epochs(run)
            return self._row(run, run.line, energy_kwh, hours, run.end)
        self.findings.skip(UNFINISHED)
        return None

    def _row(
        self, run: _Run, line: int, energy_kwh: float, hours: float | None, end: datetime | None
    ) -> Row:
        return energy_row(
            line,
            energy_kwh,
            "chip" if run.components == {"gpu"} else "node",
            job=self._job(run),
            start=run.start,
            end=end,
            wall_time_h=hours,
            device=run.device,
            devices=float(run.devices) or None,
        )

    def _of_epochs(self, run: _Run) -> tuple[float, float]:
        joules = hours = 0.0
        for epoch in run.epochs:
            measured = [power for power in epoch.powers_w.values() if power is not None]
            if len(measured) < max(len(epoch.powers_w), 1):
                self.findings.note(NOT_MEASURED)
            if not measured:
                self.findings.uncovered_h += epoch.hours
                continue
            hours += epoch.hours
            joules += epoch.hours * S_PER_H * sum(measured)
        return joules / J_PER_KWH, hours

    def pue(self) -> float:
        """Return the PUE in the energies of the output log; InputError where it is unknown."""
        if self._pue is None:
            self._pue = _pue_beside(self.source.path) or self.options.assume_pue
        if self._pue is None:
            raise fault(self.source, None, NO_PUE)
        if finite(self._pue, "PUE") < 1:
            raise CellError("PUE", self._pue, "a PUE is 1 or more")
        return self._pue

    def _job(self, run: _Run) -> str:
        """Return the same name for the two logs of a run."""
        path = self.source.path or ""
        for ending in (_OUTPUT, _STANDARD):
            if path.endswith(ending):
                stem = name(Path(path).name.removesuffix(ending), "name of the file")
                return stem if run.number == 1 else f"{stem}#{run.number}"
        return ""


def _pue_beside(path: str | None) -> float | None:
    """Return the PUE of the standard log beside an output log, where there is one."""
    if not path or not path.endswith(_OUTPUT):
        return None
    standard = Path(path.removesuffix(_OUTPUT) + _STANDARD)
    try:
        if not standard.is_file():
            return None
        with standard.open("rb") as file:
            head = file.read(_HEAD_BYTES).decode("utf-8", "replace")
    except OSError:
        return None
    stated = _PUE.search(head)
    return float(stated[1]) if stated else None
