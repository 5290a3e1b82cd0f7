"""From the bytes of an input to results: a workload is estimated, a saved result is read."""

from typing import NamedTuple

from carbonctl import __version__
from carbonctl.account import estimate
from carbonctl.catalog import Catalog
from carbonctl.cli.documents import Document
from carbonctl.errors import InputError, Problem
from carbonctl.located import decode
from carbonctl.result import Result, is_saved

_HEAD = 200  # bytes in which a document says what it is


class Read(NamedTuple):
    """The results of one input, the versions that made them, and whether they were saved."""

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


def read_results(data: bytes, name: str, catalog: Catalog, overrides: tuple[str, ...] = ()) -> Read:
    """Return the results of one input.

    Raises
    ------
    InputError
        With every problem of it; for overrides of a saved result, too.
    """
    return _read(Document(data, name, name), catalog, overrides, or_line=False)


def read_document(one: Document, catalog: Catalog, overrides: tuple[str, ...] = ()) -> Read:
    """Return the results of one document of an input, which may be a line of JSON Lines.

    Raises
    ------
    InputError
        As `read_results` does.
    """
    try:
        return _read(one, catalog, overrides, or_line=True)
    except InputError:
        if one.is_line:
            _check_json(one)
        raise


def _check_json(one: Document) -> None:
    """Say of a line that is no JSON where it ceases to be; YAML would say where it was lost.

    Raises
    ------
    InputError
        With the line and column.
    """
    import json  # only faulty lines need it

    try:
        json.loads(one.data)
    except (ValueError, RecursionError) as error:
        said, col = getattr(error, "msg", None), getattr(error, "colno", 1)
        if said is not None:
            raise InputError(
                [Problem(one.file, one.line, col, f"not valid JSON: {said}")]
            ) from None


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
