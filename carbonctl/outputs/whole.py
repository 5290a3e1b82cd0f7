"""Writes a file whole, or leaves it as it was."""

from __future__ import annotations

import os
from collections.abc import Iterable
from contextlib import suppress
from io import FileIO
from pathlib import Path


def identity(path: str | Path) -> tuple[int, int] | str:
    """Return a key that is the same for all names of a file, hard links too.

    It is device and inode, or the real path where the file does not exist yet. A path through a
    folder that does not exist (``none/../file``) is the file that it would be written to.
    """
    real = os.path.realpath(path)
    for name in (path, real):
        with suppress(OSError, ValueError):
            status = os.stat(name)  # noqa: PTH116
            return status.st_dev, status.st_ino
    return real


def replace(path: Path, chunks: Iterable[bytes]) -> None:
    """Replace a file, following links. The old content stays until the new one is complete.

    Raises OSError where it cannot be written.
    """
    import tempfile  # slow to import, and only exports need it

    real = Path(os.path.realpath(path))
    if real.is_symlink():  # a loop of links
        real.stat()
    handle, name = tempfile.mkstemp(prefix=".carbonctl.", dir=real.parent)
    try:
        with FileIO(handle, "wb") as file:
            _write(file, chunks)
        mode = real.stat().st_mode & 0o777 if real.exists() else 0o666 & ~_umask()
        Path(name).chmod(mode)
        Path(name).replace(real)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def append(path: Path, chunks: Iterable[bytes]) -> None:
    """Append lines to a file. After a failure the file has its old content.

    Raises OSError where it cannot be written.
    """
    before = path.stat().st_size if path.exists() else None
    file = FileIO(path, "ab")
    try:
        with file:
            if before and not _ends_a_line(path):
                _write(file, [b"\n"])
            _write(file, chunks)
    except BaseException:
        if before is None:
            path.unlink(missing_ok=True)
        else:
            os.truncate(path, before)
        raise


def create(path: Path, data: bytes, *, with_folders: bool = False) -> None:
    """Create a file, ``with_folders`` also those above it. After a failure neither exists.

    Raises OSError where it exists already, or cannot be written.
    """
    missing = [folder for folder in path.parents if with_folders and not folder.exists()]
    try:
        for folder in reversed(missing):
            folder.mkdir(exist_ok=True)
        file = FileIO(path, "xb")
        try:
            with file:
                _write(file, [data])
        except BaseException:
            path.unlink(missing_ok=True)
            raise
    except BaseException:
        with suppress(OSError):  # not empty any more
            for folder in missing:
                folder.rmdir()
        raise


def _write(file: FileIO, chunks: Iterable[bytes]) -> None:
    """Write all of it, unbuffered: a buffer would write its rest when the file is closed."""
    for chunk in chunks:
        view = memoryview(chunk)
        while view:
            view = view[file.write(view) :]


def _ends_a_line(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            file.seek(-1, os.SEEK_END)
            return file.read(1) == b"\n"
    except OSError:  # it may be written, but not read
        return True


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
