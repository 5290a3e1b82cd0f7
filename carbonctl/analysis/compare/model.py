"""What a comparison holds."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from carbonctl.catalog.own_records import OwnRecords, together
from carbonctl.errors import Caution
from carbonctl.ledger.entry import Entry
from carbonctl.ledger.result import Result

if TYPE_CHECKING:
    from carbonctl.analysis.design.metrics import Metrics
    from carbonctl.analysis.sensitivity import Sensitivity

SCHEMA = "carbonctl.compare/2"
ADDED, REMOVED, CHANGED, SAME = "added", "removed", "changed", "same"
WORKLOAD = "workload"  # the cause of a change that is its author's


class Side(NamedTuple):
    """One side: a workload that was estimated now, or results that were saved.

    ``label`` is what it was called on the command line. Where there was nothing it has no results:
    all of the other side is then added or removed. The versions and own records are those that
    made the results. ``note`` is what is to be said of it.
    """

    label: str
    results: tuple[Result, ...]
    version: str
    hardware_db: str
    own_records: tuple[OwnRecords, ...] = ()
    is_saved: bool = False
    note: str | None = None

    @property
    def facts(self) -> tuple[str, ...]:
        """What the facts behind its results are known by; equal where they are the same."""
        return (self.version, self.hardware_db, *(folder.sha256 for folder in self.own_records))

    @property
    def entries(self) -> list[Entry]:
        """The entries of all results."""
        return [entry for result in self.results for entry in result.entries]

    @property
    def name(self) -> str:
        """The names of its workloads."""
        return ", ".join(result.name for result in self.results)

    @property
    def has_specs(self) -> bool:
        """Whether every result holds the spec that it came from."""
        return all(result.spec for result in self.results)


class Delta(NamedTuple):
    """One figure on both sides, and its difference, head less base. None is unknown.

    Both are in the figure's unit, 0 where a side has no such entry. The difference is exactly
    rounded, the percent is of the base and None where that is zero; ``low`` and ``high`` are
    the range of the difference in 90 of 100 cases, what both sides share moving together.
    ``workload`` and ``assumptions`` are what of it comes from another spec, and from other facts.
    """

    base: float | None
    head: float | None
    difference: float | None
    percent: float | None
    low: float | None = None
    high: float | None = None
    workload: float | None = None
    assumptions: float | None = None


class ComparedEntry(NamedTuple):
    """One entry on both sides; ``kgco2e`` is its difference.

    ``workload`` is empty where each side holds one workload.
    """

    workload: str
    base: Entry | None
    head: Entry | None
    change: str
    kgco2e: Delta

    @property
    def entry(self) -> Entry:
        """The entry of either side, the head's first."""
        entry = self.head or self.base
        assert entry is not None
        return entry


class Change(NamedTuple):
    """A figure that differs; None where a side does not use it.

    ``cause`` is workload where another spec asks for another figure, assumptions where the
    same spec is given another one, and unknown where that cannot be told.
    """

    path: str
    unit: str
    base: float | None
    head: float | None
    cause: str


class Comparison(NamedTuple):
    """One head beside the base.

    Totals have the names of `carbonctl.ledger.entry.Totals`. Rows are in the order of the base,
    then what was added. ``inputs`` are figures that the specs give and that differ, of entries on
    both sides, ``changes`` assumed figures that differ. Notes say where the sides are not of one
    kind. ``sensitivity`` says what decides the difference, where that is asked for.
    """

    base: Side
    head: Side
    total: dict[str, Delta]
    phases: dict[str, dict[str, Delta]]
    rows: tuple[ComparedEntry, ...]
    inputs: tuple[Change, ...]
    changes: tuple[Change, ...]
    notes: tuple[Caution, ...]
    sensitivity: "Sensitivity | None" = None

    @property
    def is_same(self) -> bool:
        """Whether no entry differs."""
        return all(row.change == SAME for row in self.rows)


class Report(NamedTuple):
    """A base and its alternatives, best first; an unknown total comes last.

    ``metrics`` are those of the designs, where they are asked for.
    """

    base: Side
    alternatives: Sequence[Comparison]
    metrics: "Metrics | None" = None

    @property
    def own_records(self) -> tuple[OwnRecords, ...]:
        """The own records behind any of its sides."""
        heads = (alternative.head.own_records for alternative in self.alternatives)
        return together(self.base.own_records, *heads)
