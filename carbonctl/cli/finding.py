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
        unread: list[OSError] = []
        paths = _several(argument, unread, recursive=recursive)
        found += [_problem(str(e.filename), e.strerror or str(e)) for e in unread]
        if isinstance(paths, str):
            found += [] if unread else [_problem(argument, paths)]
            continue
        new = {os.path.normpath(path): path for path in paths}
        found += [Found(path) for normal, path in new.items() if normal not in seen]
        seen |= new.keys()
    return found


def _problem(path: str, message: str) -> Found:
    return Found(path, Problem(called(path), 1, 1, message))


def _means_several(argument: str) -> bool:
    try:
        if os.path.isdir(argument):  # noqa: PTH112
            return True
        return not _MAGIC.isdisjoint(argument) and not os.path.lexists(argument)
    except ValueError:  # a NUL byte: whoever opens it says so
        return False


def _several(argument: str, unread: list[OSError], *, recursive: bool) -> list[str] | str:
    """Return the sorted files of a directory or a glob, or why there are none.

    ``unread`` takes the folders that could not be looked into.
    """
    if os.path.isdir(argument):  # noqa: PTH112
        if not recursive:
            return "is a directory; --recursive reads the workloads in it"
        paths = sorted(_inside(argument, unread))
        return paths or f"holds no workload: nothing in it ends in {', '.join(SUFFIXES)}"
    matched = sorted(_matched(argument, unread))
    paths = [path for path in matched if not os.path.isdir(path)]  # noqa: PTH112
    if matched and not paths:
        return "the glob matches only directories"
    return paths or "no such file, and the glob matches none"


def _inside(folder: str, unread: list[OSError]) -> Iterator[str]:
    """Yield what can be a workload at any depth of a folder, nothing hidden, no pipes."""
    for here, files in _walk(folder, unread):
        for name in files:
            path = os.path.join(here, name)  # noqa: PTH118
            is_file = os.path.isfile(path) or not os.path.exists(path)  # noqa: PTH110, PTH113
            if is_file and name.endswith(SUFFIXES) and not name.startswith("."):
                yield path


def _walk(folder: str, unread: list[OSError]) -> Iterator[tuple[str, list[str]]]:
    """Yield the folders at any depth with their files; links to folders are not followed."""
    for here, folders, files in os.walk(folder, onerror=unread.append):
        folders[:] = [name for name in folders if not name.startswith(".")]
        yield here, files


def _matched(pattern: str, unread: list[OSError]) -> set[str]:
    """Return what a glob matches; ``**`` is any folders, none of them hidden or a link."""
    from glob import escape, glob

    parts = pattern.split("/")
    if "**" not in parts:
        return set(glob(pattern))  # noqa: PTH207
    place = parts.index("**")
    tail = "/".join(parts[place + 1 :]) or "*"
    head = "/".join(parts[:place]) or ("/" if pattern.startswith("/") else "")
    found: set[str] = set()
    for root in glob(head) if head else ["."]:  # noqa: PTH207
        for here, _ in _walk(root, unread):
            folder = here if head else os.path.relpath(here, ".")
            inner = escape(folder) + "/" if folder != "." else ""
            found |= _matched(inner.replace("//", "/") + tail, unread)
    return found
