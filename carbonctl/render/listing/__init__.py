"""Rows of facts: CSV, where unknown is empty, JSON, where it is null, or text for people."""

from collections.abc import Callable, Collection, Sequence
from typing import Any, TypeAlias

from carbonctl.render import ALL_FORMATS
from carbonctl.render.escaping import as_json
from carbonctl.render.separated import separated
from carbonctl.text import printable

Row: TypeAlias = dict[str, Any]


def render(
    form: str, columns: Collection[str], rows: Sequence[Row], drawn: Callable[[], str]
) -> str:
    """Return rows in one of `carbonctl.render.LIST_FORMATS`: CSV of these columns, JSON of all.

    ``drawn`` returns them as text for people.
    """
    if ALL_FORMATS[form].for_people:
        return drawn()
    if form == "json":
        return as_json(rows)
    lines = ([_plain(row[column]) for column in columns] for row in rows)
    return separated((columns, *lines))


def _plain(cell: Any) -> Any:
    if isinstance(cell, bool):
        return "true" if cell else "false"
    return printable(cell) if isinstance(cell, str) else cell
