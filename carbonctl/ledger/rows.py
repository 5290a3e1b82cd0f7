"""The rows of an account: what CSV, TSV, Parquet and DataFrames hold.

A view is a head, and the rows of each account under it. Every row begins with the file and
the name of the workload. Numbers are in the units that their columns name, None where
unknown.
"""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Literal, NamedTuple, Protocol, TypeAlias

from carbonctl.ledger.entry import COLUMNS, Entry, Totals
from carbonctl.ledger.samples import Drawn, Samples

View: TypeAlias = Literal["entries", "totals", "phases"]
Row: TypeAlias = tuple[object, ...]

BEFORE = ("file", "workload")
_MASSES = ("mean", "sd", "p5", "p50", "p95")
SAMPLED = (*(f"{name}_kgco2e" for name in _MASSES), "above_best")  # what draws add to a row
NUMBERS = frozenset({
    "quantity", "factor", "kgco2e", "kgco2e_market", "kgco2e_low", "kgco2e_high",
    *Totals._fields, *SAMPLED,
})  # fmt: skip
YEARS = frozenset({"factor_year"})
FLAGS = frozenset({"complete"})
_OWN = len(COLUMNS) - len(BEFORE)  # the columns that an entry begins with


class Account(Protocol):
    """What rows are made of: a `carbonctl.ledger.result.Result`."""

    @property
    def file(self) -> str:
        """The input."""

    @property
    def name(self) -> str:
        """The name of the workload."""

    @property
    def entries(self) -> tuple[Entry, ...]:
        """The ledger."""

    @property
    def total(self) -> Totals:
        """The sums over all entries."""

    @property
    def phases(self) -> Mapping[str, Totals]:
        """The sums of each phase."""

    @property
    def samples(self) -> Drawn | None:
        """What draws say of it."""

    def groups(self, by: str) -> Mapping[str, Totals]:
        """Return the sums over entries that are alike in one way."""


class Table(NamedTuple):
    """A head, and what makes the rows of one account under it."""

    columns: tuple[str, ...]
    rows: Callable[[Account], list[Row]]


def entries(account: Account) -> list[Row]:
    """Return a row for each entry, of the ledger's `COLUMNS`."""
    before = (account.file, account.name)
    return [(*before, *entry[:_OWN]) for entry in account.entries]


def totals(account: Account) -> list[Row]:
    """Return one row: whether every entry is known, and the sums over all."""
    is_known = account.total.total_kgco2e is not None
    return [(account.file, account.name, is_known, *account.total)]


def phases(account: Account) -> list[Row]:
    """Return a row for each of the four phases, also where nothing is done in it."""
    return _sums(account, account.phases)


def groups(account: Account, by: str) -> list[Row]:
    """Return a row for each group of entries, in the order in which they come."""
    return _sums(account, account.groups(by))


def _sums(account: Account, parts: Mapping[str, Totals]) -> list[Row]:
    return [(account.file, account.name, part, *sums) for part, sums in parts.items()]


VIEWS: dict[str, Table] = {
    "entries": Table(COLUMNS, entries),
    "totals": Table((*BEFORE, "complete", *Totals._fields), totals),
    "phases": Table((*BEFORE, "phase", *Totals._fields), phases),
}


def drawn_totals(account: Account) -> list[Row]:
    """Return the row of `totals` with what draws say of it."""
    samples = None if account.samples is None else account.samples.total
    return [(*row, *_sampled(samples)) for row in totals(account)]


def drawn_phases(account: Account) -> list[Row]:
    """Return the rows of `phases` with what draws say of each."""
    of_phase = {} if account.samples is None else account.samples.phases
    return [(*row, *_sampled(of_phase.get(str(row[2])))) for row in phases(account)]


def _sampled(samples: Samples | None) -> Row:
    if samples is None:
        return (None,) * len(SAMPLED)
    return (*(getattr(samples, name) for name in _MASSES), samples.above_best)


DRAWN = {
    "totals": Table((*VIEWS["totals"].columns, *SAMPLED), drawn_totals),
    "phases": Table((*VIEWS["phases"].columns, *SAMPLED), drawn_phases),
}


def grouped(by: str) -> Table:
    """Return the table of groups, ``by`` as in `carbonctl.ledger.result.Result.groups`."""
    return Table((*BEFORE, by, *Totals._fields), partial(groups, by=by))


def chosen(by: str | None, view: str | None, *, is_drawn: bool = False) -> Table:
    """Return the table of groups where ``by`` says so, else of a view; of entries by default.

    Where there are draws, those of totals and phases have what they say.
    """
    if by is not None:
        return grouped(by)
    tables = {**VIEWS, **DRAWN} if is_drawn else VIEWS
    return tables[view or "entries"]
