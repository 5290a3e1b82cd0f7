"""The account of a fleet: from blocks to groups, and what is behind them."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np

from carbonctl.batch.fleet.blame import of_cell, said_for_all
from carbonctl.batch.fleet.blocks import unique_rows
from carbonctl.batch.fleet.kernel import Part
from carbonctl.batch.fleet.means import MeanEntries
from carbonctl.batch.fleet.named import looked_up, unclear
from carbonctl.batch.fleet.rates import Accounted, Rater, rated
from carbonctl.batch.fleet.structures import (
    AMOUNTS,
    FIGURES,
    KEYS,
    WORDS,
    Sayings,
    Structure,
    amounts_of,
    workload,
)
from carbonctl.batch.fleet.summed import names as summed_in
from carbonctl.batch.fleet.sums import Sums
from carbonctl.batch.fleet.totals import groups
from carbonctl.catalog import Catalog
from carbonctl.errors import Caution, InputError, Problem
from carbonctl.inputs.jobs.findings import Findings
from carbonctl.ledger.entry import Entry
from carbonctl.ledger.fleet import (
    NONE,
    AssumedOf,
    Coverage,
    Fleet,
    Group,
    Input,
    NotCovered,
    Reject,
)
from carbonctl.ledger.result import Assumption
from carbonctl.numbers import units
from carbonctl.numbers.intervals import best
from carbonctl.numbers.unit_table import QuantityError
from carbonctl.numbers.values import Value
from carbonctl.text import few_searches, may_search

# What groups may be made by that follows from the account: of a cell, and of an entry.
OF_CELL = ("device", "instance", "grid", "operator", "phase", "kind")
OF_ENTRY: dict[str, Callable[[Entry], str]] = {
    "scope": lambda entry: entry.ghg_scope,
    "boundary": lambda entry: entry.boundary,
}
MOST_CELLS = 10_000  # of a ledger
_UNKNOWN, _MEANT = "unknown device ", "did you mean"
# Columns by the keys of the spec that they give.
_COLUMNS = {KEYS.get(name, name): name for name in FIGURES} | {
    "load": "load", "power": "power_w", "wall_time": "wall_time_h", "devices": "devices",
    "device_time": "device_time_h", "energy": "energy_kwh", "memory": "memory_gb",
}  # fmt: skip


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
    said : mapping
        What the map says.
    """

    def __init__(
        self,
        catalog: Catalog,
        sayings: Sayings,
        by: Sequence[str],
        tags: Sequence[str],
        overrides: tuple[str, ...] = (),
        said: Mapping[str, Any] = {},
    ) -> None:
        self.said = said
        self.catalog = catalog
        self.sayings = sayings
        self.by = tuple(by)
        self.tags = tuple(tags)
        self.of_entry = [name for name in by if name in OF_ENTRY and name not in tags]
        labels = self._labels_of_entry if self.of_entry else None
        self.rater = Rater(catalog, sayings, overrides, labels)
        self.means = MeanEntries(self.rater)
        self.accounted: list[Accounted] = []

    def _labels_of_entry(self, entry: Entry) -> tuple[str, ...]:
        return tuple(OF_ENTRY[name](entry) for name in self.of_entry)

    def fleet(self, sums: Sums, findings: Findings, inputs: Iterable[Input]) -> Fleet:
        """Return the account of everything that was added up."""
        self.accounted = self.rater.rates(sums.structures)
        self._require_sayings(sums.structures)
        group, structure, amounts = sums.cells
        is_faulty = np.array([account.error is not None for account in self.accounted], dtype=bool)
        refused = is_faulty[structure] if len(structure) else np.zeros(0, dtype=bool)
        rejects, rejected = self._refused(sums, refused, structure, amounts)
        kept = (group, structure, amounts)
        if refused.any():
            kept = (group[~refused], structure[~refused], amounts[~refused])
        names = [self.names(one) for one in sums.structures]

        def label(one: int, other: int, part: tuple[str, ...]) -> tuple[str, ...]:
            tags = dict(zip(self.tags, sums.groups[one], strict=True))
            parts = dict(zip(self.of_entry, part, strict=True))
            known = {**names[other], **parts, **tags}
            return tuple(known[name] or NONE for name in self.by)

        places = [rated(one) for one in sums.structures]
        made, total = groups(
            kept, self.accounted, places, label, self._device_hours(kept, sums.structures)
        )
        if self.sayings.template is not None:
            made = [group._replace(device_h=None) for group in made]
            total = total._replace(device_h=None)
        every = [*findings.rejects, *sums.rejects, *rejects]
        skipped = findings.skipped + sums.skipped
        faulty = len(findings.rejects) + sums.rejected + rejected
        counted = total.rows
        coverage = Coverage(
            counted + faulty + skipped.total(), counted, faulty, dict(skipped),
            findings.uncovered_h,
        )  # fmt: skip
        return Fleet(
            self.by, total, _largest_first(made) if self.by else (total,), coverage,
            tuple(_in_order(every)), tuple(inputs), self._assumed(structure, amounts),
            self._warnings(structure, amounts),
            tuple(
                NotCovered(what, quantity, unit)
                for (what, unit), quantity in findings.not_covered.items()
            ),
            self.said, partial(self._ledger, kept, sums, names),
        )  # fmt: skip

    def faulty_rows(self, part: Part) -> int:
        """Return how many rows of a block no account can be made of, such as of unknown devices."""
        if not part.sums:
            return 0
        met = part.met.tolist()
        accounts = self.rater.rates([part.structures[place] for place in met])
        faulty = [place for place, own in zip(met, accounts, strict=True) if own.error is not None]
        return int(part.sums[0][np.isin(part.structure, faulty)].sum())

    def _require_sayings(self, structures: Sequence[Structure]) -> None:
        """Require that what is said of all rows can be accounted for.

        Raises
        ------
        InputError
            Where a flag, the map or the template is at fault, once for each of its faults.
        """
        problems = [
            said_for_all(problem, structure, self.sayings)
            for structure, account in zip(structures, self.accounted, strict=True)
            if account.error is not None
            for problem in account.error.problems
        ]
        if any(problems):
            raise InputError(filter(None, problems))

    def names(self, structure: Structure) -> dict[str, str]:
        """Return what a structure is called in groups."""
        out = {name: structure.word(name) for name in OF_CELL}
        out["device"] = self._device(out["device"])
        out["grid"] = self._grid(out["grid"])
        out["phase"] = out["phase"] or "training"
        return out

    def _device_hours(self, cells: Any, structures: Sequence[Structure]) -> Any:
        """Return the device-hours of cells: cores are none, and machine types hold several."""
        _, structure, amounts = cells
        hours = amounts[:, 1 + AMOUNTS.index("device_h")].copy()
        if not len(hours):
            return hours
        own = np.array([not one.is_of_cores for one in structures], dtype=float)
        each = np.array([self._devices_of(one) for one in structures])
        walls = amounts[:, 1 + AMOUNTS.index("wall_h")]
        return np.where(each[structure] > 0, walls * each[structure], hours * own[structure])

    def _devices_of(self, structure: Structure) -> float:
        """Return the devices of a cloud machine whose hours are those of machines; else 0."""
        name = structure.word("instance")
        if not name or "device_h" in structure.varies:
            return 0.0
        said = looked_up(self.sayings.instances, name)
        try:
            if isinstance(said, Mapping):
                return float(best(units.parse(str(said.get("devices", "1")), units.DEVICES)))
            return float(self.catalog.instance(said or name).gpus or 0.0)
        except (LookupError, QuantityError):
            return 0.0

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
        with few_searches():
            for other, rows in _rows_of(structure[refused], amounts[refused]):
                one, error = sums.structures[other], self.accounted[other].error
                assert error is not None
                total += rows
                first = sums.first(other)
                headers = sums.headers.get(first[0], {})
                for fault in self._faults(one, error, headers):
                    before, count = known.get(fault, (first, 0))
                    known[fault] = (min(before, first, key=_order), count + rows)
        rejects = []
        for (column, value, message), ((file, line), count) in known.items():
            more = f" ({count:,} rows)" if count > 1 else ""
            rejects.append(Reject(file, line, column, value, f"{message}{more}"))
        return rejects, total

    def _faults(
        self, structure: Structure, error: InputError, headers: Mapping[str, str]
    ) -> Iterable[tuple[str, str, str]]:
        """Yield the column as its table calls it, the value and the message of each fault."""
        for problem in error.problems:
            if self.sayings.template is not None:
                column, value, message = of_cell(problem, structure, self.sayings)
            else:
                column, message = _column_of(problem)
                value = _value(structure, column)
            if column == "device":
                message = unclear(self.sayings.devices, value) or message
            if message.startswith(_UNKNOWN) and _MEANT not in message and may_search():
                message = self.catalog.devices.said_of(value) or message
            yield headers.get(column, column), value, message

    def _assumed(self, structure: Any, amounts: Any) -> tuple[AssumedOf, ...]:
        """Return what rows did not say, each figure once with the rows that it was assumed of."""
        rows: Counter[Assumption] = Counter()
        for one, count in _rows_of(structure, amounts):
            for assumption in self.accounted[one].assumptions:
                rows[assumption] += count
        return tuple(AssumedOf(assumption, count) for assumption, count in rows.items())

    def _warnings(self, structure: Any, amounts: Any) -> tuple[Caution, ...]:
        rows: Counter[str] = Counter()
        first: dict[str, Caution] = {}
        for one, count in _rows_of(structure, amounts):
            for caution in self.accounted[one].warnings:
                rows[caution.message] += count
                first.setdefault(caution.message, caution)
        said = {text: f"({n:,} row)" if n == 1 else f"({n:,} rows)" for text, n in rows.items()}
        return tuple(
            Caution(f"{text} {of}", kind=first[text].kind, vital=first[text].vital)
            for text, of in said.items()
        )

    def _ledger(self, kept: Any, sums: Sums, names: Sequence[dict[str, str]]) -> tuple[Entry, ...]:
        """Return the entries of all cells, from an account of each.

        Raises
        ------
        InputError
            Where there are too many cells for a ledger.
        """
        cells = [*zip(*(part.tolist() for part in kept), strict=True)]
        if len(cells) > MOST_CELLS:
            message = (
                f"a ledger of {len(cells):,} groups, devices and places is too large to be shown "
                f"(at most {MOST_CELLS:,}): group by less, or take --format csv"
            )
            raise InputError([Problem("fleet", None, None, message)])
        entries: list[Entry] = []
        for one, other, row in cells:
            own = names[other]
            tags = [tag or NONE for tag in sums.groups[one]]
            place = [text for text in (own["device"] or own["instance"], own["grid"]) if text]
            name = " / ".join([*tags, *place])
            entries += [
                entry._replace(activity=name, inputs=_without_lines(entry.inputs))
                for entry in self._entries(sums.structures[other], row)
            ]
        return tuple(entries)

    def _entries(self, structure: Structure, row: Sequence[float]) -> Iterable[Entry]:
        """Return the entries of a cell from its rows and its sums."""
        if summed_in(structure):
            return self.means.of(structure, row[1:], int(row[0]))
        spec = workload(
            structure, amounts_of(row[1 : 1 + len(AMOUNTS)]), self.sayings,
            self.rater.per_system(structure),
        )  # fmt: skip
        return self.rater.account(spec).entries


def _rows_of(structure: Any, amounts: Any) -> Iterable[tuple[int, int]]:
    """Yield the structures of some cells in the order in which they come, and their rows."""
    first, inverse = unique_rows([structure])
    rows = np.bincount(inverse, weights=amounts[:, 0], minlength=len(first))
    return zip(structure[first].tolist(), map(int, rows.tolist()), strict=True)


def _largest_first(made: Sequence[Group]) -> tuple[Group, ...]:
    """Return groups, the largest total first; those whose total is unknown by what is known."""

    def size(group: Group) -> float:
        sums = group.totals
        return next(
            (kg for kg in (sums.total_kgco2e, sums.operational_kgco2e) if kg is not None), 0.0
        )

    return tuple(sorted(made, key=lambda group: (-size(group), group.labels)))


def _column_of(problem: Problem) -> tuple[str, str]:
    """Return the column that a fault is in, or nothing where it is in the row as a whole."""
    key = problem.path.rpartition(".")[2]
    column = "grid" if key == "site" else _COLUMNS.get(key, key)
    is_known = column in (*WORDS, *FIGURES, *_COLUMNS.values())
    return column if is_known else "", problem.message.removeprefix(f"{key}: ")


def _value(structure: Structure, column: str) -> str:
    """Return what a row says in a column, as far as its structure holds it."""
    if column in WORDS:
        return structure.word(column)
    number = structure.figure(column) if column in FIGURES else None
    return "" if number is None or math.isinf(number) else f"{number:g}"


def _without_lines(inputs: Iterable[Value]) -> tuple[Value, ...]:
    """Return inputs that stand in no line of a file: they are sums over many rows."""
    return tuple(value._replace(line=None) for value in inputs)


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
