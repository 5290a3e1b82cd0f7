"""Reads inputs: files, and standard input for a literal ``-``."""

import os
import sys
from collections.abc import Callable

from carbonctl.cli.messages import printable, say
from carbonctl.errors import InputError, Problem
from carbonctl.located import MAX_BYTES

STDIN = "<stdin>"
_CHUNK = 32 * 1024
# A spreadsheet would take the name for a formula, a workflow for a command.
_TAKEN_FOR_MORE = ("=", "+", "-", "@", "::", "##[")


def each(paths: list[str], use: Callable[[bytes, str], None]) -> list[Problem]:
    """Hand every input on, in turn; say and return what is wrong with faulty ones.

    Parameters
    ----------
    paths : list of str
        Files; ``-`` is standard input.
    use : callable
        Takes the bytes of an input and what messages call it, and may raise InputError.
    """
    problems: list[Problem] = []
    for path in paths:
        try:
            use(*read(path))
        except InputError as error:
            problems += error.problems
            say(str(error))
    return problems


def read(path: str) -> tuple[bytes, str]:
    """Return the bytes of an input and what messages call it.

    Raises
    ------
    InputError
        Where it cannot be read.
    """
    name = shown(path)
    try:
        if path == "-":
            if sys.stdin is None:
                raise InputError([Problem(STDIN, 1, 1, "standard input is closed")])
            return _limited(sys.stdin.fileno(), STDIN), STDIN
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0))
        try:
            return _limited(descriptor, name), name
        finally:
            os.close(descriptor)
    except FileNotFoundError:
        message = "no such file"
    except IsADirectoryError:
        message = "is a directory; name the files in it, for example with *.yaml"
    except (OSError, ValueError) as error:
        message = getattr(error, "strerror", None) or str(error)
    raise InputError([Problem(STDIN if path == "-" else name or "''", 1, 1, message)])


def shown(path: str) -> str:
    """Return a path as results and messages show it: printable, no formula and no command."""
    if path.isprintable() and not path.startswith(_TAKEN_FOR_MORE):
        return path
    name = printable(path.encode("utf-8", "surrogateescape").decode("utf-8", "replace"))
    name = name.replace("\n", "\\n")
    return f"./{name}" if name.startswith(_TAKEN_FOR_MORE) else name


def _limited(descriptor: int, name: str) -> bytes:
    chunks, size = [], 0
    while chunk := os.read(descriptor, _CHUNK):
        chunks.append(chunk)
        size += len(chunk)
        if size > MAX_BYTES:
            message = f"is larger than {MAX_BYTES // 2**20} MiB"
            raise InputError([Problem(name, 1, 1, message)])
    return b"".join(chunks)
