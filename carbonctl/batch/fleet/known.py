"""The structures that were met, so that those of many blocks are made, and looked up, once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from carbonctl.batch.fleet.blocks import NAN
from carbonctl.batch.fleet.structures import AMOUNTS, FIGURES, WORDS, Structure

_MOST = 1 << 22  # pairs in a table


class Same(NamedTuple):
    """A field that is the same in all structures of a block."""

    value: Any


class Codes(NamedTuple):
    """A field of the structures of a block: for each the place of its value in some values."""

    codes: Any
    values: Sequence[Any]


class Known:
    """The structures that were met.

    Attributes
    ----------
    structures : list of Structure
        In the order in which they came.
    """

    def __init__(self) -> None:
        self.structures: list[Structure] = []
        self._tables: dict[Any, _Table] = {}

    def numbers(self, fields: Sequence[Codes | Same], count: int) -> Any:
        """Return the places of structures in `structures`; those that are new are added.

        Parameters
        ----------
        fields : sequence of Codes or Same
            Of `structure`, in their order.
        count : int
            How many structures there are: all of them differ.
        """
        shape = tuple(field.value if isinstance(field, Same) else _VARIES for field in fields)
        table = self._tables.setdefault(shape, _Table())
        varying = [field for field in fields if isinstance(field, Codes)]
        keys = table.keys(varying, count)
        numbers = table.numbers(keys)
        for row in np.flatnonzero(numbers < 0).tolist():
            own = iter([field.values[field.codes[row]] for field in varying])
            values = [f.value if isinstance(f, Same) else next(own) for f in fields]
            numbers[row] = len(self.structures)
            self.structures.append(structure(values))
        table.keep(numbers, keys)
        return numbers


_VARIES = object()


class _Table:
    """Numbers of structures that differ in the same fields."""

    def __init__(self) -> None:
        self.codes: list[dict[Any, int]] = []  # of each field its values by their codes
        self.pairs: list[_Pairs] = []
        self.places = np.empty(0, dtype=np.int64)

    def keys(self, fields: Sequence[Codes], count: int) -> Any:
        """Return a number for each combination of the values of fields, the same in all blocks."""
        keys = np.zeros(count, dtype=np.int64)
        for place, field in enumerate(fields):
            if place == len(self.codes):
                self.codes.append({})
                self.pairs.append(_Pairs())
            known = self.codes[place]
            moved = [
                known.setdefault(NAN if value != value else value, len(known))  # noqa: PLR0124
                for value in field.values
            ]
            own = np.array(moved, dtype=np.int64)[field.codes]
            keys = self.pairs[place].numbers(keys, own, len(known))
        return keys

    def numbers(self, keys: Any) -> Any:
        """Return the numbers of structures by their keys; -1 where they are new."""
        most = int(keys.max()) + 1 if len(keys) else 0
        if most > len(self.places):
            more = np.full(most - len(self.places), -1, dtype=np.int64)
            self.places = np.concatenate([self.places, more])
        return self.places[keys]

    def keep(self, numbers: Any, keys: Any) -> None:
        """Remember the numbers of structures by their keys."""
        self.places[keys] = numbers


class _Pairs:
    """Numbers for pairs of numbers, in the order in which they are met.

    As long as there are not too many a table has the number of each pair.
    """

    def __init__(self) -> None:
        self.count = 0
        self.table: Any = np.full((0, 0), -1, dtype=np.int64)
        self.known: dict[tuple[int, int], int] = {}

    def numbers(self, left: Any, right: Any, most: int) -> Any:
        """Return the numbers of pairs; those on the right are below ``most``."""
        self._widen(int(left.max(initial=-1)) + 1, most)
        if self.table is None:
            pairs = zip(left.tolist(), right.tolist(), strict=True)
            return np.array([self.known.setdefault(p, len(self.known)) for p in pairs], np.int64)
        numbers = self.table[left, right]
        if (numbers < 0).any():
            for a, b in zip(left.tolist(), right.tolist(), strict=True):
                if self.table[a, b] < 0:
                    self.table[a, b] = self.count
                    self.count += 1
            numbers = self.table[left, right]
        return numbers

    def _widen(self, rows: int, columns: int) -> None:
        if self.table is None:
            return
        old, wide = self.table.shape
        if rows <= old and columns <= wide:
            return
        rows, columns = max(old, rows * 5 // 4), max(wide, columns * 5 // 4)
        if rows * columns > _MOST:
            at = np.argwhere(self.table >= 0)
            order = np.argsort(self.table[at[:, 0], at[:, 1]])
            self.known = {(a, b): n for n, (a, b) in enumerate(at[order].tolist())}
            self.table = None
            return
        table = np.full((rows, columns), -1, dtype=np.int64)
        table[:old, :wide] = self.table
        self.table = table


def structure(values: Sequence[Any]) -> Structure:
    """Return a structure by its fields.

    Parameters
    ----------
    values : sequence
        `WORDS`, `FIGURES`, how many devices work together, whether they are several, for each of
        `AMOUNTS` whether it varies, the paths of other keys, and their texts.
    """
    words, figures = len(WORDS), len(WORDS) + len(FIGURES)
    amounts = figures + 2 + len(AMOUNTS)
    varies = values[figures + 2 : amounts]
    paths, texts = values[amounts], values[amounts + 1 :]
    return Structure(
        tuple(values[:words]),
        tuple(map(float, values[words:figures])),
        float(values[figures]),
        bool(values[figures + 1]),
        tuple(name for name, is_known in zip(AMOUNTS, varies, strict=True) if is_known),
        tuple((path, text) for path, text in zip(paths, texts, strict=True) if text),
    )
