"""From documents to results: a workload is estimated, a saved result is read."""

from collections.abc import Iterable
from typing import NamedTuple

from carbonctl import __version__
from carbonctl.account import estimate
from carbonctl.catalog import Catalog
from carbonctl.cli.documents import Document, check_json
from carbonctl.errors import InputError, Problem
from carbonctl.located import decode
from carbonctl.result import Result, is_saved

_HEAD = 200  # bytes in which a document says what it is


class Read(NamedTuple):
    """The results of a document, the versions that made them, and whether they were saved."""

    results: tuple[Result, ...]
    version: str
    hardware_db: str
    is_saved: bool


def refuse_other_results(data: bytes, name: str, first: int = 1) -> None:
    """Refuse what other commands print.

    Raises
    ------
    InputError
        Naming it.
    """
    head = data[:_HEAD]
    for schema, what in ((b"compare", "a comparison"), (b"embodied", "a result of `embodied`")):
        if head.lstrip().startswith(b"{") and b'"carbonctl.%s/' % schema in head:
            message = f"this is {what}; a workload or a result of `estimate` is wanted here"
            raise InputError([Problem(name, first, 1, message)])


def read_documents(
    some: Iterable[Document],
    catalog: Catalog,
    overrides: tuple[str, ...] = (),
    *,
    or_line: bool = True,
) -> list[Read]:
    """Return the results of some documents, one after the other; the rest is as below.

    Raises
    ------
    InputError
        With every problem of all of them.
    """
    found: list[Read] = []
    problems: list[Problem] = []
    for one in some:
        try:
            found.append(read_document(one, catalog, overrides, or_line=or_line))
        except InputError as error:
            problems += error.problems
    if problems:
        raise InputError(problems)
    return found


def read_document(
    one: Document, catalog: Catalog, overrides: tuple[str, ...] = (), *, or_line: bool = True
) -> Read:
    """Return the results of one document.

    Parameters
    ----------
    one : Document
        A workload or a saved result.
    catalog : Catalog
        The facts.
    overrides : tuple of str
        ``PATH=VALUE``, before a workload's own values.
    or_line : bool
        Whether a saved result may be a line of JSON Lines, which does not say the versions
        behind it.

    Raises
    ------
    InputError
        With every problem of it; for overrides of a saved result, too.
    """
    try:
        return _read(one, catalog, overrides, or_line=or_line)
    except InputError:
        check_json(one)
        raise


def _read(one: Document, catalog: Catalog, overrides: tuple[str, ...], *, or_line: bool) -> Read:
    data, name, label, first, _ = one
    refuse_other_results(data, name, first)
    if not is_saved(data):
        result = estimate(data, name, catalog, overrides, label=label, first=first)
        return Read((result,), __version__, catalog.version, is_saved=False)
    from carbonctl import saved

    if overrides:
        message = "--set changes a workload, and this is a saved result"
        raise InputError([Problem(name, first, 1, message)])
    found = saved.read(decode(data, name, first), name, first, or_line=or_line)
    version, hardware_db = found.version or __version__, found.hardware_db or catalog.version
    return Read(found.results, version, hardware_db, is_saved=True)
