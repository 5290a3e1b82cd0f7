"""The account of a fleet: from blocks to groups, and what is behind them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np

from carbonctl.batch.fleet.rates import Accounted, Rater, varying
from carbonctl.batch.fleet.structures import AMOUNTS, Sayings, Structure
from carbonctl.batch.fleet.sums import Sums
from carbonctl.batch.fleet.totals import Group, groups
from carbonctl.catalog import Catalog
from carbonctl.errors import Caution, InputError
from carbonctl.inputs.jobs.findings import Findings, Reject
from carbonctl.ledger.entry import Entry
from carbonctl.ledger.result import Assumption

SCHEMA = "carbonctl.fleet/1"
NONE = "(none)"  # the group of rows whose tag is empty
# What groups may be made by that follows from the account: of a cell, and of an entry.
OF_CELL = ("device", "instance", "grid", "operator", "phase", "kind")
OF_ENTRY: dict[str, Callable[[Entry], str]] = {
    "scope": lambda entry: entry.ghg_scope,
    "boundary": lambda entry: entry.boundary,
}
_HEADERS = {"carbon_intensity": "carbon_intensity_kgco2e_per_kwh"}


class Coverage(NamedTuple):
    """How many rows there were, and what became of them.

    Attributes
    ----------
    rows, counted, rejected : int
        All, those in the total, and those that cannot be counted.
    skipped : dict
        Rows that rightly count nothing, by reason.
    uncovered_h : float
        Hours without a measurement.
    """

    rows: int
    counted: int
    rejected: int
    skipped: dict[str, int]
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


class Fleet(NamedTuple):
    """The account of a fleet.

    Attributes
    ----------
    by : tuple of str
        What the groups are made by.
    total : Group
        All rows that count.
    groups : list of Group
        The same by groups; the total alone where nothing was asked for.
    coverage : Coverage
        What became of the rows.
    rejects : list of Reject
        The rows that cannot be counted; those for one unknown name once.
    inputs : tuple of Input
        What was read.
    assumptions : tuple of AssumedOf
        What rows did not say.
    warnings : tuple of Caution
        What the user should know.
    cells : list of Cell
        What the ledger is made of.
    """

    by: tuple[str, ...]
    total: Group
    groups: list[Group]
    coverage: Coverage
    rejects: list[Reject]
    inputs: tuple[Input, ...]
    assumptions: tuple[AssumedOf, ...]
    warnings: tuple[Caution, ...]
    cells: list[Cell]


class Cell(NamedTuple):
    """Rows of one group and one structure, and their amounts."""

    labels: tuple[str, ...]
    structure: Structure
    rows: int
    amounts: tuple[float, ...]


class Maker:
    """Makes the account of a fleet out of sums.

    Parameters
    ----------
    catalog : Catalog
        The facts.
    sayings : Sayings
        What is said of all rows.
    by : sequence of str
        What groups are made by.
    tags : sequence of str
        Those of them that are tags of rows, in the order of the groups of the sums.
    overrides : tuple of str
        ``PATH=VALUE`` of ``--set`` with whole paths.
    """

    def __init__(
        self,
        catalog: Catalog,
        sayings: Sayings,
        by: Sequence[str],
        tags: Sequence[str],
        overrides: tuple[str, ...] = (),
    ) -> None:
        self.catalog = catalog
        self.sayings = sayings
        self.by = tuple(by)
        self.tags = tuple(tags)
        self.of_entry = [name for name in by if name in OF_ENTRY and name not in tags]
        labels = self._labels_of_entry if self.of_entry else None
        self.rater = Rater(catalog, sayings, overrides, labels)
        self.accounted: list[Accounted] = []

    def _labels_of_entry(self, entry: Entry) -> tuple[str, ...]:
        return tuple(OF_ENTRY[name](entry) for name in self.of_entry)

    def fleet(self, sums: Sums, findings: Findings, inputs: Iterable[Input]) -> Fleet:
        """Return the account of everything that was added up."""
        self.accounted = self.rater.rates(sums.structures)
        group, structure, amounts = sums.cells
        is_faulty = np.array([account.error is not None for account in self.accounted], dtype=bool)
        refused = is_faulty[structure] if len(structure) else np.zeros(0, dtype=bool)
        rejects, rejected = self._refused(sums, refused, structure, amounts)
        kept = (group[~refused], structure[~refused], amounts[~refused])
        names = [self._names(one) for one in sums.structures]

        def label(one: int, other: int, part: tuple[str, ...]) -> tuple[str, ...]:
            tags = dict(zip(self.tags, sums.groups[one], strict=True))
            parts = dict(zip(self.of_entry, part, strict=True))
            known = {**names[other], **parts, **tags}
            return tuple(known[name] or NONE for name in self.by)

        places = [[AMOUNTS.index(name) for name in varying(one)] for one in sums.structures]
        made, total = groups(kept, self.accounted, places, label)
        every = [*findings.rejects, *sums.rejects, *rejects]
        skipped = findings.skipped + sums.skipped
        faulty = len(findings.rejects) + sums.rejected + rejected
        counted = total.rows
        coverage = Coverage(
            counted + faulty + skipped.total(), counted, faulty, dict(skipped),
            findings.uncovered_h,
        )  # fmt: skip
        return Fleet(
            self.by, total, made or [total], coverage, _in_order(every), tuple(inputs),
            self._assumed(structure, amounts), self._warnings(structure, amounts),
            self._cells(kept, sums, names),
        )  # fmt: skip

    def _names(self, structure: Structure) -> dict[str, str]:
        """Return what a structure is called in groups."""
        out = {name: structure.word(name) for name in OF_CELL}
        out["device"] = self._device(out["device"])
        out["grid"] = self._grid(out["grid"])
        out["phase"] = out["phase"] or "training"
        return out

    def _device(self, name: str) -> str:
        said = self.sayings.devices.get(name, name)
        if not isinstance(said, str) or not said:
            return name
        try:
            return self.catalog.device(said).id
        except LookupError:
            return name

    def _grid(self, name: str) -> str:
        said = self.sayings.regions.get(name, name) or self.sayings.defaults.get("site", {}).get(
            "grid", ""
        )
        return str(said)

    def _refused(
        self, sums: Sums, refused: Any, structure: Any, amounts: Any
    ) -> tuple[list[Reject], int]:
        """Return why cells cannot be counted, once for each reason, and how many rows they have."""
        known: dict[tuple[str, str, str], tuple[Any, int]] = {}
        total = 0
        for cell in np.flatnonzero(refused).tolist():
            one = sums.structures[int(structure[cell])]
            error = self.accounted[int(structure[cell])].error
            assert error is not None
            rows = int(amounts[cell, 0])
            total += rows
            first = sums.first(cell)
            for column, value, message in self._faults(one, error):
                before, count = known.get((column, value, message), (first, 0))
                known[column, value, message] = (min(before, first, key=_order), count + rows)
        rejects = []
        for (column, value, message), ((file, line), count) in known.items():
            more = f" ({count:,} rows)" if count > 1 else ""
            rejects.append(Reject(file, line, column, value, f"{message}{more}"))
        return rejects, total

    def _faults(self, structure: Structure, error: InputError) -> Iterable[tuple[str, str, str]]:
        for problem in error.problems:
            key = problem.path.rpartition(".")[2]
            column = _HEADERS.get(key, key)
            value = structure.word(key) if key in OF_CELL else ""
            yield column if column != "site" else "grid", value, problem.message

    def _assumed(self, structure: Any, amounts: Any) -> tuple[AssumedOf, ...]:
        """Return what rows did not say, each figure once with the rows that it was assumed of."""
        rows: Counter[Assumption] = Counter()
        for one, count in zip(structure.tolist(), amounts[:, 0].tolist(), strict=True):
            for assumption in self.accounted[one].assumptions:
                rows[assumption] += int(count)
        return tuple(AssumedOf(assumption, count) for assumption, count in rows.items())

    def _warnings(self, structure: Any, amounts: Any) -> tuple[Caution, ...]:
        rows: Counter[Caution] = Counter()
        for one, count in zip(structure.tolist(), amounts[:, 0].tolist(), strict=True):
            for caution in self.accounted[one].warnings:
                rows[caution._replace(path="")] += int(count)
        return tuple(
            caution._replace(message=f"{caution.message} ({count:,} rows)")
            for caution, count in rows.items()
        )

    def _cells(self, kept: Any, sums: Sums, names: Sequence[dict[str, str]]) -> list[Cell]:
        out = []
        for one, other, row in zip(*(part.tolist() for part in kept), strict=True):
            tags = sums.groups[one]
            own = names[other]
            place = [own["device"] or own["instance"], own["grid"]]
            labels = (*(tag or NONE for tag in tags), *(text for text in place if text))
            out.append(Cell(labels, sums.structures[other], int(row[0]), tuple(row[1:])))
        return out


def _order(place: tuple[str, Any]) -> tuple[str, int]:
    line = place[1]
    return place[0], line if isinstance(line, int) else int(str(line).rpartition("@")[2] or 0)


def _in_order(rejects: Iterable[Reject]) -> list[Reject]:
    """Return rejects in the order of their lines, those of a file together."""
    files: dict[str, int] = {}
    every = list(rejects)
    for reject in every:
        files.setdefault(reject.file, len(files))
    return sorted(every, key=lambda r: (files[r.file], _order((r.file, r.line))[1]))
