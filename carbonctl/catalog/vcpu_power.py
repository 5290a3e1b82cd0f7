"""What a vCPU of a cloud machine without accelerators draws, by the architecture of its CPU."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from carbonctl.catalog.instances import Instance
from carbonctl.catalog.tables import Row, first
from carbonctl.numbers.intervals import Range

TABLE = "cloud/vcpu-power.csv"
_UNNAMED = "unnamed"


class PerVcpu(NamedTuple):
    """The draw of one vCPU with its share of the whole server [W].

    Attributes
    ----------
    architecture, name : str
        Of the CPU: its key, and in words.
    cpus : tuple of str
        Ids of the CPUs that have it, and of cloud hosts whose vCPUs are not those of their CPU.
    idle, busy : Range
        Nothing running, and all of it busy.
    source, confidence, note : str
        Keys of sources.yaml; high, medium or low; and what else is to be known.
    """

    architecture: str
    name: str
    cpus: tuple[str, ...]
    idle: Range
    busy: Range
    source: str
    confidence: str
    note: str


class VcpuPower:
    """The draw of a vCPU by architecture; the first folder takes precedence."""

    def __init__(self, folders: Sequence[Path]) -> None:
        self.by_architecture = first(folders, TABLE, _per_vcpu, "not the draw of a vCPU: ")
        self._by_cpu = {cpu: row for row in self.by_architecture.values() for cpu in row.cpus}

    def get(self, cpu: str) -> PerVcpu | None:
        """Return the draw of a vCPU of a CPU; None where it is unknown."""
        return self._by_cpu.get(cpu)

    @property
    def unnamed(self) -> PerVcpu:
        """The draw of a thread of a CPU of which nothing is known."""
        return self.by_architecture[_UNNAMED]

    def of(self, instance: Instance) -> PerVcpu | None:
        """Return the draw of a vCPU of a cloud machine type; None where it is unknown.

        A row that names its host takes precedence over that of its CPU: the vCPU of one type is
        a thread, and of another with the same CPU it is a core.
        """
        of_host = self._by_cpu.get(f"{instance.provider}/{instance.host}")
        return of_host or self._by_cpu.get(instance.device)


def _range(row: Row, key: str) -> Range:
    low, best, high = (float(row[f"{key}_{end}"]) for end in ("low", "w", "high"))
    if not 0 < low <= best <= high:
        raise ValueError(f"{key}_low, {key}_w and {key}_high are not in order")
    return Range(best, low, high)


def _per_vcpu(row: Row) -> tuple[str, PerVcpu]:
    """Read a row.

    Raises
    ------
    ValueError
        Where its figures are not in order.
    """
    idle, busy = _range(row, "idle"), _range(row, "max")
    if idle.best > busy.best or idle.low > busy.low or idle.high > busy.high:
        raise ValueError("idle it draws more than busy")
    known = PerVcpu(
        row["architecture"], row["name"], tuple(row["cpus"].split()), idle, busy,
        row["source"], row["confidence"], row["note"],
    )  # fmt: skip
    return known.architecture, known
