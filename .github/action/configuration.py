"""The configuration that decides, as the base has it: flags, own records and the budget.

A pull request can change each of them, and so pass any gate. Those of the base are copied to a
folder of their own, and carbonctl is pointed to the copies. What no commit holds, such as a
folder that an earlier step fetched, is used where it is.
"""

import os
import tomllib
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

import repository
import runner
from carbonctl.render.escaping import markdown

_FILE = "pyproject.toml"
_HARDWARE_DB = "CARBONCTL_HARDWARE_DB"


class Configuration(NamedTuple):
    """What carbonctl is run with.

    Attributes
    ----------
    folder : Path
        Where the copies are; each has there the path that it has in the repository.
    environment : dict
        The environment of carbonctl, which leads to the copies.
    budget : str
        The path of the budget; empty where there is none.
    changes : list of str
        What the checkout has otherwise than the base, for people.
    """

    folder: Path
    environment: dict[str, str]
    budget: str
    changes: list[str]

    def named(self, text: str) -> str:
        """Return what carbonctl wrote, with each copy under the name of what it is a copy of."""
        folders = [str(self.folder)]
        with suppress(ValueError):  # on another drive
            folders.append(os.path.relpath(self.folder))
        for folder in folders:
            for shown in (f"{folder}{os.sep}", markdown(f"{folder}{os.sep}")):
                text = text.replace(shown, "")
        return text


def read(base: str) -> Configuration:
    """Return the configuration of the base.

    Raises
    ------
    Fault
        Where it cannot be read, or only the checkout has what it names.
    """
    copies = _Copies(base)
    at, table = copies.settings()
    named, start = os.environ.get(_HARDWARE_DB), ""
    if not named:
        named, start = table.get("hardware_db") or table.get("hardware-db"), at
    folders = named.split(os.pathsep) if isinstance(named, str) else []
    own = [copies.own_records(folder, start) for folder in folders if folder]
    environment = {
        **runner.environment(),
        "CARBONCTL_CONFIG_FILE": str(copies.folder / at / _FILE),
        _HARDWARE_DB: os.pathsep.join(own),
    }
    return Configuration(copies.folder, environment, copies.budget(), copies.changes)


class _Copies:
    """Copies files of the base, and notes what the checkout has otherwise."""

    def __init__(self, base: str) -> None:
        self.base = base
        self.folder = runner.folder().absolute()
        self.changes: list[str] = []

    def settings(self) -> tuple[str, dict[str, Any]]:
        """Copy the nearest pyproject.toml; return its folder and its table of flags.

        Where the base has none the copy is empty, so that carbonctl looks no further.
        """
        here = Path(repository.prefix())
        folders = [folder.as_posix() for folder in (here, *here.parents)]
        known = {f: repository.files_at(self.base, f"{f}/{_FILE}") for f in folders}
        at = next((folder for folder, files in known.items() if files), ".")
        self.write(known[at])
        copy = self.folder / at / _FILE
        copy.touch()
        theirs, top = _table(copy), repository.top()
        ours = next((f for f in folders if (top / f / _FILE).is_file()), None)
        name = (Path(at if ours is None else ours) / _FILE).as_posix()
        is_other = theirs != ({} if ours is None else _table(top / ours / _FILE))
        if is_other and repository.is_changed(self.base, name):
            self.changes.append(_changed(f"[tool.carbonctl] in {name}"))
        return at, theirs or {}

    def own_records(self, given: str, at: str) -> str:
        """Copy a folder of own records, and return the path of the copy.

        Raises
        ------
        Fault
            Where the checkout has it and the base has not.
        """
        start = repository.top() / at if at else Path()
        path = repository.inside(str(start / given))
        files = None if path is None else self.held(path)
        if path is None or files is None:
            return str((start / given).absolute())
        if not files:
            raise runner.Fault(f"the base has no folder {path}, which is to hold own records")
        self.write(files)
        if repository.is_changed(self.base, path):
            self.changes.append(_changed(f"own records in {path}", "are"))
        return str(self.folder / path)

    def budget(self) -> str:
        """Copy the budget, and return the path of the copy; that of a new one as it is."""
        given = runner.given("BUDGET")
        path = repository.inside(given) if given else None
        files = None if path is None else self.held(path)
        if path is None or files is None:
            return given
        if not files:
            self.changes.append(f"{_who()} adds {path}, which the base does not have; it is used")
            return given
        self.write(files)
        if repository.is_changed(self.base, path):
            self.changes.append(_changed(path))
        return str(self.folder / path)

    def held(self, path: str) -> list[repository.Entry] | None:
        """Return the files of the base at a path; None where no commit holds what is there.

        Raises
        ------
        Fault
            For a submodule that differs from the base, as its former files are not here, and
            for a link that the base does not have.
        """
        files, detour = repository.files_at(self.base, path), repository.detour(path)
        if detour is None:
            return files if files or repository.tracked(path) else None
        if files and files != [detour]:
            return files
        if detour.is_link:
            raise runner.Fault(f"{detour.path} is a link, which is not followed to {path}")
        if repository.files_at(self.base, detour.path) == [detour]:
            return None
        raise runner.Fault(f"{_who()} changes the submodule {detour.path}, and what the base "
                           f"has at {path} is not here")  # fmt: skip

    def write(self, files: list[repository.Entry]) -> None:
        """Write files of the base under their paths.

        Raises
        ------
        Fault
            For a link or a submodule, which is not followed.
        """
        for entry in files:
            if not entry.is_file:
                raise runner.Fault(f"{entry.path} of the base is a link or a submodule, not a file")
        for entry, data in zip(files, repository.blobs(files), strict=True):
            path = self.folder / entry.path
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)


def _who() -> str:
    return "this pull request" if runner.pull_request() else "this commit"


def _changed(what: str, verb: str = "is") -> str:
    return f"{_who()} changes {what}; the base's {verb} used"


def _table(path: Path) -> dict[str, Any] | None:
    """Return the table of flags in a pyproject.toml; None where it cannot be read."""
    try:
        tool = tomllib.loads(path.read_text(encoding="utf-8")).get("tool")
    except (OSError, ValueError, RecursionError):
        return None
    table = tool.get("carbonctl", {}) if isinstance(tool, dict) else {}
    return table if isinstance(table, dict) else None
