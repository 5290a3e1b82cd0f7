"""From records of a table, or rows of a log, to blocks of columns."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, tzinfo
from fnmatch import fnmatchcase
from functools import partial
from itertools import islice
from typing import Any, NamedTuple

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
    numbers,
)
from carbonctl.inputs.jobs import times
from carbonctl.inputs.jobs.findings import Findings, Reject
from carbonctl.inputs.jobs.layout import Layout
from carbonctl.inputs.jobs.names import FIELDS, cloud_region
from carbonctl.inputs.jobs.records import Record
from carbonctl.inputs.jobs.table import COLUMNS, Row
from carbonctl.numbers import units

_CHUNK = 4096  # records that are turned into columns at once
_SHARES = frozenset({"load", "share", "utilization"})
_TIMES = ("start", "end")
_PROVIDER = "site.provider"
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
    """
    reader = iter(records)
    positions = sorted(
        {column.position for column in (*layout.fields.values(), *layout.tags.values())}
        | {condition.position for rules in layout.drop for condition in rules}
        | {condition.position for rule in layout.phases for condition in rule.conditions}
    )
    while True:
        gathered = _Gathered(positions, len(layout.header))
        while gathered.rows < ROWS and (
            some := [*islice(reader, min(_CHUNK, ROWS - gathered.rows))]
        ):
            gathered.add(some)
        if not gathered.rows:
            return
        yield _ready(gathered, layout, fills, file, findings)


class _Gathered:
    """Columns of texts in the making."""

    def __init__(self, positions: Sequence[int], width: int) -> None:
        self.positions = positions
        self.width = width
        self.places: list[dict[str, int]] = [{} for _ in positions]
        self.codes: list[list[int]] = [[] for _ in positions]
        self.lines: list[Any] = []
        self.odd: list[tuple[int, int]] = []  # a row, and how many cells it has

    @property
    def rows(self) -> int:
        return len(self.lines)

    def add(self, records: Sequence[Record]) -> None:
        """Add some records; one of another width is kept as an empty row, to be refused."""
        lines, cells = zip(*records, strict=True)
        widths = [*map(len, cells)]
        if set(widths) != {self.width}:
            empty = ("",) * self.width
            start = len(self.lines)
            self.odd += [(start + n, w) for n, w in enumerate(widths) if w != self.width]
            cells = tuple(
                own if w == self.width else empty for own, w in zip(cells, widths, strict=True)
            )
        self.lines += lines
        columns = [*zip(*cells, strict=True)]
        for position, places, codes in zip(self.positions, self.places, self.codes, strict=True):
            place = places.setdefault
            codes += [place(text, len(places)) for text in columns[position]]

    def column(self, position: int) -> Texts:
        """Return a column, its texts without spaces around them."""
        at = self.positions.index(position)
        texts = Texts(np.array(self.codes[at], dtype=np.int64), [*self.places[at]])
        if all(text == text.strip() for text in texts.values):
            return texts
        return texts.each(str.strip)


def _ready(
    gathered: _Gathered, layout: Layout, fills: Fills, file: str, findings: Findings
) -> Ready:
    columns: dict[str, Any] = {}
    headers: dict[str, str] = {}
    more: dict[str, Texts] = {}
    rejects: dict[int, Reject] = {}
    lines = np.array(gathered.lines)

    def refuse(fault: Fault, header: str) -> None:
        line = lines[fault.row]
        line = line if isinstance(line, str) else int(line)
        rejects.setdefault(fault.row, Reject(file, line, header, fault.value, fault.message))

    for row, width in gathered.odd:
        what = f"{width} cells under a header of {gathered.width}"
        refuse(Fault(row, "", what), "")
    for name, column in layout.fields.items():
        texts = gathered.column(column.position)
        headers[name] = column.name
        field = FIELDS.get(name)
        if field is None:
            more[name] = _with_unit(texts, column.unit)
            continue
        if field.dimension is None:
            columns[name] = texts
            continue
        read, faults = numbers(texts, is_share=name in _SHARES)
        for fault in faults:
            if fault.row not in rejects:
                refuse(fault, column.name)
        columns[name] = column.converted(read)
    tags = {
        tag: (gathered.column(place.position), place.cut, place.name)
        for tag, place in layout.tags.items()
    }
    _join_regions(columns)
    for tag, texts in _cut_tags(tags, fills, refuse).items():
        columns.setdefault("tags", {})[tag] = texts
    own = columns.pop("tags", {})
    kept = _rules(gathered, layout, columns, findings)
    block = Block(file, columns, own, lines, headers, more)
    return _finished(block, rejects, fills, refuse, kept)


def _with_unit(texts: Texts, unit: str) -> Texts:
    """Return a column of quantities of the spec, with the unit behind each."""
    return texts.each(lambda text: f"{text} {unit}" if text and unit else text)


def _join_regions(columns: dict[str, Any]) -> None:
    """Put the names of clouds in front of their regions."""
    provider, grid = columns.get(_PROVIDER), columns.get("grid")
    if provider is None or grid is None:
        return
    count = len(provider.values)
    codes = grid.codes * count + provider.codes
    values = [cloud_region(cloud, region) for region in grid.values for cloud in provider.values]
    columns["grid"] = encoded_again(codes, values)


def _cut_tags(tags: Any, fills: Fills, refuse: Any) -> dict[str, Texts]:
    made = {}
    for tag, (texts, cut, header) in tags.items():
        if cut is None:
            made[tag] = texts
            continue
        moments, faults = moments_of(texts, fills.zone)
        for fault in faults:
            refuse(fault, header)
        made[tag] = _parts(moments, cut, fills.zone)
    return made


def moments_of(texts: Texts, zone: tzinfo) -> tuple[Texts, list[Fault]]:
    """Return times of day as texts in ISO 8601 in UTC, and what is none."""
    known: list[str] = []
    wrong: dict[int, str] = {}
    for place, text in enumerate(texts.values):
        try:
            known.append(times.parse(text, zone).isoformat() if text else "")
        except ValueError as error:
            known.append("")
            wrong[place] = str(error)
    faults = []
    if wrong:
        rows = np.flatnonzero(np.isin(texts.codes, [*wrong]))
        faults = [Fault(row, texts.at(row), wrong[int(texts.codes[row])]) for row in rows.tolist()]
    return Texts(texts.codes, known), faults


def _parts(moments: Texts, cut: str, zone: tzinfo) -> Texts:
    """Return the days, months, quarters or years of times."""

    def part(text: str) -> str:
        return times.key(times.parse(text), cut, zone) if text else ""

    return moments.each(part)


def _rules(gathered: _Gathered, layout: Layout, columns: dict[str, Any], findings: Findings) -> Any:
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


def _fits(gathered: _Gathered, conditions: Iterable[Any]) -> Any:
    fits = np.ones(gathered.rows, dtype=bool)
    for condition in conditions:
        texts = gathered.column(condition.position)
        fits &= texts.where(partial(_matches, pattern=condition.pattern))
    return fits


def _matches(text: str, pattern: str) -> bool:
    return fnmatchcase(text, pattern)


def of_rows(rows: Iterable[Row], by: Sequence[str], fills: Fills, file: str) -> Iterator[Ready]:
    """Yield the rows of a log in blocks, with the tags ``by`` of which it has a column."""
    reader = iter(rows)
    while some := [*islice(reader, ROWS)]:
        names = dict.fromkeys(name for row in some for name in row)
        columns: dict[str, Any] = {}
        tags: dict[str, Texts] = {}
        for name in names:
            if name in ("source_file", "source_line"):
                continue
            cells = [row.get(name) for row in some]
            field = FIELDS.get(name)
            if field is not None and field.dimension is not None:
                columns[name] = np.array([NAN if c in (None, "") else float(c) for c in cells])
            else:
                texts = encoded("" if cell is None else str(cell) for cell in cells)
                if name in COLUMNS or field is not None:
                    columns[name] = texts
                if name not in COLUMNS or name in by:
                    tags[name] = texts
        _add_cuts(columns, tags, by, fills)
        lines = np.array([row.get("source_line", 0) for row in some])
        block = Block(file, columns, tags, lines, {})
        rejects: dict[int, Reject] = {}
        yield _finished(block, rejects, fills, lambda *_: None, np.ones(len(some), dtype=bool))


def _add_cuts(
    columns: dict[str, Any], tags: dict[str, Texts], by: Sequence[str], fills: Fills
) -> None:
    for tag in by:
        if tag in times.CUTS and tag not in tags and isinstance(columns.get("start"), Texts):
            moments, _ = moments_of(columns["start"], fills.zone)
            tags[tag] = _parts(moments, tag, fills.zone)


def _finished(
    block: Block, rejects: dict[int, Reject], fills: Fills, refuse: Any, kept: Any
) -> Ready:
    """Return a block with its times as numbers, with what stands behind and above its rows."""
    columns = dict(block.columns)
    for name in _TIMES:
        texts = columns.get(name)
        if isinstance(texts, Texts):
            moments, faults = moments_of(texts, fills.zone)
            for fault in faults:
                refuse(fault, block.header(name))
            columns[f"{name}_s"] = _seconds(moments)
            columns[name] = moments
    for name, value in fills.behind.items():
        columns[name] = _filled(columns.get(name), value, block.rows)
    for name, value in fills.above.items():
        columns[name] = _above(name, value, block._replace(columns=columns))
    full = block._replace(columns=columns)
    return Ready(full, rejects) if kept.all() else kept_rows(Ready(full, rejects), kept)


def _seconds(moments: Texts) -> Any:
    known = np.array(
        [times.parse(text).timestamp() if text else NAN for text in moments.values] or [NAN]
    )
    return known[moments.codes]


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
    number = float(getattr(value, "best", value))
    return number if math.isfinite(number) else NAN
