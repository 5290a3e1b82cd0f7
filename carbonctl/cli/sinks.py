"""Where text goes that comes in parts: to standard output at once, or into a spool to wait."""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO

from carbonctl.cli import outputs
from carbonctl.cli.outputs import Target
from carbonctl.errors import OutputError

_IN_MEMORY = 1024 * 1024
_CHUNK = 64 * 1024


class Spool:
    """Text that waits: in memory while it is short, then on disk."""

    def __init__(self) -> None:
        self.parts: list[bytes] = []
        self.size = 0
        self.file: IO[bytes] | None = None

    def add(self, data: bytes) -> None:
        """Put some whole lines behind the others.

        Raises
        ------
        OutputError
            Where there is no room for them.
        """
        self.size += len(data)
        self.parts.append(data)
        if self.size < _IN_MEMORY:
            return
        try:
            if self.file is None:
                import tempfile  # slow to import, and few need it

                self.file = tempfile.TemporaryFile()  # noqa: SIM115
            self.file.writelines(self.parts)
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
            self.file.close()
            self.file = None


class Sink:
    """One output whose text comes in parts.

    Parameters
    ----------
    head : str
        What goes before everything, once there is anything.
    target : Target or None
        Where an export goes; None for standard output.
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

    def write(self, data: bytes) -> None:
        """Take some whole lines.

        Raises
        ------
        OutputError
            Where they cannot be written, or cannot wait.
        """
        if not data:
            return
        if not self.is_live:
            self.spool.add(data)
            return
        if not self.is_begun:
            outputs.to_stdout(self.head)
        outputs.to_stdout(data)
        self.is_begun = True

    def finish(self) -> None:
        """Write what has waited: an export whole or not at all.

        Raises
        ------
        OutputError
            Where it cannot be written.
        """
        try:
            if self.target is not None:
                outputs.export_chunks(self.target, self.head, self.spool.chunks())
            else:
                self.go_live()
        finally:
            self.spool.close()

    def _drain(self) -> None:
        spool, self.spool = self.spool, Spool()
        try:
            for chunk in spool.chunks():
                self.write(chunk)
        finally:
            spool.close()
