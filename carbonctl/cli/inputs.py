"""Reads inputs: files, and standard input for a literal ``-``."""

import sys
from pathlib import Path
from typing import BinaryIO

from carbonctl.errors import InputError, Problem
from carbonctl.located import MAX_BYTES

STDIN = "<stdin>"
_CHUNK = 64 * 1024


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
        return _limited(sys.stdin.buffer, STDIN), STDIN
    try:
        with Path(path).open("rb") as file:
            return _limited(file, path), path
    except FileNotFoundError:
        message = "no such file"
    except IsADirectoryError:
        message = "is a directory; name the files in it, for example with *.yaml"
    except (OSError, ValueError) as error:
        message = getattr(error, "strerror", None) or str(error)
    raise InputError([Problem(path, 1, 1, message)])


def _limited(file: BinaryIO, name: str) -> bytes:
    chunks, size = [], 0
    while chunk := file.read(_CHUNK):
        chunks.append(chunk)
        size += len(chunk)
        if size > MAX_BYTES:
            message = f"is larger than {MAX_BYTES // 2**20} MiB"
            raise InputError([Problem(name, 1, 1, message)])
    return b"".join(chunks)
