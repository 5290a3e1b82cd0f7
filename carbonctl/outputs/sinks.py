"""Where text goes that comes in parts: to standard output at once, or into a spool to wait."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import IO

from carbonctl.errors import OutputError
from carbonctl.outputs import writing
from carbonctl.outputs.writing import Target

_IN_MEMORY = 1024 * 1024
_CHUNK = 64 * 1024


def to_stdout(parts: Iterable[bytes]) -> None:
    """Write parts of text to standard output, many at a time but never a large piece of memory.

    A large one is got anew from the system each time, and small ones are used again.

    Raises OutputError where it is closed or full.
    """
    waiting: list[bytes] = []
    size = 0
    for part in parts:
        waiting.append(part)
        size += len(part)
        if size >= _CHUNK:
            writing.to_stdout(b"".join(waiting))
            waiting, size = [], 0
    writing.to_stdout(b"".join(waiting))


class Spool:
    """Text that waits: in memory while it is short, then on disk."""

    def __init__(self) -> None:
        self.parts: list[bytes] = []
        self.size = 0
        self.file: IO[bytes] | None = None

    def add(self, parts: list[bytes]) -> None:
        """Put parts of some whole lines behind the others.

        Raises OutputError where there is no room for them.
        """
        self.size += sum(map(len, parts))
        self.parts += parts
        if self.size < _IN_MEMORY:
            return
        try:
            if self.file is None:
                import tempfile  # slow to import, and few need it

                self.file = tempfile.TemporaryFile()  # noqa: SIM115
            self.file.writelines(self.parts)
            self.file.flush()
        except OSError as error:
            raise OutputError(f"a temporary file: {error.strerror or error}") from None
        self.parts, self.size = [], 0

    def chunks(self) -> Iterator[bytes]:
        """Yield all of it, in whole lines."""
        if self.file is not None:
            self.file.seek(0)
            while lines := self.file.readlines(_CHUNK):
                yield b"".join(lines)
        yield from self.parts

    def close(self) -> None:
        """Forget all of it."""
        self.parts = []
        if self.file is not None:
            with suppress(OSError):  # what there was no room for is forgotten too
                self.file.close()
            self.file = None


class Sink:
    """One output whose text comes in parts, an export or without a target standard output.

    ``head`` is written first, once there is anything to write.
    """

    def __init__(self, head: str, target: Target | None = None) -> None:
        self.head = head
        self.target = target
        self.spool = Spool()
        self.is_live = False
        self.is_begun = False

    def go_live(self) -> None:
        """Write to standard output what waits for it, and what comes as it comes."""
        if not self.is_live:
            self.is_live = True
            self._drain()

    def write(self, parts: list[bytes]) -> None:
        """Take parts of some whole lines.

        Raises OutputError where they cannot be written, or cannot wait.
        """
        if not any(parts):
            return
        if not self.is_live:
            self.spool.add(parts)
            return
        if not self.is_begun:
            writing.to_stdout(self.head)
        to_stdout(parts)
        self.is_begun = True

    def finish(self) -> None:
        """Write what has waited: an export whole or not at all.

        Raises OutputError where it cannot be written.
        """
        try:
            if self.target is not None:
                writing.export_chunks(self.target, self.head, self.spool.chunks())
            else:
                self.go_live()
        finally:
            self.spool.close()

    def _drain(self) -> None:
        spool, self.spool = self.spool, Spool()
        try:
            for chunk in spool.chunks():
                self.write([chunk])
        finally:
            spool.close()
