"""Some bytes of a table of delimited text, from the start of a line to the end of another."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import BinaryIO, cast

from carbonctl.inputs.jobs.reading import Decoder, Source
from carbonctl.inputs.reading import opened

_CHUNK = 256 * 1024  # bytes
_LINE_END = re.compile(b"\n")


class ByteRange(Source):
    """Lines of a file by the bytes in which they are.

    Parameters
    ----------
    path : str
        Of the file, which is not compressed.
    name : str
        What messages call it.
    start, stop : int
        The first byte, at the start of a line, and that behind the last.
    """

    def __init__(self, path: str, name: str, start: int, stop: int) -> None:
        super().__init__(path, name)
        self.start = start
        self.stop = stop
        self.goes_on = stop < Path(path).stat().st_size
        self._before: list[int] = []  # the ends of lines before each chunk
        self._lines = 0
        self._ends: tuple[int, list[int]] = (-1, [])  # of one chunk, the bytes behind lines

    def _read_blocks(self) -> Iterator[str]:
        decoder = Decoder(self._name, self.no_text, is_first=self.start == 0)
        with ExitStack() as stack:
            descriptor = stack.enter_context(opened(self._path, self._name))
            file = stack.enter_context(open(descriptor, "rb", closefd=False))
            file.seek(self.start)
            limited = cast("BinaryIO", _Limited(file, self.stop))
            while data := self._read(limited):
                self._before.append(self._lines)
                self._lines += data.count(b"\n")
                yield from decoder.blocks(data)
            yield from decoder.rest()

    def offset(self, line: int) -> int:
        """Return the byte of the file at which a line begins that was read; 1 is the first."""
        end = line - 1  # this line begins behind so many ends of lines
        if not end:
            return self.start
        chunk = bisect_left(self._before, end) - 1
        if self._ends[0] != chunk:
            start = self.start + chunk * _CHUNK
            with Path(self._path).open("rb") as file:
                file.seek(start)
                data = file.read(min(_CHUNK, self.stop - start))
            self._ends = chunk, [start + match.end() for match in _LINE_END.finditer(data)]
        return self._ends[1][end - self._before[chunk] - 1]


class _Limited:
    """A file up to some byte."""

    def __init__(self, file: BinaryIO, stop: int) -> None:
        self.file = file
        self.stop = stop

    def read(self, _: int) -> bytes:
        """Return the next chunk."""
        return self.file.read(max(min(_CHUNK, self.stop - self.file.tell()), 0))


def line_ends(path: str, size: int, apart: int) -> Iterator[int]:
    """Yield bytes behind ends of lines, at least so many bytes apart; the last is the size."""
    with Path(path).open("rb") as file:
        at = 0
        while at < size:
            file.seek(min(at + apart, size) - 1)
            while (part := file.readline(_CHUNK)) and not part.endswith(b"\n"):
                pass
            at = min(file.tell(), size)
            yield at
