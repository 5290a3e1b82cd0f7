"""The catalog of a command, and what is said of the user's own records in it."""

from collections.abc import Iterable

from carbonctl.catalog import Catalog
from carbonctl.catalog.folders import own
from carbonctl.catalog.own_records import OwnRecords
from carbonctl.outputs.messages import say
from carbonctl.render import BINARY, LINES

NAMELESS = (*LINES, *BINARY)  # formats of results that cannot name own records


def catalog_for(hardware_db: str | None, *, is_told: bool) -> Catalog:
    """Return the catalog; ``is_told`` says that standard error names own records.

    Raises
    ------
    InputError
        For a folder that is not there, or a file in it that cannot be read.
    """
    catalog = Catalog(own(hardware_db))
    told = notes(catalog.own_records)  # what cannot be read is said before any work
    for text in told if is_told else ():
        say(text)
    return catalog


def notes(records: Iterable[OwnRecords]) -> tuple[str, ...]:
    """Return what standard error says of own records."""
    return tuple(f"note: own records: {record}" for record in records)
