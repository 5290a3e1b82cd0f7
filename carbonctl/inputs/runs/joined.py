"""Joins the runs of several tables; what one of them has no column for is unknown there."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from itertools import accumulate

from carbonctl.analysis.survey.runs import Labels, Numbers, Runs, Table, listed
from carbonctl.numbers.intervals import is_array


def joined(parts: Sequence[Runs]) -> Runs:
    """Return the runs of all parts, in their order."""
    if len(parts) == 1:
        return parts[0]
    starts = [0, *accumulate(part.size for part in parts)]

    def place(row: int) -> tuple[Runs, int]:
        number = bisect_right(starts, row) - 1
        return parts[number], row - starts[number]

    def half_digit(role: str, row: int) -> float:
        part, own = place(row)
        return part.half_digit(role, own)

    def name(row: int) -> str:
        part, own = place(row)
        return part.names(own)

    roles = dict.fromkeys(role for part in parts for role in part.numbers)
    count = max((len(part.groups) for part in parts), default=0)
    called = [name for part in parts[:1] for name in part.groups]
    groups = {
        called[n]: _labels([[*part.groups.values()][n] for part in parts]) for n in range(count)
    }
    quality = None
    if "quality" in roles:
        none = ((part.quality or Labels([0] * part.size, ("",))) for part in parts)
        quality = _labels([*none])
    return Runs(
        starts[-1], {role: _column(parts, role) for role in roles}, half_digit, groups, name,
        quality, sum(part.skipped for part in parts), _table(parts),
    )  # fmt: skip


def _column(parts: Sequence[Runs], role: str) -> Numbers:
    columns = [part.numbers.get(role, [math.nan] * part.size) for part in parts]
    if any(map(is_array, columns)):
        import numpy as np

        return np.concatenate([np.asarray(column, dtype=float) for column in columns])
    return [value for column in columns for value in column]


def _labels(parts: Iterable[Labels]) -> Labels:
    places: dict[str, int] = {}
    codes: list[int] = []
    is_large = False
    for part in parts:
        new = [places.setdefault(name, len(places)) for name in part.names]
        codes += [new[code] for code in listed(part.codes)]
        is_large = is_large or is_array(part.codes)
    if is_large:
        import numpy as np

        return Labels(np.array(codes, dtype=np.int64), tuple(places))
    return Labels(codes, tuple(places))


def _table(parts: Sequence[Runs]) -> Table | None:
    tables = [part.table for part in parts if part.table is not None]
    if len(tables) < len(parts):
        return None
    header = tuple(dict.fromkeys(name for table in tables for name in table.header))
    rows: list[Sequence[str]] = []
    for table in tables:
        at = {name: place for place, name in enumerate(table.header)}
        rows += [[row[at[name]] if name in at else "" for name in header] for row in table.rows]
    return Table(header, rows)
