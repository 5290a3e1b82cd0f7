"""Columns of a block in the making: from records of texts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import tzinfo
from typing import Any, Generic, NamedTuple, Protocol, TypeVar

import numpy as np

from carbonctl.batch.fleet.blocks import Fault, Texts, encoded, numbers
from carbonctl.batch.fleet.moments import moments_of
from carbonctl.errors import InputError
from carbonctl.inputs.jobs.layout import Layout
from carbonctl.inputs.jobs.names import FIELDS
from carbonctl.inputs.jobs.records import Record, odd_width

TIMES = ("start", "end")


class Positions(NamedTuple):
    """Which columns of a table are read, by their positions: as texts, as numbers and as times."""

    texts: frozenset[int]
    numbers: frozenset[int]
    times: frozenset[int]

    @property
    def all(self) -> list[int]:
        """Every one of them, in their order."""
        return sorted(self.texts | self.numbers | self.times)


def positions(layout: Layout) -> Positions:
    """Return which columns a layout reads, and as what."""
    texts = {
        condition.position
        for conditions in (*layout.drop, *(rule.conditions for rule in layout.phases))
        for condition in conditions
    }
    numeric, moments = set[int](), set[int]()
    for name, column in layout.fields.items():
        field = FIELDS.get(name)
        if name in TIMES:
            moments.add(column.position)
        elif field is None or field.dimension is None:
            texts.add(column.position)
        else:
            numeric.add(column.position)
    for tag in layout.tags.values():
        (texts if tag.cut is None else moments).add(tag.position)
    return Positions(frozenset(texts), frozenset(numeric), frozenset(moments))


class Columns(Protocol):
    """Rows of a table by position, from which a block is made.

    Attributes
    ----------
    odd : list of (int, str)
        Rows that are refused, as those with more cells than the header has, and why.
    """

    odd: list[tuple[int, str]]

    @property
    def lines(self) -> Any:
        """The line on which each row begins."""

    @property
    def rows(self) -> int:
        """How many there are."""

    def texts(self, position: int) -> Texts:
        """Return a column of texts, without spaces around them."""

    def numbers(self, position: int, *, is_share: bool) -> tuple[Any, list[Fault]]:
        """Return a column of numbers, NaN where there is none, and what is no number."""

    def moments(self, position: int, zone: tzinfo) -> tuple[Any, list[Fault]]:
        """Return a column of times of day, and what is none."""


class Gathered:
    """Columns of some records.

    Parameters
    ----------
    records : sequence of Record
        One of another width is an empty row, to be refused.
    positions : sequence of int
        The columns that are read.
    width : int
        How many cells the header has.
    """

    def __init__(self, records: Sequence[Record], positions: Sequence[int], width: int) -> None:
        self.width = width
        lines, cells = zip(*records, strict=True)
        self.lines = np.array(lines)
        self.odd = [
            (row, odd_width(own, width)) for row, own in enumerate(cells) if len(own) != width
        ]
        if self.odd:
            empty = ("",) * width
            cells = tuple(own if len(own) == width else empty for own in cells)
        columns = [*zip(*cells, strict=True)]
        self.columns = {position: columns[position] for position in positions}
        self.times: dict[int, tuple[Any, list[Fault]]] = {}

    @property
    def rows(self) -> int:
        """How many there are."""
        return len(self.lines)

    def texts(self, position: int) -> Texts:
        """Return a column of texts, without spaces around them."""
        return stripped(encoded(self.columns[position]))

    def numbers(self, position: int, *, is_share: bool) -> tuple[Any, list[Fault]]:
        """Return a column of numbers, NaN where there is none, and what is no number."""
        cells = self.columns[position]
        signs = "".join(cells)
        if signs.isascii() and "_" not in signs:
            try:
                read = np.array([*map(float, cells)])
            except ValueError:
                pass
            else:
                if np.isfinite(read).all():
                    return read, []
        return numbers(self.texts(position), is_share=is_share)

    def moments(self, position: int, zone: tzinfo) -> tuple[Any, list[Fault]]:
        """Return a column of times of day, and what is none."""
        if position not in self.times:  # the start of a job is its month too
            self.times[position] = moments_of(self.texts(position), zone)
        return self.times[position]


def stripped(texts: Texts) -> Texts:
    """Return a column without spaces around its texts."""
    if all(text == text.strip() for text in texts.values):
        return texts
    return texts.each(str.strip)


T = TypeVar("T")


class Readable(Generic[T]):
    """What can be read, up to what cannot.

    Parameters
    ----------
    items : iterable
        Raises InputError where no more can be read.
    """

    def __init__(self, items: Iterable[T]) -> None:
        self.items = items
        self.failure: InputError | None = None

    def __iter__(self) -> Iterator[T]:
        """Yield the items before that."""
        try:
            yield from self.items
        except InputError as error:
            self.failure = error

    def end(self) -> None:
        """Raise what went wrong."""
        if self.failure is not None:
            raise self.failure
