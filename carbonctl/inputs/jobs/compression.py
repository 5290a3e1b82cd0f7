"""Unpacks gzip and Zstandard as they are read; which it is, the first bytes tell."""

from __future__ import annotations

import gzip
import zlib
from importlib import import_module
from pathlib import Path
from typing import Any, BinaryIO, cast

from carbonctl.errors import MissingExtra
from carbonctl.ledger.frames import EXTRA

_GZIP = b"\x1f\x8b"
_ZSTANDARD = b"\x28\xb5\x2f\xfd"


def decompressed(raw: Any, name: str) -> BinaryIO:
    """Return a stream of what an input holds, unpacked where it is compressed.

    Parameters
    ----------
    raw : binary stream
        Buffered, at its beginning.
    name : str
        What messages call it.

    Raises
    ------
    MissingExtra
        For Zstandard, where nothing that is installed reads it.
    """
    start = raw.peek(len(_ZSTANDARD))[: len(_ZSTANDARD)]
    if start.startswith(_GZIP):
        return cast("BinaryIO", _Checked(gzip.GzipFile(fileobj=raw)))
    if start == _ZSTANDARD:
        return cast("BinaryIO", _Checked(_zstandard(raw, name)))
    return cast("BinaryIO", raw)


def is_compressed(path: str) -> bool:
    """Whether a file is compressed, by its first bytes."""
    with Path(path).open("rb") as file:
        return file.read(len(_ZSTANDARD)).startswith((_GZIP, _ZSTANDARD))


class _Checked:
    """A stream whose faults are all of one type."""

    def __init__(self, stream: Any) -> None:
        self.stream = stream

    def read(self, size: int) -> bytes:
        """Return up to some bytes.

        Raises
        ------
        ValueError
            Where what is compressed is damaged, or ends too soon.
        """
        try:
            return bytes(self.stream.read(size))
        except (EOFError, OSError, zlib.error, _zstandard_error()) as error:
            raise ValueError(f"what is compressed is damaged: {error}") from None


def _zstandard(raw: Any, name: str) -> Any:
    """Return a stream of Zstandard unpacked, by the first library that there is."""
    for package, unpack in _LIBRARIES.items():
        try:
            library = import_module(package)
        except ImportError:
            continue
        return unpack(library, raw)
    message = f"{name}: Zstandard needs pyarrow, or Python 3.14; install it with `{EXTRA}`"
    raise MissingExtra(message)


def _by_pyarrow(library: Any, raw: Any) -> Any:
    return library.CompressedInputStream(library.PythonFile(raw, mode="r"), "zstd")


# Those that tell a whole stream from one that was cut off.
_LIBRARIES = {
    "compression.zstd": lambda library, raw: library.ZstdFile(raw),
    "pyarrow": _by_pyarrow,
}


def _zstandard_error() -> type[Exception]:
    """Return the fault of Python's own library; those of pyarrow are OSError."""
    try:
        fault: type[Exception] = import_module("compression.zstd").ZstdError
    except ImportError:
        return OSError
    return fault
