"""Collects the rows of a table of runs as columns of plain lists, and what is wrong with them."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from typing import TypeAlias

from carbonctl.analysis.survey.runs import Labels, Runs, Table
from carbonctl.errors import Problem
from carbonctl.inputs.jobs import cells
from carbonctl.inputs.jobs.cells import CellError
from carbonctl.inputs.runs.columns import Column, Layout
from carbonctl.inputs.runs.roles import NUMBERS

UNKNOWN = frozenset({"", "na", "nan", "-"})
SIGNED = frozenset({"quality", "year"})  # numbers that may be below zero
LARGEST = 1e30  # of a number in a table: products of four stay within the limits of a figure
_COMMA = re.compile(r"[+-]?[0-9]+,[0-9]+|[+-]?[0-9]{1,3}(\.[0-9]{3})+,[0-9]+")
_THOUSANDS = re.compile(r"[+-]?[1-9][0-9]{0,2}(,[0-9]{3})+(\.[0-9]*)?")
_MOST_DIGITS = 300  # of a number that is printed
_WHOLE = re.compile(r"([0-9]+)\.0+")

# From the id of a grid and a year to g/kWh; LookupError where there is none.
GridIntensity: TypeAlias = Callable[[str, int | None], float]


class Rows:
    """Rows of one table as they come.

    Parameters
    ----------
    where : Layout
        Where everything is in them.
    file : str
        What messages call the table.
    grid : callable
        Knows the intensity of a grid.
    keeps_table : bool
        Whether the cells themselves are kept.

    Attributes
    ----------
    problems : list of Problem
        What is wrong with rows that are left out.
    """

    def __init__(
        self, where: Layout, file: str, grid: GridIntensity, *, keeps_table: bool = False
    ) -> None:
        self.where, self.file, self.grid = where, file, grid
        self.problems: list[Problem] = []
        self.lines: list[int] = []
        self.kept: list[Sequence[str]] | None = [] if keeps_table else None
        self.roles = [role for role in NUMBERS if role in where.roles]
        if "grid" in where.roles and "intensity" not in self.roles:
            self.roles.append("intensity")
        self.numbers: dict[str, list[float]] = {role: [] for role in self.roles}
        self.halves: dict[str, list[float]] = {
            role: [] for role in ("carbon", "energy") if role in self.roles
        }
        self.texts: list[list[str]] = [[] for _ in where.groups]
        self.names: list[str] = []
        self.qualities: list[str] = []

    def add(self, line: int, row: Sequence[str]) -> None:
        """Add a row, or note what is wrong with it."""
        if len(row) != len(self.where.header):
            wanted = len(self.where.header)
            self.problem(line, f"has {len(row)} cells where the header has {wanted}")
            return
        try:
            numbers = self.read_numbers(row)
            labels = [label(column, row) for column in self.where.groups.values()]
            named = self.first("name", row)
            name = read_name(named[1], named[0].name) if named else f"row {line}"
        except CellError as error:
            self.problem(line, f"column `{error.column}`: {error}")
            return
        self.lines.append(line)
        for role in self.roles:
            self.numbers[role].append(numbers[role])
        for role, halves in self.halves.items():
            cell = self.first(role, row)
            halves.append(half_digit(cell[1]) * float(cell[0].factor) if cell else math.nan)
        for texts, text in zip(self.texts, labels, strict=True):
            texts.append(text)
        self.names.append(name)
        quality = self.first("quality", row)
        self.qualities.append(quality[0].name if quality else "")
        if self.kept is not None:
            self.kept.append(row)

    def read_numbers(self, row: Sequence[str]) -> dict[str, float]:
        """Return the numbers of a row by role; NaN where unknown.

        Raises
        ------
        CellError
            Where one is none.
        """
        numbers = dict.fromkeys(self.roles, math.nan)
        for role in self.roles:
            cell = self.first(role, row)
            if cell is not None:
                column, text = cell
                numbers[role] = column.converted(number(text, column.name, role))
                if abs(numbers[role]) > LARGEST:
                    said = f"{text} is beyond any number that can be meant"
                    raise CellError(column.name, text, said)
        cell = self.first("grid", row)
        if (
            cell
            and math.isnan(numbers["intensity"])
            and math.isnan(numbers.get("carbon", math.nan))
        ):
            year = numbers.get("year", math.nan)
            try:
                known = self.grid(cell[1], None if math.isnan(year) else int(year))
            except LookupError as error:
                raise CellError(cell[0].name, cell[1], str(error.args[0])) from None
            numbers["intensity"] = known
        return numbers

    def first(self, role: str, row: Sequence[str]) -> tuple[Column, str] | None:
        """Return the first column of a role that holds something in a row, and its text."""
        for column in self.where.roles.get(role, ()):
            text = row[column.position].strip()
            if text.casefold() not in UNKNOWN:
                return column, text
        return None

    def problem(self, line: int, message: str) -> None:
        """Note what is wrong with a row."""
        self.problems.append(Problem(self.file, line, None, message))

    def runs(self, skipped: int = 0) -> Runs:
        """Return all rows that were added, and how many were left out."""
        halves, names = self.halves, self.names
        groups = [encoded(texts) for texts in self.texts]
        return Runs(
            len(self.lines),
            dict(self.numbers),
            lambda role, row: halves[role][row],
            dict(zip(self.where.groups, groups, strict=True)),
            names.__getitem__,
            encoded(self.qualities) if "quality" in self.roles else None,
            skipped,
            None if self.kept is None else Table(self.where.header, self.kept),
        )


def number(text: str, column: str, role: str) -> float:
    """Return a number of a role.

    Raises
    ------
    CellError
        Where it is none, or below zero where that cannot be.
    """
    if "," in text and (hint := _of_commas(text)):
        raise CellError(column, text, f"'{text}' has {hint}")
    return (cells.finite if role in SIGNED else cells.not_negative)(text, column)


def _of_commas(text: str) -> str:
    """Return what the commas of a number are, and what to write; empty where it is none."""
    plain = text.replace(",", "")
    if _THOUSANDS.fullmatch(text):
        if text.count(",") > 1 or "." in text:
            return f"commas between thousands; write {plain}"
        return f"a comma; write {plain}, or {text.replace(',', '.')} where it stands for a point"
    if _COMMA.fullmatch(text):
        point = text.replace(".", "").replace(",", ".")
        return f"a decimal comma; write a point, as in {point}"
    return ""


def label(column: Column, row: Sequence[str]) -> str:
    """Return the text by which a run is grouped; empty where it is unknown.

    Raises
    ------
    CellError
        Where a spreadsheet, a terminal or a workflow would act on it.
    """
    text = row[column.position].strip()
    return read_name(plain_label(text, column.role), column.name)


def read_name(text: str, column: str) -> str:
    """Return a name or a group.

    Raises
    ------
    CellError
        Where a spreadsheet, a terminal or a workflow would act on it.
    """
    return cells.name(text, column)


def plain_label(text: str, role: str) -> str:
    """Return the text of a group as it is shown: ``2012.0`` of a year as ``2012``."""
    if text.casefold() in UNKNOWN:
        return ""
    whole = _WHOLE.fullmatch(text) if role == "year" else None
    return whole[1] if whole else text


def half_digit(text: str) -> float:
    """Return half a unit of the last digit of a number as it is written.

    Examples
    --------
    >>> half_digit("12.30"), half_digit("1200"), half_digit("1.2e3")
    (0.005, 0.5, 50.0)
    """
    mantissa, _, exponent = text.casefold().partition("e")
    power = float(exponent or 0) - len(mantissa.partition(".")[2])
    return 0.5 * math.pow(10.0, power) if power < _MOST_DIGITS else math.inf


def encoded(texts: Sequence[str]) -> Labels:
    """Return texts as labels, in the order in which they come."""
    places: dict[str, int] = {}
    codes = [places.setdefault(text, len(places)) for text in texts]
    return Labels(codes, tuple(places))
