"""From a block of rows to sums: which rows count, what they have in common, and their amounts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import numpy as np

from carbonctl.batch.fleet.blocks import Block, Texts, codes_of, unique_rows
from carbonctl.batch.fleet.structures import (
    AMOUNTS,
    COMPUTE,
    ENERGY,
    FIGURES,
    KINDS,
    STORAGE,
    WORDS,
    Structure,
)
from carbonctl.estimators.usage import ONE_NODE
from carbonctl.factors.use_phase import HOURS_PER_YEAR
from carbonctl.inputs.jobs.table import BOUNDARIES
from carbonctl.ledger.fleet import Reject
from carbonctl.spec.model import PHASES

NO_TIME = "no time"
DUPLICATE = "duplicate"
_MARKS = ("=", "+", "-", "@")  # a spreadsheet takes what begins with them for a formula
_NO_TIME = "no time is given: wall_time_h with devices, or device_time_h"
_TOO_MUCH = "more than one such device draws; power is that of one device"
_NO_CORE_POWER = (
    "the power of its cores is unknown: give cpu_power_w, or in the map `cpu: "
    "{power_per_core: 7.5 W}`"
)
# Columns of numbers that are refused below zero, and those that are shares.
_AMOUNTS = ("devices", "wall_time_h", "device_time_h", "load", "power_w", "energy_kwh",
            "cpu_cores", "cpu_power_w", "memory_gb", "storage_gb", *FIGURES)  # fmt: skip
_SHARES = ("load", "share", "utilization")
_POSITIVE = ("devices_per_system", "lifetime_h", "utilization", "share")

Group = tuple[str, ...]


class Plan(NamedTuple):
    """How rows are read: the same for every block, and made once.

    Attributes
    ----------
    by : tuple of str
        The tags by which results are grouped.
    hardware : bool
        Whether the hardware of measured energy is counted from device, devices and time.
    loads : bool
        Whether a load or a power stands for all rows that give none: then the number of devices
        does not decide how hard they work.
    names_device : bool
        Whether a device, or its power, stands for all rows that name none.
    is_template : bool
        Whether each row fills a template: it is a job then, and nothing else is known of it.
    most_power : callable, optional
        From the name of a device to the most that one can draw [W], infinite where unknown.
    """

    by: tuple[str, ...] = ()
    hardware: bool = False
    loads: bool = False
    names_device: bool = False
    is_template: bool = False
    most_power: Callable[[str], float] | None = None


class Part(NamedTuple):
    """What comes of a block.

    Attributes
    ----------
    cells : list of (group, structure)
        Which there are.
    sums : array
        A row for each cell: the rows that it has, then `AMOUNTS`.
    first : list of (file, line)
        Where the first row of each cell stands.
    rejects : list of Reject
        The rows that cannot be counted.
    skipped : Counter
        Rows that rightly count nothing, by reason.
    rejected_rows : int
        How many rows cannot be counted.
    cell_of : array of int
        For each row its cell; -1 where it is not counted.
    amounts : array
        A row for each row: `AMOUNTS`.
    """

    cells: list[tuple[Group, Structure]]
    sums: Any
    first: list[Any]
    rejects: list[Reject]
    skipped: Counter[str]
    rejected_rows: int
    cell_of: Any
    amounts: Any


class _Rejects:
    """Collects the rows of a block that cannot be counted."""

    def __init__(self, block: Block) -> None:
        self.block = block
        self.rows = np.zeros(block.rows, dtype=bool)
        self.all: list[tuple[int, Reject]] = []

    @property
    def count(self) -> int:
        """How many rows are refused; a job that is shared among months once."""
        is_first = self.block.columns.get("is_first")
        return int((self.rows if is_first is None else self.rows & is_first).sum())

    def add(self, where: Any, name: str, message: str) -> None:
        """Refuse the rows where a condition holds, unless they are refused already."""
        for row in np.flatnonzero(where & ~self.rows).tolist():
            self.at(row, name, self.block.shown(name, row), message)
        self.rows |= where

    def at(self, row: int, name: str, value: str, message: str) -> None:
        """Refuse one row."""
        file, line = self.block.place(row)
        self.all.append((row, Reject(file, line, self.block.header(name), value, message)))
        self.rows[row] = True


def part(block: Block, plan: Plan, refused: Mapping[int, Reject] | None = None) -> Part:
    """Return what comes of a block.

    Parameters
    ----------
    block : Block
        The rows.
    plan : Plan
        How they are read.
    refused : mapping, optional
        Rows that cannot be counted for what was found before, such as a cell that is no number.
    """
    rejects = _Rejects(block)
    for row, reject in (refused or {}).items():
        rejects.all.append((row, reject))
        rejects.rows[row] = True
    kind = _kinds(block)
    _check(block, rejects)
    amounts, varies = _jobs(block) if plan.is_template else _amounts(block, kind, plan, rejects)
    skipped: Counter[str] = Counter()
    is_empty = _is_empty(amounts, kind) & ~rejects.rows & (not plan.is_template)
    skipped[NO_TIME] += int(is_empty.sum())
    counts = ~rejects.rows & ~is_empty
    cells, cell_of, first = _cells(block, kind, plan, amounts, varies, counts)
    sums = np.zeros((len(cells), 1 + len(AMOUNTS)))
    places = cell_of[counts]
    is_first = block.columns.get("is_first", np.ones(block.rows, dtype=bool))[counts]
    sums[:, 0] = np.bincount(places[is_first], minlength=len(cells)) if len(cells) else 0
    for number in range(len(AMOUNTS)):
        column = amounts[counts, number]
        if column.any() and len(cells):
            sums[:, 1 + number] = np.bincount(places, weights=column, minlength=len(cells))
    lines = [block.place(row) for row in first.tolist()]
    ordered = [reject for _, reject in sorted(rejects.all, key=lambda pair: pair[0])]
    return Part(
        cells, sums, lines, ordered,
        +skipped, rejects.count, cell_of, amounts,
    )  # fmt: skip


def _kinds(block: Block) -> Texts:
    """Return the kind of each row: what it says, energy where that is given, else compute."""
    said = block.text("kind")
    measured = ~np.isnan(block.number("energy_kwh"))
    names = [COMPUTE, ENERGY, *said.values]
    codes = np.where(said.where(bool), said.codes + 2, np.where(measured, 1, 0))
    return Texts(codes, names)


def _check(block: Block, rejects: _Rejects) -> None:
    """Refuse what no row may hold."""
    _check_words(block, rejects)
    for name in _AMOUNTS:
        if name not in block.columns:
            continue
        column = block.columns[name]
        with np.errstate(invalid="ignore"):
            rejects.add(column < 0, name, f"{_spoken(name)} is below zero")
            if name in _SHARES:
                what = "is above 1: write 0.85, or 85 %"
                rejects.add(column > 1, name, f"{_spoken(name)} {what}")
            if name in _POSITIVE:
                rejects.add(column == 0, name, f"{_spoken(name)} is zero")
            if name == "pue":
                rejects.add(column < 1, name, "a PUE is 1 or more")
    start, end = block.columns.get("start_s"), block.columns.get("end_s")
    if start is not None and end is not None:
        with np.errstate(invalid="ignore"):
            rejects.add(end < start, "end", "it ends before it starts")


def _spoken(name: str) -> str:
    """Return the name of a column as messages say it."""
    base = name
    for unit in ("_kgco2e_per_kwh", "_kgco2e", "_kwh", "_gb", "_w", "_h"):
        base = base.removesuffix(unit)
    return base.replace("_", " ")


def _check_words(block: Block, rejects: _Rejects) -> None:
    for name, allowed in (("phase", PHASES), ("kind", KINDS), ("energy_boundary", BOUNDARIES)):
        column = block.columns.get(name)
        if isinstance(column, Texts):
            rejects.add(column.is_other(allowed), name, f"is none of {', '.join(allowed)}")
    named = {name: block.text(name) for name in ("job", "device", "instance", "grid", "state")}
    for name, column in named.items():
        rejects.add(column.where(_is_formula), name, "it would be read as a formula")
    for name, column in block.tags.items():
        where = column.where(_is_formula)
        for row in np.flatnonzero(where & ~rejects.rows).tolist():
            rejects.at(row, name, column.at(row), "it would be read as a formula")


def _is_formula(text: str) -> bool:
    return text.startswith(_MARKS)


def _amounts(
    block: Block, kind: Texts, plan: Plan, rejects: _Rejects
) -> tuple[Any, dict[str, Any]]:
    """Return the amounts of each row, and for each amount in which rows it is known."""
    n = block.number
    wall, given, devices = n("wall_time_h"), n("device_time_h"), n("devices")
    cores, core_w = n("cpu_cores"), n("cpu_power_w")
    has_machine = block.text("device").where(bool) | block.text("instance").where(bool)
    is_of_cores = ~has_machine & ~(devices > 0) & (cores > 0)
    counted = np.where(is_of_cores, cores, devices)
    no_number = np.isnan(counted)
    is_instance = block.text("instance").where(bool)
    device_h = np.where(np.isnan(given), counted * wall, given)
    is_energy, is_storage = kind.equals(ENERGY), kind.equals(STORAGE)
    energy, stored = n("energy_kwh"), n("storage_gb")
    is_compute = ~is_energy & ~is_storage
    counts = ~rejects.rows
    no_time = np.isnan(device_h) & ~(is_instance & ~np.isnan(wall))
    refuse = rejects.add
    refuse(counts & is_compute & no_time & np.isnan(wall), "wall_time_h", _NO_TIME)
    refuse(counts & is_compute & no_time & no_number, "devices", "no number of devices is given")
    refuse(counts & is_energy & np.isnan(energy), "energy_kwh", "no energy is given")
    lacks = np.isnan(stored) | np.isnan(wall)
    refuse(counts & is_storage & lacks, "storage_gb", "storage_gb and wall_time_h go together")
    refuse(counts & is_compute & is_of_cores & np.isnan(core_w), "cpu_cores", _NO_CORE_POWER)
    nameless = ~has_machine & ~is_of_cores & np.full(block.rows, not plan.names_device)
    refuse(counts & is_compute & nameless, "device", "no device is named")
    has_hardware = is_energy & plan.hardware & has_machine & ~np.isnan(device_h)
    has_devices = (is_compute & ~np.isnan(device_h)) | has_hardware
    load, power = n("load"), n("power_w")
    if plan.most_power is not None and not np.isnan(power).all():
        devices_named = block.text("device")
        most = np.array([plan.most_power(name) for name in devices_named.values])
        with np.errstate(invalid="ignore"):
            is_above = power > most[devices_named.codes]
        refuse(counts & is_compute & is_above, "power_w", _TOO_MUCH)
    at_work = is_compute & ~is_of_cores
    known = {
        "device_h": has_devices,
        "load_h": at_work & ~np.isnan(load) & np.isnan(power),
        "power_wh": at_work & ~np.isnan(power),
        "core_wh": is_compute & (cores > 0) & ~np.isnan(core_w),
        "memory_gbh": is_compute & (n("memory_gb") > 0) & ~np.isnan(wall),
        "wall_h": ~np.isnan(wall) & (is_compute | has_hardware),
        "energy_kwh": is_energy,
        "storage_gbh": is_storage,
        "jobs": np.zeros(block.rows, dtype=bool),
    }
    columns = {
        "device_h": device_h, "load_h": device_h * load, "power_wh": device_h * power,
        "core_wh": cores * core_w * wall, "memory_gbh": n("memory_gb") * wall, "wall_h": wall,
        "energy_kwh": energy, "storage_gbh": stored * wall,
        "jobs": np.ones(block.rows),
    }  # fmt: skip
    part_of_job = block.columns.get("part", 1.0)  # of one that is shared among months
    stacked = [np.where(known[name], columns[name] * part_of_job, 0.0) for name in AMOUNTS]
    return np.stack(stacked, axis=1), {**known, "is_of_cores": is_of_cores, "counted": counted}


def _jobs(block: Block) -> tuple[Any, dict[str, Any]]:
    """Return the amounts of rows that fill a template: each is a job."""
    nothing = np.zeros(block.rows, dtype=bool)
    known = {name: ~nothing if name == "jobs" else nothing for name in AMOUNTS}
    part_of_job = block.columns.get("part", np.ones(block.rows))
    columns = [part_of_job if name == "jobs" else np.zeros(block.rows) for name in AMOUNTS]
    counted = np.full(block.rows, np.nan)
    return np.stack(columns, axis=1), {**known, "is_of_cores": nothing, "counted": counted}


def _is_empty(amounts: Any, kind: Texts) -> Any:
    """Return the rows without time, which count nothing."""
    at = {name: amounts[:, place] for place, name in enumerate(AMOUNTS)}
    is_energy, is_storage = kind.equals(ENERGY), kind.equals(STORAGE)
    is_compute = ~is_energy & ~is_storage
    return (
        (is_compute & (at["device_h"] == 0) & (at["wall_h"] == 0))
        | (is_energy & (at["energy_kwh"] == 0))
        | (is_storage & (at["storage_gbh"] == 0))
    )


def _cells(
    block: Block,
    kind: Texts,
    plan: Plan,
    amounts: Any,
    varies: dict[str, Any],
    counts: Any,
) -> tuple[list[tuple[Group, Structure]], Any, Any]:
    """Return the cells of the rows that count, which each row has, and the first row of each."""
    rows = np.flatnonzero(counts)
    cell_of = np.full(block.rows, -1, dtype=np.int64)
    if not len(rows):
        return [], cell_of, rows
    words = {name: block.text(name) for name in WORDS} | {"kind": kind}
    figures = {name: block.number(name) for name in FIGURES}
    shared = figures["host_embodied_kgco2e"] * figures["share"] / varies["counted"]
    of_cores = varies["is_of_cores"]
    if of_cores.any():  # a core's part of its host
        own = figures["device_embodied_kgco2e"]
        figures["device_embodied_kgco2e"] = np.where(of_cores & np.isnan(own), shared, own)
        for name in ("host_embodied_kgco2e", "share"):
            figures[name] = np.where(of_cores, np.nan, figures[name])
    devices = _together(varies, amounts)
    several = np.nan_to_num(varies["counted"]) > 1
    decides = ~(varies["load_h"] | varies["power_wh"] | of_cores | varies["energy_kwh"])
    devices = np.where(decides & (not plan.loads) & ~varies["jobs"], devices, np.nan)
    tags = [block.tags[name] for name in plan.by]
    columns = [texts.codes[rows] for texts in (*words.values(), *tags)]
    columns += [codes_of(figures[name][rows]) for name in FIGURES]
    columns += [codes_of(devices[rows]), several[rows].astype(np.int64)]
    columns += [varies[name][rows].astype(np.int64) for name in AMOUNTS]
    columns += [texts.codes[rows] for texts in block.more.values()]
    first, inverse = unique_rows(columns)
    cell_of[rows] = inverse
    cells = []
    for row in rows[first].tolist():
        structure = Structure(
            tuple(column.at(row) for column in words.values()),
            tuple(float(figures[name][row]) for name in FIGURES),
            float(devices[row]),
            bool(several[row]),
            tuple(name for name in AMOUNTS if varies[name][row]),
            tuple((path, text) for path, texts in block.more.items() if (text := texts.at(row))),
        )
        cells.append((tuple(texts.at(row) for texts in tags), structure))
    return cells, cell_of, rows[first]


def _together(varies: dict[str, Any], amounts: Any) -> Any:
    """Return how many devices of a row work together; 1 where only device time is known.

    Where that is more than a node can run in a year, as many as it takes.
    """
    counted = varies["counted"]
    years = amounts[:, 0] / HOURS_PER_YEAR
    return np.where(np.isnan(counted), np.where(years > ONE_NODE, years, 1.0), counted)
