"""Which format an input has, by its first lines."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING

from carbonctl.errors import InputError, Problem
from carbonctl.inputs.jobs import logs, names
from carbonctl.inputs.jobs.findings import Findings
from carbonctl.inputs.jobs.maps import TABLE
from carbonctl.inputs.jobs.reading import Source
from carbonctl.inputs.jobs.records import JSON_LINES, cells_of, delimiter_of, header_of

if TYPE_CHECKING:
    from carbonctl.inputs.jobs.parquet import ParquetSource

_OF_A_TABLE = frozenset({"wall_time_h", "device_time_h", "energy_kwh"})


def recognised(source: Source | ParquetSource, *, is_mapped: bool = False) -> str:
    """Return the format of an input: one of `logs.FORMATS`, or `TABLE`.

    A log's format takes precedence over a table whose columns have names that are known.
    Parquet is a table: no log is written as Parquet.

    Parameters
    ----------
    source : Source or ParquetSource
        Its lines are still there to be read.
    is_mapped : bool
        Whether a map, flags or a template name columns, so that it is a table where it is no log.

    Raises
    ------
    InputError
        Where several formats fit, or none; with the list.
    """
    if not isinstance(source, Source):
        return TABLE
    head = source.head()
    fitting = [name for name in logs.FORMATS if logs.module(name).recognises(head)]
    if len(fitting) == 1:
        return fitting[0]
    if fitting:
        shown = " and ".join(fitting)
        message = f"the formats {shown} fit; choose with --from {fitting[0]}"
        raise InputError([Problem(source.name, 1, None, message)])
    if is_mapped or is_table(header(source)):
        return TABLE
    message = (
        "neither a table whose columns are known nor a log of a known format; name the columns "
        f"in a map (--map FILE), or the format with --from: {', '.join((TABLE, *logs.FORMATS))}"
    )
    raise InputError([Problem(source.name, 1, None, message)])


def header(source: Source) -> list[str]:
    """Return the names of the columns of an input, as far as its first lines have them.

    Raises
    ------
    InputError
        Where they cannot be read.
    """
    first = next((line for line in source.head() if line.strip()), "")
    if source.extension in JSON_LINES:
        try:
            entry = json.loads(first)
        except (ValueError, RecursionError):
            return []
        return list(entry) if isinstance(entry, dict) else []
    cells = cells_of(source.head(), source, Findings(), delimiter_of(source))
    return list(header_of(cells, source, Findings())[1]) if first else []


def is_table(header: Sequence[str]) -> bool:
    """Whether the columns of a time or of an energy are known by their names."""
    known = [names.recognise(name.strip()) for name in header]
    return any(column is not None and column.field.name in _OF_A_TABLE for column in known)
