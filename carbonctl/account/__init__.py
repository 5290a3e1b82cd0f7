"""From the text of a workload to its result."""

from __future__ import annotations

from hashlib import sha256

from carbonctl import estimators
from carbonctl.account.books import Books
from carbonctl.account.build import Unaccountable, account
from carbonctl.catalog import Catalog
from carbonctl.errors import InputError
from carbonctl.located import decode
from carbonctl.result import Result, assumption, compare_reported, unexplained
from carbonctl.spec.load import Loaded, load
from carbonctl.spec.model import Workload

__all__ = ["account", "estimate", "estimate_loaded"]


def estimate(data: bytes, file: str, catalog: Catalog, overrides: tuple[str, ...] = ()) -> Result:
    """Return the result of one workload.

    Parameters
    ----------
    data : bytes
        The spec, UTF-8 YAML or JSON.
    file : str
        What the result and messages call it.
    catalog : Catalog
        The facts.
    overrides : tuple of str
        ``PATH=VALUE``, before the file's own values.

    Raises
    ------
    InputError
        With every problem that can be found at once.
    """
    loaded = load(decode(data, file), file, estimators, catalog, overrides)
    return estimate_loaded(loaded, sha256(data).hexdigest(), catalog)


def estimate_loaded(loaded: Loaded, digest: str, catalog: Catalog) -> Result:
    """Return the result of a workload that was read and checked; ``digest`` is its own.

    Raises
    ------
    InputError
        Where its figures do not suffice.
    """
    try:
        books = account(loaded.workload, catalog)
    except Unaccountable as error:
        raise InputError(loaded.problem(*fault) for fault in error.faults) from None
    return _result(loaded.workload, books, loaded.file, digest)


def _result(workload: Workload, books: Books, file: str, digest: str) -> Result:
    result = Result(
        file,
        digest,
        workload.name,
        entries=tuple(books.entries),
        assumptions=tuple(map(assumption, books.assumptions.values())),
        warnings=tuple(books.warnings),
        spec=lambda: workload.model_dump(mode="json", by_alias=True, exclude_none=True),
        reported=lambda result: compare_reported(workload.reported, result),
    )
    if workload.reported is not None:
        result.warnings += tuple(unexplained(result))
    return result
