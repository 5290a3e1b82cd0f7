"""Rows of facts, one module a format."""

from collections.abc import Callable, Collection, Sequence
from importlib import import_module
from typing import Any, TypeAlias

from carbonctl.render import ALL_FORMATS

Row: TypeAlias = dict[str, Any]


def render(
    form: str, columns: Collection[str], rows: Sequence[Row], drawn: Callable[[], str]
) -> str:
    """Return rows in one of `carbonctl.render.LIST_FORMATS`.

    Parameters
    ----------
    form : str
        The format.
    columns : collection of str
        What a row holds, in the order of a table of plain text.
    rows : sequence of dict
        The facts.
    drawn : callable
        Returns them as text for people.
    """
    if ALL_FORMATS[form].for_people:
        return drawn()
    text: str = import_module(f"carbonctl.render.listing.{form}_").render(columns, rows)
    return text
