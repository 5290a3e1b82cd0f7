"""The sums of a fleet: amounts by cell, of all blocks in their order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Mapping
from typing import Any

import numpy as np

from carbonctl.batch.fleet.blocks import distinct
from carbonctl.batch.fleet.kernel import Group, Part
from carbonctl.batch.fleet.structures import AMOUNTS, Structure
from carbonctl.batch.fleet.summed import MOST_OWN, PLACES, families, has_own, products
from carbonctl.ledger.fleet import Reject

_SHIFT = 32  # bits of a structure's place in the number of a cell
_ROWS = 0  # which sum counts rows
_PAIRS = 1 << 21  # of groups and structures that have places whether there are such cells or not


class Sums:
    """Adds up what comes of blocks.

    The sums are compensated (Neumaier), and blocks are added in their order: the result is the
    same for any number of processes.

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
    are_summed : bool
        Whether figures of rows are summed, as there are too many of them.
    """

    def __init__(self) -> None:
        self.groups: list[Group] = []
        self.structures: list[Structure] = []
        self._groups: dict[Group, int] = {}
        self._files: set[str] = set()
        self._start()
        self.are_summed = False
        self._scratch = _Scratch()
        self.headers: dict[str, Mapping[str, str]] = {}
        self.rejects: list[Reject] = []
        self.skipped: Counter[str] = Counter()
        self.rejected = 0

    def _start(self) -> None:
        """Begin without structures."""
        self.structures = []
        self._structures: dict[Hashable, int] = {}
        self._has_own: list[bool] = []
        self._known: list[Structure] = []  # the list whose places are known here
        self._places = np.empty(0, dtype=np.int64)
        self._first: list[tuple[str, Any]] = []
        self._cells = _Cells()
        self._sums: dict[int, _Column] = {}

    def add(self, part: Part) -> None:
        """Add what comes of the next block."""
        self.rejects += part.rejects
        self.skipped += part.skipped
        self.rejected += part.rejected_rows
        if not part.sums:
            return
        if part.is_summed and not self.are_summed:
            self._sum_figures()
        self._add(_summed(part) if self.are_summed else part)
        if not self.are_summed and self._own_cells() > MOST_OWN:
            self._sum_figures()

    def _own_cells(self) -> int:
        """Return how many cells have figures of their own that can be summed."""
        if sum(self._has_own) * len(self.groups) <= MOST_OWN:
            return 0
        structure = self._cells.in_order()[1]
        return int(np.array(self._has_own)[structure].sum())

    def _sum_figures(self) -> None:
        """Take the figures that can be summed out of all structures."""
        self.are_summed = True
        if not self.structures:
            return
        old, first = self.structures, self._first
        group, structure, order = self._cells.in_order()
        sums = {place: column.sums(order) for place, column in self._sums.items()}
        part = Part(
            "", self.groups, old, np.arange(len(old)), np.zeros(len(old)), group, structure, sums,
            [], Counter(), 0, None, {},
        )  # fmt: skip
        self._start()
        self._add(_summed(part))
        places: dict[int, tuple[str, Any]] = {}
        for place, own in zip(families(old)[1].tolist(), first, strict=True):
            if place not in places or own[0] < places[place][0]:
                places[place] = own
        self._first = [places[place] for place in range(len(self.structures))]

    def _add(self, part: Part) -> None:
        groups = np.array([self._group(group) for group in part.groups], dtype=np.int64)
        places = self._numbers(part.structures)
        self._keep_first(part, places[part.met])
        move = self._cells.widen(len(self.groups), len(self.structures))
        for column in self._sums.values() if move else ():
            column.table = move(column.table)  # type: ignore[misc]
        at = self._cells.places(groups[part.group], places[part.structure])
        for place, numbers in part.sums.items():
            column = self._sums.setdefault(place, _Column())
            column.add(at, numbers, self._cells.size, self._scratch)

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
        place = self._structures.get(structure.key)
        if place is None:
            place = self._structures[structure.key] = len(self.structures)
            self.structures.append(structure)
            self._has_own.append(has_own(structure))
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
        return int(self._sums[_ROWS].table.real.sum()) if self._sums else 0

    @property
    def cells(self) -> tuple[Any, Any, Any]:
        """Groups and structures of the cells by their places, and their sums.

        Returns
        -------
        group, structure : array of int
            A number for each cell.
        sums : array
            A row for each cell: the rows that it has, then `AMOUNTS`, or `PLACES` where figures
            are summed.
        """
        group, structure, order = self._cells.in_order()
        width = 1 + len(PLACES if self.are_summed else AMOUNTS)
        sums = np.zeros((len(order), width), order="F")  # columns that are 0 take no memory
        for place, column in self._sums.items():
            sums[:, place] = column.sums(order)
        return group, structure, sums

    def first(self, structure: int) -> tuple[str, int | str]:
        """Return the file and the line of the first row of a structure."""
        return self._first[structure]


def _summed(part: Part) -> Part:
    """Return what comes of a block without the figures of its structures that can be summed.

    Cells are added in the order in which their structures come, whoever numbered these.
    """
    some = [part.structures[place] for place in part.met.tolist()]
    if part.is_summed or not any(map(has_own, some)):
        return part
    made, family_of, times = families(some)
    rank = np.empty(len(part.structures), dtype=np.int64)
    rank[part.met] = np.arange(len(some))
    nth = rank[part.structure]
    order = np.lexsort((nth, part.group))
    nth, group = nth[order], part.group[order]
    keys, cell_of = distinct(group * len(made) + family_of[nth], len(part.groups) * len(made))

    def added(numbers: Any) -> Any:
        return np.bincount(cell_of, weights=numbers, minlength=len(keys))

    amounts = {PLACES[place - 1]: own[order] for place, own in part.sums.items() if place}
    amounts |= products(amounts, {name: factor[nth] for name, factor in times.items()})
    sums = {_ROWS: added(part.sums[_ROWS][order])}
    sums |= {1 + PLACES.index(name): added(own) for name, own in amounts.items()}
    first = part.first[np.unique(family_of, return_index=True)[1]]
    return part._replace(
        structures=made, met=np.arange(len(made)), first=first, group=keys // len(made),
        structure=keys % len(made), sums=sums,
    )  # fmt: skip


class _Cells:
    """Gives the cells places.

    As long as there are not too many groups and structures each pair has a place, whether there
    is such a cell or not: those of a block are near each other. Beyond that the cells have
    places in the order in which they come, and are searched for.

    Attributes
    ----------
    size : int
        How many places there are.
    """

    def __init__(self) -> None:
        self.size = 0
        self.shape: tuple[int, int] | None = (0, 0)
        self.is_there = np.zeros(0, dtype=bool)
        self.sorted = np.empty(0, dtype=np.int64)  # the keys of cells that are searched for
        self.numbers = np.empty(0, dtype=np.int64)

    def places(self, group: Any, structure: Any) -> Any:
        """Return the places of some cells, which all differ; `widen` comes before."""
        if self.shape is None:
            return self._searched((group << _SHIFT) | structure)
        where = group * self.shape[1] + structure
        self.is_there[where] = True
        return where

    def in_order(self) -> tuple[Any, Any, Any]:
        """Return the groups, the structures and the places of all cells, by groups first."""
        if self.shape is None:
            return self.sorted >> _SHIFT, self.sorted & (2**_SHIFT - 1), self.numbers
        where = np.flatnonzero(self.is_there)
        return where // self.shape[1], where % self.shape[1], where

    def widen(self, groups: int, structures: int) -> Move | None:
        """Make room for more groups and structures, and return how sums move to their places."""
        if self.shape is None:
            return None
        old = rows, columns = self.shape
        if groups <= rows and structures <= columns:
            return None
        rows, columns = _grown(rows, groups), _grown(columns, structures)
        if rows * columns > _PAIRS:
            group, structure, where = self.in_order()
            self.sorted = (group << _SHIFT) | structure
            self.numbers = np.arange(len(where))
            self.shape, self.size = None, len(where)
            return lambda sums: sums[where]

        def moved(sums: Any) -> Any:
            wider = np.zeros((rows, columns), dtype=sums.dtype)
            known = np.zeros(old[0] * old[1], dtype=sums.dtype)
            few = min(len(sums), len(known))  # a column has as many places as were added to
            known[:few] = sums[:few]
            wider[: old[0], : old[1]] = known.reshape(old)
            return wider.reshape(-1)

        self.is_there = moved(self.is_there)
        self.shape, self.size = (rows, columns), rows * columns
        return moved

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
            at[order[new]] = np.arange(self.size, self.size + int(new.sum()))
            self.size += int(new.sum())
            self.sorted = np.insert(self.sorted, where[new], ordered[new])
            self.numbers = np.insert(self.numbers, where[new], at[order[new]])
        return at


Move = Callable[[Any], Any]  # from sums by place to the same by their new places


class _Column:
    """The sums of one amount, a number for each cell, with what rounding took from it.

    Both are the parts of a complex number: they are fetched from one place.
    """

    def __init__(self) -> None:
        self.table = np.zeros(0, dtype=complex)

    def add(self, at: Any, numbers: Any, cells: int, scratch: _Scratch) -> None:
        """Add numbers to the sums of some cells, which all differ, of so many."""
        if cells > len(self.table):
            longer = np.zeros(_grown(len(self.table), cells), dtype=complex)
            longer[: len(self.table)] = self.table
            self.table = longer
        rows, total, added, left = scratch.arrays(len(at))
        np.take(self.table, at, out=rows, mode="clip")
        old = rows.real
        np.add(old, numbers, out=total)
        np.subtract(total, old, out=added)
        np.subtract(numbers, added, out=left)
        np.subtract(total, added, out=added)
        np.subtract(old, added, out=added)
        left += added  # exactly what the sum of two numbers lost, whichever is the larger one
        rows.imag += left
        rows.real = total
        self.table[at] = rows

    def sums(self, at: Any) -> Any:
        """Return the sums at some places."""
        known = self.table[at]
        return known.real + known.imag


class _Scratch:
    """Arrays that are used again: to get memory from the system takes longer than to add."""

    def __init__(self) -> None:
        self.rows = np.empty(0, dtype=complex)
        self.numbers = np.empty((3, 0))

    def arrays(self, size: int) -> tuple[Any, Any, Any, Any]:
        """Return one of complex numbers and three of floats, with anything in them."""
        if size > len(self.rows):
            self.rows = np.empty(_grown(len(self.rows), size), dtype=complex)
            self.numbers = np.empty((3, len(self.rows)))
        total, added, left = self.numbers[:, :size]
        return self.rows[:size], total, added, left


def _grown(size: int, wanted: int) -> int:
    """Return a size that is enough for a while."""
    return size if wanted <= size else wanted + wanted // 16
