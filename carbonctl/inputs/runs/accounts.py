"""Accounts as the records of a table of runs: saved results, and workloads that are estimated."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from carbonctl.errors import InputError, Problem
from carbonctl.inputs.jobs.records import Record

if TYPE_CHECKING:
    from carbonctl.catalog import Catalog
    from carbonctl.inputs.documents import Document

HEADER = ("file", "workload", "energy_kwh", "total_kgco2e")
_LIST = "the file holds a list; a table of runs in JSON has an object per line, in a .jsonl file"
_SIGNS = ('"schema": "carbonctl.', '"schema":"carbonctl.', '"entries":')


def is_account(line: str) -> bool:
    """Whether the first line of JSON begins a saved result, and no row of a table."""
    return line.strip() == "{" or any(sign in line for sign in _SIGNS)


def of_file(path: str, catalog: Catalog) -> Iterator[Record]:
    """Yield the accounts of a file, or of one document of it, as records, the header first.

    Raises
    ------
    InputError
        With everything that is wrong with them.
    """
    from carbonctl.inputs.discovery import named
    from carbonctl.inputs.selection import all_of, every

    return _records(list(all_of(every([named(path)]))), catalog)


def of_data(data: bytes, name: str, catalog: Catalog) -> Iterator[Record]:
    """Yield the accounts of an input that was read already as records, the header first."""
    from carbonctl.inputs.documents import documents, piece

    return _records(list(documents(piece(data, name))), catalog)


def _records(some: list[Document], catalog: Catalog) -> Iterator[Record]:
    from carbonctl.inputs.results import read_documents

    lists = [Problem(d.file, d.line, 1, _LIST) for d in some if d.data.lstrip().startswith(b"[")]
    if lists:
        raise InputError(lists)
    yield 0, HEADER
    for read, document in zip(read_documents(some, catalog), some, strict=True):
        for result in read.results:
            sums = (result.total.energy_kwh, result.total.total_kgco2e)
            texts = ["" if number is None else repr(float(number)) for number in sums]
            yield document.line, [result.file, result.name, *texts]
