"""Says which folders of the user's own records stand before the built-in ones, by their hash."""

import os
from collections.abc import Iterable
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from carbonctl.catalog import DEVICES, HOSTS
from carbonctl.spec.files import read_input
from carbonctl.text import path_shown

# Every file of a folder that a catalog may read.
PATTERNS = (
    *(f"{kind}/*/*.yaml" for kind in (*DEVICES, *HOSTS)),
    *("sources.yaml", "defaults.yaml", "*.csv"),
    *(f"{name}/*.csv" for name in ("cloud", "fab", "grids", "models", "network")),
)
_DIGITS = 12  # of a hash that is shown to people


class OwnRecords(NamedTuple):
    """A folder of the user's own records.

    Attributes
    ----------
    path : str
        The folder as it was given, or from the working directory where it is inside; what
        cannot be printed is replaced.
    sha256 : str
        Digest of the names and the bytes of its files.
    files : int
        How many files a catalog may read in it.
    """

    path: str
    sha256: str
    files: int

    @property
    def state(self) -> str:
        """The hash, shortened, and the number of files, for people."""
        return f"(sha256 {self.sha256[:_DIGITS]}), {self.files} file{'s' * (self.files != 1)}"

    def __str__(self) -> str:
        return f"{self.path} {self.state}"


def described(folder: Path) -> OwnRecords:
    """Return what a folder holds.

    Raises
    ------
    InputError
        For a file that cannot be read, or is too large to be one of a database.
    """
    whole = sha256()
    paths = files(folder)
    for name, path in sorted(paths.items()):
        whole.update(os.fsencode(name) + b"\0" + sha256(read_input(path)).digest())
    return OwnRecords(_shown(folder), whole.hexdigest(), len(paths))


def files(folder: Path) -> dict[str, Path]:
    """Return the files of a folder that a catalog may read, by their path in it."""
    paths = (path for pattern in PATTERNS for path in folder.glob(pattern) if path.is_file())
    return {path.relative_to(folder).as_posix(): path for path in paths}


def together(*several: Iterable[OwnRecords]) -> tuple[OwnRecords, ...]:
    """Return own records of several origins, each once."""
    return tuple(dict.fromkeys(records for some in several for records in some))


def _shown(folder: Path) -> str:
    """Return a path that is the same on every machine with the same checkout."""
    with suppress(OSError, ValueError):  # no working directory, or the folder is not in it
        folder = folder.relative_to(Path.cwd())
    return path_shown(str(folder))
