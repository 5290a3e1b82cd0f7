"""The folders of facts: hardware_db behind the user's own, their version and their sources."""

import os
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from carbonctl.catalog import citations, folders, records
from carbonctl.catalog.records import Source
from carbonctl.catalog.shelf import load

if TYPE_CHECKING:
    from carbonctl.catalog.own_records import OwnRecords

T = TypeVar("T")


class Database:
    """The database that comes with carbonctl, behind the user's own folders.

    Parameters
    ----------
    own : tuple of Path
        Folders of the form of hardware_db that take precedence over it.
    """

    def __init__(self, own: tuple[Path, ...] = ()) -> None:
        self.folders = (*own, folders.builtin())

    def check_sources(self, path: Path) -> None:
        """Refuse one of the user's own records that names a source which no sources.yaml has.

        Raises
        ------
        InputError
            With the line of each such source.
        """
        if self.folders[-1] not in path.parents:
            citations.check(path, self.sources)

    @cached_property
    def version(self) -> str:
        """The version of the built-in data."""
        return (self.folders[-1] / "VERSION").read_text(encoding="utf-8").strip()

    @property
    def year(self) -> int:
        """The year of the built-in data, which is that of an activity that gives none."""
        return int(self.version.partition(".")[0])

    @cached_property
    def own_records(self) -> "tuple[OwnRecords, ...]":
        """The user's own folders, each with its hash."""
        if len(self.folders) == 1:
            return ()
        from carbonctl.catalog.own_records import described

        return tuple(map(described, self.folders[:-1]))

    def cited(self, found: T, pattern: str) -> T:
        """Return what tables of a pattern gave, where the user's own name known sources.

        Raises
        ------
        InputError
            With the line of each source that no sources.yaml has.
        """
        for folder in self.folders[:-1]:
            for path in sorted(folder.glob(pattern)):
                citations.check(path, self.sources)
        return found

    @cached_property
    def sources(self) -> dict[str, Source]:
        """Every citation by its key."""
        by_key: dict[str, Source] = {}
        for folder in self.folders:
            path = folder / "sources.yaml"
            if os.path.lexists(path):
                by_key = {**load(path, records.SOURCES, {}), **by_key}
        return by_key
