"""What jobs of Slurm that are alike have in common, so that it is worked out once for all of them.

Two jobs are alike where the fields in `FIELDS` are.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fnmatch import fnmatchcase
from typing import Any, NamedTuple, TypeVar

from carbonctl.errors import InputError, Problem
from carbonctl.inputs.jobs.cpu_hosts import cpu_host, shares_of
from carbonctl.inputs.jobs.options import Options
from carbonctl.inputs.jobs.slurm_fields import (
    FAILED,
    NEVER,
    UNTYPED,
    Resources,
    Unreadable,
    count,
    requested_gb,
    resources,
    state_name,
)
from carbonctl.inputs.jobs.table import Row

T = TypeVar("T")

FIELDS = (
    "partition", "state", "nnodes", "ncpus", "reqmem", "alloctres", "exclusive", "nodelist",
)  # fmt: skip
PENDING = "pending"
RUNNING = "still running: counted up to when sacct was asked"
NO_TRES = "no AllocTRES: cores and memory are of NCPUS and ReqMem, and no GPUs are known"
NO_GPUS = (
    "no gres/gpu in a partition that has GPUs: counted without any (is gres/gpu among the "
    "AccountingStorageTRES of slurm.conf?)"
)
SHARED_GPU = "a share of a GPU (gres/shard or gres/mps), which is not counted"

WRITTEN = {
    "jobid": "JobID", "elapsed": "Elapsed", "elapsedraw": "ElapsedRaw", "start": "Start",
    "end": "End", "alloctres": "AllocTRES", "reqmem": "ReqMem", "ncpus": "NCPUS",
    "nnodes": "NNodes", "totalcpu": "TotalCPU", "consumedenergyraw": "ConsumedEnergyRaw",
}  # fmt: skip


def written(column: str) -> str:
    """Return a field as sacct writes it."""
    return WRITTEN.get(column, column)


class CellError(Unreadable):
    """A cell that cannot be read, and its column."""

    def __init__(self, column: str, message: str) -> None:
        super().__init__(message)
        self.column = column


def read_cell(column: str, read: Callable[[str], T], text: str) -> T:
    """Return what a cell says.

    Raises
    ------
    CellError
    """
    try:
        return read(text)
    except Unreadable as error:
        raise CellError(column, str(error)) from None


def _counted(cells: dict[str, str], column: str) -> float | None:
    text = cells.get(column, "")
    return None if text in NEVER else read_cell(column, lambda t: count(t, written(column)), text)


def _notes(state: str, tres: str, given: Resources) -> tuple[str, ...]:
    notes = {RUNNING: state == "RUNNING", NO_TRES: not tres, SHARED_GPU: given.has_gpu_shares}
    return tuple(note for note, holds in notes.items() if holds)


class Refused(NamedTuple):
    """Why no job with these cells can be counted."""

    column: str
    value: str
    message: str


class Shape(NamedTuple):
    """What jobs alike have in common.

    Attributes
    ----------
    rows : tuple of Row
        One for each type of GPU.
    shares : tuple of float
        Of the job, that each row has.
    cores : float, optional
    is_alone : bool
        Whether it had its nodes for itself.
    notes : tuple of str
    """

    rows: tuple[Row, ...]
    shares: tuple[float, ...]
    cores: float | None
    is_alone: bool
    notes: tuple[str, ...]


class Shapes:
    """Works out what jobs have in common, by what a map says of a cluster.

    Parameters
    ----------
    options : Options
        Of the map ``cpu``, ``partitions`` (name: ``{gpu: v100}``, ``{exclusive: yes}``) and
        ``nodes`` (pattern of NodeList: ``{gpu: v100}``).

    Raises
    ------
    InputError
        Where the map cannot be read.
    """

    def __init__(self, options: Options) -> None:
        self.host = cpu_host(options.map)
        self.partitions = _mapping(options.map, "partitions")
        self.nodes = _mapping(options.map, "nodes")
        self._failed_as = options.failed_as

    def of(self, cells: dict[str, str]) -> Shape | Refused | str:
        """Return what jobs with these cells have in common, or why they are refused or skipped."""
        state = state_name(cells.get("state", ""))
        if state == "PENDING":
            return PENDING
        try:
            given = read_cell("alloctres", resources, cells["alloctres"])
            cores = given.cores if given.cores is not None else _counted(cells, "ncpus")
            nodes = _counted(cells, "nnodes")
            memory = given.memory_gb
            if memory is None and "reqmem" in cells:
                memory = requested_gb(cells["reqmem"], cores, nodes or given.nodes)
        except Unreadable as error:
            column = error.column if isinstance(error, CellError) else "reqmem"
            return Refused(written(column), cells[column], str(error))
        common: Row = {"partition": cells["partition"]} if "partition" in cells else {}
        if state:
            common["state"] = state
        if self._failed_as and state in FAILED:
            common["phase"] = self._failed_as
        devices = tuple((self._device(name, cells), n) for name, n in given.devices)
        parts, shares = self.host.parts(devices, cores, memory), shares_of(devices)
        notes = _notes(state, cells["alloctres"], given)
        if cells["alloctres"] and not devices and self._has_gpus(cells):
            notes = (*notes, NO_GPUS)
        is_alone = self._is_alone(cells, cores, nodes or given.nodes, bool(devices))
        return Shape(tuple({**common, **part} for part in parts), shares, cores, is_alone, notes)

    def _device(self, name: str, cells: dict[str, str]) -> str:
        """Return the type of a GPU: of one without by its nodes or its partition in the map."""
        if name != UNTYPED:
            return name
        for pattern, entry in self.nodes.items():
            if fnmatchcase(cells.get("nodelist", ""), pattern) and "gpu" in entry:
                return str(entry["gpu"])
        return str(self.partitions.get(cells.get("partition", ""), {}).get("gpu", UNTYPED))

    def _has_gpus(self, cells: dict[str, str]) -> bool:
        """Whether the map has GPUs in the partition of a job."""
        return "gpu" in self.partitions.get(cells.get("partition", ""), {})

    def _is_alone(
        self, cells: dict[str, str], cores: float | None, nodes: float | None, has_devices: bool
    ) -> bool:
        if cells.get("exclusive"):
            return cells["exclusive"].upper() == "NODE"
        marked = self.partitions.get(cells.get("partition", ""), {}).get("exclusive", "")
        if str(marked).lower() in ("yes", "true"):
            return True
        all_cores = self.host.cores is not None and cores == self.host.cores * (nodes or 0)
        return all_cores and not has_devices


def _mapping(options_map: Mapping[str, Any], key: str) -> dict[str, Mapping[str, Any]]:
    given = options_map.get(key) or {}
    if not isinstance(given, Mapping) or not all(isinstance(v, Mapping) for v in given.values()):
        message = f"{key}: write each as `NAME: {{gpu: a100}}`"
        raise InputError([Problem("map", None, None, message, key)])
    return dict(given)
