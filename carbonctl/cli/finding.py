"""Finds the inputs that arguments mean: files, globs and directories.

What is named is read in the order given, and as often as it is named. What a glob or a
directory finds is sorted, and left out where it was named or found before.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import NamedTuple

from carbonctl.cli.inputs import called
from carbonctl.errors import Problem

SUFFIXES = (".yaml", ".yml", ".json", ".jsonl", ".ndjson")
_MAGIC = frozenset("*?[")


class Found(NamedTuple):
    """One input; or what is wrong with an argument that means none."""

    path: str
    problem: Problem | None = None


def find(arguments: list[str], *, recursive: bool = False) -> list[Found]:
    """Return the inputs that some arguments mean.

    Parameters
    ----------
    arguments : list of str
        Files; globs, in which ``**`` stands for any folders; directories; ``-`` is standard
        input. What is there under the very name is no glob.
    recursive : bool
        Whether to read directories: all that ends in one of `SUFFIXES`, at any depth.
        What is hidden is left out.
    """
    found: list[Found] = []
    seen: set[str] = set()
    for argument in arguments:
        if argument == "-" or not _means_several(argument):
            seen.add(os.path.normpath(argument))
            found.append(Found(argument))
            continue
        paths = _several(argument, recursive=recursive)
        if isinstance(paths, str):
            found.append(Found(argument, Problem(called(argument), 1, 1, paths)))
            continue
        new = {os.path.normpath(path): path for path in paths}
        found += [Found(path) for normal, path in new.items() if normal not in seen]
        seen |= new.keys()
    return found


def _means_several(argument: str) -> bool:
    try:
        if os.path.isdir(argument):  # noqa: PTH112
            return True
        return not _MAGIC.isdisjoint(argument) and not os.path.lexists(argument)
    except ValueError:  # a NUL byte: whoever opens it says so
        return False


def _several(argument: str, *, recursive: bool) -> list[str] | str:
    """Return the sorted files of a directory or a glob, or why there are none."""
    if os.path.isdir(argument):  # noqa: PTH112
        if not recursive:
            return "is a directory; --recursive reads the workloads in it"
        paths = sorted(_inside(argument))
        return paths or f"holds no workload: nothing in it ends in {', '.join(SUFFIXES)}"
    from glob import glob

    matched = sorted(glob(argument, recursive=True))  # noqa: PTH207
    paths = [path for path in matched if not os.path.isdir(path)]  # noqa: PTH112
    if matched and not paths:
        return "the glob matches only directories"
    return paths or "no such file, and the glob matches none"


def _inside(folder: str) -> Iterator[str]:
    """Yield what can be a workload at any depth of a folder, nothing hidden."""
    for here, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".")]
        for name in files:
            if name.endswith(SUFFIXES) and not name.startswith("."):
                yield os.path.join(here, name)  # noqa: PTH118
