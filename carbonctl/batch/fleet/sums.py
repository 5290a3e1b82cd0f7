"""The sums of a fleet: amounts by cell, of all blocks in their order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

import numpy as np

from carbonctl.batch.fleet.kernel import Group, Part
from carbonctl.batch.fleet.structures import AMOUNTS, Structure
from carbonctl.inputs.jobs.findings import Reject

_WIDTH = 1 + len(AMOUNTS)  # the rows of a cell, and its amounts
_SHIFT = 32  # bits of a structure's place in the number of a cell


class Sums:
    """Adds up what comes of blocks.

    The sums are compensated (Neumaier), and blocks are added in their order: the result is the
    same whoever computes them.

    Attributes
    ----------
    groups : list of tuple of str
        The combinations of tags that there are.
    structures : list of Structure
        The structures that there are.
    rejects : list of Reject
        The rows that cannot be counted, or the first of those that cannot for one reason.
    skipped : Counter
        Rows that rightly count nothing, by reason.
    headers : dict
        What each input calls its columns, by their canonical names.
    counted, rejected : int
        Rows that count, and those that cannot.
    """

    def __init__(self) -> None:
        self.groups: list[Group] = []
        self.structures: list[Structure] = []
        self._groups: dict[Group, int] = {}
        self._structures: dict[Structure, int] = {}
        self._known = np.empty(0, dtype=np.int64)
        self._sums = np.empty((0, _WIDTH))
        self._lost = np.empty((0, _WIDTH))
        self._first: list[Any] = []
        self._places = np.empty(0, dtype=np.int64)
        self.rejects: list[Reject] = []
        self.skipped: Counter[str] = Counter()
        self.rejected = 0
        self.headers: dict[str, Mapping[str, str]] = {}

    def add(self, part: Part) -> None:
        """Add what comes of the next block."""
        self.rejects += part.rejects
        self.skipped += part.skipped
        self.rejected += part.rejected_rows
        if not part.cells:
            return
        numbers = np.array([self._number(*cell) for cell in part.cells], dtype=np.int64)
        order = np.argsort(numbers, kind="stable")
        self._merge(numbers[order], part.sums[order], [part.first[n] for n in order.tolist()])

    def _number(self, group: Group, structure: Structure) -> int:
        place = self._groups.get(group)
        if place is None:
            place = self._groups[group] = len(self.groups)
            self.groups.append(group)
        key = structure.key
        other = self._structures.get(key)
        if other is None:
            other = self._structures[key] = len(self.structures)
            self.structures.append(structure)
        return (place << _SHIFT) | other

    def _merge(self, numbers: Any, sums: Any, first: list[Any]) -> None:
        at = np.searchsorted(self._known, numbers)
        inside = at < len(self._known)
        is_known = np.zeros(len(numbers), dtype=bool)
        is_known[inside] = self._known[at[inside]] == numbers[inside]
        if not is_known.all():
            new = ~is_known
            where = at[new]
            self._known = np.insert(self._known, where, numbers[new])
            self._sums = np.insert(self._sums, where, 0.0, axis=0)
            self._lost = np.insert(self._lost, where, 0.0, axis=0)
            self._places = np.insert(
                self._places, where, len(self._first) + np.arange(int(new.sum()))
            )
            self._first += [
                line for line, is_new in zip(first, new.tolist(), strict=True) if is_new
            ]
            at = np.searchsorted(self._known, numbers)
        old = self._sums[at]
        total = old + sums
        lost = np.where(np.abs(old) >= np.abs(sums), (old - total) + sums, (sums - total) + old)
        self._sums[at] = total
        self._lost[at] += lost

    @property
    def counted(self) -> int:
        """Rows that count."""
        return int(self._sums[:, 0].sum())

    @property
    def cells(self) -> tuple[Any, Any, Any]:
        """Groups and structures of the cells by their places, and their sums.

        Returns
        -------
        group, structure : array of int
            A number for each cell.
        sums : array
            A row for each cell: the rows that it has, then `AMOUNTS`.
        """
        return (self._known >> _SHIFT, self._known & (2**_SHIFT - 1), self._sums + self._lost)

    def first(self, cell: int) -> tuple[str, int | str]:
        """Return the file and the line of the first row of a cell."""
        place: tuple[str, int | str] = self._first[int(self._places[cell])]
        return place
