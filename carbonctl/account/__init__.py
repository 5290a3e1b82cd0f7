"""From the text of a workload to its result."""

from __future__ import annotations

from hashlib import sha256

from carbonctl import estimators
from carbonctl.account import uncertainty
from carbonctl.account.accountant import Unaccountable, account, pues
from carbonctl.account.changes import NONE, Changes
from carbonctl.account.journal import Journal
from carbonctl.account.pue import moves
from carbonctl.catalog import Catalog
from carbonctl.errors import Caution, InputError
from carbonctl.ledger.reported import compare_reported, unexplained
from carbonctl.ledger.result import Result, assumption
from carbonctl.spec.load import Loaded, load
from carbonctl.spec.model import Workload
from carbonctl.spec.tree import decode

__all__ = ["account", "estimate", "result_of"]


def estimate(
    data: bytes,
    file: str,
    catalog: Catalog,
    overrides: tuple[str, ...] = (),
    *,
    label: str | None = None,
    first: int = 1,
) -> Result:
    """Return the result of one workload.

    Parameters
    ----------
    data : bytes
        The spec, UTF-8 YAML or JSON.
    file : str
        What messages call it, and the result where it has no label of its own.
    catalog : Catalog
        The facts.
    overrides : tuple of str
        ``PATH=VALUE``, before the file's own values.
    label : str, optional
        What the result calls one of several workloads of a file.
    first : int
        The line of the file at which the data begins.

    Raises
    ------
    InputError
        With every problem that can be found at once.
    """
    text = decode(data, file, first)
    loaded = load(text, file, estimators, catalog, overrides, first)
    return result_of(loaded, catalog, label or file, sha256(data).hexdigest())


def result_of(
    loaded: Loaded, catalog: Catalog, label: str, digest: str, changes: Changes = NONE
) -> Result:
    """Return the result of a workload that was loaded, with some changes of its activity data.

    Raises
    ------
    InputError
        Where its figures do not suffice or do not go together.
    """
    try:
        journal = account(loaded.workload, catalog, changes)
    except Unaccountable as error:
        raise InputError(loaded.problem(*fault) for fault in error.faults) from None
    said = uncertainty.apply(loaded.workload, journal)
    if said.faults:
        raise InputError(loaded.problem(*fault) for fault in said.faults)
    for caution in _moved_pues(loaded, catalog):
        journal.warn(caution)
    result = _result(loaded.workload, journal, label, digest)
    result.uncertainty = said.uncertainty
    return result


def _moved_pues(loaded: Loaded, catalog: Catalog) -> list[Caution]:
    """Return notes on sites whose PUE an override of something else moves."""
    if loaded.before is None:
        return []
    try:
        before = pues(loaded.before, catalog)
    except InputError:  # of a record or row that the overrides leave unused
        return []
    return moves(before, pues(loaded.workload, catalog))


def _result(workload: Workload, journal: Journal, file: str, digest: str) -> Result:
    result = Result(
        file,
        digest,
        workload.name,
        entries=tuple(journal.entries),
        assumptions=tuple(map(assumption, journal.assumptions.values())),
        warnings=tuple(journal.warnings),
        spec=lambda: workload.model_dump(mode="json", by_alias=True, exclude_none=True),
        reported=lambda result: compare_reported(
            workload.reported, result, journal.without_pue_kwh
        ),
    )
    result.imports = journal.imports
    result.figures, result.details = tuple(journal.figures), journal.details
    result.levers = tuple(lever.name for lever in workload.levers or ())
    result.has_projection = workload.projection is not None
    if workload.reported is not None:
        result.warnings += tuple(unexplained(result))
    return result
