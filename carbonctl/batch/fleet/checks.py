"""Which rows of a block cannot be counted: those that hold what no row may hold."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np

from carbonctl.batch.fleet.blocks import Block, Texts
from carbonctl.batch.fleet.structures import FIGURES, KINDS
from carbonctl.inputs.jobs.table import BOUNDARIES
from carbonctl.ledger.fleet import Reject
from carbonctl.spec.model import PHASES

_MARKS = ("=", "+", "-", "@")  # a spreadsheet takes what begins with them for a formula
# Columns of numbers that are refused below zero, and those that are shares.
_AMOUNTS = ("devices", "wall_time_h", "device_time_h", "load", "power_w", "energy_kwh",
            "cpu_cores", "cpu_power_w", "memory_gb", "storage_gb", *FIGURES)  # fmt: skip
_LARGEST = 1e30  # of a number in a table: products of four stay within the limits of a figure
_SHARES = ("load", "share", "utilization")
_POSITIVE = ("devices_per_system", "lifetime_h", "utilization", "share")


class Rejects:
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
        """Refuse the rows where a condition holds, unless they are refused already.

        The condition may be one for all rows.
        """
        if not np.any(where):
            return
        for row in np.flatnonzero(where & ~self.rows).tolist():
            self.at(row, name, self.block.shown(name, row), message)
        self.rows |= where

    def at(self, row: int, name: str, value: str, message: str) -> None:
        """Refuse one row."""
        file, line = self.block.place(row)
        self.all.append((row, Reject(file, line, self.block.header(name), value, message)))
        self.rows[row] = True


def check(block: Block, rejects: Rejects) -> None:
    """Refuse what no row may hold."""
    _check_words(block, rejects)
    for name in _AMOUNTS:
        if name not in block.columns:
            continue
        column = block.columns[name]
        with np.errstate(invalid="ignore"):
            rejects.add(column < 0, name, f"{_spoken(name)} is below zero")
            rejects.add(column > _LARGEST, name, f"beyond any {_spoken(name)} that can be meant")
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


def _check_words(block: Block, rejects: Rejects) -> None:
    for name, allowed in (("phase", PHASES), ("kind", KINDS), ("energy_boundary", BOUNDARIES)):
        column = block.columns.get(name)
        if isinstance(column, Texts):
            wrong = column.where(partial(_is_none_of, allowed))
            rejects.add(wrong, name, f"is none of {', '.join(allowed)}")
    named = {name: block.text(name) for name in ("job", "device", "instance", "grid", "state")}
    for name, column in named.items():
        rejects.add(column.where(_is_formula), name, "it would be read as a formula")
    for name, column in block.tags.items():
        where = column.where(_is_formula)
        for row in np.flatnonzero(where & ~rejects.rows).tolist():
            rejects.at(row, name, column.at(row), "it would be read as a formula")


def _is_none_of(allowed: Sequence[str], text: str) -> bool:
    return bool(text) and text not in allowed


def _is_formula(text: str) -> bool:
    return text.startswith(_MARKS)
