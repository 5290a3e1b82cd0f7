"""Reads inputs: files, and standard input for a literal ``-``.

What cannot be read raises InputError.
"""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from carbonctl.errors import InputError, Problem
from carbonctl.spec.files import MAX_BYTES, TOO_LARGE, read_input
from carbonctl.text import path_shown

STDIN = "<stdin>"
_CHUNK = 32 * 1024


def read(path: str) -> tuple[bytes, str]:
    """Return the bytes of an input and what messages call it."""
    name = called(path)
    with opened(path, name) as descriptor:
        return limited(descriptor, name), name


def read_file(path: str) -> tuple[bytes, str]:
    """Return the bytes of a regular file, or of standard input, and what messages call it.

    Raises
    ------
    InputError
        Where it cannot be read, or is a pipe or a device.
    """
    if path == "-":
        return read(path)
    name = called(path)
    return read_input(path, name), name


def called(path: str, stdin_name: str = STDIN) -> str:
    """Return what messages call an input."""
    return stdin_name if path == "-" else path_shown(path) or "''"


@contextmanager
def opened(path: str, name: str) -> Iterator[int]:
    """Open an input, and say in words what goes wrong with it."""
    try:
        if path == "-":
            if sys.stdin is None:
                raise InputError([Problem(name, 1, 1, "standard input is closed")])
            yield sys.stdin.fileno()
            return
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0))
        try:
            yield descriptor
        finally:
            os.close(descriptor)
        return
    except FileNotFoundError:
        message = "no such file"
    except IsADirectoryError:
        message = "is a directory; name the files in it, for example with *.yaml"
    except (OSError, ValueError) as error:
        message = getattr(error, "strerror", None) or str(error)
    raise InputError([Problem(name, 1, 1, message)])


def limited(descriptor: int, name: str, start: bytes = b"") -> bytes:
    """Return all that is left to read, behind what was read of it already.

    Raises
    ------
    InputError
        Where it is too large.
    """
    chunks, size = [start], len(start)
    while chunk := os.read(descriptor, _CHUNK):
        chunks.append(chunk)
        size += len(chunk)
        if size > MAX_BYTES:
            raise InputError([Problem(name, 1, 1, TOO_LARGE)])
    return b"".join(chunks)
