"""Each published figure beside the account's: with all its inputs, blind, and from tokens."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from hashlib import sha256
from typing import NamedTuple

from carbonctl import estimators
from carbonctl.account import result_of
from carbonctl.analysis.reproduce import boundaries as b
from carbonctl.analysis.reproduce.blind import (
    NotKnownBefore,
    as_assumed,
    blind,
    with_software_meter,
)
from carbonctl.catalog import Catalog
from carbonctl.catalog.accuracy import BLIND, GIVEN, MODES, TOKENS, RecordedFigure
from carbonctl.catalog.folders import examples
from carbonctl.ledger.reported import error_of
from carbonctl.ledger.result import Result
from carbonctl.spec.from_python import tree
from carbonctl.spec.load import load, load_tree
from carbonctl.spec.model import Site, Workload
from carbonctl.spec.tree import decode


class Row(NamedTuple):
    """One published figure beside ours.

    Attributes
    ----------
    workload : str
        The name by which ``carbonctl init --from-published`` has it.
    key, group, mode, measured : str
        As in `RecordedFigure`.
    reported, estimated : float
        The figure of the source within what it measured, and ours [kWh, kgCO2e or L]; ours is
        None where it is unknown.
    low, high : float or None
        The range of an estimate that is blind or from tokens.
    error_pct : float or None
        Ours over theirs, less 100 % [%].
    inside : bool or None
        Whether theirs lies in that range.
    tolerance_pct : float or None
        The error that is allowed [%]; None of estimates with a range.
    restated : bool
        Whether the figure only restates an input, and is not summed up.
    ok : bool or None
        Whether the error is allowed; None where there is no tolerance.
    """

    workload: str
    key: str
    group: str
    mode: str
    measured: str
    reported: float
    estimated: float | None
    low: float | None
    high: float | None
    error_pct: float | None
    inside: bool | None
    tolerance_pct: float | None
    restated: bool
    ok: bool | None


class Reproduction(NamedTuple):
    """What came of the published workloads.

    Attributes
    ----------
    rows : tuple of Row
        The figures.
    not_known_before : tuple of str
        Workloads that name no device or no hours, so that there is no blind version of them.
    not_measured : tuple of str
        Workloads that do, but whose source did not measure the run.
    is_whole : bool
        Whether these are all workloads on record, so that what errors are to be as a whole holds
        for them.
    """

    rows: tuple[Row, ...]
    not_known_before: tuple[str, ...]
    not_measured: tuple[str, ...]
    is_whole: bool


def reproduce(
    recorded: Iterable[RecordedFigure],
    catalog: Catalog,
    modes: Collection[str] = MODES,
    *,
    is_whole: bool = True,
) -> Reproduction:
    """Return published figures beside ours, in the order of the record.

    Parameters
    ----------
    recorded : iterable of RecordedFigure
        All figures of the workloads that are wanted.
    catalog : Catalog
        The facts.
    modes : collection of str
        Which of them: with all inputs given, blind, from tokens; all unless given.
    is_whole : bool
        Whether these are all workloads on record.

    Raises
    ------
    InputError
        Where a workload, or its blind version, has no account with the records of the catalog.
    """
    figures = list(recorded)
    runs = {figure.file: _Run(figure, catalog) for figure in figures}
    rows = tuple(runs[figure.file].row(figure) for figure in figures if figure.mode in modes)
    predicted = {figure.file for figure in figures if figure.mode != GIVEN}
    others = [run for file, run in runs.items() if file not in predicted and BLIND in modes]
    unknown = tuple(run.name for run in others if not run.is_known_before)
    unmeasured = tuple(run.name for run in others if run.is_known_before)
    return Reproduction(rows, unknown, unmeasured, is_whole)


class _Run:
    """A published workload, its blind version, and the accounts of both, made once."""

    def __init__(self, figure: RecordedFigure, catalog: Catalog) -> None:
        self.name = figure.name
        self.catalog = catalog
        data = (examples() / figure.file).read_bytes()
        loaded = load(decode(data, figure.file), figure.file, estimators, catalog)
        self.workload = loaded.workload
        self.result = result_of(loaded, catalog, figure.file, sha256(data).hexdigest())
        self.accounts: dict[bool, Result] = {}

    @property
    def is_known_before(self) -> bool:
        """Whether there is a blind version: devices and hours are known."""
        try:
            blind(self.result.spec)
        except NotKnownBefore:
            return False
        return True

    def row(self, figure: RecordedFigure) -> Row:
        """Return the row of one figure of this workload."""
        if figure.mode == BLIND:
            return self._blind(figure)
        row = self._given(figure)
        return self._ranged(row) if figure.mode == TOKENS else row

    def _given(self, figure: RecordedFigure) -> Row:
        reported, estimated, error = (self.result.reported or {})[figure.key]
        allowed = figure.tolerance_pct
        ok = None if allowed is None else error is not None and abs(error) <= allowed
        return Row(
            self.name, figure.key, figure.group, figure.mode, figure.measured, reported, estimated,
            None, None, error, None, allowed, figure.is_restated, ok,
        )  # fmt: skip

    def _ranged(self, row: Row) -> Row:
        """Return a row with the range of its estimate."""
        theirs = self.workload.reported
        is_bare = theirs is not None and theirs.energy_includes_pue is False
        boundary = b.NODE if row.key == b.ENERGY and is_bare else b.FACILITY
        ours = b.figure(self.result.entries, row.key, boundary)
        return row._replace(low=ours.low, high=ours.high, inside=ours.holds(row.reported))

    def _blind(self, figure: RecordedFigure) -> Row:
        result = self._blind_account(is_metered=figure.measured == b.PARTS)
        reported = self._reported(figure)
        ours = b.figure(result.entries, figure.key, figure.measured)
        return Row(
            self.name, figure.key, figure.group, figure.mode, figure.measured, reported, *ours,
            error_of(reported, ours.best), ours.holds(reported), None, False, None,
        )  # fmt: skip

    def _blind_account(self, *, is_metered: bool) -> Result:
        if is_metered not in self.accounts:
            name, spec = f"{self.name}, blind", blind(self.result.spec)
            if is_metered:
                spec = with_software_meter(spec, self.catalog)
            loaded = load_tree(tree(spec, name), [], name, estimators, self.catalog)
            if is_metered:
                loaded = loaded._replace(workload=as_assumed(loaded.workload))
            self.accounts[is_metered] = result_of(loaded, self.catalog, name, "")
        return self.accounts[is_metered]

    def _reported(self, figure: RecordedFigure) -> float:
        """Return what was reported, within what was measured: without PUE at the run itself."""
        reported: float = (self.result.reported or {})[figure.key].reported
        theirs = self.workload.reported
        holds_pue = theirs is not None and theirs.energy_includes_pue is not False
        if figure.key == b.ENERGY and figure.measured in b.AT_THE_RUN and holds_pue:
            return reported / _pue(self.workload)
        return reported


def _pue(workload: Workload) -> float:
    """Return the PUE that a published workload gives; 1 where it gives none."""
    site = workload.site
    return site.pue.best if isinstance(site, Site) and site.pue is not None else 1.0
