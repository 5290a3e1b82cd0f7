"""Finds jobs that stand twice, by their name, their start and their machine."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from hashlib import blake2b
from typing import Any

import numpy as np

from carbonctl.batch.fleet.blocks import Block, unique_rows

Hashes = Callable[[Sequence[str], int], Any]
_MIXER = np.uint64(0x9E3779B97F4A7C15)


def quick(values: Sequence[str], place: int) -> Any:
    """Return a number for each text, which another process would not give."""
    return np.array(
        [hash((place, value)) & 0xFFFFFFFFFFFFFFFF for value in values], dtype=np.uint64
    )


def steady(values: Sequence[str], place: int) -> Any:
    """Return a number for each text, the same in all processes."""
    salt = bytes([place])
    digests = [
        blake2b(value.encode("utf-8", "surrogatepass"), digest_size=8, salt=salt).digest()
        for value in values
    ]
    return np.frombuffer(b"".join(digests), dtype="<u8").astype(np.uint64)


class Seen:
    """Remembers which jobs there were: eight bytes each, in arrays that are merged as they grow.

    Parameters
    ----------
    hashes : callable
        From texts, and a number that tells them from others, to a number for each; the same in
        all processes, where keys go from one to another: `steady`.
    """

    def __init__(self, hashes: Hashes = quick) -> None:
        self.hashes = hashes
        self.sorted: list[Any] = []

    def again(self, block: Block) -> Any:
        """Return which rows of a block stand for a job that was there before.

        Rows without a job or a start are none; nor are several rows of one line.
        """
        again = np.zeros(block.rows, dtype=bool)
        jobs, starts = block.columns.get("job"), block.columns.get("start")
        if jobs is None or starts is None:
            return again
        rows = np.flatnonzero(jobs.where(bool) & ~np.isnat(starts))
        if not len(rows):
            return again
        mixed = starts[rows].view(np.uint64)
        for place, column in enumerate([jobs, *map(block.text, ("attempt", "device", "instance"))]):
            mixed = mixed * _MIXER + self.hashes(column.values, place)[column.codes[rows]]
        again[rows] = self._repeated(mixed, block.lines[rows])
        return again

    def _repeated(self, keys: Any, lines: Any) -> Any:
        first, inverse = unique_rows([np.unique(keys, return_inverse=True)[1]])
        own = lines != lines[first][inverse]  # a job of two machines has two rows of one line
        known = self.knows(keys)
        self.add(np.unique(keys))
        return known | own

    def knows(self, keys: Any) -> Any:
        """Return which keys of jobs were there before."""
        known = np.zeros(len(keys), dtype=bool)
        for some in self.sorted:
            at = np.searchsorted(some, keys)
            inside = at < len(some)
            known[inside] |= some[at[inside]] == keys[inside]
        return known

    def add(self, keys: Any) -> None:
        """Add keys of jobs, each once and in order."""
        while self.sorted and len(self.sorted[-1]) <= len(keys):
            keys = np.union1d(self.sorted.pop(), keys)
        self.sorted.append(keys)

    def keys(self) -> Any:
        """Return the keys of all jobs, each once and in order."""
        return np.unique(np.concatenate([np.empty(0, dtype=np.uint64), *self.sorted]))
