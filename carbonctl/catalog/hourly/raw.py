"""A file as figures on steps in UTC, before anything is computed of them."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Callable
from hashlib import sha256
from typing import NamedTuple, TypeAlias

from carbonctl.catalog.hourly import cells, fill, steps, table, zones
from carbonctl.catalog.hourly.cells import Cells
from carbonctl.catalog.hourly.faults import Faults
from carbonctl.catalog.hourly.formats import watttime
from carbonctl.catalog.hourly.formats.layout import CFE, KINDS, Figure, Layout
from carbonctl.catalog.hourly.options import Options, zone_of
from carbonctl.catalog.hourly.series import Origin, Series
from carbonctl.catalog.hourly.steps import HINT, Timeline
from carbonctl.catalog.hourly.table import Table

GENERATION = "generation"
LayoutOf: TypeAlias = Callable[[Table, Options], Layout]
_MOST_AREAS = 5  # that a message names
_TRUE = ("true", "1", "yes")


class Raw(NamedTuple):
    """Figures of a file.

    Attributes
    ----------
    layout : Layout
        How it was read.
    timeline : Timeline or None
        Its steps; None where that is a fault.
    figures : dict of str to array of float
        Step by step, by what they are; NaN where nothing is known.
    origin : Origin
        The file.
    faults : Faults
        What is wrong with it.
    faulty : frozenset of int
        Rows of which a fault is known already.
    """

    layout: Layout
    timeline: Timeline | None
    figures: dict[str, array[float]]
    origin: Origin
    faults: Faults
    faulty: frozenset[int] = frozenset()

    def series(self, name: str, unit: str) -> Series:
        """Return one of its figures."""
        assert self.timeline is not None
        return Series(
            self.timeline.start_s, self.timeline.step_s, self.figures[name], self.origin, (), unit
        )


def raw(data: bytes, shown: str, options: Options, layout_of: LayoutOf) -> Raw:
    """Return the figures of a file.

    Parameters
    ----------
    data : bytes
        What the file holds.
    shown : str
        What messages call it.
    options : Options
        Of the workload.
    layout_of : callable
        Says which figures are wanted; raises ValueError where the header lacks them.

    Raises
    ------
    InputError
        Where it is no table, or its header is at fault. Other faults are in the result.
    """
    text = table.decoded(data, shown)
    is_json = text.lstrip()[:1] in ("{", "[")
    read = watttime.table(text, shown) if is_json else table.of_csv(text, shown)
    faults = read.faults
    try:
        layout = layout_of(read, options)
        _check_zone(read, layout, options)
        notes = (*layout.notes, *_area_notes(read, layout))
    except ValueError as error:
        faults.add_head(str(error))
        faults.check()
        raise AssertionError from error
    is_filled = options.fill not in (None, "none")
    timeline = _timeline(read, layout, options, is_filled)
    columns, faulty = _columns(read, layout, is_filled)
    figures = (
        {name: timeline.placed(values) for name, values in columns.items()} if timeline else {}
    )
    origin = Origin(
        shown, sha256(data).hexdigest(), read.rows, layout.format,
        estimated=_estimated(read, layout), notes=notes,
    )  # fmt: skip
    return Raw(layout, timeline, figures, origin, faults, faulty)


def _check_zone(read: Table, layout: Layout, options: Options) -> None:
    """Raise ValueError where the header says UTC and the workload another zone."""
    if layout.is_utc and options.time_zone is not None and zone_of(options.time_zone) is not None:
        raise ValueError(
            f"the times of `{read.head[layout.time]}` are UTC, not of `time_zone: "
            f"{options.time_zone}`: leave that out, or call the column otherwise"
        )


def _timeline(read: Table, layout: Layout, options: Options, is_filled: bool) -> Timeline | None:
    """Return the steps of a file; None where its times are at fault."""
    seconds = _seconds(read, layout, options)
    if seconds is None:
        return None
    timeline = steps.timeline(seconds, layout.step_s, is_filled, read.faults)
    if timeline is not None and (options.stamp or layout.stamp) == "end":
        timeline = timeline._replace(start_s=timeline.start_s - timeline.step_s)
    return timeline


def _area_notes(read: Table, layout: Layout) -> tuple[str, ...]:
    """Return what is to be known of the grid of a file.

    Raises
    ------
    ValueError
        Where the file has several grids.
    """
    if layout.area is None:
        return ()
    areas = list(Counter(read.columns[layout.area]))
    if len(areas) > 1:
        listed = ", ".join(f"`{area}`" for area in areas[:_MOST_AREAS])
        more = f" and {len(areas) - _MOST_AREAS} more" if len(areas) > _MOST_AREAS else ""
        head = read.head[layout.area]
        raise ValueError(f"several grids ({head}: {listed}{more}): keep the rows of one")
    note = layout.area_notes.get(areas[0])
    return () if note is None else (note,)


def _seconds(read: Table, layout: Layout, options: Options) -> list[int | None] | None:
    """Return the time of each row in UTC; None where their zone is not known."""
    stamps = layout.read_times(read.columns[layout.time], read.faults)
    name = options.time_zone or ("UTC" if layout.is_utc else layout.zone)
    if not stamps.local:
        return stamps.seconds
    if name is None:
        zones.without_zone(stamps, read.faults)
        return None
    zone = zone_of(name)
    return stamps.seconds if zone is None else zones.to_utc(stamps, zone, read.faults)


def _estimated(read: Table, layout: Layout) -> int:
    if layout.estimated is None:
        return 0
    return sum(cell.strip().casefold() in _TRUE for cell in read.columns[layout.estimated])


def _columns(
    read: Table, layout: Layout, is_filled: bool
) -> tuple[dict[str, array[float]], frozenset[int]]:
    """Return the figures of each row, and the rows with a fault."""
    columns: dict[str, array[float]] = {}
    blanks: dict[int, list[str]] = {}
    faulty: set[int] = set()
    for name, figure in layout.figures.items():
        faults = read.faults if name != CFE else Faults("", ())  # a share that is not needed
        parts = []
        for at in figure.columns:
            part = cells.numbers(
                read.columns[at], faults, separators=layout.has_separators, absent=layout.absent
            )
            if part is None and name not in (*KINDS, GENERATION):
                part = Cells(array("d", [float("nan")]) * read.rows, range(read.rows))
            if part is None:
                continue
            parts.append(_not_negative(part, name, faults))
            if name != CFE:
                faulty.update(part.faulty)
                for row in part.blanks:
                    blanks.setdefault(row, []).append(read.head[at])
        if parts:
            columns[name] = _scaled(parts, figure)
    if not is_filled:
        for row, heads in blanks.items():
            said = ", ".join(f"`{head}`" for head in heads)
            read.faults.add(row, f"blank value of {said}; {HINT}")
        faulty.update(blanks)
    return columns, frozenset(faulty)


def _not_negative(part: Cells, name: str, faults: Faults) -> array[float]:
    """Return figures of which negative ones are faults, or count as 0 where they are power."""
    values = part.values
    if not part.blanks and not part.faulty and min(values) >= 0:
        return values
    negative = [row for row, value in enumerate(values) if value < 0]
    if name not in (*KINDS, GENERATION):
        for row in negative:
            faults.add(row, f"negative {name}")
        return values
    values = array("d", values)
    for row in negative:
        values[row] = 0.0
    return values


def _scaled(parts: list[array[float]], figure: Figure) -> array[float]:
    values = parts[0]
    if len(parts) > 1:
        values = array("d", map(sum, zip(*parts, strict=True)))
    scale = figure.scale
    return values if scale == 1 else array("d", (value * scale for value in values))


def filled(source: Raw, rule: str | None) -> Raw:
    """Return figures with what a rule fills; what it does not is a fault."""
    timeline = source.timeline
    if timeline is None or rule in (None, "none"):
        return source
    assert rule is not None
    figures: dict[str, array[float]] = {}
    touched: set[int] = set()
    for name, values in source.figures.items():
        figures[name] = new = fill.filled(values, timeline.step_s, rule)
        if new is not values and name != CFE:
            touched.update(
                step for first, last in fill.gaps(values) for step in range(first, last + 1)
            )
            for first, last in fill.gaps(new):
                _unfilled(source, first, last, rule)
    origin = source.origin._replace(filled=source.origin.filled + len(touched))
    return source._replace(figures=figures, origin=origin)


def _unfilled(source: Raw, first: int, last: int, rule: str) -> None:
    timeline = source.timeline
    assert timeline is not None
    rows = {timeline.rows[step] for step in range(first, last + 1)}
    if rows <= source.faulty:
        return
    said = steps.gap_said(
        timeline.start_s + first * timeline.step_s, last - first + 1, timeline.step_s
    )
    source.faults.add(timeline.row(first), f"{said}, {_reason(timeline, first, last, rule)}")


def _reason(timeline: Timeline, first: int, last: int, rule: str) -> str:
    if rule == "same-hour":
        return "and none a week before, which `fill: same-hour` takes"
    if first == 0 or last + 1 == timeline.length:
        return "at an end of the file, where `fill: interpolate` has one neighbour alone"
    hours = steps.duration(fill.LONGEST_S)
    return f"more than the {hours} of `fill: interpolate`; `fill: same-hour` takes the week before"
