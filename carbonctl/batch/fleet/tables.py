"""From records of a table, or rows of a log, to blocks of columns."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, tzinfo
from fnmatch import fnmatchcase
from functools import partial
from itertools import islice
from typing import Any, NamedTuple, TypeVar

import numpy as np

from carbonctl.batch.fleet.blocks import (
    NAN,
    ROWS,
    Block,
    Fault,
    Texts,
    constant,
    encoded,
    encoded_again,
)
from carbonctl.batch.fleet.gathered import TIMES, Columns, Gathered, Readable, positions
from carbonctl.batch.fleet.moments import moments_of, parts_of, seconds_of
from carbonctl.inputs.jobs import times
from carbonctl.inputs.jobs.findings import Findings
from carbonctl.inputs.jobs.layout import Layout
from carbonctl.inputs.jobs.names import FIELDS, cloud_region
from carbonctl.inputs.jobs.records import Record
from carbonctl.inputs.jobs.table import COLUMNS, Row
from carbonctl.ledger.fleet import Reject
from carbonctl.numbers import units
from carbonctl.numbers.intervals import best

_CHUNK = 4096  # records that are turned into columns at once
_SHARES = frozenset({"load", "share", "utilization"})
_PROVIDER = "site.provider"
_Some = TypeVar("_Some")
Refused = Mapping[int, Reject]


class Fills(NamedTuple):
    """What stands where a row says nothing, and what stands whatever it says.

    Attributes
    ----------
    behind, above : mapping
        Texts or numbers by canonical name.
    zone : tzinfo
        Of times without one, and of days and months.
    tags : mapping
        For tags that are parts of the time at which a job starts, which part: ``month``.
    """

    behind: Mapping[str, Any] = {}
    above: Mapping[str, Any] = {}
    zone: tzinfo = UTC
    tags: Mapping[str, str] = {}


class Ready(NamedTuple):
    """A block, and the rows of it that are refused already."""

    block: Block
    refused: Refused


def of_records(
    records: Iterable[Record], layout: Layout, fills: Fills, file: str, findings: Findings
) -> Iterator[Ready]:
    """Yield the rows of a table in blocks.

    Parameters
    ----------
    records : iterable of Record
        Behind the header.
    layout : Layout
        Where everything is in them.
    fills : Fills
        What stands behind and above them.
    file : str
        What messages call the table.
    findings : Findings
        Takes what is found on the way.

    Raises
    ------
    InputError
        Where no more can be read, behind what was read before.
    """
    readable = Readable(records)
    read, width = positions(layout).all, len(layout.header)
    yield from _blocks(
        of_columns(Gathered(some, read, width), layout, fills, file, findings)
        for some in _chunks(readable)
    )
    readable.end()


def _chunks(rows: Iterable[_Some]) -> Iterator[list[_Some]]:
    """Yield some rows at a time, which are turned into columns before the next are read."""
    reader = iter(rows)
    while some := [*islice(reader, _CHUNK)]:
        yield some


def _blocks(chunks: Iterator[Ready]) -> Iterator[Ready]:
    """Return the rows of chunks in blocks of `ROWS`; none is kept as the next is made."""

    def block() -> Ready | None:
        some = [*islice(chunks, ROWS // _CHUNK)]
        return _joined(some) if some else None

    return iter(block, None)


def _joined(chunks: Sequence[Ready]) -> Ready:
    """Return chunks of rows as one block, into which their columns go one by one."""
    if len(chunks) == 1:
        return chunks[0]
    blocks = [ready.block for ready in chunks]
    rows = [block.rows for block in blocks]

    def whole(some: Sequence[dict[str, Any]]) -> dict[str, Any]:
        names = dict.fromkeys(name for columns in some for name in columns)
        return {name: _concatenated([own.pop(name, None) for own in some], rows) for name in names}

    rejects, start = dict[int, Reject](), 0
    for ready in chunks:
        rejects |= {start + row: reject for row, reject in ready.refused.items()}
        start += ready.block.rows
    block = blocks[0]._replace(
        columns=whole([block.columns for block in blocks]),
        tags=whole([block.tags for block in blocks]),
        more=whole([block.more for block in blocks]),
        lines=np.concatenate([block.lines for block in blocks]),
    )
    return Ready(block, rejects)


def _concatenated(columns: Sequence[Any], rows: Sequence[int]) -> Any:
    """Return columns as one; None is one that chunk does not have, which is empty there."""
    like = next(column for column in columns if column is not None)
    if not isinstance(like, Texts):
        return np.concatenate([
            np.full(count, "NaT" if like.dtype.kind == "M" else NAN, like.dtype)
            if column is None else column
            for column, count in zip(columns, rows, strict=True)
        ])  # fmt: skip
    texts = [
        constant("", count) if column is None else column
        for column, count in zip(columns, rows, strict=True)
    ]
    starts = np.cumsum([0, *(len(column.values) for column in texts)])
    codes = np.concatenate([x.codes + start for x, start in zip(texts, starts, strict=False)])
    return encoded_again(codes, [value for column in texts for value in column.values])


def of_columns(
    gathered: Columns, layout: Layout, fills: Fills, file: str, findings: Findings
) -> Ready:
    """Return some rows of a table as a block; the arguments are those of `of_records`."""
    made = _Made(gathered, layout, fills, file)
    made.read_fields()
    made.read_tags()
    kept = _rules(gathered, layout, made.columns, findings)
    headers = {name: column.name for name, column in layout.fields.items()}
    block = Block(file, made.columns, made.tags, made.lines, headers, made.more)
    return _finished(block, made.rejects, fills, kept)


class _Made:
    """The columns of a block, as far as they are made."""

    def __init__(self, gathered: Columns, layout: Layout, fills: Fills, file: str) -> None:
        self.gathered = gathered
        self.layout = layout
        self.zone = fills.zone
        self.file = file
        self.lines = gathered.lines
        self.columns: dict[str, Any] = {}
        self.more: dict[str, Texts] = {}
        self.tags: dict[str, Texts] = {}
        self.rejects: dict[int, Reject] = {}
        self.late: list[tuple[list[Fault], str]] = []  # what is refused behind all the others
        self.refuse([Fault(row, "", what) for row, what in gathered.odd], "")

    def refuse(self, faults: Iterable[Fault], header: str) -> None:
        """Refuse rows for cells of a column, unless they are refused already."""
        for row, value, message in faults:
            line = self.lines[row]
            line = line if isinstance(line, str) else int(line)
            self.rejects.setdefault(row, Reject(self.file, line, header, value, message))

    def read_fields(self) -> None:
        """Make the columns of fields."""
        gathered = self.gathered
        for name, column in self.layout.fields.items():
            field = FIELDS.get(name)
            if name in TIMES:
                self.columns[name], faults = gathered.moments(column.position, self.zone)
                self.late.append((faults, column.name))
            elif field is None:
                self.more[name] = _with_unit(gathered.texts(column.position), column.unit)
            elif field.dimension is None:
                self.columns[name] = gathered.texts(column.position)
            else:
                read, faults = gathered.numbers(column.position, is_share=name in _SHARES)
                self.refuse(faults, column.name)
                self.columns[name] = column.converted(read)
        _join_regions(self.columns)

    def read_tags(self) -> None:
        """Make the columns of tags."""
        for tag, place in self.layout.tags.items():
            if place.cut is None:
                self.tags[tag] = self.gathered.texts(place.position)
                continue
            moments, faults = self.gathered.moments(place.position, self.zone)
            self.refuse(faults, place.name)
            self.tags[tag] = parts_of(moments, place.cut, self.zone)
        for faults, header in self.late:
            self.refuse(faults, header)


def _with_unit(texts: Texts, unit: str) -> Texts:
    """Return a column of quantities of the spec, with the unit behind each."""
    return texts.each(lambda text: f"{text} {unit}" if text and unit else text)


def _join_regions(columns: dict[str, Any]) -> None:
    """Put the names of clouds in front of their regions."""
    provider, grid = columns.get(_PROVIDER), columns.get("grid")
    if provider is None or grid is None:
        return
    count = len(provider.values)
    codes = grid.codes.astype(np.int64) * count + provider.codes
    values = [cloud_region(cloud, region) for region in grid.values for cloud in provider.values]
    columns["grid"] = encoded_again(codes, values)


def _rules(gathered: Columns, layout: Layout, columns: dict[str, Any], findings: Findings) -> Any:
    """Give rows the phases of the map's rules, and return which rows are kept."""
    kept = np.ones(gathered.rows, dtype=bool)
    for conditions in layout.drop:
        kept &= ~_fits(gathered, conditions)
    if not kept.all():
        findings.skip("dropped by the map", int((~kept).sum()))
    if layout.phases:
        said = columns.get("phase", constant("", gathered.rows))
        names = [*said.values, *(rule.phase for rule in layout.phases)]
        codes, is_open = said.codes.copy(), ~said.where(bool)
        for place, rule in enumerate(layout.phases, len(said.values)):
            fits = is_open & _fits(gathered, rule.conditions)
            codes[fits] = place
            is_open &= ~fits
        columns["phase"] = encoded_again(codes, names)
    return kept


def _fits(gathered: Columns, conditions: Iterable[Any]) -> Any:
    fits = np.ones(gathered.rows, dtype=bool)
    for condition in conditions:
        texts = gathered.texts(condition.position)
        fits &= texts.where(partial(_matches, pattern=condition.pattern))
    return fits


def _matches(text: str, pattern: str) -> bool:
    return fnmatchcase(text, pattern)


def of_rows(rows: Iterable[Row], by: Sequence[str], fills: Fills, file: str) -> Iterator[Ready]:
    """Yield the rows of a log in blocks, with the tags ``by`` of which it has a column.

    Raises
    ------
    InputError
        Where no more can be read, behind what was read before.
    """
    readable = Readable(rows)
    yield from _blocks(_of_some_rows(some, by, fills, file) for some in _chunks(readable))
    readable.end()


def _of_some_rows(some: Sequence[Row], by: Sequence[str], fills: Fills, file: str) -> Ready:
    columns, tags = _of_log(some, by)
    for name in TIMES:
        if name in columns:
            columns[name], _ = moments_of(columns[name], fills.zone)
    for tag in by:
        if tag in times.CUTS and tag not in tags and "start" in columns:
            tags[tag] = parts_of(columns["start"], tag, fills.zone)
    lines = np.array([row.get("source_line", 0) for row in some])
    block = Block(file, columns, tags, lines, {})
    return _finished(block, {}, fills, np.ones(len(some), dtype=bool))


def _of_log(some: Sequence[Row], by: Sequence[str]) -> tuple[dict[str, Any], dict[str, Texts]]:
    """Return the columns of rows of a log, and its tags."""
    columns: dict[str, Any] = {}
    tags: dict[str, Texts] = {}
    for name in dict.fromkeys(name for row in some for name in row):
        if name in ("source_file", "source_line"):
            continue
        cells = [row.get(name) for row in some]
        field = FIELDS.get(name)
        if field is not None and field.dimension is not None:
            columns[name] = np.array([NAN if c in (None, "") else float(c) for c in cells])
            continue
        texts = encoded("" if cell is None else str(cell) for cell in cells)
        if name in COLUMNS or field is not None:
            columns[name] = texts
        if name not in COLUMNS or name in by:
            tags[name] = texts
    return columns, tags


def _finished(block: Block, rejects: dict[int, Reject], fills: Fills, kept: Any) -> Ready:
    """Return a block with its times as numbers, with what stands behind and above its rows."""
    columns = dict(block.columns)
    for name in TIMES:
        if name in columns:
            columns[f"{name}_s"] = seconds_of(columns[name])
    for name, value in fills.behind.items():
        columns[name] = _filled(columns.get(name), value, block.rows)
    for name, value in fills.above.items():
        columns[name] = _above(name, value, block._replace(columns=columns))
    full = block._replace(columns=columns)
    return Ready(full, rejects) if kept.all() else kept_rows(Ready(full, rejects), kept)


def _above(name: str, value: Any, block: Block) -> Any:
    """Return a column with a value whatever it has; jobs of cores alone have no device."""
    if name != "device":
        return _filled(None, value, block.rows)
    has_devices = (block.number("devices") > 0) | (block.number("device_time_h") > 0)
    codes = np.where(has_devices | ~(block.number("cpu_cores") > 0), 1, 0)
    return Texts(codes, ["", value])


def _filled(column: Any, value: Any, rows: int) -> Any:
    """Return a column with a value where it has none."""
    if isinstance(value, str):
        if column is None:
            return constant(value, rows)
        return column.each(lambda text: text or value)
    if column is None:
        return np.full(rows, float(value))
    return np.where(np.isnan(column), value, column)


def kept_rows(ready: Ready, kept: Any) -> Ready:
    """Return the rows of a block where a condition holds."""
    block, rejects = ready
    rows = np.flatnonzero(kept)
    new = {int(old): place for place, old in enumerate(rows.tolist())}

    def take(column: Any) -> Any:
        if isinstance(column, Texts):
            return Texts(column.codes[rows], column.values)
        return column[rows]

    return Ready(
        block._replace(
            columns={name: take(column) for name, column in block.columns.items()},
            tags={name: take(column) for name, column in block.tags.items()},
            more={name: take(column) for name, column in block.more.items()},
            lines=block.lines[rows],
        ),
        {new[row]: reject for row, reject in rejects.items() if row in new},
    )


def fill(name: str, text: str) -> Any:
    """Return what a key of the map's defaults puts into a column: a text, or a number in its unit.

    Raises
    ------
    QuantityError
        Where it is no such quantity.
    """
    dimension = FIELDS[name].dimension
    if dimension is None:
        return text
    value = units.parse(text, dimension)
    number = best(value)
    return number if math.isfinite(number) else NAN
