"""The account of a fleet: groups of the rows of tables, and what became of the rest."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple, Protocol

from carbonctl.errors import Caution
from carbonctl.ledger.entry import Entry, Totals
from carbonctl.ledger.result import Assumption

SCHEMA = "carbonctl.fleet/1"
NONE = "(none)"  # the group of rows whose tag is empty


class Reject(NamedTuple):
    """A row that cannot be counted, and why.

    Attributes
    ----------
    file : str
        What messages call the input.
    line : int or str
        The line on which the row begins, from 1; of Parquet the row; ``@OFFSET`` where only the
        place in bytes is known.
    column : str
        As the input calls it; empty where it is the row as a whole.
    value : str
        What stands there.
    message : str
        What is wrong, and what would be right.
    """

    file: str
    line: int | str
    column: str
    value: str
    message: str

    def __str__(self) -> str:
        column = f"{self.column}: " if self.column else ""
        return f"{self.file}:{self.line}: {column}{self.message}"


class Group(NamedTuple):
    """What a group of rows causes.

    Attributes
    ----------
    labels : tuple of str
        What its rows have in common, in the order of `Fleet.by`.
    rows : int
        How many there are.
    device_h : float or None
        Their device-hours; None where they fill a template.
    totals : Totals
        The sums over them.
    """

    labels: tuple[str, ...]
    rows: int
    device_h: float | None
    totals: Totals

    @property
    def complete(self) -> bool:
        """Whether everything in it is known."""
        return self.totals.total_kgco2e is not None


class Coverage(NamedTuple):
    """How many rows there were, and what became of them.

    Attributes
    ----------
    rows, counted, rejected : int
        All, those in the total, and those that cannot be counted.
    skipped : dict
        Rows that rightly count nothing, by reason.
    uncovered_h : float
        Hours without a measurement, which count nothing.
    """

    rows: int
    counted: int
    rejected: int
    skipped: Mapping[str, int]
    uncovered_h: float = 0.0


class Input(NamedTuple):
    """One input of a fleet: its name, its digest (None of a stream), its rows and its format."""

    file: str
    sha256: str | None
    rows: int
    format: str


class AssumedOf(NamedTuple):
    """What was assumed, and of how many rows."""

    assumption: Assumption
    rows: int


class NotCovered(NamedTuple):
    """What no kind of activity accounts for: what it is, how much of it, and its unit."""

    what: str
    quantity: float
    unit: str


class Coded(Protocol):
    """A column of texts: those that differ, and which of them stands in each row."""

    @property
    def codes(self) -> Any:
        """For each row the place of its text in ``values``: an array of int."""

    @property
    def values(self) -> Sequence[str]:
        """The texts that differ, in a list or an Arrow array; an empty one is unknown."""


class RowBatch(NamedTuple):
    """Some rows of one input with what each causes, one after the other as they stand there.

    Attributes
    ----------
    file : str
        What messages call the input.
    lines : array
        The line on which each row begins, as int; as texts where only places in bytes are known.
        Either of the two in all batches of an output.
    job, state : Coded or None
        What identifies each row; None where the input has no such column.
    start, end : array of datetime64 or None
        When it began and ended, in UTC and to the microsecond; NaT is unknown.
    tags : tuple of Coded
        The tags that were asked for, in their order.
    sums : array
        A line for each field of `Totals`, in their order, with a number a row; NaN is unknown.
    """

    file: str
    lines: Any
    job: Coded | None
    start: Any
    end: Any
    state: Coded | None
    tags: tuple[Coded, ...]
    sums: Any


@dataclass(frozen=True)
class Fleet:
    """The account of a fleet.

    Attributes
    ----------
    by : tuple of str
        What the groups are made by; nothing where the total alone was asked for.
    total : Group
        All rows that count.
    groups : tuple of Group
        The same in groups, the largest first.
    coverage : Coverage
        What became of the rows.
    rejects : tuple of Reject
        The rows that cannot be counted; those for one unknown name once.
    inputs : tuple of Input
        What was read.
    assumptions : tuple of AssumedOf
        What rows did not say.
    warnings : tuple of Caution
        What the user should know.
    not_covered : tuple of NotCovered
        What is accounted for by nothing.
    map : mapping
        What the map says, as it stands in the file; empty without one.
    make_entries : callable
        Makes the ledger.
    """

    by: tuple[str, ...]
    total: Group
    groups: tuple[Group, ...]
    coverage: Coverage
    rejects: tuple[Reject, ...]
    inputs: tuple[Input, ...]
    assumptions: tuple[AssumedOf, ...]
    warnings: tuple[Caution, ...]
    not_covered: tuple[NotCovered, ...]
    map: Mapping[str, Any]
    make_entries: Callable[[], tuple[Entry, ...]]

    @cached_property
    def entries(self) -> tuple[Entry, ...]:
        """The ledger: an entry for each group, device, place, item and boundary."""
        return self.make_entries()

    @property
    def file(self) -> str:
        """What messages call the inputs together."""
        return self.inputs[0].file if len(self.inputs) == 1 else f"{len(self.inputs)} tables"

    def share(self, group: Group) -> float | None:
        """Return the share of a group in the total; None where either is unknown."""
        own, whole = group.totals.total_kgco2e, self.total.totals.total_kgco2e
        return None if own is None or not whole else own / whole
