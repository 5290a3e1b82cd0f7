"""Reads whole files up to a limit, and writes files completely or not at all."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

from carbonctl.errors import InputError, Problem

MAX_BYTES = 64 * 1024 * 1024
TOO_LARGE = f"is larger than {MAX_BYTES // 2**20} MiB"
_CHUNK = 256 * 1024
_FLAGS = os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0)


class Refused(OSError):
    """A file that exists and is not read: a pipe, a device, a folder, or one over the limit."""


def read(path: str | Path) -> bytes:
    """Return the bytes of a regular file.

    Raises
    ------
    Refused
        For a pipe, a device, a directory, or more than `MAX_BYTES`.
    OSError
        Where it cannot be read.
    """
    descriptor = os.open(path, _FLAGS)  # of a pipe, this does not wait for a writer
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise Refused(errno.EINVAL, "is not a regular file")
        chunks, size = [], 0
        while size <= MAX_BYTES and (chunk := os.read(descriptor, _CHUNK)):
            chunks.append(chunk)
            size += len(chunk)
    finally:
        os.close(descriptor)
    if size > MAX_BYTES:
        raise Refused(errno.EFBIG, TOO_LARGE)
    return b"".join(chunks)


def read_input(path: str | Path, name: str = "") -> bytes:
    """Return the bytes of a regular file; ``name`` is what messages call it.

    Raises
    ------
    InputError
        Where it cannot be read, or is no such file.
    """
    try:
        return read(path)
    except (OSError, ValueError) as error:
        message = getattr(error, "strerror", None) or str(error)
        raise InputError([Problem(name or str(path), 1, 1, message)]) from None
