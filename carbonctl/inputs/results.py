"""From documents to results: a workload is estimated, a saved result is read."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256
from typing import TYPE_CHECKING, NamedTuple

from carbonctl import __version__, estimators
from carbonctl.account import estimate, result_of
from carbonctl.catalog import Catalog
from carbonctl.catalog.own_records import OwnRecords, together
from carbonctl.errors import InputError, Problem
from carbonctl.inputs.documents import Document, json_first
from carbonctl.ledger.result import Result, is_saved
from carbonctl.spec.load import Loaded, load
from carbonctl.spec.tree import decode

if TYPE_CHECKING:
    from carbonctl.analysis.accounts import Accounts

_HEAD = 200  # bytes in which a document says what it is
# What other commands print is no workload.
_COMMANDS = (
    "embodied", "sensitivity", "sweep", "breakeven", "levers", "site", "schedule", "project",
    "refresh", "scaling", "survey", "explore",
)  # fmt: skip


class Origin(NamedTuple):
    """What made a result: the versions of carbonctl and of its data, and the own records."""

    version: str
    hardware_db: str
    own_records: tuple[OwnRecords, ...]


def today(catalog: Catalog) -> Origin:
    """Return the origin of what is estimated now."""
    return Origin(__version__, catalog.version, catalog.own_records)


def common(origins: Iterable[Origin], catalog: Catalog) -> Origin:
    """Return one origin of several: their versions where they agree, else those of today.

    Its own records are those of all of them.
    """
    known = sorted(set(origins))
    shared = known[0] if len({origin[:2] for origin in known}) == 1 else today(catalog)
    return shared._replace(own_records=together(*(origin.own_records for origin in known)))


class Read(NamedTuple):
    """The results of a document, what made them, and whether they were saved."""

    results: tuple[Result, ...]
    origin: Origin
    is_saved: bool


def refuse_other_results(data: bytes, name: str, first: int = 1) -> None:
    """Refuse what other commands print.

    Raises
    ------
    InputError
        Naming it.
    """
    head = data[:_HEAD]
    others = {
        b"compare": "a comparison",
        **{name.encode(): f"a result of `{name}`" for name in _COMMANDS},
    }
    for schema, what in others.items():
        if head.lstrip().startswith(b"{") and b'"carbonctl.%s/' % schema in head:
            message = f"this is {what}; a workload or a result of `estimate` is wanted here"
            raise InputError([Problem(name, first, 1, message)])


def accounts_of(
    document: Document, catalog: Catalog, overrides: tuple[str, ...], command: str
) -> Accounts:
    """Return what makes accounts of the workload of a document.

    ``command`` is what asks for it.

    Raises
    ------
    InputError
        Where it is no YAML, or is a result.
    """
    from carbonctl.analysis.accounts import Accounts  # not every command makes several

    data, name, label, first, _ = document
    with json_first(document):
        _refuse_results(document, command)
        return Accounts(data, name, label, catalog, overrides, first)


def loaded_workload(
    document: Document, catalog: Catalog, overrides: tuple[str, ...], command: str
) -> Loaded:
    """Return the workload of a document, checked; ``command`` is what asks for it.

    Raises
    ------
    InputError
        With every fault of it, or where it is a result.
    """
    data, name, _, first, _ = document
    with json_first(document):
        _refuse_results(document, command)
        return load(decode(data, name, first), name, estimators, catalog, overrides, first)


def account_of(
    document: Document, catalog: Catalog, overrides: tuple[str, ...], command: str
) -> tuple[Loaded, Result]:
    """Return the workload of a document with its account; ``command`` is what asks for it.

    Raises
    ------
    InputError
        As `loaded_workload`, or where its figures do not suffice.
    """
    loaded = loaded_workload(document, catalog, overrides, command)
    digest = sha256(document.data).hexdigest()
    return loaded, result_of(loaded, catalog, document.label, digest)


def _refuse_results(document: Document, command: str) -> None:
    data, name, _, first, _ = document
    refuse_other_results(data, name, first)
    if is_saved(data):
        message = f"this is a saved result; {command} reads the workload that it came from"
        raise InputError([Problem(name, first, 1, message)])


def read_documents(
    some: Iterable[Document],
    catalog: Catalog,
    overrides: tuple[str, ...] = (),
    *,
    or_line: bool = True,
    flag: str = "--set",
) -> list[Read]:
    """Return the results of some documents, one after the other; the rest is as below.

    Raises
    ------
    InputError
        With every problem of all of them.
    """
    reads: list[Read] = []
    problems: list[Problem] = []
    for document in some:
        try:
            reads.append(read_document(document, catalog, overrides, or_line=or_line, flag=flag))
        except InputError as error:
            problems += error.problems
    if problems:
        raise InputError(problems)
    return reads


def read_document(
    one: Document,
    catalog: Catalog,
    overrides: tuple[str, ...] = (),
    *,
    or_line: bool = True,
    levers: tuple[str, ...] = (),
    flag: str = "--set",
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
    levers : tuple of str
        The names of those of its levers that are pulled.
    flag : str
        What gave the overrides, for messages.

    Raises
    ------
    InputError
        With every problem of it; for overrides or levers of a saved result, too.
    """
    if levers:
        from carbonctl.analysis.levers.pulls import pulled  # few ask for it

        result = pulled(accounts_of(one, catalog, overrides, "--lever"), levers)
        return Read((result,), today(catalog), is_saved=False)
    data, name, label, first, _ = one
    with json_first(one):
        refuse_other_results(data, name, first)
        if not is_saved(data):
            result = estimate(data, name, catalog, overrides, label=label, first=first)
            return Read((result,), today(catalog), is_saved=False)
        from carbonctl.inputs import saved_result

        if overrides:
            message = f"{flag} changes a workload, and this is a saved result"
            raise InputError([Problem(name, first, 1, message)])
        saved = saved_result.read(decode(data, name, first), name, first, or_line=or_line)
    version, hardware_db = saved.version or __version__, saved.hardware_db or catalog.version
    return Read(saved.results, Origin(version, hardware_db, saved.own_records), is_saved=True)
