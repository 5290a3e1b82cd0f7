"""The points of a sweep as cells for people: a matrix of two paths, or a row a point."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from typing import NamedTuple

from carbonctl.analysis.sweep import Row, Subject
from carbonctl.render import human_numbers

MOST_ROWS = 1000  # points that people are shown
MOST_VERDICTS = 20
REFUSED, UNKNOWN = "refused", "unknown"
_MATRIX = 2  # paths
_DIGITS = 3  # significant ones of the smallest figure, as far as `_PLACES` go
_PLACES = 6
_PERCENT = re.compile(r"(?<=[0-9])%")


class Extreme(NamedTuple):
    """The least or the largest figure, and the point that has it."""

    figure: float
    row: Row


class Cells(NamedTuple):
    """A table: heads, lines of texts, and the figure behind each cell that has one."""

    heads: list[str]
    lines: list[list[str]]
    figures: list[list[float | None]]
    is_matrix: bool


class Points:
    """The points that people are shown, and what is said of all of them."""

    def __init__(self, subject: Subject) -> None:
        self.subject = subject
        self.rows: list[Row] = []
        self.count = self.refused = 0
        self.ends: list[Extreme] = []  # the least and the largest of the first figure

    def add(self, rows: Sequence[Row]) -> None:
        """Take some points."""
        self.rows += rows[: MOST_ROWS - len(self.rows)]
        self.count += len(rows)
        self.refused += sum(row.error is not None for row in rows)
        known = [Extreme(row.figures[0], row) for row in rows if row.figures[0] is not None]
        if known:
            some = [*self.ends, *known]
            self.ends = [
                min(some, key=lambda end: end.figure), max(some, key=lambda end: end.figure)
            ]  # fmt: skip

    @property
    def more(self) -> int:
        """How many points are not shown."""
        return self.count - len(self.rows)

    @property
    def may_be_matrix(self) -> bool:
        """Whether it is all combinations of two paths, and one figure of each."""
        subject = self.subject
        return (
            len(subject.paths) == _MATRIX
            and len(subject.measures) == 1
            and not subject.points.is_zipped
            and not self.more
        )

    def title(self, *, is_matrix: bool) -> str:
        """Return what the table is of."""
        subject = self.subject
        if not is_matrix:
            return subject.workload
        down, across = subject.paths
        return f"{subject.workload}: {down} down, {across} across"

    def cells(self, *, is_matrix: bool) -> Cells:
        """Return the table."""
        return self._matrix() if is_matrix else self._list()

    def _matrix(self) -> Cells:
        down, across = (axis.texts for axis in self.subject.points.axes)
        columns = len(across)
        places = decimals([row.figures[0] for row in self.rows])
        lines, figures = [], []
        for place, text in enumerate(down):
            rows = self.rows[place * columns : (place + 1) * columns]
            lines.append([value(text), *(written(row, 0, places) for row in rows)])
            figures.append([row.figures[0] for row in rows])
        return Cells([self.heads[-1], *map(value, across)], lines, figures, is_matrix=True)

    def _list(self) -> Cells:
        count = len(self.subject.measures)
        places = [decimals([row.figures[n] for row in self.rows]) for n in range(count)]
        lines = [
            [*map(value, row.values), *(written(row, n, places[n]) for n in range(count))]
            for row in self.rows
        ]
        return Cells(self.heads, lines, [list(row.figures) for row in self.rows], is_matrix=False)

    @property
    def heads(self) -> list[str]:
        """The paths, then what is asked."""
        unit = self.subject.unit
        asked = [
            f"{measure.of} per {unit}" if measure.is_per_unit and unit else measure.of
            for measure in self.subject.measures
        ]
        return [*self.subject.paths, *asked]

    def ends_said(self, *, marks: str = "") -> str:
        """Return where the least and the largest figure are.

        ``marks`` are those of figures, the least first.
        """
        if len(self.subject.measures) > 1 or not self.ends or self.count == 1:
            return ""
        least, most = self.ends
        if least.figure == most.figure:
            return "The same at all points." if not self.refused else ""
        places = decimals([least.figure, most.figure])
        ratio = most.figure / least.figure if least.figure > 0 else 0.0
        times = f"{human_numbers.significant(ratio, 3)} ×" if ratio else ""
        low, high = (
            f"{human_numbers.fixed(end.figure, places)}{f' ({inside})' if inside else ''}"
            f" at {', '.join(map(value, end.row.values))}"
            for end, inside in (
                (least, marks[:1]),
                (most, ", ".join(filter(None, (marks[-1:], times)))),
            )
        )
        return f"Least {low}; most {high}."

    def more_said(self) -> list[str]:
        """Return what is said of points that are not shown or refused."""
        said = []
        if self.more:
            said.append(f"and {self.more:,} more points (--format csv has them all)")
        if self.refused:
            points = "point was" if self.refused == 1 else "points were"
            said.append(f"{self.refused:,} {points} refused.")
        return said


def value(text: str) -> str:
    """Return the text of a value as people write it."""
    return _PERCENT.sub(" %", text)


def written(row: Row, place: int, places: int) -> str:
    """Return one figure of a point."""
    if row.error is not None:
        return REFUSED
    return human_numbers.fixed(row.figures[place], places)


def decimals(figures: Sequence[float | None]) -> int:
    """Return how many decimals show some figures."""
    sizes = [abs(figure) for figure in figures if figure]
    if not sizes:
        return 0
    least, most = (math.floor(math.log10(size)) for size in (min(sizes), max(sizes)))
    return min(_PLACES, max(0, _DIGITS - 1 - least, human_numbers.SIGNIFICANT - 1 - most))
