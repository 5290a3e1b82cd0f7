"""What people are told of a comparison, whatever the format: headline, rows, remarks."""

from math import inf
from typing import NamedTuple

from carbonctl.analysis.compare import Change, ComparedEntry, Comparison, Delta
from carbonctl.analysis.compare.deltas import of_numbers, percent_of
from carbonctl.analysis.compare.model import ADDED, CHANGED, REMOVED, SAME, WORKLOAD
from carbonctl.render import human_numbers
from carbonctl.spec.model import PHASES

_REASONS = 3  # figures that a reason names
_NOISE = 1e-9  # of a figure: what rounding leaves of a difference


class Line(NamedTuple):
    """One line of the table: a phase, or an activity in it."""

    name: str
    is_phase: bool
    change: str
    delta: Delta


def headline(one: Comparison) -> str:
    """Return the difference in one sentence."""
    key, what = _key(one)
    delta = one.total[key]
    if one.is_same:
        return f"No change: {human_numbers.mass(delta.head)}{what}."
    if delta.difference is None:
        return f"The difference in {what.strip() or 'total carbon'} is unknown."
    if delta.difference == 0:
        return f"Entries changed, the total did not: {human_numbers.mass(delta.head)}{what}."
    word = "more" if delta.difference > 0 else "less"
    percent = "" if delta.percent is None else f" ({human_numbers.change(delta.percent)})"
    size = human_numbers.mass(abs(delta.difference))
    ends = f"from {human_numbers.mass(delta.base)} to {human_numbers.mass(delta.head)}{what}"
    return f"{size} {word}{percent}: {ends}.{_whose(delta)}"


def reason(one: Comparison) -> str:
    """Return what the workload's author changed, the largest first; empty where it is nothing."""
    assumed = [(path, before, after) for path, before, after, cause in changes(one)
               if cause == WORKLOAD]  # fmt: skip
    moved = [f"{path} {before} → {after}" for path, before, after in [*inputs(one), *assumed]]
    moved = [*_come_and_gone(one), *moved]
    more = [f"{len(moved) - _REASONS} more"] if len(moved) > _REASONS else []
    return "; ".join([*moved[:_REASONS], *more])


def _come_and_gone(one: Comparison) -> list[str]:
    """Return the activities that only one side has: `training.tuning added`."""
    of_activity: dict[str, list[ComparedEntry]] = {}
    for row in one.rows:
        name = f"{row.entry.phase}.{row.entry.activity}"
        of_activity.setdefault(f"{row.workload}: {name}" if row.workload else name, []).append(row)
    what = {name: _change(rows) for name, rows in of_activity.items()}
    return [f"{name} {word}" for name, word in what.items() if word in (ADDED, REMOVED)]


def _whose(delta: Delta) -> str:
    """Return how much of a difference is not the author's doing; nothing where all is."""
    if not delta.assumptions or abs(delta.assumptions) <= _NOISE * abs(delta.head or 0.0):
        return ""
    if not delta.workload:
        return " All of it comes from other assumptions, none from the workload."
    other = human_numbers.signed(delta.assumptions, human_numbers.mass)
    return f" Of this, {other} comes from other assumptions, not from the workload."


def moves(delta: Delta) -> tuple[str, str]:
    """Return a difference in its unit, and in percent."""
    return _signed(delta.difference), human_numbers.change(delta.percent)


def plural(number: int, one: str, many: str) -> str:
    """Return a number with the word for one or for many."""
    return f"{number} {one if number == 1 else many}"


def _key(comparison: Comparison) -> tuple[str, str]:
    """Return the total, or operational carbon where embodied carbon is unknown."""
    if comparison.total["total_kgco2e"].difference is not None:
        return "total_kgco2e", ""
    return "operational_kgco2e", ", operational alone as embodied carbon is unknown"


def lines(one: Comparison) -> list[Line]:
    """Return phases that changed, each with those of its activities that did.

    The largest change comes first; an activity that is alone in its phase is left out.
    """
    blocks = []
    for phase in PHASES:
        rows = [row for row in one.rows if row.entry.phase == phase]
        parts: dict[str, list[ComparedEntry]] = {}
        for row in rows:
            name = f"{row.workload}: {row.entry.activity}" if row.workload else row.entry.activity
            parts.setdefault(name, []).append(row)
        activities = [Line(name, False, _change(some), _sum(some)) for name, some in parts.items()]
        head = Line(phase.capitalize(), True, _change(rows), one.phases[phase]["total_kgco2e"])
        blocks.append((head, activities if len(activities) > 1 else []))
    by_size = []
    for head, activities in sorted(blocks, key=lambda block: _smallness(block[0].delta)):
        by_size += [head, *sorted(activities, key=lambda line: _smallness(line.delta))]
    return [line for line in by_size if line.change != SAME]


def _smallness(delta: Delta) -> float:
    """Return what puts the largest change first, and an unknown one before it."""
    return -inf if delta.difference is None else -abs(delta.difference)


def total_of(one: Comparison) -> str:
    """Return the head of the total, which says of how many workloads it is."""
    number = len({row.workload for row in one.rows})
    return "Total" if number < 2 else f"Total of {number} workloads"


def _change(rows: list[ComparedEntry]) -> str:
    """Return the change that all rows have; several are a change, and no rows are none."""
    kinds = {row.change for row in rows} or {SAME}
    return kinds.pop() if len(kinds) == 1 else CHANGED


def _sum(rows: list[ComparedEntry]) -> Delta:
    sides = []
    for side in ("base", "head"):
        values = [getattr(row, side).kgco2e for row in rows if getattr(row, side) is not None]
        sides.append(None if None in values else values)
    return of_numbers(*sides)


def said_of(change: str) -> str:
    """Return how a change is marked in a table; nothing for what only differs."""
    return change if change in (ADDED, REMOVED) else ""


def remarks(one: Comparison) -> list[tuple[str, str]]:
    """Return what is said below the table, each with a head."""
    total = one.total["total_kgco2e"]
    remarked: list[tuple[str, str]] = []
    if total.low is not None and total.high is not None and total.low != total.high:
        remarked.append(
            ("Range of the difference", f"{_signed(total.low)} to {_signed(total.high)}")
        )
    if _whose(total):
        remarked.append(("Of the workload", _signed(total.workload)))
        remarked.append(("Of other assumptions", _signed(total.assumptions)))
    energy = one.total["energy_kwh"]
    if energy.difference:
        said = human_numbers.signed(energy.difference, human_numbers.energy)
        remarked.append(("Energy", f"{said} ({human_numbers.change(energy.percent)})"))
    for key, name in (("operational_kgco2e", "Operational"), ("embodied_kgco2e", "Embodied")):
        delta = one.total[key]
        if delta.difference:
            remarked.append((name, "{} ({})".format(*moves(delta))))
    market = one.total["operational_market_kgco2e"]
    if market.difference != one.total["operational_kgco2e"].difference:
        remarked.append(("Operational, market-based", _signed(market.difference)))
    return [*remarked, *_per_unit(one)]


def _per_unit(comparison: Comparison) -> list[tuple[str, str]]:
    """Return the carbon of one functional unit on both sides, where it is the same unit."""
    if len(comparison.base.results) != 1 or len(comparison.head.results) != 1:
        return []
    base, head = comparison.base.results[0].per_unit, comparison.head.results[0].per_unit
    if base is None or head is None or base[0] != head[0]:
        return []
    percent = percent_of(head[1] - base[1], base[1])
    before, after = human_numbers.mass(base[1]), human_numbers.mass(head[1])
    return [(f"Per {base[0]}", f"{before} to {after} ({human_numbers.change(percent)})")]


def _signed(kg: float | None) -> str:
    return human_numbers.signed(kg, human_numbers.mass)


def changes(one: Comparison) -> list[tuple[str, str, str, str]]:
    """Return assumed figures that differ: path, before, after, whose doing; the largest first."""
    return [(*_sides(change), change.cause) for change in sorted(one.changes, key=_relative)]


def inputs(one: Comparison) -> list[tuple[str, str, str]]:
    """Return figures of the specs that differ: path, before, after; the largest first."""
    return [_sides(change) for change in sorted(one.inputs, key=_relative)]


def _relative(change: Change) -> float:
    """Return what puts the largest relative change first, and what is new or gone before it."""
    if not change.base or change.head is None:
        return -inf
    return -abs(change.head / change.base - 1)


def _sides(change: Change) -> tuple[str, str, str]:
    before, after = (
        "–" if value is None else human_numbers.figure(value, change.unit, change.path)
        for value in (change.base, change.head)
    )
    return change.path, before, after


def entry_rows(one: Comparison) -> list[ComparedEntry]:
    """Return the entries that differ, the largest difference first."""
    return sorted(
        (row for row in one.rows if row.change != SAME), key=lambda row: _smallness(row.kgco2e)
    )
