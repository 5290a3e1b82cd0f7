"""Finds the inputs that arguments mean: files, one document of a file, globs and directories.

What is named is read in the order given, and as often as it is named. What a glob or a
directory finds is sorted, and left out where it was named or found before.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from typing import NamedTuple

from carbonctl.errors import Problem, UsageError
from carbonctl.inputs.reading import called

SUFFIXES = (".yaml", ".yml", ".json", ".jsonl", ".ndjson")
_MAGIC = frozenset("*?[")
_NUMBERED = re.compile(r"(.+)#([0-9]{1,18})", re.S)


class Found(NamedTuple):
    """One input; or what is wrong with an argument that means none.

    ``number`` is that of the one document which is meant, None where all are.
    """

    path: str
    problem: Problem | None = None
    number: int | None = None


def named(argument: str) -> Found:
    """Return the input of a name: a file, ``-``, or ``FILE#N`` for one document of a file.

    An existing file of exactly this name takes precedence.
    """
    path, number = numbered(argument)
    if number is None or path == "-" or os.path.lexists(argument):
        return Found(argument)
    is_file = os.path.exists(path) and not os.path.isdir(path)  # noqa: PTH110, PTH112
    return Found(path, number=number) if is_file else Found(argument)


def numbered(name: str) -> tuple[str, int | None]:
    """Return what stands before ``#N`` and the number; None where there is no such end."""
    match = _NUMBERED.fullmatch(name)
    return (name, None) if match is None else (match[1], int(match[2]))


def find(arguments: list[str], *, recursive: bool = False) -> list[Found]:
    """Return the inputs that some arguments mean.

    Parameters
    ----------
    arguments : list of str
        Files; ``FILE#N`` for one document of a file; globs, in which ``**`` stands for any
        folders; directories; ``-`` is standard input. What is there under the very name is
        no glob.
    recursive : bool
        Whether to read directories: all that ends in one of `SUFFIXES`, at any depth.
        What is hidden is left out.

    Raises
    ------
    UsageError
        Where standard input is named twice.
    """
    if arguments.count("-") > 1:
        raise UsageError("standard input can be read only once; give a single -")
    targets: list[Found] = []
    seen: set[str] = set()
    for argument in arguments:
        target = named(argument)
        if argument == "-" or target.number is not None or not _means_several(argument):
            seen.add(os.path.normpath(argument))
            targets.append(target)
            continue
        unread: list[OSError] = []
        paths = _several(argument, unread, recursive=recursive)
        targets += [_problem(str(e.filename), e.strerror or str(e)) for e in unread]
        if isinstance(paths, str):
            targets += [] if unread else [_problem(argument, paths)]
            continue
        new = {os.path.normpath(path): path for path in paths}
        targets += [Found(path) for normal, path in new.items() if normal not in seen]
        seen |= new.keys()
    return targets


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
    paths = [path for path in matched if _is_file(path)]
    if matched and not paths:
        return "the glob matches no files, only directories or pipes"
    return paths or "no such file, and the glob matches none"


def _inside(folder: str, unread: list[OSError]) -> Iterator[str]:
    """Yield what can be a workload at any depth of a folder, nothing hidden, no pipes."""
    for here, files in _walk(folder, unread):
        for name in files:
            path = os.path.join(here, name)  # noqa: PTH118
            if _is_file(path) and name.endswith(SUFFIXES) and not name.startswith("."):
                yield path


def _is_file(path: str) -> bool:
    """Whether something found is a file, or a link to nothing, which is then said."""
    return os.path.isfile(path) or not os.path.exists(path)  # noqa: PTH110, PTH113


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
    paths: set[str] = set()
    for root in glob(head) if head else ["."]:  # noqa: PTH207
        for here, _ in _walk(root, unread):
            folder = here if head else os.path.relpath(here, ".")
            inner = escape(folder) + "/" if folder != "." else ""
            paths |= _matched(inner.replace("//", "/") + tail, unread)
    return paths
