"""Reads inputs: files, and standard input for a literal ``-``."""

from __future__ import annotations

import sys

from carbonctl.errors import InputError, Problem
from carbonctl.located import MAX_BYTES

STDIN = "<stdin>"


def read(path: str) -> tuple[bytes, str]:
    """Return the bytes of an input and what messages call it.

    Raises
    ------
    InputError
        Where it cannot be read.
    """
    if path == "-":
        if sys.stdin is None:
            raise InputError([Problem(STDIN, 1, 1, "standard input is closed")])
        return _limited(sys.stdin.buffer.read(MAX_BYTES + 1), STDIN), STDIN
    try:
        with open(path, "rb") as file:
            return _limited(file.read(MAX_BYTES + 1), path), path
    except FileNotFoundError:
        message = "no such file"
    except IsADirectoryError:
        message = "is a directory; name the files in it, for example with *.yaml"
    except (OSError, ValueError) as error:
        message = getattr(error, "strerror", None) or str(error)
    raise InputError([Problem(path, 1, 1, message)])


def _limited(data: bytes, name: str) -> bytes:
    if len(data) > MAX_BYTES:
        message = f"is larger than {MAX_BYTES // 2**20} MiB"
        raise InputError([Problem(name, 1, 1, message)])
    return data
