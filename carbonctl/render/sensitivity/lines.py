"""Sentences around the answer of `sensitivity`, the same in every format."""

from __future__ import annotations

import shlex
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from carbonctl.analysis.sensitivity import Row, Sensitivity
from carbonctl.analysis.sensitivity.asked import TOTAL
from carbonctl.analysis.sensitivity.model import BOUNDS, RANK, SOBOL, SWING
from carbonctl.render import human_numbers

TITLE = "What matters most"
OF_DIFFERENCE = "What decides the difference"


class Column(NamedTuple):
    """A column: its head, its cells, and what stands below the head."""

    head: str
    cells: list[str]
    unit: str = ""


class Scale(NamedTuple):
    """In which unit the figures of a table are written, and with how many decimals."""

    size: float
    unit: str
    places: int
    is_signed: bool = False

    def number(self, value: float | None) -> str:
        """Write a number without its unit."""
        if self.is_signed:
            return human_numbers.signed(value, self._fixed)
        return self._fixed(value)

    def _fixed(self, value: float | None) -> str:
        return human_numbers.fixed(value, self.places, self.size)


def scale(answer: Sensitivity, *, is_signed: bool = False) -> Scale:
    """Return the scale of a table: four digits of its largest figure."""
    numbers = [answer.median, *(end for row in answer.rows for end in (row.at_low, row.at_high))]
    largest = max((abs(number) for number in numbers if number is not None), default=0.0)
    size, unit = human_numbers.scale(largest, answer.unit)
    return Scale(size, unit, human_numbers.decimals(largest / size), is_signed)


def headline(answer: Sensitivity, of_table: Scale) -> str:
    """Return the figure with its range."""
    named = "" if answer.key == TOTAL else f", {answer.key}"
    if answer.value is None:
        return f"{named}: unknown"
    size = of_table.size
    places = human_numbers.decimals(answer.value / size)
    said = f"{human_numbers.fixed(answer.value, places, size)} {of_table.unit}"
    if not answer.complete:
        said += " of what is known"
    if answer.low is not None and answer.high is not None and answer.low != answer.high:
        ends = "..".join(
            human_numbers.fixed(end, places, size) for end in (answer.low, answer.high)
        )
        said += f" ({ends} in 90 of 100 cases)"
    return f"{named}: {said}"


def label(row: Row) -> str:
    """Return what a row is called: its path, of a group the names of its members."""
    if row.status is None:
        names = row.name.split(", ")
        return row.name if len(set(names)) == len(names) else (row.path or row.name)
    side = f" ({row.side})" if row.side else ""
    return (row.path or row.name).removeprefix("phases.") + side


def labels(rows: Sequence[Row]) -> list[str]:
    """Return what rows are called; those that would be alike, by what tells them apart."""
    names = [label(row) for row in rows]
    alike = {name for name, count in Counter(names).items() if count > 1}
    shared: dict[str, set[str]] = {}
    for row, name in zip(rows, names, strict=True):
        if name in alike:
            shared[name] = shared.get(name, {*row.where}) & {*row.where}
    apart = []
    for row, name in zip(rows, names, strict=True):
        own = " / ".join(part for part in row.where if part not in shared.get(name, row.where))
        if name in alike and not own and row.best is not None:
            own = human_numbers.figure(row.best, row.unit or "", row.path or "")
        apart.append(f"{name} ({own})" if own else name)
    return apart


def columns(answer: Sensitivity, rows: tuple[Row, ...], of_table: Scale) -> list[Column]:
    """Return the columns of numbers of what was asked for."""

    def cells(name: str) -> list[str]:
        values = [getattr(row, name) for row in rows]
        return ["" if value is None else of_table.number(value) for value in values]

    made = []
    if SWING in answer.methods:
        heads = ("at low", "at high") if answer.at == BOUNDS else ("at p5", "at p95")
        ends = zip(heads, ("at_low", "at_high"), strict=True)
        made += [Column(head, cells(name)) for head, name in ends]
        unsigned = of_table._replace(is_signed=False)
        swung = [row.swing for row in rows]
        made.append(Column("Swing", ["" if s is None else unsigned.number(s) for s in swung]))
    if SOBOL in answer.methods:
        made.append(Column("First", [index(row.first, row.first_conf) for row in rows]))
        made.append(Column("Total", [index(row.total, row.total_conf) for row in rows]))
    if RANK in answer.methods:
        made.append(Column("Rank", [_signed(row.rank) for row in rows]))
    return made


def index(value: float | None, conf: float | None) -> str:
    """Write an index; one below 0 whose interval holds 0 is 0."""
    if value is None:
        return ""
    if value < 0 <= value + (conf or 0.0):
        value = 0.0
    text = f"{value:.2f}"
    return text.replace("-", "−") if float(text) else "0.00"


def _signed(rank: float | None) -> str:
    return "" if rank is None else f"{rank:+.2f}".replace("-", "−")


def entries(row: Row) -> str:
    """Return in how many entries an unknown is."""
    return f"{row.entries:,} {'entry' if row.entries == 1 else 'entries'}"


def below(answer: Sensitivity, of_table: Scale, top: int) -> list[str]:
    """Return what is said below the rows, a paragraph each."""
    said = []
    left = answer.rows[top:]
    if left:
        how = "--format json has" if of_table.is_signed else f"--top {len(answer.rows)} shows"
        said.append(f"{_rest(left, answer.key)} ({how} all)")
    if SWING in answer.methods:
        where = "best estimates" if answer.at == BOUNDS else "medians"
        whole = f"{of_table.number(answer.median)} {of_table.unit}"
        what = "the total" if answer.key == TOTAL else answer.key
        what = "the difference" if of_table.is_signed else what
        said.append(f"The others at their {where}, where {what} is {whole}.")
    return said


def _rest(left: tuple[Row, ...], key: str) -> str:
    """Return what is said of rows that are not shown."""
    more = f"and {len(left):,} more"
    swung = [row.swing for row in left if row.swing is not None]
    if not swung:
        return more
    of_each = "swings of at most" if len(left) > 1 else "a swing of"
    return f"{more}, with {of_each} {human_numbers.total(key, max(swung))}"


def explain(answer: Sensitivity) -> str:
    """Return the command that shows where the first row is; nothing for standard input."""
    if answer.explain is None or answer.file.startswith("<"):
        return ""
    return f"carbonctl explain {shlex.quote(answer.file)} {shlex.quote(answer.explain)}"


def empty(answer: Sensitivity) -> str:
    """Return what is said where there is no row."""
    if answer.value is None:
        return f"{answer.key} is unknown: no entry of it is known."
    return "Nothing in it has a range that could move it."
