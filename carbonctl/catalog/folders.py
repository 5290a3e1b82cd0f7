"""Where hardware_db is: inside an installed package, or beside a checkout's.

Where an installation lost what comes with it, FileNotFoundError says so.
"""

from __future__ import annotations

import os
from functools import lru_cache
from pathlib import Path

from carbonctl.errors import InputError, Problem

_PACKAGE = Path(__file__).resolve().parent.parent


def _installed(name: str, marker: str) -> Path:
    """Return a folder that comes with carbonctl, known by a file that it holds."""
    for folder in (_PACKAGE / name, _PACKAGE.parent / name):
        if (folder / marker).is_file():
            return folder
    raise FileNotFoundError(f"{name} is missing beside {_PACKAGE}; install carbonctl again")


@lru_cache(maxsize=1)
def builtin() -> Path:
    """Return the folder of the database that comes with carbonctl."""
    return _installed("hardware_db", "VERSION")


@lru_cache(maxsize=1)
def examples() -> Path:
    """Return the folder of the runnable workloads that come with carbonctl."""
    return _installed("configs", "quickstart.yaml")


def own(given: str | None) -> tuple[Path, ...]:
    """Return the user's own folders, which take precedence over the built-in one.

    Raises
    ------
    InputError
        Where a folder does not exist.
    """
    folders = [Path(part) for part in (given or "").split(os.pathsep) if part]
    for folder in folders:
        if not folder.is_dir():
            raise InputError([Problem(str(folder), None, None, "no such folder (--hardware-db)")])
    return tuple(folders)
