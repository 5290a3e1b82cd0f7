"""New rows beside those that are there: what moves, what is new, what is no longer covered."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple

from tests.update_grids.tables import Key, Row

MOVED = 0.05  # a change of a figure that is printed
_SAME_G = 0.15  # g/kWh, within the rounding of the tables
_SAME_SHARE = 0.0001


class Moved(NamedTuple):
    """A figure that moved by more than `MOVED`."""

    zone: str
    year: str
    what: str
    before: float
    after: float

    def __str__(self) -> str:
        """Return it as a line."""
        change = 100 * (self.after / self.before - 1) if self.before else float("inf")
        return f"{self.zone} {self.year} {self.what}: {self.before:g} -> {self.after:g} ({change:+.1f} %)"


class Merged(NamedTuple):
    """The rows to write, and what differs from those that were there."""

    rows: list[Row]
    moved: list[Moved]
    changed: int  # rows with another figure, by however little
    added: int
    new_zones: list[str]
    not_covered: list[str]  # zones of the same source that the raw file no longer has


def grid(old: list[Row], new: Iterable[Row], key: Callable[[Row], Key], source: str) -> Merged:
    """Return old grid rows with the new ones in their place; see `_merged`."""
    return _merged(old, new, key, source, _grid_moves)


def mixes(old: list[Row], new: Iterable[Row], key: Callable[[Row], Key], source: str) -> Merged:
    """Return old mixes with the new ones in their place; see `_merged`."""
    return _merged(old, new, key, source, _mix_moves)


def _merged(
    old: list[Row],
    new: Iterable[Row],
    key: Callable[[Row], Key],
    source: str,
    moves: Callable[[Row, Row], tuple[bool, list[Moved]]],
) -> Merged:
    """Return old rows with new ones in their place, and the new ones that had none.

    A row whose figure is the same within rounding stays as it is, with its source and note; rows
    that the new ones do not cover stay too.

    Parameters
    ----------
    source : str
        The source of the rows that the raw file was read to last time: its zones should be in
        the new rows.
    moves : callable
        Whether two rows have another figure, and what of it moved by more than `MOVED`.
    """
    by_key = {key(row): row for row in old}
    zones = {row["zone"] for row in old}
    moved: list[Moved] = []
    changed = added = 0
    covered: set[str] = set()
    for row in new:
        covered.add(row["zone"])
        before = by_key.get(key(row))
        if before is None:
            added += 1
            by_key[key(row)] = row
            continue
        differs, far = moves(before, row)
        moved.extend(far)
        if differs:
            changed += 1
            by_key[key(row)] = row
    lost = {row["zone"] for row in old if source in row["source"].split()} - covered
    return Merged(
        list(by_key.values()), moved, changed, added, sorted(covered - zones),
        sorted(lost) if covered else [],
    )  # fmt: skip


def _grid_moves(before: Row, after: Row) -> tuple[bool, list[Moved]]:
    old, new = float(before["intensity_g_per_kwh"]), float(after["intensity_g_per_kwh"])
    differs = abs(new - old) > _SAME_G
    if abs(new - old) <= MOVED * old:
        return differs, []
    return differs, [Moved(before["zone"], before["year"], before["basis"], old, new)]


def _mix_moves(before: Row, after: Row) -> tuple[bool, list[Moved]]:
    """Return the shares that moved by more than five points of a hundred."""
    fuels = [column for column in before if column in after and _is_share(column)]
    far, differs = [], False
    for fuel in fuels:
        old, new = float(before[fuel]), float(after[fuel])
        differs = differs or abs(new - old) > _SAME_SHARE
        if abs(new - old) > MOVED:
            far.append(Moved(before["zone"], before["year"], f"share of {fuel}", old, new))
    return differs, far


def _is_share(column: str) -> bool:
    return column not in ("zone", "year", "source", "confidence", "note")
