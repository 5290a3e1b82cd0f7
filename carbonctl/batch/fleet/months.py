"""Shares jobs among the months, days, quarters or years that they ran in, by their hours."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any

import numpy as np

from carbonctl.batch.fleet.blocks import Block, Texts, encoded
from carbonctl.batch.fleet.tables import Ready
from carbonctl.inputs.jobs import times
from carbonctl.ledger.fleet import Reject

PART = "part"  # the share of a job that a row stands for
FIRST = "is_first"  # whether a row is the first of its job: that one counts it
_SECONDS_PER_HOUR = 3600.0
_FINEST = ("day", "month", "quarter", "year")
_LONGEST_S = 100 * 365.25 * 86_400  # of a job that is shared; its parts are days at the least
_TOO_LONG = "it runs for more than a century: --split-time shares shorter jobs"


def shared(ready: Ready, by: Sequence[str], zone: tzinfo) -> Ready:
    """Return rows with those of several months shared among these, a row each.

    A job without a start, or without an end and a time, stays in the month it is in.

    Parameters
    ----------
    ready : Ready
        The rows.
    by : sequence of str
        What groups are made by: ``day``, ``month``, ``quarter`` or ``year`` among it.
    zone : tzinfo
        Where days begin at midnight.
    """
    cuts = [name for name in by if name in times.CUTS]
    block = ready.block
    start = block.columns.get("start_s")
    if not cuts or start is None:
        return ready
    end = _ends(block, start)
    finest = next(cut for cut in _FINEST if cut in cuts)
    rows: list[int] = []
    parts: list[float] = []
    moments: list[float] = []
    is_long = end - start > _LONGEST_S
    end = np.where(is_long, start, end)
    ready = _refused(ready, np.flatnonzero(is_long).tolist())
    for row, (begin, stop) in enumerate(zip(start.tolist(), end.tolist(), strict=True)):
        for moment, part in _parts(begin, stop, finest, zone):
            rows.append(row)
            parts.append(part)
            moments.append(moment)
    if len(rows) == block.rows:
        return ready
    return _repeated(ready, np.array(rows), np.array(parts), moments, cuts, zone)


def _refused(ready: Ready, rows: list[int]) -> Ready:
    """Return rows of which some are refused, as they run for too long."""
    block = ready.block
    column = "end" if "end" in block.columns else "wall_time_h"
    refused = dict(ready.refused)
    for row in rows:
        place = block.place(row)
        refused.setdefault(
            row, Reject(*place, block.header(column), block.shown(column, row), _TOO_LONG)
        )
    return ready._replace(refused=refused)


def _ends(block: Block, start: Any) -> Any:
    """Return when each job ended [s]; where nothing says it, its start and its time."""
    end = block.columns.get("end_s", np.full(block.rows, np.nan))
    return np.where(np.isnan(end), start + block.number("wall_time_h") * _SECONDS_PER_HOUR, end)


def _parts(begin: float, stop: float, cut: str, zone: tzinfo) -> Iterator[tuple[float, float]]:
    """Yield a moment in each period of a job, and the share of the job in it."""
    if not (begin < stop):  # also where one is unknown
        yield begin, 1.0
        return
    whole, at = stop - begin, begin
    while (after := _next(at, cut, zone)) < stop:
        yield at, (after - at) / whole
        at = after
    yield at, (stop - at) / whole


def _next(moment: float, cut: str, zone: tzinfo) -> float:
    """Return when the period after that of a moment begins [s]."""
    local = datetime.fromtimestamp(moment, UTC).astimezone(zone)
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0, fold=0)
    if cut == "day":
        following = midnight + timedelta(days=1)
    else:
        months = {"month": 1, "quarter": 3, "year": 12}[cut]
        first = (midnight.month - 1) // months * months + months
        year, month = midnight.year + first // 12, first % 12 + 1
        following = midnight.replace(year=year, month=month, day=1)
    return following.timestamp()


def _repeated(
    ready: Ready, rows: Any, parts: Any, moments: list[float], cuts: list[str], zone: tzinfo
) -> Ready:
    block = ready.block

    def take(column: Any) -> Any:
        return (
            Texts(column.codes[rows], column.values) if isinstance(column, Texts) else column[rows]
        )

    is_first = np.ones(len(rows), dtype=bool)
    is_first[1:] = rows[1:] != rows[:-1]
    columns = {name: take(column) for name, column in block.columns.items()}
    columns |= {PART: parts, FIRST: is_first}
    tags = {name: take(column) for name, column in block.tags.items()}
    for cut in cuts:
        tags[cut] = encoded(_key(moment, cut, zone) for moment in moments)
    place = {int(row): n for n, row in reversed([*enumerate(rows.tolist())])}
    refused = {place[row]: reject for row, reject in ready.refused.items()}
    more = {name: take(column) for name, column in block.more.items()}
    lines = block.lines[rows]
    return Ready(block._replace(columns=columns, tags=tags, lines=lines, more=more), refused)


def _key(moment: float, cut: str, zone: tzinfo) -> str:
    if math.isnan(moment):
        return ""
    return times.key(datetime.fromtimestamp(moment, UTC), cut, zone)
