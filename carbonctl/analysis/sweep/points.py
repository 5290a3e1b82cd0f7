"""The points of a sweep, in their order, without a list of all of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice, product
from math import prod

from carbonctl.analysis.columns import Point
from carbonctl.analysis.spans import shown
from carbonctl.analysis.sweep.axes import Axis
from carbonctl.errors import UsageError

MOST_POINTS = 1_000_000


class Points:
    """All combinations of the values of some axes, or with ``is_zipped`` their values in turn.

    Of combinations the last axis varies fastest.

    Raises
    ------
    UsageError
        For a path that is given twice, for axes in turn of different lengths, and for more than
        `MOST_POINTS` points.
    """

    def __init__(self, axes: Sequence[Axis], *, is_zipped: bool = False) -> None:
        self.axes = tuple(axes)
        self.is_zipped = is_zipped
        self.paths = tuple(axis.path for axis in axes)
        seen: set[str] = set()
        for path in self.paths:
            if (whole := path.removeprefix("phases.")) in seen:
                raise UsageError(f"--over {shown(path)}: this path is given twice")
            seen.add(whole)
        self.count = self._count()

    def _count(self) -> int:
        lengths = [len(axis.texts) for axis in self.axes]
        if self.is_zipped:
            if len(set(lengths)) > 1:
                said = ", ".join(f"{shown(axis.path)} {len(axis.texts):,}" for axis in self.axes)
                raise UsageError(f"--zip: every path needs as many values; there are {said}")
            return lengths[0]
        if (count := prod(lengths)) > MOST_POINTS:
            said = " × ".join(f"{length:,}" for length in lengths)
            raise UsageError(
                f"--over: {said} = {count:,} points; at most {MOST_POINTS:,} are computed"
            )
        return count

    def __iter__(self) -> Iterator[Point]:
        texts = [axis.texts for axis in self.axes]
        return zip(*texts, strict=True) if self.is_zipped else product(*texts)

    def blocks(self, size: int) -> Iterator[list[Point]]:
        """Yield all points, so many at a time."""
        points = iter(self)
        while block := list(islice(points, size)):
            yield block
