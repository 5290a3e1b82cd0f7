"""Where the columns of one table are: each field's, each tag's, and those that are not used."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import NamedTuple

from carbonctl.errors import InputError, UsageError
from carbonctl.inputs.jobs import names
from carbonctl.inputs.jobs.field_columns import TIMES, Column, FieldFinder, listed
from carbonctl.inputs.jobs.maps import Map, MappedColumn, Rule
from carbonctl.inputs.jobs.table import BUILT_IN
from carbonctl.inputs.jobs.times import CUTS
from carbonctl.text import did_you_mean

_MACHINES = ("device", "instance", "rated_power", "power_w", "power", "cpu_cores")
_COUNTS = ("devices", "cpu_cores", "instance")
_NEEDED = (
    "a fleet needs a column for the time (wall_time or device_time) and one for the device, "
    "or one for the energy"
)


class TagColumn(NamedTuple):
    """The column of a tag; ``cut`` is the part of its time that counts: ``month``."""

    tag: str
    position: int
    name: str
    cut: str | None = None


class Condition(NamedTuple):
    """A pattern that a cell fits or not: ``dev-*``."""

    position: int
    pattern: str


def fits(conditions: Sequence[Condition], cells: Sequence[str]) -> bool:
    """Whether the cells of a record fit all conditions; ``*`` stands for any text."""
    return all(fnmatchcase(cells[c.position].strip(), c.pattern) for c in conditions)


class PhaseRule(NamedTuple):
    """The phase of rows that fit all conditions."""

    conditions: tuple[Condition, ...]
    phase: str


@dataclass(frozen=True)
class Layout:
    """Where everything is in the records of one table.

    Attributes
    ----------
    header : tuple of str
        The names of the columns.
    fields : mapping
        The column of each field that has one, by the field's name.
    tags : mapping
        The column of each tag, by the tag. What the account finds (`BUILT_IN`) is not there.
    phases : tuple of PhaseRule
        The first that fits decides.
    drop : tuple of tuple of Condition
        A row that fits all of any is left out.
    unused : tuple of str
        Columns that nothing reads.
    """

    header: tuple[str, ...]
    fields: Mapping[str, Column]
    tags: Mapping[str, TagColumn]
    phases: tuple[PhaseRule, ...]
    drop: tuple[tuple[Condition, ...], ...]
    unused: tuple[str, ...]


def column_settings(settings: Iterable[str]) -> dict[str, MappedColumn]:
    """Return what ``--column FIELD=COLUMN[:UNIT]`` says, by the name of the field.

    The unit is still behind the name of the column: only the header tells whether it is one.

    Raises
    ------
    UsageError
        Where one is malformed, names no field, or names one twice.
    """
    columns: dict[str, MappedColumn] = {}
    for setting in settings:
        key, equals, column = (part.strip() for part in setting.partition("="))
        if not (key and equals and column):
            example = "--column devices=n or --column 'wall_time=secs:s'"
            what = "a name is empty; " if equals else ""
            raise UsageError(f"--column '{setting}': {what}write {example}")
        try:
            field = names.field_named(key)
        except ValueError as error:
            raise UsageError(f"--column {setting}: {error}") from None
        if field.name in columns:
            raise UsageError(f"--column {setting}: `{key}` is given twice")
        columns[field.name] = MappedColumn(column)
    return columns


def layout(
    header: Sequence[str],
    map: Map,
    by: Sequence[str] = (),
    columns: Mapping[str, MappedColumn] = {},
    file: str = "",
) -> Layout:
    """Return where everything is in the records of a table.

    Parameters
    ----------
    header : sequence of str
        The names of its columns.
    map : Map
        What its map says.
    by : sequence of str
        The tags that groups are made by.
    columns : mapping
        What flags say, over the map: `column_settings`.
    file : str
        What messages call the table.

    Raises
    ------
    InputError
        With every problem: columns that are not there, two of one field, numbers without a
        unit, or nothing to account for.
    """
    finder = _Finder(header, map, columns, file)
    where = finder.layout(by)
    if finder.problems:
        raise InputError(finder.problems)
    return where


class _Finder(FieldFinder):
    """Finds the columns of fields, tags and rules."""

    tags: dict[str, TagColumn]

    def layout(self, by: Sequence[str]) -> Layout:
        """Return the layout; it holds where there are no problems."""
        self.tags = {}
        self.duplicates()
        self.take_mapped()
        self.take_named()
        self.take_one_time()
        self.mapped_tags()
        self.tags_by_name()
        self.grouped(by)
        phases = tuple(PhaseRule(self.rule(r), r.phase) for r in self.map.phases)
        drop = tuple(self.rule(r) for r in self.map.drop)
        if not self.problems:
            self.needed()
        unused = [n for p, n in enumerate(self.header) if n and p not in self.read]
        return Layout(self.header, self.fields, self.tags, phases, drop, tuple(unused))

    # The columns of tags.

    def named(self, name: str) -> int | None:
        """Return the position of a column that a map names itself, or by its field or tag."""
        position = self.position(name)
        if position is None and name in self.tags:
            position = self.tags[name].position
        if position is None and (column := self.of_field(name)):
            position = column.position
        return position

    def mapped_tags(self) -> None:
        for tag, choice in self.map.tags.items():
            position = self.named(choice.column)
            if position is None:
                self.problem(self.missing(choice.column), choice)
            else:
                self.add_tag(tag, position)

    def add_tag(self, tag: str, position: int) -> None:
        """Add a tag: a column as it stands, or the day, month, … of one that holds times."""
        name = self.header[position]
        is_cut = tag in CUTS and not names.fold(name).endswith(tag)
        self.tags[tag] = TagColumn(tag, position, name, tag if is_cut else None)
        self.read.add(position)

    def tags_by_name(self) -> None:
        tagged = {column.position for column in self.tags.values()}
        for position, name in enumerate(self.header):
            tag = names.fold(name)
            if names.is_tag(name) and tag not in self.tags and position not in tagged:
                self.add_tag(tag, position)

    def grouped(self, by: Sequence[str]) -> None:
        for tag in by:
            if tag in self.tags or tag in BUILT_IN:
                continue
            position = self.named(tag)
            if position is None and tag in CUTS:
                start = self.fields.get("start")
                position = start.position if start else None
            if position is not None:
                self.add_tag(tag, position)
            elif tag in CUTS:
                said = "no column for the time at which jobs start; name it with --column start=…"
                self.problem(f"--by {tag}: {said}")
            else:
                known = [name for name in (*self.header, *self.tags, *BUILT_IN, *CUTS) if name]
                close = did_you_mean(tag, known) or f"; there are {listed(known)}"
                self.problem(f"--by {tag}: no column and no tag `{tag}`{close}")

    def rule(self, rule: Rule) -> tuple[Condition, ...]:
        """Return the patterns of a rule with the positions of their columns."""
        conditions = []
        for name, pattern in rule.where.items():
            position = self.named(name)
            if position is None:
                self.problem(self.missing(name), rule)
            else:
                self.read.add(position)
                conditions.append(Condition(position, pattern))
        return tuple(conditions)

    # What there must be.

    def needed(self) -> None:
        """Check that something says what ran, and for how long."""
        known = self.fields.keys() | self.map.defaults.keys()
        if "kind" in known or known & {"energy_kwh", "energy", "capacity"}:
            return  # what a row needs is known when its kind is
        times = known & {*TIMES, "wall_time", "device_time"}
        what = [
            *["the time"] * (not times),
            *["the device"] * (not known & {*_MACHINES}),
        ]
        if what:
            seen = listed([name for name in self.header if name])
            self.problem(f"no column for {' and '.join(what)}; {_NEEDED}; the columns are {seen}")
        needs_count = times and not times & {"device_time_h", "device_time"}
        if needs_count and not known & {*_COUNTS}:
            said = "a wall time needs the number of devices: a column for it, or"
            self.problem(f"no column for devices; {said} `defaults: {{devices: 1}}` in the map")
