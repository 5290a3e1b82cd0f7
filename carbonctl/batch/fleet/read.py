"""Reads the inputs of a fleet: tables, and logs of other tools, block by block."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC
from functools import partial
from importlib.util import find_spec
from typing import Any

from carbonctl.batch.fleet import tables
from carbonctl.batch.fleet.blocks import constant
from carbonctl.batch.fleet.gathered import positions
from carbonctl.batch.fleet.placeholders import placeholders
from carbonctl.batch.fleet.structures import Sayings
from carbonctl.batch.fleet.tables import Fills, Ready
from carbonctl.batch.fleet.templates import template_layout
from carbonctl.batch.pool import processors
from carbonctl.errors import InputError, Problem, UsageError
from carbonctl.inputs.jobs import keys, logs, times
from carbonctl.inputs.jobs.findings import Findings
from carbonctl.inputs.jobs.layout import Layout, column_settings, layout
from carbonctl.inputs.jobs.maps import EMPTY, TABLE, Map, MappedColumn
from carbonctl.inputs.jobs.names import FIELDS, field_named
from carbonctl.inputs.jobs.no_text import what_is_wrong
from carbonctl.inputs.jobs.options import DEFAULTS, Options
from carbonctl.inputs.jobs.reading import Source
from carbonctl.inputs.jobs.recognition import recognised
from carbonctl.inputs.jobs.records import JSON_LINES, records, sources
from carbonctl.inputs.jobs.table import BUILT_IN, Row
from carbonctl.numbers.unit_table import QuantityError
from carbonctl.spec.overrides import parse_override
from carbonctl.spec.tree import Map as Tree
from carbonctl.text import did_you_mean

# Keys that stand for a column of the table where rows have none: what a row is, and its amounts.
_COLUMNS = ("kind", "phase", "device", "instance", "devices", "wall_time", "device_time", "energy")
AUTO, ARROW, CSV, DASK = ENGINES = ("auto", "arrow", "csv", "dask")
_SMALL = 1 << 20  # characters of a table that is read sooner than pyarrow is imported


@dataclass(frozen=True)
class Reading:
    """How the inputs of a fleet are read.

    Attributes
    ----------
    map : Map
        What the map says.
    columns : mapping
        The columns that flags name.
    by : tuple of str
        What groups are made by.
    format : str, optional
        The format of all inputs, where a flag or the map says it.
    options : Options
        How logs are read.
    fills : Fills
        What stands behind and above the rows.
    sayings : Sayings
        What is said of the machines and places of all rows.
    engine : str
        What reads tables, one of `ENGINES`: the result is the same.
    jobs : int, optional
        How many threads read them; as many as there are processors unless given.
    """

    map: Map = EMPTY
    columns: Mapping[str, MappedColumn] = field(default_factory=dict)
    by: tuple[str, ...] = ()
    format: str | None = None
    options: Options = DEFAULTS
    fills: Fills = field(default_factory=Fills)
    sayings: Sayings = field(default_factory=Sayings)
    tags: tuple[str, ...] = ()
    engine: str = AUTO
    jobs: int | None = None


def reading(
    map: Map, columns: Sequence[str], by: Sequence[str], format: str | None,
    options: Options, settings: Sequence[str], template: Mapping[str, Any] | None = None,
) -> Reading:  # fmt: skip
    """Return how inputs are read.

    Parameters
    ----------
    map : Map
        What the map says.
    columns : sequence of str
        Of ``--column``.
    by : sequence of str
        Of ``--by``.
    format : str, optional
        Of ``--from``.
    options : Options
        Of the flags of logs.
    settings : sequence of str
        Of ``--set``: keys of an activity, or ``site.`` and a key of a site.
    template : mapping, optional
        Of ``--template``.

    Raises
    ------
    UsageError
        Where a flag says what cannot be.
    InputError
        Where the map's defaults cannot be read.
    """
    formats = (TABLE, *logs.FORMATS)
    if format is not None and format not in formats:
        close = did_you_mean(format, formats) or f"; there are {', '.join(formats)}"
        raise UsageError(f"--from {format}: unknown format{close}")
    zone = options.timezone if options.timezone is not UTC else map.timezone or UTC
    above, over = ({}, {}) if template is not None else _set(settings)
    behind, defaults = _columns_of(map.defaults, map.file)
    return Reading(
        map,
        column_settings(columns),
        tuple(by),
        format or map.format,
        replace(options, map=map.raw, timezone=zone),
        Fills(behind, above, zone),
        Sayings(map.devices, map.instances, map.regions, defaults, over, template, map.file),
    )


def _set(settings: Sequence[str]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return what ``--set`` says: of columns, and of other keys of the spec."""
    above: dict[str, Any] = {}
    over: dict[str, Any] = {}
    for text in settings:
        path, value = parse_override(text)[:2]
        key = ".".join(str(part).strip() for part in path)
        try:
            known = field_named(key)
        except ValueError as error:
            raise UsageError(f"--set {text}: {error}") from None
        if known.key in _COLUMNS:
            try:
                above[known.name] = tables.fill(known.name, value)
            except QuantityError as error:
                raise UsageError(f"--set {text}: {error}") from None
        elif known.key.startswith("site."):
            over.setdefault("site", {})[known.key.removeprefix("site.")] = value
        else:
            over[known.key] = value
    return above, over


def _columns_of(defaults: Mapping[str, Any], file: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the defaults of a map that stand for columns, and the others."""
    behind: dict[str, Any] = {}
    rest: dict[str, Any] = {}
    for key, node in defaults.items():
        if key not in _COLUMNS:
            rest[key] = node
            continue
        name = field_named(key).name
        try:
            behind[name] = tables.fill(name, str(node))
        except QuantityError as error:
            raise InputError([Problem(file, None, None, f"defaults.{key}: {error}")]) from None
    return behind, rest


class Table:
    """One input, ready to be read.

    Attributes
    ----------
    file : str
        What messages call it.
    format : str
        What it is read as.
    is_recognised : bool
        Whether the format follows from its header.
    """

    def __init__(self, source: Any, reading: Reading) -> None:
        self.source = source
        self.reading = reading
        self.file = source.name
        self.is_recognised = False
        self.format = TABLE
        if isinstance(source, Source):
            self.format = reading.format or ""
            if not self.format:
                is_mapped = bool(
                    reading.map.columns or reading.columns or reading.sayings.template is not None
                )
                self.format = recognised(source, is_mapped=is_mapped)
                self.is_recognised = self.format != TABLE

    def blocks(self, findings: Findings) -> Iterator[Ready]:
        """Yield its rows.

        Raises
        ------
        InputError
            Where it cannot be read.
        """
        if self.format == TABLE:
            given = self.reading
            fills = given.fills
            table = columnar(self.source, findings, given.engine, given.jobs)
            if table is None:
                reader = records(self.source, findings)
                where = self.layout(next(reader)[1], findings)
                yield from tables.of_records(reader, where, fills, self.file, findings)
                return
            where = self.layout(table.header(), findings)
            for columns in table.gathered(positions(where)):
                yield tables.of_columns(columns, where, fills, self.file, findings)
        else:
            rows = self.rows(findings)
            is_first = True
            for ready in tables.of_rows(rows, self.tags, self.reading.fills, self.file):
                yield self.tagged(ready, is_first=is_first)
                is_first = False

    def tagged(self, ready: Ready, *, is_first: bool) -> Ready:
        """Return rows of a log with each tag that is asked for, empty where they lack it.

        Raises
        ------
        InputError
            Where none of its first rows has one.
        """
        block = ready.block
        missing = [tag for tag in self.tags if tag not in block.tags]
        unknown = [tag for tag in missing if tag not in times.CUTS]
        if unknown and is_first:
            known = [*block.tags, *BUILT_IN, *times.CUTS]
            close = did_you_mean(unknown[0], known) or f"; there are {', '.join(known)}"
            message = f"--by {unknown[0]}: no row of this log has a tag `{unknown[0]}`{close}"
            raise InputError([Problem(self.file, None, None, message)])
        empty = {tag: constant("", block.rows) for tag in missing}
        return ready._replace(block=block._replace(tags={**block.tags, **empty}))

    def layout(self, header: Sequence[str], findings: Findings) -> Layout:
        """Return where everything is in a table, and note the columns that nothing reads.

        Raises
        ------
        InputError
            Where it cannot be accounted for.
        """
        given = self.reading
        if given.sayings.template is not None:
            names = placeholders(given.sayings.template)
            where = template_layout(header, given.map, self.tags, names, self.file)
        else:
            where = layout(header, given.map, self.tags, given.columns, self.file)
        if where.unused:
            unused = ", ".join(where.unused)
            findings.note(f"{self.file}: columns that are not used: {unused}")
        return where

    def rows(self, findings: Findings) -> Iterator[Row]:
        """Yield the rows of a log in the canonical table."""
        module = logs.module(self.format)
        no_text = self.source.no_text
        for row in module.rows(self.source, self.reading.options, findings):
            name = next(filter(partial(_is_no_text, row), row), "") if no_text.is_suspect else ""
            if not name:
                yield row
                continue
            value, line = str(row[name]), row.get("source_line", 0)
            findings.reject(self.file, line, name, value, what_is_wrong(name + value))

    @property
    def tags(self) -> tuple[str, ...]:
        """What groups are made by that is a column, or a part of a time."""
        wanted = (*self.reading.by, *self.reading.tags)
        return tuple(name for name in wanted if name not in BUILT_IN)


def _is_no_text(row: Row, name: str) -> bool:
    return bool(what_is_wrong(f"{name}{row[name]}"))


def columnar(source: Any, findings: Findings, engine: str = AUTO, jobs: int | None = None) -> Any:
    """Return a table that pyarrow reads; None where the csv module does.

    Small tables are read before pyarrow is imported.

    Parameters
    ----------
    source : Source or ParquetSource
        The table.
    findings : Findings
        Takes rows that cannot be read.
    engine : str
        One of `ENGINES`.
    jobs : int, optional
        How many threads work; as many as there are processors unless given.
    """
    if engine == CSV or (isinstance(source, Source) and source.extension in JSON_LINES):
        return None
    if not isinstance(source, Source):
        from carbonctl.batch.fleet.arrow_parquet import ParquetTable

        return ParquetTable(source, jobs or processors())
    if (engine == AUTO and source.is_within(_SMALL)) or find_spec("pyarrow") is None:
        return None
    from carbonctl.batch.fleet.arrow_csv import CsvTable

    return CsvTable(source, findings, jobs or processors())


def opened(paths: Iterable[str], reading: Reading) -> Iterator[Table | InputError]:
    """Yield the inputs that some paths name, and what is wrong with those that cannot be read."""
    for path in paths:
        try:
            for source in sources(path):
                yield Table(source, reading)
        except InputError as error:
            yield error


def raw_map(map: Map) -> dict[str, Any]:
    """Return what a map says, as plain mappings and texts."""

    def plain(node: Any) -> Any:
        if isinstance(node, Mapping | Tree):
            return {str(key): plain(value) for key, value in node.items()}
        if isinstance(node, list | tuple):
            return [plain(value) for value in node]
        return str(node)

    made: dict[str, Any] = plain(map.raw)
    return made


__all__ = ["FIELDS", "Reading", "Table", "keys", "opened", "raw_map", "reading"]
