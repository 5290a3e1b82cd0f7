"""Finds the columns of roles in the header of a table of runs, and says what is wrong with them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import NamedTuple

from carbonctl.errors import InputError, Problem, UsageError
from carbonctl.inputs.jobs import names
from carbonctl.inputs.runs.roles import BY_NAME, PRESETS, ROLES, SOURCES
from carbonctl.text import did_you_mean

_FLAG = "--map"


class Column(NamedTuple):
    """A column of a role.

    Attributes
    ----------
    role : str
        What it is.
    position : int
        Of its cells, from 0.
    name : str
        As the header has it.
    factor : Fraction
        What a number is multiplied by to be in the unit of the role.
    """

    role: str
    position: int
    name: str
    factor: Fraction = Fraction(1)

    def converted(self, number: float) -> float:
        """Return a number in the unit of the role."""
        return number * self.factor.numerator / self.factor.denominator


class Wanted(NamedTuple):
    """What flags say of columns.

    Attributes
    ----------
    maps : mapping
        Names of columns by role, a unit behind a colon.
    by : tuple of str
        Columns by which runs are grouped.
    preset : str or None
        One of `carbonctl.inputs.runs.roles.PRESETS`.
    """

    maps: Mapping[str, tuple[str, ...]]
    by: tuple[str, ...] = ()
    preset: str | None = None


class Layout(NamedTuple):
    """Where everything is in a table.

    Attributes
    ----------
    header : tuple of str
        The names of the columns.
    roles : dict
        The columns of each role, the first that holds something in a row counts.
    groups : dict
        The columns by which runs are grouped, by what ``--by`` calls them.
    """

    header: tuple[str, ...]
    roles: dict[str, tuple[Column, ...]]
    groups: dict[str, Column]


def read_maps(texts: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Read ``ROLE=COLUMN`` of some flags.

    Raises
    ------
    UsageError
        Where one is none, or the role is unknown, with the nearest.
    """
    maps: dict[str, tuple[str, ...]] = {}
    for text in texts:
        role, equals, column = (part.strip() for part in text.partition("="))
        if not equals or not column:
            raise UsageError(f"--map {text}: write ROLE=COLUMN, as in --map carbon=emissions")
        if role not in BY_NAME:
            close = did_you_mean(role, BY_NAME) or f"; there are {', '.join(BY_NAME)}"
            raise UsageError(f"--map {text}: no role `{role}`{close}")
        maps[role] = (*maps.get(role, ()), column)
    return maps


def layout(header: Sequence[str], wanted: Wanted, file: str) -> Layout:
    """Return where everything is in a table.

    Raises
    ------
    InputError
        With everything that is wrong with the header.
    """
    finder = _Finder(header, wanted, file)
    roles = finder.roles()
    groups = finder.groups(roles)
    if not finder.problems and not any(map(roles.get, SOURCES)):
        finder.problem(
            "no column of carbon, and none of energy, devices, hours or watts it follows from; "
            "say which it is, with --map carbon=COLUMN"
        )
    if finder.problems:
        raise InputError(finder.problems)
    return Layout(finder.header, roles, groups)


class _Finder:
    def __init__(self, header: Sequence[str], wanted: Wanted, file: str) -> None:
        self.header = tuple(name.strip() for name in header)
        self.wanted = wanted
        self.preset = PRESETS[wanted.preset] if wanted.preset else None
        self.file = file
        self.problems: list[Problem] = []

    def problem(self, message: str) -> None:
        self.problems.append(Problem(self.file, 1, None, message))

    def roles(self) -> dict[str, tuple[Column, ...]]:
        """Return the columns that flags or a preset name, else those known by their names."""
        chosen = {**(self.preset.columns if self.preset else {}), **self.wanted.maps}
        found = {
            role: tuple(c for name in columns if (c := self.chosen(role, name)))
            for role, columns in chosen.items()
        }
        if self.preset:
            return found
        named: dict[str, list[tuple[int, names.Recognised]]] = {}
        taken = {column.position for columns in found.values() for column in columns}
        for position, name in enumerate(self.header):
            known = names.recognise(name, ROLES, _FLAG) if position not in taken else None
            if known and known.field.name not in found:
                named.setdefault(known.field.name, []).append((position, known))
        for role, candidates in named.items():
            if len(candidates) > 1:
                self.several(role, [self.header[position] for position, _ in candidates])
            position, known = candidates[0]
            found[role] = (self.column(role, position, known.unit or "", known.fault),)
        return found

    def chosen(self, role: str, text: str) -> Column | None:
        """Return a column that is named, with the unit behind its name where there is one."""
        position, unit = self.position(text), ""
        if position is None and ":" in text:
            text, _, unit = (part.strip() for part in text.rpartition(":"))
            position = self.position(text)
        if position is None:
            self.missing(text)
            return None
        fault = ""
        if not unit:
            unit, fault = self.unit_of(role, self.header[position])
        return self.column(role, position, unit, fault)

    def unit_of(self, role: str, header: str) -> tuple[str, str]:
        """Return the unit that a header says, and what is wrong with it."""
        known = names.recognise(header, ROLES, _FLAG)
        if known and known.field.name == role:
            return known.unit or "", known.fault
        field = BY_NAME[role]._replace(names=(names.fold(names.without_unit(header)),))
        again = names.recognise(header, (field,), _FLAG)
        return (again.unit or "", again.fault) if again else ("", "")

    def column(self, role: str, position: int, unit: str, fault: str) -> Column:
        """Return a column in a unit, or note what is wrong with that."""
        field, name = BY_NAME[role], self.header[position]
        factor = Fraction(1)
        if field.takes_unit and unit and not fault:
            assert field.dimension is not None
            try:
                factor = names.factor(unit, field.dimension)
            except ValueError as error:
                fault = str(error)
        if fault:
            self.problem(f"column `{name}`: {fault}")
        return Column(role, position, name, factor)

    def several(self, role: str, columns: Sequence[str]) -> None:
        shown = " and ".join(f"`{name}`" for name in columns)
        advice = f"choose with --map '{role}={columns[0]}'"
        if columns.count(columns[0]) > 1:
            advice = "rename one"
        self.problem(f"{len(columns)} columns for {role}: {shown}; {advice}")

    def position(self, name: str) -> int | None:
        """Return the position of a column, by its name or by its name in another spelling."""
        if self.header.count(name) == 1:
            return self.header.index(name)
        folded = names.fold(name)
        alike = [p for p, own in enumerate(self.header) if folded and names.fold(own) == folded]
        if len(alike) > 1:
            shown = " and ".join(f"`{self.header[p]}`" for p in alike)
            self.problem(f"{len(alike)} columns are called {shown}; rename all but one")
        return alike[0] if alike else None

    def missing(self, name: str) -> None:
        known = [name for name in self.header if name]
        close = did_you_mean(name, known)
        self.problem(f"no column `{name}`{close or '; there are ' + _listed(known)}")

    def groups(self, roles: Mapping[str, tuple[Column, ...]]) -> dict[str, Column]:
        """Return the columns that ``--by`` names: of a preset's labels, a role, or the header."""
        labels = self.preset.labels if self.preset else {}
        found = {}
        for name in self.wanted.by:
            folded = names.fold(name)
            if roles.get(folded) and folded not in map(names.fold, self.header):
                found[name] = roles[folded][0]._replace(role=folded)
                continue
            position = self.position(labels.get(folded, name))
            if position is None:
                self.missing(name)
            else:
                is_year = any(year.position == position for year in roles.get("year", ()))
                role = "year" if is_year else "group"
                found[name] = Column(role, position, self.header[position])
        return found


def _listed(names: Sequence[str]) -> str:
    """Return the first of some names."""
    from carbonctl.inputs.jobs.field_columns import listed  # only what is wrong needs it

    return listed(names)
