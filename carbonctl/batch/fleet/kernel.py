"""From a block of rows to sums: which rows count, what they have in common, and their amounts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from carbonctl.batch.fleet.blocks import NAN, Block, Texts, codes_of, distinct, unique_rows
from carbonctl.batch.fleet.checks import Rejects, check
from carbonctl.batch.fleet.device_facts import DeviceFacts
from carbonctl.batch.fleet.kinds import Kinds, kinds_of
from carbonctl.batch.fleet.known import Codes, Known, Same
from carbonctl.batch.fleet.structures import AMOUNTS, FIGURES, WORDS, Structure
from carbonctl.batch.fleet.summed import MOST_OWN, PLACES, own_cells, without_figures
from carbonctl.estimators.usage import ONE_NODE
from carbonctl.factors.use_phase import HOURS_PER_YEAR
from carbonctl.ledger.fleet import Reject

NO_TIME = "no time"
DUPLICATE = "duplicate"
_NO_TIME = "no time is given: wall_time_h with devices, or device_time_h"
_TOO_MUCH = "more than one such device draws; power is that of one device"

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
    devices : DeviceFacts, optional
        What decides about rows by the names of their devices.
    """

    by: tuple[str, ...] = ()
    hardware: bool = False
    loads: bool = False
    names_device: bool = False
    is_template: bool = False
    devices: DeviceFacts | None = None


class Part(NamedTuple):
    """What comes of a block.

    A *cell* is what rows of one group and one structure are.

    Attributes
    ----------
    file : str
        What messages call the input.
    groups : list of tuple of str
        The combinations of tags that there are.
    structures : list of Structure
        The structures that are known, of other blocks too.
    met : array of int
        The places of those that this block has, in the order in which they come.
    first : array
        The line of the first row of each of these.
    group, structure : array of int
        For each cell the places of its group and of its structure.
    sums : dict of array
        A number for each cell: at 0 the rows that it has, at 1 + n the n-th of `PLACES`; only
        those that are not 0 everywhere.
    rejects : list of Reject
        The rows that cannot be counted.
    skipped : Counter
        Rows that rightly count nothing, by reason.
    rejected_rows : int
        How many rows cannot be counted.
    structure_of : array of int
        For each row the place of its structure; -1 where it is not counted.
    amounts : dict of array
        By its name in `PLACES` each amount that some rows have, a number for each row.
    is_summed : bool
        Whether figures of its rows are summed, as they have too many of them.
    """

    file: str
    groups: list[Group]
    structures: list[Structure]
    met: Any
    first: Any
    group: Any
    structure: Any
    sums: dict[int, Any]
    rejects: list[Reject]
    skipped: Counter[str]
    rejected_rows: int
    structure_of: Any
    amounts: dict[str, Any]
    is_summed: bool = False


def part(
    block: Block,
    plan: Plan,
    refused: Mapping[int, Reject] | None = None,
    known: Known | None = None,
) -> Part:
    """Return what comes of a block.

    Parameters
    ----------
    block : Block
        The rows.
    plan : Plan
        How they are read.
    refused : mapping, optional
        Rows that cannot be counted for what was found before, such as a cell that is no number.
    known : Known, optional
        Structures of other blocks.
    """
    rejects = Rejects(block)
    for row, reject in (refused or {}).items():
        rejects.all.append((row, reject))
        rejects.rows[row] = True
    kinds = kinds_of(block)
    check(block, rejects)
    with np.errstate(all="ignore"):  # of figures that are refused
        made = _jobs(block) if plan.is_template else _amounts(block, kinds, plan, rejects)
    skipped: Counter[str] = Counter()
    counts = ~rejects.rows
    is_empty = _is_empty(made, kinds)
    if not plan.is_template and is_empty.any():
        skipped[NO_TIME] += int((is_empty & counts).sum())
        counts &= ~is_empty
    rows = slice(None) if counts.all() else np.flatnonzero(counts)
    every_row = np.arange(block.rows)[rows]
    count = len(every_row)
    tags = [_taken(block.tags[name], rows) for name in plan.by]
    first_of_group, group_of = unique_rows(tags, count)
    groups = [tuple(texts.at(row) for texts in tags) for row in first_of_group.tolist()]
    fields, first, structure_of = _alike(block, kinds, plan, made, rows)
    is_summed = own_cells(block, every_row, group_of, structure_of) > MOST_OWN
    if is_summed:
        block, amounts = without_figures(block, made.amounts, kinds.is_energy)
        made = made._replace(amounts=amounts)
        fields, first, structure_of = _alike(block, kinds, plan, made, rows)
    at = every_row[first]
    known = known or Known()
    met = known.numbers([_coded(field, at) for field in fields], len(first))
    structures = len(known.structures)
    structure = met[structure_of]
    cells, cell_of = distinct(group_of * np.int64(structures) + structure, len(groups) * structures)
    every = structure
    if count < block.rows:
        every = np.full(block.rows, -1, dtype=np.int64)
        every[rows] = structure
    return Part(
        block.file, groups, known.structures, met, block.lines[at],
        cells // max(structures, 1), cells % max(structures, 1),
        _sums(block, made.amounts, rows, cell_of, len(cells)),
        [reject for _, reject in sorted(rejects.all, key=lambda pair: pair[0])],
        +skipped, rejects.count, every, made.amounts, is_summed,
    )  # fmt: skip


def _alike(
    block: Block, kinds: Kinds, plan: Plan, made: _Amounts, rows: Any
) -> tuple[list[Any], Any, Any]:
    """Return the fields of structures, the first row of each, and which of them each row has."""
    fields = _fields(block, kinds, plan, made)
    count = block.rows if isinstance(rows, slice) else len(rows)
    first, structure_of = unique_rows(
        [_taken(codes_of(field) if _is_numeric(field) else field, rows)
         for field in fields if _is_column(field)], count,
    )  # fmt: skip
    return fields, first, structure_of


def _taken(column: Any, rows: Any) -> Any:
    if isinstance(column, Texts):
        return Texts(column.codes[rows], column.values)
    return column[rows]


def _sums(
    block: Block, amounts: Mapping[str, Any], rows: Any, cell_of: Any, cells: int
) -> dict[int, Any]:
    """Return the rows and the amounts of each cell."""
    if not cells:
        return {}
    is_first = block.columns.get("is_first")
    counted = cell_of if is_first is None else cell_of[is_first[rows]]
    sums = {0: np.bincount(counted, minlength=cells).astype(float)}
    for place, name in enumerate(PLACES, 1):
        if name in amounts:
            sums[place] = np.bincount(cell_of, weights=amounts[name][rows], minlength=cells)
    return sums


class _Amounts(NamedTuple):
    """The amounts of rows, and what decides about their structures.

    Attributes
    ----------
    amounts : dict of array
        By name each amount that some rows have; 0 where a row does not.
    known : dict
        For each of `AMOUNTS` in which rows it is known: an array, or one condition for all.
    is_of_cores : array or bool
        Which rows have cores and no device.
    counted : array or float
        The number of devices, or of cores.
    """

    amounts: dict[str, Any]
    known: dict[str, Any]
    is_of_cores: Any
    counted: Any


def _amounts(block: Block, kinds: Kinds, plan: Plan, rejects: Rejects) -> _Amounts:
    """Return the amounts of each row; what is not in the table is one number for all rows."""

    def n(name: str) -> Any:
        return block.columns.get(name, np.float64(NAN))

    def named(name: str) -> Any:
        column = block.columns.get(name)
        return np.False_ if column is None else column.where(bool)

    wall, given, devices = n("wall_time_h"), n("device_time_h"), n("devices")
    cores, core_w = n("cpu_cores"), n("cpu_power_w")
    is_instance = named("instance")
    has_machine = named("device") | is_instance
    is_of_cores = (~has_machine & ~(devices > 0) | (devices == 0)) & (cores > 0)
    counted = np.where(is_of_cores, cores, devices) if np.any(is_of_cores) else devices
    device_h = counted * wall
    if np.ndim(given):
        device_h = np.where(np.isnan(given), device_h, given)
    _, is_compute, is_energy, is_storage = kinds
    energy, stored = n("energy_kwh"), n("storage_gb")
    no_wall, no_device_h = np.isnan(wall), np.isnan(device_h)
    no_time = no_device_h & ~(is_instance & ~no_wall) & is_compute
    refuse = rejects.add
    refuse(no_time & no_wall, "wall_time_h", _NO_TIME)
    refuse(no_time & np.isnan(counted), "devices", "no number of devices is given")
    refuse(is_energy & np.isnan(energy), "energy_kwh", "no energy is given")
    lacks = is_storage & (np.isnan(stored) | no_wall)
    refuse(lacks, "storage_gb", "storage_gb and wall_time_h go together")
    if not plan.names_device:
        nameless = ~has_machine & ~is_of_cores
        refuse(is_compute & nameless, "device", "no device is named")
    has_hardware = is_energy & plan.hardware & has_machine & ~no_device_h
    load, power = n("load"), n("power_w")
    if plan.devices is not None and np.ndim(power):
        names = block.text("device")
        most = np.array([*map(plan.devices.most_power, names.values)])[names.codes]
        refuse(is_compute & (power > most), "power_w", _TOO_MUCH)
    at_work = is_compute & ~is_of_cores
    known = {
        "device_h": (is_compute & ~no_device_h) | has_hardware,
        "load_h": at_work & ~np.isnan(load) & np.isnan(power),
        "power_wh": at_work & ~np.isnan(power),
        "core_wh": is_compute & (cores > 0) & ~np.isnan(core_w),
        "memory_gbh": is_compute & (n("memory_gb") > 0) & ~no_wall,
        "wall_h": ~no_wall & (is_compute | has_hardware),
        "energy_kwh": is_energy,
        "storage_gbh": is_storage,
        "jobs": np.False_,
        "core_h": is_compute & is_of_cores & np.isnan(core_w),
    }
    factors: dict[str, tuple[Any, ...]] = {
        "device_h": (device_h,), "load_h": (device_h, load), "power_wh": (device_h, power),
        "core_wh": (cores, core_w, wall), "memory_gbh": (n("memory_gb"), wall),
        "wall_h": (wall,), "energy_kwh": (energy,), "storage_gbh": (stored, wall),
        "core_h": (device_h,),
    }  # fmt: skip
    amounts = {
        name: _product(some, known[name], block) for name, some in factors.items()
        if np.any(known[name])
    }  # fmt: skip
    return _Amounts(amounts, known, is_of_cores, counted)


def _product(factors: tuple[Any, ...], known: Any, block: Block) -> Any:
    """Return an amount of each row: 0 where it is not known."""
    amount = factors[0]
    for factor in factors[1:]:
        amount = amount * factor
    part_of_job = block.columns.get("part")  # of one that is shared among months
    if part_of_job is not None:
        amount = amount * part_of_job
    if not np.all(known):
        amount = np.where(known, amount, 0.0)
    return np.broadcast_to(amount, block.rows) if np.ndim(amount) == 0 else amount


def _jobs(block: Block) -> _Amounts:
    """Return the amounts of rows that fill a template: each is a job."""
    known = {name: np.True_ if name == "jobs" else np.False_ for name in AMOUNTS}
    part_of_job = block.columns.get("part", np.ones(block.rows))
    return _Amounts({"jobs": part_of_job}, known, np.False_, np.float64(NAN))


def _is_empty(made: _Amounts, kinds: Kinds) -> Any:
    """Return the rows without time or devices, which count nothing."""
    at = {name: made.amounts.get(name, np.float64(0.0)) == 0 for name in AMOUNTS}
    return (
        (kinds.is_compute & at["device_h"] & (made.known["device_h"] | at["wall_h"]))
        | (kinds.is_energy & at["energy_kwh"])
        | (kinds.is_storage & at["storage_gbh"])
    )


# ---- what rows have in common --------------------------------------------------------------


def _words(block: Block, kinds: Kinds) -> list[Texts | str]:
    """Return the `WORDS` of the rows; one text where all have the same."""
    columns = {name: block.columns.get(name, "") for name in WORDS} | {"kind": kinds.texts}
    return [columns[name] for name in WORDS]


def _figures(block: Block, made: _Amounts) -> list[Any]:
    """Return the `FIGURES` of the rows; one number where there is no column of it."""
    figures = {name: block.columns.get(name, np.float64(NAN)) for name in FIGURES}
    of_cores = made.is_of_cores
    if np.any(of_cores):  # a core's part of its host
        shared = figures["host_embodied_kgco2e"] * figures["share"] / made.counted
        own = figures["device_embodied_kgco2e"]
        figures["device_embodied_kgco2e"] = np.where(of_cores & np.isnan(own), shared, own)
        for name in ("host_embodied_kgco2e", "share"):
            figures[name] = np.where(of_cores, np.nan, figures[name])
    return [figures[name] for name in FIGURES]


def _devices(block: Block, plan: Plan, made: _Amounts) -> tuple[Any, Any]:
    """Return how many devices of a row work together, and whether they are several.

    The number is NaN where it decides nothing. It is 1 where only device time is known, or where
    that is more than a node can run in a year, as many as it takes. Without a number they are
    several only where that decides what stands around them.
    """
    counted, known = made.counted, made.known
    with_load = known["load_h"] | known["power_wh"] | made.is_of_cores | known["energy_kwh"]
    decides = ~with_load & (not plan.loads) & ~known["jobs"]
    several = counted > 1
    if plan.devices is not None and not np.all(decides):
        several = several & (decides | block.text("device").where(plan.devices.needs_number))
    if not np.any(decides):
        return np.float64(NAN), several
    years = made.amounts.get("device_h", np.zeros(block.rows)) / HOURS_PER_YEAR
    at_once = np.where(np.isnan(counted), np.where(years > ONE_NODE, years, 1.0), counted)
    return np.where(decides, at_once, NAN), several


def _fields(block: Block, kinds: Kinds, plan: Plan, made: _Amounts) -> list[Any]:
    """Return the fields of the structures of rows, in the order of `known.structure`.

    Each is a column, or what all rows have.
    """
    return [
        *_words(block, kinds), *_figures(block, made), *_devices(block, plan, made),
        *(made.known[name] for name in AMOUNTS), tuple(block.more), *block.more.values(),
    ]  # fmt: skip


def _is_column(field: Any) -> bool:
    return isinstance(field, Texts) or getattr(field, "ndim", 0) > 0


def _is_numeric(column: Any) -> bool:
    return not isinstance(column, Texts) and column.dtype != bool


def _coded(field: Any, rows: Any) -> Codes | Same:
    """Return a field of some rows by its values."""
    if isinstance(field, Texts):
        return Codes(field.codes[rows], field.values)
    if isinstance(field, str | tuple):
        return Same(field)
    if not np.ndim(field):
        return Same(NAN if np.isnan(field) else field.item())
    values, codes = np.unique(field[rows], return_inverse=True)
    return Codes(codes, values.tolist())
