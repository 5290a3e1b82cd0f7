"""The designs of a table, with the embodied carbon of dies and memory where it is asked for."""

from __future__ import annotations

import json
from typing import Any

import numpy as np

from carbonctl.analysis.accounts import Accounts
from carbonctl.analysis.explore import columns as c
from carbonctl.analysis.explore.answer import Given
from carbonctl.analysis.explore.columns import Figure
from carbonctl.analysis.explore.differences import Spread
from carbonctl.analysis.explore.lines import TableLines
from carbonctl.analysis.explore.question import Question
from carbonctl.analysis.explore.table import (
    TIME,
    Shared,
    Table,
    TableDesigns,
    require,
)
from carbonctl.analysis.explore.workload import WorkloadDesigns
from carbonctl.catalog import Catalog
from carbonctl.errors import InputError
from carbonctl.factors.energy_time import equivalent_eta
from carbonctl.inputs.designs.columns import read_table
from carbonctl.inputs.reading import read_file
from carbonctl.numbers.units import format_number
from carbonctl.numbers.values import Value
from carbonctl.spec.explore_file import LoadedExplore
from carbonctl.spec.levers import plain

_PARTS = {"logic": ("area", "area", "mm2"), "dram": ("memory", "capacity", "GB")}
_YEAR_H = 8760.0


def given_of_table(loaded: LoadedExplore, catalog: Catalog, most: int, question: Question) -> Given:
    """Return the designs of the table of a file.

    Raises
    ------
    InputError
        For any fault of the table, or a figure that is asked for and follows from nothing.
    """
    explore = loaded.explore
    assert explore.designs is not None
    data, name = read_file(str(explore.designs.file))
    table = read_table(data, name, most)
    shared = Shared(
        _best(explore.intensity),
        _best(explore.pue) or 1.0,
        _best(explore.volume) or 1.0,
        None if explore.years is None else explore.years.best / _YEAR_H,
        _best(explore.lifetime),
        _best(explore.utilization) or 1.0,
    )
    require(table, shared, question.asked)
    made, spread = _made(loaded, catalog, table)
    designs = TableDesigns(table, shared, made, spread)
    meter = None
    energy = designs.energy()
    if energy is not None:
        meter = energy.best / shared.pue
    return Given(
        loaded.file, explore.name or name, designs, TableLines(designs),
        amounts=lambda: shared.volume, meter=meter, not_numbers=table.not_numbers,
        eta=_eta(loaded, designs),
    )  # fmt: skip


def _best(value: Value | None) -> float | None:
    return None if value is None else value.best


def _made(
    loaded: LoadedExplore, catalog: Catalog, table: Table
) -> tuple[Figure | None, Spread | None]:
    """Return the embodied carbon of each design by its parts; None where no part is given."""
    explore = loaded.explore
    parts = {key: getattr(explore, key) for key in _PARTS if getattr(explore, key) is not None}
    if not parts:
        return None, None
    problems = []
    if c.EMBODIED in table.figures:
        problems.append(loaded.problem((next(iter(parts)),), "the table has `embodied` already"))
    for key in parts:
        column = _PARTS[key][0]
        if column not in table.figures or np.isnan(table.figures[column].best).any():
            said = f"{key}: a column `{column}` with a figure of each design is needed"
            problems.append(loaded.problem((key,), said))
    if problems:
        raise InputError(problems)
    return _by_parts(loaded, catalog, table, parts)


def _by_parts(
    loaded: LoadedExplore, catalog: Catalog, table: Table, parts: dict[str, Any]
) -> tuple[Figure, Spread | None]:
    """Account for a machine of these parts that does nothing but last for its life."""
    listed, paths, texts = [], list[str](), list[list[str]]()
    for place, (key, node) in enumerate(parts.items()):
        column, field, unit = _PARTS[key]
        sizes = [f"{format_number(size)} {unit}" for size in table.figures[column].best.tolist()]
        listed.append({"name": key, "kind": key, **plain(node), field: sizes[0]})
        paths.append(f"systems.design.parts.{place}.{field}")
        texts.append(sizes)
    use = {"name": "use", "kind": "energy", "energy": "0 kWh", "system": "design", "devices": "1",
           "wall_time": "1 year"}  # fmt: skip
    machine = {"parts": listed, "lifetime": "1 year", "utilization": "100 %"}
    spec = {
        "version": "1", "name": "designs", "site": {"carbon_intensity": "0 g/kWh", "pue": "1"},
        "systems": {"design": machine}, "phases": {"inference": [use]},
    }  # fmt: skip
    data = json.dumps(spec).encode()
    accounts = Accounts(data, loaded.file, loaded.file, catalog)
    try:
        designs = WorkloadDesigns(accounts, paths, list(zip(*texts, strict=True)), {})
    except InputError as error:
        said = {problem.message for problem in error.problems}
        key = next(iter(parts))
        raise InputError(
            loaded.problem((key,), f"{key}: {text}") for text in sorted(said)
        ) from None
    if designs.designs.errors:
        place, text = next(iter(designs.designs.errors.items()))
        raise InputError([table.problem(place, text)])
    return designs.designs.figures[c.EMBODIED]._replace(
        low=designs.designs.figures[c.TOTAL].low, high=designs.designs.figures[c.TOTAL].high
    ), designs.spread(c.EMBODIED)


def _eta(loaded: LoadedExplore, designs: TableDesigns) -> float | None:
    """Return the weight at which Zeus' cost ranks as carbon does; None where that is not known."""
    explore, shared, made = loaded.explore, designs.shared, designs.made
    if explore.max_power is None or shared.intensity is None or made is None:
        return None
    known = TIME in designs.table.figures and shared.lifetime_h is not None
    is_one = len(set(made.best.tolist())) == 1 and "lifetime" not in designs.table.figures
    if not known or not is_one or "intensity" in designs.table.figures:
        return None
    return float(
        equivalent_eta(
            shared.intensity, shared.pue, float(made.best[0]), shared.lifetime_h,
            shared.utilization, explore.max_power.best,
        )
    )  # fmt: skip
