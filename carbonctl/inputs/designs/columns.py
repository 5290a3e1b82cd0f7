"""The columns of a table of designs: which figure each holds, and in which unit."""

from __future__ import annotations

import csv
import math
import re
from collections.abc import Iterator, Sequence
from io import StringIO
from typing import NamedTuple

import numpy as np

from carbonctl.analysis.explore import columns as c
from carbonctl.analysis.explore.columns import Figure
from carbonctl.analysis.explore.table import ENERGY_PER_UNIT, OWNED, Table
from carbonctl.errors import InputError, Problem
from carbonctl.numbers import units
from carbonctl.numbers.intervals import Range
from carbonctl.numbers.unit_table import QuantityError
from carbonctl.numbers.units import Dimension, parse
from carbonctl.spec.tree import decode
from carbonctl.text import check_text

DESIGN = "design"
KNOWN: dict[str, Dimension] = {
    "energy": units.ENERGY,
    ENERGY_PER_UNIT: units.ENERGY._replace(example="0.5 J", bare=("J", "kWh")),
    "operational": units.MASS, "embodied": units.MASS, "total": units.MASS, **c.OWN,
}  # fmt: skip
_ALIASES = {"kwh_per_unit": (ENERGY_PER_UNIT, "kWh"), "kwh": ("energy", "kWh")}
_UNITS = {
    "j": "J", "kj": "kJ", "mj": "MJ", "wh": "Wh", "kwh": "kWh", "mwh": "MWh", "w": "W", "kw": "kW",
    "gb": "GB", "tb": "TB", "g_per_kwh": "g/kWh", "kg_per_kwh": "kg/kWh", "pct": "%",
}  # fmt: skip
_FIGURES = frozenset({"energy", ENERGY_PER_UNIT, "operational", "embodied", "total", "delay",
                      "latency", "time", "area", "memory"})  # fmt: skip
NOTHING = ("", "na", "n/a", "null", "none", "-")
HEAD = re.compile(r"(?P<name>[^\[\]]*?)\s*(?:\[(?P<unit>[^\[\]]*)\])?\s*")
_MAY_BE_NEGATIVE = frozenset({"energy", ENERGY_PER_UNIT, "operational", "total"})
_YES = {"yes": True, "true": True, "1": True, "no": False, "false": False, "0": False, "": False}
_SHOWN = 40


class Column(NamedTuple):
    """A column of a table; without a dimension it is text, or plain numbers."""

    name: str
    unit: str
    dimension: Dimension | None


def read_table(data: bytes, file: str, most: int) -> Table:
    """Return the columns of a table of designs.

    Raises
    ------
    InputError
        With every fault.
    """
    header, rows, lines = read_rows(data, file, most)
    return _Reader(file, _columns(header, file), rows, lines).table()


def read_rows(data: bytes, file: str, most: int) -> tuple[list[str], list[list[str]], list[int]]:
    """Return the header of a table, its rows, and the line of each.

    Raises
    ------
    InputError
        For what is no table, has no header, is ragged, or has more rows than ``most``.
    """
    text = decode(data, file)
    delimiter = "\t" if file.lower().endswith(".tsv") else ","
    lines = csv.reader(StringIO(text), delimiter=delimiter, strict=True)
    rows, places = list[list[str]](), list[int]()
    try:
        header = [cell.strip() for cell in next(lines, [])]
        for row in lines:
            if any(cell.strip() for cell in row):
                rows.append([cell.strip() for cell in row])
                places.append(lines.line_num)
    except csv.Error as error:
        said = f"cannot be read as a table ({error}); check its quotes and line ends"
        raise InputError([Problem(file, lines.line_num, 1, said)]) from None
    problems = []
    if not any(header):
        said = "is empty; a header of column names is needed"
        raise InputError([Problem(file, 1, 1, said)])
    for line, row in zip(places, rows, strict=True):
        if len(row) != len(header):
            said = f"has {len(row)} cells where the header has {len(header)}"
            problems.append(Problem(file, line, 1, said))
    if not rows:
        problems.append(Problem(file, 1, 1, "holds no design; a row each is needed"))
    if len(rows) > most:
        said = f"{len(rows):,} designs; at most {most:,} are computed, or --limit {len(rows)}"
        problems.append(Problem(file, 1, None, said))
    if problems:
        raise InputError(problems)
    return header, rows, places


def _columns(header: Sequence[str], file: str) -> list[Column]:
    columns, problems = list[Column](), list[Problem]()
    for place, head in enumerate(header, 1):
        try:
            check_text(head, "a column")
            columns.append(_column(head))
        except ValueError as error:
            problems.append(Problem(file, 1, place, str(error)))
    names = [column.name for column in columns]
    twice = sorted({name for name in names if name and names.count(name) > 1})
    problems += [Problem(file, 1, 1, f"two columns are `{name}`; rename one") for name in twice]
    if problems:
        raise InputError(problems)
    return columns


def _column(head: str) -> Column:
    """Return what a head says: `name [unit]`, `name_unit`, or a name alone.

    Raises ValueError where the unit is another dimension's, or none.
    """
    match = HEAD.fullmatch(head)
    if match is None or not match["name"]:
        raise ValueError(f"`{head}` is no name of a column; write `energy [kWh]`")
    name, unit = match["name"].strip(), match["unit"]
    if unit is None and name.lower() in _ALIASES:
        name, unit = _ALIASES[name.lower()]
    if unit is None:
        name, unit = _with_suffix(name)
    dimension = KNOWN.get(name)
    if dimension is not None and unit:
        try:
            parse(f"1 {unit}", dimension)
        except QuantityError as error:
            raise ValueError(f"{head}: {error}") from None
    return Column(name, (unit or "").strip(), dimension)


def _with_suffix(name: str) -> tuple[str, str | None]:
    """Return a known name with the unit behind it: `latency_ms`, `embodied_kg`."""
    for known, dimension in KNOWN.items():
        suffix = name.removeprefix(f"{known}_") if name.startswith(f"{known}_") else ""
        for unit in (suffix, _UNITS.get(suffix.lower(), "")):
            if unit:
                try:
                    parse(f"1 {unit}", dimension)
                except QuantityError:
                    continue
                return known, unit
    return name, None


class _Reader:
    """Reads the cells of columns."""

    def __init__(
        self, file: str, columns: Sequence[Column], rows: list[list[str]], lines: list[int]
    ) -> None:
        self.file, self.columns, self.rows, self.lines = file, columns, rows, lines
        self.problems: list[Problem] = []
        self.not_numbers: set[tuple[str, int]] = set()

    def table(self) -> Table:
        """Return the table.

        Raises InputError with every faulty cell.
        """
        figures, texts = dict[str, Figure](), dict[str, list[str]]()
        for place, column in enumerate(self.columns):
            cells = [row[place] for row in self.rows]
            if column.name in (DESIGN, OWNED):
                texts[column.name] = cells
            elif column.dimension or column.unit or all(map(_is_number, cells)):
                figures[column.name] = self._figure(place, column, cells)
            elif column.name:
                texts[column.name] = cells
        return self._finished(figures, texts)

    def _finished(self, figures: dict[str, Figure], texts: dict[str, list[str]]) -> Table:
        owned = tuple(self._owned(texts.pop(OWNED, [""] * len(self.rows))))
        names = texts.pop(DESIGN, None)
        axes = [*dict.fromkeys((*self._before_figures(bool(texts or names)), *texts))]
        axes = [name for name in axes if name]
        listed = {name: texts.get(name) or self._cells(name) for name in axes}
        for said in (*texts.values(), names or ()):
            for line, cell in zip(self.lines, said, strict=bool(said)):
                self._check(cell, line)
        if names is not None:
            self._unique(names)
        if self.problems:
            raise InputError(self.problems)
        values = list(zip(*listed.values(), strict=True)) or [() for _ in self.rows]
        return Table(
            self.file, tuple(self.lines), tuple(axes), values,
            None if names is None else tuple(names), figures, owned,
            frozenset(self.not_numbers),
        )  # fmt: skip

    def _before_figures(self, is_named: bool) -> list[str]:
        """Return the columns that stand left of figures, or the first where nothing else names."""
        names = [column.name for column in self.columns if column.name not in (DESIGN, OWNED)]
        place = next((n for n, name in enumerate(names) if name in _FIGURES), 0)
        return names[: max(place, not is_named)]

    def _cells(self, name: str) -> list[str]:
        place, unit = next(
            (n, column.unit) for n, column in enumerate(self.columns) if column.name == name
        )
        return [f"{row[place]} {unit}".strip() for row in self.rows]

    def _check(self, cell: str, line: int) -> None:
        try:
            check_text(cell, "a name")
        except ValueError as error:
            self.problems.append(Problem(self.file, line, 1, str(error)))

    def _unique(self, names: Sequence[str]) -> None:
        seen: dict[str, int] = {}
        for line, name in zip(self.lines, names, strict=True):
            if not name:
                self.problems.append(Problem(self.file, line, 1, "a design has no name"))
            elif name in seen:
                said = f"two designs are called `{name}`; the other is in line {seen[name]}"
                self.problems.append(Problem(self.file, line, 1, said))
            seen.setdefault(name, line)

    def _owned(self, cells: Sequence[str]) -> Iterator[bool]:
        for line, cell in zip(self.lines, cells, strict=True):
            if cell.lower() not in _YES:
                self.problems.append(
                    Problem(self.file, line, 1, f"owned: `{cell}` is not yes or no")
                )
            yield _YES.get(cell.lower(), False)

    def _figure(self, place: int, column: Column, cells: Sequence[str]) -> Figure:
        """Return the numbers of a column; an empty cell is unknown."""
        ends: tuple[list[float], ...] = ([], [], [])
        for design, (line, cell) in enumerate(zip(self.lines, cells, strict=True)):
            number: float | Range = math.nan
            if cell.lower() == "nan":
                self.not_numbers.add((column.name, design))
            elif cell.lower() not in NOTHING:
                number = self._number(cell, column, line, place)
            three = (
                (number.best, number.low, number.high)
                if isinstance(number, Range)
                else (number,) * 3
            )
            for end, value in zip(ends, three, strict=True):
                end.append(value)
        dimension = column.dimension or c.PLAIN._replace(unit=column.unit)
        key = next((k.key for n, k in c.ACCOUNT.items() if n == column.name), column.name)
        return Figure(column.name, key, dimension, *map(np.array, ends))

    def _number(self, cell: str, column: Column, line: int, place: int) -> float | Range:
        is_bare = re.fullmatch(r"[-+0-9._eE\s]+(\.\.[-+0-9._eE\s]+)?", cell) is not None
        text = f"{cell} {column.unit}" if is_bare and column.unit and column.dimension else cell
        try:
            number = parse(text, column.dimension or c.PLAIN)
            least = number.low if isinstance(number, Range) else number
            if column.dimension is not None and least < 0 and column.name not in _MAY_BE_NEGATIVE:
                raise QuantityError(f"`{cell}` must not be negative")
        except QuantityError as error:
            if is_bare and column.dimension and not column.unit:
                error = QuantityError(
                    f"{error}; or in the header, as in `{column.name} [{_unit(column)}]`"
                )
            self.problems.append(Problem(self.file, line, place + 1, f"{column.name}: {error}"))
            return math.nan
        return number


def _unit(column: Column) -> str:
    assert column.dimension is not None
    return column.dimension.unit.replace("kgCO2e", "kg")


def _is_number(cell: str) -> bool:
    try:
        float(cell.replace("_", "x") or "0")
    except ValueError:
        return cell.lower() in NOTHING
    return True
