"""Rows of facts on standard output."""

from collections.abc import Callable, Collection, Mapping, Sequence

from carbonctl.catalog import Catalog
from carbonctl.outputs import writing
from carbonctl.render import Style, listing
from carbonctl.render.own_records import below


def write(
    rows: Sequence[listing.Row],
    columns: Collection[str],
    heads: Mapping[int, Mapping[str, str]],
    form: str,
    color: str,
    catalog: Catalog | None = None,
) -> None:
    """Write rows in one of `carbonctl.render.LIST_FORMATS`, as `listing.render` returns them.

    ``heads`` are those of a table by the width of a terminal from which they have room, in order;
    the own records of a catalog are named below it.
    """

    def drawn(style: Style) -> str:
        from carbonctl.render.listing import table_

        widest = [shown for start, shown in heads.items() if style.width >= start][-1]
        return table_.render(widest, rows, style)

    show(rows, columns, drawn, form, color, catalog)


def show(
    rows: Sequence[listing.Row],
    columns: Collection[str],
    drawn: Callable[[Style], str],
    form: str,
    color: str,
    catalog: Catalog | None = None,
) -> None:
    """Write rows as `write` does, for people as ``drawn`` lays them out."""

    def for_people() -> str:
        text = drawn(writing.style(color, catalog.sources if catalog else None))
        return below(text, catalog.own_records) if catalog else text

    writing.to_stdout(listing.render(form, columns, rows, for_people))
