"""Rows of facts on standard output."""

from collections.abc import Collection, Iterable, Mapping, Sequence

from carbonctl.catalog.own_records import OwnRecords
from carbonctl.outputs import writing
from carbonctl.render import Style, listing
from carbonctl.render.own_records import below


def write(
    rows: Sequence[listing.Row],
    columns: Collection[str],
    heads: Mapping[int, Mapping[str, str]],
    form: str,
    color: str,
    records: Iterable[OwnRecords] = (),
) -> None:
    """Write rows in one of `carbonctl.render.LIST_FORMATS`.

    Parameters
    ----------
    rows, columns, form
        As for `carbonctl.render.listing.render`.
    heads : mapping
        The heads of a table by the width of a terminal from which they have room, in order.
    color : str
        As the flag says.
    records : iterable of OwnRecords
        The user's own folders, which a table names.
    """

    def drawn() -> str:
        from carbonctl.render.listing import table_

        style = writing.style(color, None)
        return below(table_.render(fitting(heads, style), rows, style), records)

    writing.to_stdout(listing.render(form, columns, rows, drawn))


def fitting(heads: Mapping[int, Mapping[str, str]], style: Style) -> Mapping[str, str]:
    """Return the last of the heads that have room."""
    return [shown for start, shown in heads.items() if style.width >= start][-1]
