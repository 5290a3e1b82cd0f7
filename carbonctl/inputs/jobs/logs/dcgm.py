"""Metrics of DCGM: dcgm-exporter's, as Prometheus or a table has them, or dcgmi dmon.

The mapping is that of github.com/NVIDIA/dcgm-exporter (etc/default-counters.csv and
internal/pkg/rendermetrics at d5e5f51) and github.com/NVIDIA/DCGM (dcgmlib/dcgm_fields.h,
dcgm_structs.h and dcgmi/DeviceMonitor.cpp at 72fa3fe):

- each GPU is a row: one UUID, else one host and number. The instances of a GPU in MIG
  mode share its power, which counts once;
- ``DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION`` is a counter in mJ: its differences count; where it
  falls it was reset, and counts from zero;
- without it ``DCGM_FI_DEV_POWER_USAGE`` in W is integrated by the trapezoid rule, without gaps of
  more than ten times the median interval. Newer names are ``DCGM_FI_DEV_BOARD_POWER_WATTS``, and
  with ``_USAGE_INSTANT`` ``…_RAW_WATTS``;
- values from DCGM's blank upward mean that there is none;
- read are the JSON of Prometheus' ``query_range``, a table with a column for each metric, and the
  output of ``dcgmi dmon``, which has no times: of it the counter (``-e 156``) alone.

Left out: profiling metrics, single scrapes of /metrics, and tables whose columns are series, as
Grafana exports them. A namespace, pod or container is a tag where a GPU had no other.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from itertools import chain
from typing import Any, NamedTuple

from carbonctl.inputs.jobs.cells import CellError, name, not_negative
from carbonctl.inputs.jobs.delimited import fault, read
from carbonctl.inputs.jobs.findings import Findings
from carbonctl.inputs.jobs.log_times import Clock, from_seconds
from carbonctl.inputs.jobs.logs import Source
from carbonctl.inputs.jobs.measured import ONE_SAMPLE, energy_row, report_gaps
from carbonctl.inputs.jobs.options import Options
from carbonctl.inputs.jobs.series import Samples, counter, power
from carbonctl.inputs.jobs.table import Row

ENERGY = "DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION"
POWERS = (
    "DCGM_FI_DEV_POWER_USAGE",
    "DCGM_FI_DEV_BOARD_POWER_WATTS",
    "DCGM_FI_DEV_POWER_USAGE_INSTANT",
    "DCGM_FI_DEV_BOARD_POWER_RAW_WATTS",
)
METRICS = (ENERGY, *POWERS)
SHORT_ENERGY, SHORT_POWERS = "TOTEC", ("POWER", "POWINST")  # what dcgmi dmon calls them
NO_VALUE = "a sample without a value"
SAME_TIME = (
    "a sample of a GPU that has one of that time, as the instances of a GPU in MIG mode have"
)
SHARED = "a GPU that served several pods: its energy is not shared among them"
INSTANCE = "a line that is not of a whole GPU"
NO_COUNTER = "is of dcgmi dmon, which writes no times: log the counter of energy, dcgmi dmon -e 156"
NO_METRIC = (
    f"has neither {ENERGY} nor {POWERS[0]}; query the metric itself, without rate() or increase()"
)
BLANK_MJ, BLANK_W = float(0x7FFFFFFFFFFFFFF0), 140737488355328.0
_LABELS = {
    "uuid": ("uuid", "gpu_uuid"),
    "host": ("hostname", "host", "node", "instance"),
    "gpu": ("gpu", "gpu_id"),
    "model": ("modelname", "model_name", "gpu_model"),
    "namespace": ("exported_namespace", "namespace"),
    "pod": ("exported_pod", "pod"),
    "container": ("exported_container", "container"),
}
_TIMES = ("timestamp", "time", "ts")
_TAGS = ("namespace", "pod", "container")


def recognises(head: list[str]) -> bool:
    """Whether the first lines of a file are of this format."""
    return any("DCGM_FI_DEV_" in line for line in head) or _is_dmon(head)


def rows(source: Source, options: Options, findings: Findings) -> Iterator[Row]:
    """Yield a row for each GPU.

    Raises
    ------
    InputError
        Where there is no metric of energy or power, or no GPU is named.
    """
    source, first = _peeked(source)
    gpus = _Gpus(source, findings)
    if _is_dmon([first]):
        yield from _of_dmon(source, gpus)
        return
    clock = Clock(options.timezone)
    if first.lstrip().startswith(("{", "[")):
        _read_json(gpus)
    else:
        _read_table(gpus, clock)
    yield from gpus.rows()
    if clock.is_assumed:
        findings.note(clock.note())


class _Peeked(NamedTuple):
    """A source of which the first lines were read already."""

    name: str
    path: str | None
    read: list[str]
    rest: Iterator[str]

    def lines(self) -> Iterator[str]:
        """Yield all lines."""
        return chain(self.read, self.rest)


def _peeked(source: Source) -> tuple[_Peeked, str]:
    """Return a source, still whole, and its first line that is not blank."""
    lines, read_ = source.lines(), []
    for line in lines:
        read_.append(line)
        if line.strip():
            break
    return _Peeked(source.name, source.path, read_, lines), read_[-1] if read_ else ""


class _Gpu:
    """The samples of a GPU."""

    def __init__(self, line: int, labels: Mapping[str, str]) -> None:
        self.line, self.labels = line, labels
        self.metrics: dict[str, Samples] = {}
        self.tags: dict[str, set[str]] = {tag: set() for tag in _TAGS}
        self.last: datetime | None = None

    def row(self, findings: Findings) -> Row | None:
        """Return its row; None where there are too few samples."""
        for metric in METRICS:
            samples = self.metrics.get(metric, Samples())
            points = samples.sorted()
            if len(points) < 2:
                continue
            if len(samples) > len(points):
                findings.skip(SAME_TIME, len(samples) - len(points))
            integral = counter(points) if metric == ENERGY else power(points)
            row = energy_row(
                self.line,
                integral.energy_kwh / (1000 if metric == ENERGY else 1),
                "chip",
                job=_job(self.labels),
                start=from_seconds(points[0][0], "timestamp"),
                end=from_seconds(points[-1][0], "timestamp"),
                wall_time_h=integral.covered_h,
                device=self.labels["model"],
                devices=1.0,
                **self._tags(findings),
            )
            report_gaps(integral, findings)
            return row
        if self.metrics:
            findings.skip(ONE_SAMPLE)
        return None

    def _tags(self, findings: Findings) -> dict[str, str]:
        tags = {key: self.labels[key] for key in ("host", "gpu", "uuid")}
        if len(self.tags["pod"]) > 1:
            findings.note(SHARED)
        alone = {tag: min(values) for tag, values in self.tags.items() if len(values) == 1}
        return tags | alone


class _Gpus:
    """GPUs by their UUID, else by host and number."""

    def __init__(self, source: Source, findings: Findings) -> None:
        self.source, self.findings = source, findings
        self._gpus: dict[tuple[str, ...], _Gpu] = {}

    def gpu(self, line: int, raw: Mapping[str, str]) -> _Gpu:
        """Return the GPU that labels name; CellError where they name none."""
        labels = _labels(raw)
        key = (labels["uuid"],) if labels["uuid"] else (labels["host"], labels["gpu"])
        if not key[-1]:
            raise CellError("gpu", "", "is empty; it says which GPU a sample is of")
        gpu = self._gpus.setdefault(key, _Gpu(line, labels))
        for tag in _TAGS:
            if labels[tag]:
                gpu.tags[tag].add(labels[tag])
        return gpu

    def add(self, gpu: _Gpu, metric: str, time_s: float, value: str) -> None:
        """Add a sample, in mJ or W; CellError where it cannot be used."""
        if value.strip().upper() in ("", "N/A", "NAN"):
            self.findings.skip(NO_VALUE)
            return
        number = not_negative(value, metric)
        if number >= (BLANK_MJ if metric == ENERGY else BLANK_W):
            self.findings.skip(NO_VALUE)
        else:
            gpu.metrics.setdefault(metric, Samples()).add(time_s, number)

    def reject(self, line: int, error: CellError) -> None:
        """Reject a line."""
        self.findings.reject(self.source.name, line, error.column, error.value, str(error))

    def rows(self) -> Iterator[Row]:
        """Yield the row of each GPU."""
        for gpu in self._gpus.values():
            try:
                row = gpu.row(self.findings)
            except CellError as error:
                self.reject(gpu.line, error)
                continue
            if row:
                yield row


def _labels(raw: Mapping[str, str]) -> dict[str, str]:
    """Return the labels that are read, whatever their case."""
    lower = {key.lower(): value for key, value in raw.items()}
    return {
        label: next((name(lower[key], key) for key in keys if lower.get(key)), "")
        for label, keys in _LABELS.items()
    }


def _job(labels: Mapping[str, str]) -> str:
    return "/".join(part for part in (labels["host"], labels["gpu"] or labels["uuid"]) if part)


def _read_table(gpus: _Gpus, clock: Clock) -> None:
    table = read(gpus.source, gpus.findings)
    metrics = [metric for metric in METRICS if metric in table.columns]
    lower = {column.lower(): column for column in table.columns}
    time = next((lower[key] for key in _TIMES if key in lower), "")
    if not metrics:
        raise fault(gpus.source, 1, NO_METRIC)
    if not time:
        raise fault(gpus.source, 1, "has no column timestamp")
    for record in table.records:
        try:
            gpu = gpus.gpu(record.line, record.cells)
            gpu.last = clock.read(record.text(time), time, gpu.last)
            for metric in metrics:
                gpus.add(gpu, metric, gpu.last.timestamp(), record.text(metric))
        except CellError as error:
            gpus.reject(record.line, error)


def _read_json(gpus: _Gpus) -> None:
    try:
        answer = json.loads("".join(gpus.source.lines()))
    except (ValueError, RecursionError):
        raise fault(gpus.source, None, "is not whole JSON") from None
    is_read = False
    for series in _series(answer):
        labels, values = series.get("metric"), series.get("values")
        if not isinstance(labels, dict) or not isinstance(values, list):
            continue
        metric = labels.get("__name__")
        if metric not in METRICS:
            continue
        is_read = True
        try:
            gpu = gpus.gpu(1, {key: str(value) for key, value in labels.items()})
        except CellError as error:
            gpus.reject(1, error)
            continue
        for pair in values:
            _add_pair(gpus, gpu, metric, pair)
    if not is_read:
        raise fault(gpus.source, None, NO_METRIC)


def _series(answer: Any) -> list[dict[str, Any]]:
    """Return the series of an answer of Prometheus, or of promtool, which writes them alone."""
    for key in ("data", "result"):
        if isinstance(answer, dict):
            answer = answer.get(key, answer)
    return (
        [series for series in answer if isinstance(series, dict)]
        if isinstance(answer, list)
        else []
    )


def _add_pair(gpus: _Gpus, gpu: _Gpu, metric: str, pair: Any) -> None:
    try:
        if not isinstance(pair, list) or len(pair) != 2:
            raise CellError(metric, pair, 'is no sample; it is written [1772359200, "300.5"]')
        moment = from_seconds(not_negative(pair[0], "time"), "time")
        gpus.add(gpu, metric, moment.timestamp(), str(pair[1]))
    except CellError as error:
        gpus.reject(1, error)


def _is_dmon(head: list[str]) -> bool:
    words = {word for line in head if line.lstrip().startswith("#Entity") for word in line.split()}
    return not words.isdisjoint((SHORT_ENERGY, *SHORT_POWERS))


def _of_dmon(source: Source, gpus: _Gpus) -> Iterator[Row]:
    columns: list[str] = []
    for number, line in enumerate(source.lines(), 1):
        words = line.split()
        if words[:1] == ["#Entity"]:
            columns = words[1:]
            if SHORT_ENERGY not in columns:
                raise fault(source, number, NO_COUNTER)
        elif words and words[0] not in ("#", "ID", "Id"):
            try:
                _add_dmon(number, words, columns, gpus)
            except CellError as error:
                gpus.reject(number, error)
    for row in gpus.rows():
        for column in ("start", "end", "wall_time_h"):
            row.pop(column, None)
        yield row


def _add_dmon(number: int, words: list[str], columns: list[str], gpus: _Gpus) -> None:
    if words[0] != "GPU" or not words[1:2] or not words[1].isdigit() or "LINK" in words:
        gpus.findings.skip(INSTANCE)
        return
    if len(words) != len(columns) + 2:
        message = f"has {len(words) - 2} values where the header has {len(columns)}"
        raise CellError("", " ".join(words), message)
    gpu = gpus.gpu(number, {"gpu": words[1]})
    value = words[2 + columns.index(SHORT_ENERGY)]
    gpus.add(gpu, ENERGY, float(number), value)
