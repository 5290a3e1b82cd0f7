"""OpenCost: its daily CSV export, and the JSON of its ``/allocation``.

After pkg/costmodel/csv_export.go and core/pkg/opencost/allocation_json.go of opencost/opencost
(read at 5f6533e). A row is a container on a day in the CSV and an allocation in JSON, whose
``minutes`` say how long it ran; the CSV does not, and its averages count for all 24 h. Bytes are
bytes: memory is in 10⁹ of them. What is idle (``__idle__``) is kept under that name as the
namespace, by what it holds, and what belongs to no pod (``__unmounted__``: volumes and load
balancers) is skipped.

No column says the model of a GPU: a node label (``nvidia_com_gpu_product``), where OpenCost keeps
node labels, or ``nodes`` of the map does. Costs, network and volumes are left out.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from itertools import chain
from typing import Any, NamedTuple

from carbonctl.inputs.jobs.containers import (
    PRODUCT,
    Document,
    Line,
    Unreadable,
    device_name,
    figure,
    moment,
    product_of_node,
    refuse,
    table,
    word,
)
from carbonctl.inputs.jobs.cpu_hosts import CpuHost, cpu_host
from carbonctl.inputs.jobs.findings import Findings
from carbonctl.inputs.jobs.logs import Source
from carbonctl.inputs.jobs.options import Options
from carbonctl.inputs.jobs.table import Row

UNMOUNTED, IDLE = "__unmounted__", "__idle__"
GB = 1e9
WHOLE_DAY = "of OpenCost's CSV, which does not say how long it ran: counted for the whole day"
NO_REQUEST = "no request of cores: none counted; --basis usage counts what was used"
_NEEDED = ("Date", "Namespace", "Pod", "GPUs")
_BASES = {
    "request": ("CPUCoreRequestAverage", "RAMBytesRequestAverage"),
    "usage": ("CPUCoreUsageAverage", "RAMBytesUsageAverage"),
}
_TAGS = {
    "Namespace": "namespace", "ControllerKind": "controller_kind", "ControllerName": "controller",
    "Pod": "pod", "Container": "container",
}  # fmt: skip
_PROPERTIES = {
    "cluster": "cluster", "node": "node", "namespace": "namespace",
    "controllerKind": "controller_kind", "controller": "controller", "pod": "pod",
    "container": "container",
}  # fmt: skip


def recognises(head: list[str]) -> bool:
    """Whether the first lines are a CSV export, or begin as the JSON of ``/allocation`` does."""
    text = "".join(head)
    if text.lstrip()[:1] == "{":
        return '"data"' in text and ('"cpuCoreHours"' in text or '"properties"' in text)
    names = set(head[0].strip().split(",")) if head else set()
    return {"ControllerKind", "CPUCoreRequestAverage"} <= names


def rows(source: Source, options: Options, findings: Findings) -> Iterator[Row]:
    """Yield a row for each container and day, or for each allocation.

    Raises
    ------
    InputError
        Where the log is empty, lacks a column that is needed, or is no JSON.
    """
    lines = source.lines()
    first = next(lines, "")
    while first and not first.strip():
        first = next(lines, "")
    every = chain([first], lines) if first else iter(())
    reader = _Reader(source.name, options, findings, cpu_host(options.map))
    if first.lstrip()[:1] in ("{", "["):
        return reader.document("".join(every))
    return reader.table(every)


class _Amounts(NamedTuple):
    """What a container held: hours, GPUs, cores and 10⁹ bytes, and what it used of cores."""

    hours: float
    gpus: float | None
    cores: float | None
    memory_gb: float | None
    used_cores: float | None


class _Reader:
    """Reads one log."""

    def __init__(self, name: str, options: Options, findings: Findings, host: CpuHost) -> None:
        self.name, self.options, self.findings, self.host = name, options, findings, host

    def table(self, lines: Iterator[str]) -> Iterator[Row]:
        """Yield the rows of the CSV export."""
        cores, memory = _BASES[self.options.basis]
        _, lines_of_table = table(self.name, lines, (*_NEEDED, cores, memory))
        for line in lines_of_table:
            if line.wrong:
                self.findings.reject(self.name, line.number, "", "", line.wrong)
                continue
            try:
                row = self._of_day(line, cores, memory)
            except Unreadable as error:
                self._refuse(line.number, error)
                continue
            if row is not None:
                self.findings.note(WHOLE_DAY)
                yield row

    def _of_day(self, line: Line, cores: str, memory: str) -> Row | None:
        cells = line.cells
        if UNMOUNTED in (cells["Namespace"], cells["Pod"], cells.get("Container")):
            self.findings.skip(UNMOUNTED)
            return None
        start, end = _day(cells["Date"])
        held = _Amounts(
            24.0, figure(cells["GPUs"], "GPUs"), figure(cells[cores], cores),
            _in_gb(figure(cells[memory], memory)),
            figure(cells.get("CPUCoreUsageAverage"), "CPUCoreUsageAverage"),
        )  # fmt: skip
        labels = _labels_of_cells(cells)
        row: Row = {tag: cells[name] for name, tag in _TAGS.items() if name in cells}
        row.update(_own_labels(labels))
        row["job"] = "/".join(filter(None, (cells["Namespace"], cells["Pod"])))
        row["start"], row["end"] = start, end
        return self._filled(row, line.number, held, labels, "")

    def document(self, text: str) -> Iterator[Row]:
        """Yield the rows of the JSON of ``/allocation``."""
        document = Document(self.name, text)
        value = document.value
        if not (isinstance(value, Mapping) and isinstance(value.get("data"), list)):
            refuse(self.name, "no list `data`, as OpenCost's /allocation gives it")
        for window, line, place in document.items_at(document.place("data")):
            if not isinstance(window, Mapping):
                if window is not None:
                    self.findings.reject(self.name, line, "data", window, "expected a mapping")
                continue
            for allocation, number, _ in document.items_at(place):
                try:
                    row = self._of_allocation(allocation, number)
                except Unreadable as error:
                    self._refuse(number, error)
                    continue
                if row is not None:
                    yield row

    def _of_allocation(self, allocation: Any, number: int) -> Row | None:
        if not isinstance(allocation, Mapping):
            raise Unreadable("data", allocation, "expected an allocation, a mapping with `minutes`")
        name, properties = str(allocation.get("name", "")), allocation.get("properties") or {}
        if UNMOUNTED in name:
            self.findings.skip(UNMOUNTED)
            return None
        held = self._held(allocation, IDLE in name)
        if not held.hours:
            self.findings.skip("no time")
            return None
        row: Row = {}
        labels: dict[str, str] = {}
        if isinstance(properties, Mapping):
            row = {t: str(properties[p]) for p, t in _PROPERTIES.items() if properties.get(p)}
            labels = _labels(properties.get("labels"))
        row = _own_labels(labels) | row
        if IDLE in name:
            row["namespace"] = IDLE
        pod = (row.get("namespace"), row.get("pod"))
        row["job"] = "/".join(map(str, pod)) if all(pod) else name
        for key in ("start", "end"):
            if allocation.get(key):
                row[key] = moment(allocation[key], key).isoformat()
        return self._filled(row, number, held, labels, str(row.get("node", "")))

    def _held(self, allocation: Mapping[str, Any], is_idle: bool) -> _Amounts:
        minutes = figure(allocation.get("minutes"), "minutes")
        if minutes is None:
            raise Unreadable("minutes", "", "no `minutes`: how long it ran is not known")
        hours = minutes / 60
        kind = "Usage" if self.options.basis == "usage" else "Request"
        cores = figure(allocation.get(f"cpuCore{kind}Average"), f"cpuCore{kind}Average")
        memory = figure(allocation.get(f"ramByte{kind}Average"), f"ramByte{kind}Average")
        if hours and (is_idle or cores is None):
            cores = _per_hour(allocation, "cpuCoreHours", hours)
        if hours and (is_idle or memory is None):
            memory = _per_hour(allocation, "ramByteHours", hours)
        gpus = _per_hour(allocation, "gpuHours", hours) if hours else None
        used = figure(allocation.get("cpuCoreUsageAverage"), "cpuCoreUsageAverage")
        return _Amounts(hours, gpus, cores, _in_gb(memory), used)

    def _filled(
        self, row: Row, number: int, held: _Amounts, labels: dict[str, str], node: str
    ) -> Row:
        row["source_line"], row["wall_time_h"] = number, held.hours
        if held.gpus:
            product = product_of_node(self.options.map, node) if node else ""
            row["device"] = device_name("", labels.get(PRODUCT, "") or product)
            row["devices"] = held.gpus
        row.update(self.host.columns(held.cores, has_devices=bool(held.gpus)))
        if held.memory_gb is not None:
            row["memory_gb"] = held.memory_gb
        if self.options.basis == "request" and not held.cores and held.used_cores:
            self.findings.note(NO_REQUEST)
        return row

    def _refuse(self, number: int, error: Unreadable) -> None:
        self.findings.reject(self.name, number, error.column, error.value, error.message)


def _per_hour(allocation: Mapping[str, Any], key: str, hours: float) -> float | None:
    amount = figure(allocation.get(key), key)
    return None if amount is None else amount / hours


def _in_gb(bytes_: float | None) -> float | None:
    return None if bytes_ is None else bytes_ / GB


def _day(text: str) -> tuple[str, str]:
    """Return when a day begins and ends, in UTC."""
    try:
        day = date.fromisoformat(text)
        start = datetime(day.year, day.month, day.day, tzinfo=UTC)
        return start.isoformat(), (start + timedelta(days=1)).isoformat()
    except (ValueError, OverflowError):
        raise Unreadable("Date", text, f"`{text}` is not a day such as `2026-03-01`") from None


def _labels(given: Any) -> dict[str, str]:
    if not isinstance(given, Mapping):
        return {}
    return {word(str(name)): str(value) for name, value in given.items()}


def _labels_of_cells(cells: dict[str, str]) -> dict[str, str]:
    """Return the labels of a CSV: of ``Label_team`` and of ``Labels``, which is JSON."""
    try:
        labels = _labels(json.loads(cells.get("Labels") or "{}"))
    except (ValueError, RecursionError):
        raise Unreadable("Labels", cells["Labels"], "the labels are not JSON") from None
    single = {n.removeprefix("Label_"): v for n, v in cells.items() if n.startswith("Label_")}
    return labels | _labels(single)


def _own_labels(labels: dict[str, str]) -> Row:
    """Return labels as tags, each with the prefix ``label_``."""
    return {f"label_{name.lower()}": value for name, value in labels.items() if name != PRODUCT}
