"""The hourly series that come with carbonctl.

Each is a text under gzip: the first line is ``start,2021-12-31T23:00:00Z``, the second
``step_s,3600``, and one line follows for each kind of plant with its power in MW, step by step;
an empty cell is unknown. ``hourly/series.csv`` lists them.
"""

from __future__ import annotations

from array import array
from functools import lru_cache
from hashlib import sha256
from typing import NamedTuple

from carbonctl.catalog import folders, tables
from carbonctl.catalog.hourly import times
from carbonctl.catalog.hourly.faults import Faults
from carbonctl.catalog.hourly.fill import filled, gaps
from carbonctl.catalog.hourly.formats.layout import KINDS, Figure, Layout
from carbonctl.catalog.hourly.options import Options
from carbonctl.catalog.hourly.raw import Raw
from carbonctl.catalog.hourly.series import Origin
from carbonctl.catalog.hourly.steps import Timeline, gap_said
from carbonctl.catalog.tables import Row
from carbonctl.errors import InputError, Problem
from carbonctl.text import did_you_mean

LISTED = "`carbonctl grid hourly` lists the packaged series"
_TABLE = "hourly/series.csv"
_NOT_OURS = ("format", "column", "unit", "stamp", "time_zone")
_RULE = "interpolated up to 3 hours, else as the week before"
_NAN = float("nan")


class Packaged(NamedTuple):
    """A series: its id, its name, the grid that it is of, its sources and what is known of it."""

    id: str
    name: str
    zone: str
    source: str
    note: str


@lru_cache(maxsize=1)
def known() -> dict[str, Packaged]:
    """Return every packaged series by its id."""
    rows = tables.read(folders.builtin() / _TABLE, _packaged)
    return {series.id: series for series in rows}


def _packaged(row: Row) -> Packaged:
    return Packaged(row["id"], row["name"], row["zone"], row["source"], row["note"])


def unknown(name: str) -> str:
    """Return what is said of a name that is neither a file nor a packaged series."""
    return f"no such file, and no packaged series `{name}`{did_you_mean(name, known())} ({LISTED})"


def raw(name: str, options: Options) -> Raw:
    """Return a packaged series, its gaps filled unless `fill` says otherwise.

    Of gaps, those of up to 3 hours are interpolated, longer ones are as the week before.

    Raises
    ------
    InputError
        Where the options are for files, or the packaged file is damaged.
    """
    import gzip  # only packaged series need it

    faults = Faults(name, ())
    for key in _NOT_OURS:
        if getattr(options, key) is not None:
            faults.add_head(f"`{key}` is for files, not for a packaged series")
    faults.check()
    path = folders.builtin() / "hourly" / f"{name}.csv.gz"
    try:
        data = path.read_bytes()
        timeline, figures = _read(gzip.decompress(data).decode("ascii"))
    except (OSError, EOFError, ValueError) as error:
        said = f"damaged: {error}; install carbonctl again"
        raise InputError([Problem(str(path), None, None, said)]) from None
    series = known()[name]
    notes = (series.note,) if series.note else ()
    layout = Layout(
        "mix", 0, times.iso, {kind: Figure(()) for kind in figures}, grid=series.zone, notes=notes
    )
    origin = Origin(
        name,
        sha256(data).hexdigest(),
        timeline.length,
        "mix",
        notes=notes,
        sources=tuple(series.source.split()),
    )
    faults = Faults(name, range(1, timeline.length + 1), "step {}")
    packaged = Raw(layout, timeline, figures, origin, faults)
    if options.fill == "none":
        _check_gaps(packaged)
    return packaged if options.fill is not None else _filled(packaged)


def _read(text: str) -> tuple[Timeline, dict[str, array[float]]]:
    start, step, *lines = (line.split(",") for line in text.splitlines())
    figures = {line[0]: _numbers(line[1:]) for line in lines}
    count = len(lines[0]) - 1
    if (start[0], step[0]) != ("start", "step_s") or not figures.keys() <= KINDS.keys():
        raise ValueError("another form")
    if any(len(values) != count for values in figures.values()):
        raise ValueError("lines of different lengths")
    (second,) = times.iso(start[1:], Faults("", ())).seconds
    if second is None:
        raise ValueError("no start")
    return Timeline(second, int(step[1]), count, range(count)), figures


def _numbers(cells: list[str]) -> array[float]:
    try:
        return array("d", map(float, cells))
    except ValueError:
        return array("d", (float(cell) if cell else _NAN for cell in cells))


def _check_gaps(packaged: Raw) -> None:
    """Raise InputError where a step is not in the source."""
    steps = packaged.timeline
    assert steps is not None
    for values in packaged.figures.values():
        for first, last in gaps(values):
            start = steps.start_s + first * steps.step_s
            said = gap_said(start, last - first + 1, steps.step_s)
            packaged.faults.add(first, f"{said}; leave out `fill: none`")
    packaged.faults.check()


def _filled(packaged: Raw) -> Raw:
    """Return a series with short gaps interpolated and longer ones as the week before."""
    assert packaged.timeline is not None
    step_s = packaged.timeline.step_s
    figures = {}
    missing: set[int] = set()
    for kind, values in packaged.figures.items():
        missing.update(step for ends in gaps(values) for step in range(ends[0], ends[1] + 1))
        figures[kind] = filled(filled(values, step_s, "interpolate"), step_s, "same-hour")
    if not missing:
        return packaged
    note = f"{len(missing)} hours are not in the source: {_RULE}"
    origin = packaged.origin
    origin = origin._replace(filled=len(missing), notes=(*origin.notes, note))
    return packaged._replace(figures=figures, origin=origin)
