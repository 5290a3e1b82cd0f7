"""Machines of Google Cloud put together from the charges for their cores, memory and GPUs."""

from __future__ import annotations

import math
import re
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from datetime import datetime

from carbonctl.catalog import Catalog
from carbonctl.catalog.instances import Instance
from carbonctl.inputs.jobs import charge_lines, charge_storage, cloud_words
from carbonctl.inputs.jobs.charge_lines import Line
from carbonctl.inputs.jobs.charge_totals import ChargeTotals
from carbonctl.inputs.jobs.findings import Findings
from carbonctl.inputs.jobs.table import Row

# The system labels, and what they hold.
LABELS = {
    "machine": "compute.googleapis.com/machine_spec",
    "cores": "compute.googleapis.com/cores",
    "memory_mib": "compute.googleapis.com/memory",
    "unused": "compute.googleapis.com/is_unused_reservation",
}
GB_PER_MIB = 2**20 / 1e9
TOO_LONG = (
    "machines with more hours than their period has: are some of their charges no time of cores?"
)
_GPU = re.compile(r"\bGPU\b", re.IGNORECASE)
_MEMORY = re.compile(r"\b(?:ram|memory)\b", re.IGNORECASE)
_CORES = re.compile(r"\b(?:core|v?cpu)s?\b", re.IGNORECASE)
_DEVICE = re.compile(r"^(.*?)\s+GPU\b", re.IGNORECASE)
_ATTACHES_GPUS = re.compile(r"(?:n1-)|(?:custom-)")  # a custom type without a family is N1
_SHARES_CORES = re.compile(r"e2-(?:micro|small|medium)")
_GPUS_OF_TYPE = re.compile(r"-(\d+)g(?:-|$)")


@dataclass
class _Machine:
    line: Line
    row: Row
    machine: str
    labels: Mapping[str, str]
    core_h: float | None = None
    memory_gbh: float | None = None
    gpu_h: float | None = None


class Machines:
    """Collects the charges for the parts of machines.

    Parameters
    ----------
    file : str
        What messages call the export.
    totals : ChargeTotals
        Takes the hours of each machine, and those of GPUs that are attached to one.
    findings : Findings
        Collects what cannot be counted.
    """

    def __init__(self, file: str, totals: ChargeTotals, findings: Findings) -> None:
        self.file = file
        self.totals = totals
        self.findings = findings
        self._machines: dict[Hashable, _Machine] = {}
        self._instances: dict[str, Instance | None] = {}

    def add(
        self, line: Line, row: Row, labels: Mapping[str, str], amount: float, unit: str
    ) -> bool:
        """Add a charge for a part of a machine; return False where it is none.

        Raises
        ------
        ValueError
            Where its unit is not that of such a part.
        """
        machine, sku = labels.get(LABELS["machine"], ""), line.text("sku")
        part = _part(sku)
        if not part or not machine:
            return False
        per_unit = _per_unit(part, unit)
        if per_unit is None:
            told = (
                "a capacity and a time (byte-seconds)" if part == "memory" else "a time (seconds)"
            )
            raise line.wrong("unit", f"the unit of {sku!r} must be {told}")
        if part == "gpu" and _ATTACHES_GPUS.match(machine):
            self.totals.add(line, _attached(row, sku), amount * per_unit)
            return True
        whole = self._of(line, row, machine, labels)
        if part == "core":
            whole.core_h = (whole.core_h or 0.0) + amount * per_unit
        elif part == "memory":
            whole.memory_gbh = (whole.memory_gbh or 0.0) + amount * per_unit
        else:
            whole.gpu_h = (whole.gpu_h or 0.0) + amount * per_unit
        return True

    def _of(self, line: Line, row: Row, machine: str, labels: Mapping[str, str]) -> _Machine:
        """Return the machine of a charge; without a resource, those of a type and its labels."""
        names = ("job", "grid", "start", "end")
        key: Hashable = (machine, *(row.get(name) for name in names))
        if not row.get("job"):
            key = (machine, *sorted(row.items(), key=lambda cell: cell[0]))
        if key not in self._machines:
            self._machines[key] = _Machine(line, row, machine, labels)
        return self._machines[key]

    def finish(self) -> None:
        """Add the hours of each machine to the sums."""
        for machine in self._machines.values():
            try:
                hours = self._hours(machine)
            except ValueError as error:
                line = machine.line.number
                self.findings.reject(self.file, line, "usage.amount", machine.machine, str(error))
                continue
            if machine.row.get("job") and hours > 1.01 * _period_h(machine.row):
                self.findings.note(TOO_LONG)
            instance = cloud_words.instance("gcp", machine.machine)
            self.totals.add(machine.line, {**machine.row, "instance": instance}, hours)

    def _hours(self, machine: _Machine) -> float:
        """Return the hours of a machine, by one of its parts.

        Raises
        ------
        ValueError
            Where nothing says how many of the part it has.
        """
        shared = _SHARES_CORES.match(machine.machine)
        cores = self._count_of(machine, "cores")
        if machine.core_h is not None and cores and not shared:
            return machine.core_h / cores
        memory_mib = self._count_of(machine, "memory_mib")
        if machine.memory_gbh is not None and memory_mib:
            return machine.memory_gbh / (memory_mib * GB_PER_MIB)
        gpus = self._gpus(machine.machine)
        if machine.gpu_h is not None and gpus:
            return machine.gpu_h / gpus
        told = (
            f"how many cores, or how much memory, a {machine.machine} has is not known; "
            f"export system_labels, which hold {LABELS['cores']}"
        )
        raise ValueError(told)

    def _count_of(self, machine: _Machine, label: str) -> float | None:
        """Return how much of a part a machine has, by its labels, else by the catalog."""
        if text := machine.labels.get(LABELS[label]):
            count = charge_lines.number(text)
            return count if count > 0 else None
        instance = self._instance(machine.machine)
        if instance is None:
            return None
        if label == "cores":
            return instance.vcpus
        return None if instance.memory_gib is None else instance.memory_gib * 1024

    def _gpus(self, machine: str) -> float | None:
        """Return the GPUs of a type, by the catalog, else by its name (a2-highgpu-8g)."""
        instance = self._instance(machine)
        if instance is not None:
            return instance.gpus or None
        fit = _GPUS_OF_TYPE.search(machine)
        return float(fit[1]) if fit else None

    def _instance(self, machine: str) -> Instance | None:
        if machine not in self._instances:
            name = cloud_words.instance("gcp", machine)
            self._instances[machine] = Catalog().instances.get(name)
        return self._instances[machine]


def _period_h(row: Row) -> float:
    """Return the hours from the start of a charge to its end; infinite where these are unknown."""
    if not charge_storage.has_period(row):
        return math.inf
    start, end = (datetime.fromisoformat(row[name]) for name in ("start", "end"))
    return (end - start).total_seconds() / 3600


def _part(sku: str) -> str:
    """Return the part of a machine that a SKU is of: gpu, memory, core, or none."""
    if _GPU.search(sku):
        return "gpu"
    if _MEMORY.search(sku):
        return "memory"
    return "core" if _CORES.search(sku) else ""


def _per_unit(part: str, unit: str) -> float | None:
    """Return hours, of memory GB-hours, in a unit; None where it is another unit."""
    if part == "memory":
        return charge_storage.gb_hours_per_unit(unit)
    return charge_lines.hours_per_unit(unit)


def _attached(row: Row, sku: str) -> Row:
    """Return the row of GPUs that are attached to a machine, whose host its own row counts.

    Raises
    ------
    ValueError
        Where the SKU does not name the GPU.
    """
    fit = _DEVICE.match(sku)
    if fit is None or not fit[1]:
        raise ValueError(f"{sku!r} does not name a GPU")
    return {**row, "device": fit[1], "host_power_w": 0.0, "host_embodied_kgco2e": 0.0}
