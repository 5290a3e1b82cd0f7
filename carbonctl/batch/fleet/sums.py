"""The sums of a fleet: amounts by cell, of all blocks in their order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable
from typing import Any

import numpy as np

from carbonctl.batch.fleet.kernel import Group, Part
from carbonctl.batch.fleet.structures import AMOUNTS, Structure
from carbonctl.inputs.jobs.findings import Reject

_WIDTH = 1 + len(AMOUNTS)  # the rows of a cell, and its amounts
_SHIFT = 32  # bits of a structure's place in the number of a cell
_ROWS = 0  # which sum counts rows
_TABLE = 1 << 24  # pairs of groups and structures whose cells are looked up in a table


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
    counted, rejected : int
        Rows that count, and those that cannot.
    """

    def __init__(self) -> None:
        self.groups: list[Group] = []
        self.structures: list[Structure] = []
        self._groups: dict[Group, int] = {}
        self._structures: dict[Hashable, int] = {}
        self._known: list[Structure] = []  # the list whose places are known here
        self._places = np.empty(0, dtype=np.int64)
        self._first: list[tuple[str, Any]] = []
        self._files: set[str] = set()
        self._cells = _Cells()
        self._sums: dict[int, _Column] = {}
        self.rejects: list[Reject] = []
        self.skipped: Counter[str] = Counter()
        self.rejected = 0

    def add(self, part: Part) -> None:
        """Add what comes of the next block."""
        self.rejects += part.rejects
        self.skipped += part.skipped
        self.rejected += part.rejected_rows
        if not part.sums:
            return
        groups = np.array([self._group(group) for group in part.groups], dtype=np.int64)
        places = self._numbers(part.structures)
        self._keep_first(part, places[part.met])
        at = self._cells.places(
            groups[part.group], places[part.structure], len(self.groups), len(self.structures)
        )
        for place, numbers in part.sums.items():
            self._sums.setdefault(place, _Column()).add(at, numbers, self._cells.count)

    def _group(self, group: Group) -> int:
        place = self._groups.get(group)
        if place is None:
            place = self._groups[group] = len(self.groups)
            self.groups.append(group)
        return place

    def _numbers(self, structures: list[Structure]) -> Any:
        """Return the places of structures; those that the same list had before quickly."""
        if structures is not self._known:
            self._known, self._places = structures, np.empty(0, dtype=np.int64)
        if len(structures) > len(self._places):
            new = [self._number(structure) for structure in structures[len(self._places) :]]
            self._places = np.concatenate([self._places, np.array(new, dtype=np.int64)])
        return self._places

    def _number(self, structure: Structure) -> int:
        # NaN is not equal to itself: texts are
        key = (structure.words, repr(structure.figures), repr(structure.devices),
               structure.are_several, structure.varies, structure.more)  # fmt: skip
        place = self._structures.get(key)
        if place is None:
            place = self._structures[key] = len(self.structures)
            self.structures.append(structure)
        return place

    def _keep_first(self, part: Part, places: Any) -> None:
        """Keep where the first row of each structure stands: by files in their order, by lines."""
        start = len(self._first)
        is_early = any(part.file < file for file in self._files)
        self._files.add(part.file)
        if not is_early and places.max() < start:
            return
        self._first += [("", 0)] * (len(self.structures) - start)
        for place, line in zip(places.tolist(), part.first.tolist(), strict=True):
            if place >= start or part.file < self._first[place][0]:
                self._first[place] = (part.file, line)

    @property
    def counted(self) -> int:
        """Rows that count."""
        return int(self._sums[_ROWS].sums(self._cells.count).sum()) if self._sums else 0

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
        group, structure, order = self._cells.in_order()
        sums = np.zeros((len(order), _WIDTH), order="F")  # columns that are 0 take no memory
        for place, column in self._sums.items():
            sums[:, place] = column.sums(len(order))[order]
        return group, structure, sums

    def first(self, structure: int) -> tuple[str, int | str]:
        """Return the file and the line of the first row of a structure."""
        return self._first[structure]


class _Cells:
    """Gives the cells numbers, in the order in which they come.

    As long as there are not too many groups and structures a table has the number of each pair;
    beyond that they are searched for.
    """

    def __init__(self) -> None:
        self.count = 0
        self.made: list[Any] = []  # the keys of cells, as they were added
        self.table: Any = np.full((1, 1), -1, dtype=np.int32)
        self.sorted = np.empty(0, dtype=np.int64)
        self.numbers = np.empty(0, dtype=np.int64)

    def keys(self) -> Any:
        """Return the group and the structure of each cell as one number."""
        return np.concatenate(self.made) if self.made else np.empty(0, dtype=np.int64)

    def in_order(self) -> tuple[Any, Any, Any]:
        """Return the groups, the structures and the numbers of all cells, by groups first."""
        if self.table is None:
            keys = self.keys()
            order = np.argsort(keys)
            keys = keys[order]
            return keys >> _SHIFT, keys & (2**_SHIFT - 1), order
        where = np.flatnonzero(self.table.reshape(-1) >= 0)
        columns = self.table.shape[1]
        return where // columns, where % columns, self.table.reshape(-1)[where]

    def places(self, group: Any, structure: Any, groups: int, structures: int) -> Any:
        """Return the numbers of some cells, which all differ."""
        keys = (group << _SHIFT) | structure
        if self.table is not None:
            self._widen(groups, structures)
        if self.table is None:
            return self._searched(keys)
        where = group * self.table.shape[1] + structure
        flat = self.table.reshape(-1)
        at = flat[where]
        is_new = at < 0
        if is_new.any():
            at[is_new] = self._numbered(keys[is_new])
            flat[where] = at
        return at

    def _numbered(self, keys: Any) -> Any:
        """Return numbers of new cells."""
        self.made.append(keys)
        start, self.count = self.count, self.count + len(keys)
        return np.arange(start, self.count)

    def _widen(self, groups: int, structures: int) -> None:
        """Make the table as large as it has to be; leave it where it would be too large."""
        rows, columns = self.table.shape
        if groups <= rows and structures <= columns:
            return
        rows, columns = _grown(rows, groups), _grown(columns, structures)
        if rows * columns > _TABLE:
            self.table = None
            keys = self.keys()
            self.numbers = np.argsort(keys)
            self.sorted = keys[self.numbers]
            return
        wider = np.full((rows, columns), -1, dtype=np.int32)
        wider[: self.table.shape[0], : self.table.shape[1]] = self.table
        self.table = wider

    def _searched(self, keys: Any) -> Any:
        order = np.argsort(keys)
        ordered = keys[order]
        where = np.searchsorted(self.sorted, ordered)
        is_known = np.zeros(len(keys), dtype=bool)
        inside = where < len(self.sorted)
        is_known[inside] = self.sorted[where[inside]] == ordered[inside]
        at = np.empty(len(keys), dtype=np.int64)
        at[order[is_known]] = self.numbers[where[is_known]]
        if not is_known.all():
            new = ~is_known
            in_order = np.sort(order[new])  # numbers go by the order in which cells come
            at[in_order] = self._numbered(keys[in_order])
            self.sorted = np.insert(self.sorted, where[new], ordered[new])
            self.numbers = np.insert(self.numbers, where[new], at[order[new]])
        return at


class _Column:
    """The sums of one amount, a number for each cell, with what rounding took from it.

    Both are the parts of a complex number: they are fetched from one place.
    """

    def __init__(self) -> None:
        self.table = np.zeros(0, dtype=complex)

    def add(self, at: Any, numbers: Any, cells: int) -> None:
        """Add numbers to the sums of some cells, which all differ, of so many cells."""
        if cells > len(self.table):
            longer = np.zeros(_grown(len(self.table), cells), dtype=complex)
            longer[: len(self.table)] = self.table
            self.table = longer
        rows = self.table[at]
        old = rows.real.copy()
        total = old + numbers
        added = total - old
        # Exactly what the sum of two numbers lost, whichever is the larger one.
        rows.imag += (numbers - added) + (old - (total - added))
        rows.real = total
        self.table[at] = rows

    def sums(self, cells: int) -> Any:
        """Return the sums of some cells; those that none were added to are 0."""
        sums = np.zeros(cells)
        known = self.table[:cells]
        sums[: len(known)] = known.real + known.imag
        return sums


def _grown(size: int, wanted: int) -> int:
    """Return a size that is enough for a while."""
    return size if wanted <= size else max(wanted, wanted * 5 // 4)
