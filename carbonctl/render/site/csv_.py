"""A site as CSV: a row for each design of its sweep; without one, for each way to run it."""

from __future__ import annotations

from typing import Any

from carbonctl.render.separated import separated
from carbonctl.render.site import rows
from carbonctl.site.results import SiteResult

OF_ALL = ("file", "site")


def columns(result: SiteResult) -> tuple[str, ...]:
    """Return the names of the columns."""
    if result.designs is None:
        return (*OF_ALL, *rows.WAY_COLUMNS)
    return (*OF_ALL, *rows.design_columns(result.designs))


def render(result: SiteResult, delimiter: str) -> str:
    """Return the table; what is unknown or does not apply is empty."""
    some = rows.ways(result) if result.designs is None else rows.designs(result)
    lines = ((result.file, result.name, *map(_written, row.values())) for row in some)
    return separated((columns(result), *lines), delimiter)


def _written(cell: Any) -> Any:
    return str(cell).lower() if isinstance(cell, bool) else cell
