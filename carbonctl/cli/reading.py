"""From the bytes of an input to results: a workload is estimated, a saved result is read."""

from typing import NamedTuple

from carbonctl import __version__
from carbonctl.account import estimate
from carbonctl.catalog import Catalog
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


def refuse_other_results(data: bytes, name: str) -> None:
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
            raise InputError([Problem(name, 1, 1, message)])


def read_results(data: bytes, name: str, catalog: Catalog, overrides: tuple[str, ...] = ()) -> Read:
    """Return the results of one input.

    Raises
    ------
    InputError
        With every problem of it; for overrides of a saved result, too.
    """
    refuse_other_results(data, name)
    if not is_saved(data):
        result = estimate(data, name, catalog, overrides)
        return Read((result,), __version__, catalog.version, is_saved=False)
    from carbonctl import saved

    if overrides:
        message = "--set changes a workload, and this is a saved result"
        raise InputError([Problem(name, 1, 1, message)])
    found = saved.read(decode(data, name), name)
    return Read(found.results, found.version, found.hardware_db, is_saved=True)
