"""The columns of fields in one table: those that are chosen, and those known by their names."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import NamedTuple

from carbonctl.errors import Problem
from carbonctl.inputs.jobs import names
from carbonctl.inputs.jobs.maps import Map, MappedColumn, Rule
from carbonctl.inputs.jobs.names import FIELDS, Field
from carbonctl.text import did_you_mean

TIMES = ("wall_time_h", "device_time_h")


class Column(NamedTuple):
    """The column of a field.

    Attributes
    ----------
    field : str
        Its name: a column of the canonical table, or a path of the spec.
    position : int
        Of the cell in a record, from 0.
    name : str
        As the header has it.
    unit : str
        Of the numbers as they are written; empty for texts, and for numbers without one.
    factor : Fraction
        What a number is multiplied by to be in the unit of the field, exactly.
    """

    field: str
    position: int
    name: str
    unit: str = ""
    factor: Fraction = Fraction(1)

    def converted(self, number: float) -> float:
        """Return a number in the unit of the field, to the last bit as the spec converts it."""
        return number * self.factor.numerator / self.factor.denominator


class FieldFinder:
    """Finds the columns of the fields of one table, and collects what is wrong.

    Parameters
    ----------
    header : sequence of str
        The names of the columns.
    map : Map
        What the map says.
    flags : mapping
        The columns that flags name, which take precedence over those of the map.
    file : str
        What messages call the table.
    """

    def __init__(
        self, header: Sequence[str], map: Map, flags: Mapping[str, MappedColumn], file: str
    ) -> None:
        self.header = tuple(name.strip() for name in header)
        self.map = map
        self.flags = flags
        self.file = file
        self.problems: list[Problem] = []
        self.fields: dict[str, Column] = {}
        self.read: set[int] = set()
        self.positions: dict[str, int] = {}
        self.folded: dict[str, list[int]] = {}
        for position, name in enumerate(self.header):
            self.positions.setdefault(name, position)
            self.folded.setdefault(names.fold(name), []).append(position)

    def problem(self, message: str, mapped: MappedColumn | Rule | None = None) -> None:
        """Note what is wrong, at its place in the map where that says it, else in the header."""
        place = mapped.place if mapped else None
        if place is None:
            self.problems.append(Problem(self.file, 1, None, message))
        else:
            self.problems.append(Problem(self.map.file, place.line, place.col, message))

    def duplicates(self) -> None:
        """Note columns of the same name."""
        for name, times in Counter(self.header).items():
            if name and times > 1:
                self.problem(f"{times} columns are called `{name}`; rename all but one")

    # Where a name is.

    def position(self, name: str) -> int | None:
        """Return the position of a column: by its name, else by its name in any spelling."""
        name = name.strip()
        if name in self.positions:
            return self.positions[name]
        alike = self.folded.get(names.fold(name), [])
        return alike[0] if name and len(alike) == 1 else None

    def of_field(self, name: str) -> Column | None:
        """Return the column of the field that a name is of."""
        try:
            return self.fields.get(names.field_named(name).name)
        except ValueError:
            return None

    def missing(self, name: str) -> str:
        """Return what to say of a column that is not there, with the nearest."""
        known = [name for name in self.header if name]
        close = did_you_mean(name, known)
        return f"no column `{name}`{close or '; there are ' + listed(known)}"

    # The columns of fields.

    def take_mapped(self) -> None:
        """Take the columns that flags and the map name, flags first."""
        for name, choice in {**self.map.columns, **self.flags}.items():
            known = FIELDS.get(name) or names.field_named(name)
            chosen = choice if name not in self.flags else self.with_unit(choice)
            position = self.position(chosen.column)
            if position is None:
                self.problem(self.missing(chosen.column), choice)
            else:
                self.take(known, position, chosen)

    def with_unit(self, choice: MappedColumn) -> MappedColumn:
        """Return a choice of a flag with the unit split off that is behind the name."""
        name, colon, unit = choice.column.rpartition(":")
        if not colon or self.position(choice.column) is not None:
            return choice
        return MappedColumn(name, unit.strip() or None)

    def take(self, field: Field, position: int, chosen: MappedColumn) -> None:
        """Take a column that is chosen, with the unit that is said or that its name says."""
        header, unit = self.header[position], chosen.unit
        if unit is None:
            recognised = names.recognise(header)
            if recognised and recognised.field.name == field.name:
                self.add(field, position, recognised.unit, recognised.fault, chosen)
                return
        self.add(field, position, unit, "", chosen)

    def take_named(self) -> None:
        """Take the columns that are found by their names, where no other is chosen."""
        candidates: dict[str, list[tuple[int, names.Recognised]]] = {}
        for position, name in enumerate(self.header):
            recognised = names.recognise(name)
            if recognised and recognised.field.name not in self.chosen:
                candidates.setdefault(recognised.field.name, []).append((position, recognised))
        for columns in candidates.values():
            (position, first), *others = columns
            if others:
                self.several(first.field, [self.header[p] for p, _ in columns])
            else:
                self.add(first.field, position, first.unit, first.fault, None)

    @property
    def chosen(self) -> set[str]:
        """The fields whose column a flag or the map names."""
        return {*self.map.columns, *self.flags}

    def several(self, field: Field, columns: list[str]) -> None:
        """Note that several columns may be one field, and how to choose."""
        if len(set(columns)) > 1:  # else it is a duplicate, which is a problem of its own
            shown = " and ".join(f"`{name}`" for name in columns)
            said = f"{len(columns)} columns for {field.key}: {shown}"
            self.problem(f"{said}; choose with --column {_quoted(field.key, columns[0])}")

    def add(
        self,
        field: Field,
        position: int,
        unit: str | None,
        fault: str,
        chosen: MappedColumn | None,
    ) -> None:
        """Add the column of a field, or say what is wrong with its unit."""
        name = self.header[position]
        self.read.add(position)
        if unit is None and field.takes_unit and not fault:
            flags = [f"--column {_quoted(field.key, name, u)}" for u in names.units_of(field)]
            fault = f"its numbers have no unit; say it with {' or '.join(flags)}"
        factor = Fraction(1)
        if field.dimension is None:
            fault, unit = (f"{field.key} is no number and has no unit" if unit else ""), None
        elif unit and not fault:
            try:
                factor = names.factor(unit, field.dimension)
            except ValueError as error:
                fault = str(error)
        if fault:
            self.problem(f"`{name}`: {fault}", chosen)
        self.fields[field.name] = Column(field.name, position, name, unit or "", factor)

    def take_one_time(self) -> None:
        """Take one of wall_time and device_time, and the number of devices with the first alone.

        The canonical table has the columns of both: each of its rows has one or the other.
        """
        both = [self.fields[name] for name in TIMES if name in self.fields]
        if len(both) < 2 or all(names.fold(column.name) in TIMES for column in both):
            self.without_count()
            return
        chosen = [column for column in both if column.field in self.chosen]
        if len(chosen) == 1:
            other = next(column for column in both if column not in chosen)
            del self.fields[other.field]
            self.read.discard(other.position)
            self.without_count()
            return
        shown = " and ".join(f"`{c.name}` ({FIELDS[c.field].key})" for c in both)
        flags = [f"--column {_quoted(FIELDS[c.field].key, c.name, c.unit)}" for c in both]
        self.problem(f"two columns for the time: {shown}; choose with {' or '.join(flags)}")

    def without_count(self) -> None:
        """Leave out the number of devices beside device_time, which holds it."""
        count = self.fields.get("devices")
        alone = "device_time_h" in self.fields and "wall_time_h" not in self.fields
        if count and alone and "devices" not in self.chosen:
            del self.fields["devices"]
            self.read.discard(count.position)


_MOST_SHOWN = 12


def listed(names: Sequence[str]) -> str:
    """Return the first of some names."""
    several = list(dict.fromkeys(names))
    return ", ".join([*several[:_MOST_SHOWN], *["…"] * (len(several) > _MOST_SHOWN)]) or "none"


def _quoted(key: str, column: str, unit: str = "") -> str:
    """Return what stands behind --column, in quotes where a shell wants them."""
    text = f"{key}={column}{':' if unit else ''}{unit}"
    return f"'{text}'" if unit or not column.replace("_", "").isalnum() else text
