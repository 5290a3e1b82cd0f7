"""Times of day of many rows: microseconds since 1970, and the days, months, … that they fall in."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Any

import numpy as np

from carbonctl.batch.fleet.blocks import NAN, Fault, Texts, encoded_again, unique_rows
from carbonctl.inputs.jobs import times

_UNKNOWN = np.iinfo(np.int64).min  # what stands for no time
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_PER_DAY = 86_400_000_000  # microseconds
_PER_QUARTER_HOUR = 900_000_000
_FIRST_DAY = date(1970, 1, 1).toordinal()


def moments_of(texts: Texts, zone: tzinfo) -> tuple[Any, list[Fault]]:
    """Return a column of times of day, and what is none.

    Parameters
    ----------
    texts : Texts
        As tables have them; an empty one is unknown.
    zone : tzinfo
        Of times without one.

    Returns
    -------
    moments : array of datetime64
        In UTC, to the microsecond; NaT where unknown.
    faults : list of Fault
        What is no time of day.
    """
    known = np.empty(len(texts.values) or 1, dtype=np.int64)
    wrong: dict[int, str] = {}
    for place, text in enumerate(texts.values):
        known[place] = _UNKNOWN
        if text:
            try:
                known[place] = (times.parse(text, zone) - _EPOCH) // _MICROSECOND
            except ValueError as error:
                wrong[place] = str(error)
    faults = []
    if wrong:
        rows = np.flatnonzero(np.isin(texts.codes, [*wrong]))
        faults = [Fault(row, texts.at(row), wrong[int(texts.codes[row])]) for row in rows.tolist()]
    return known[texts.codes].view("M8[us]"), faults


def parts_of(moments: Any, cut: str, zone: tzinfo) -> Texts:
    """Return the days, months, quarters or years of times; an empty text where unknown.

    Parameters
    ----------
    moments : array of datetime64
        Of `moments_of`.
    cut : str
        One of `carbonctl.inputs.jobs.times.CUTS`.
    zone : tzinfo
        Where days begin at midnight.
    """
    size = _PER_DAY if zone is UTC else _PER_QUARTER_HOUR
    spans, is_unknown = moments.view(np.int64) // size, np.isnat(moments)
    has_unknown = bool(is_unknown.any())
    known = spans[~is_unknown] if has_unknown else spans
    lowest = int(known.min()) if len(known) else 0
    spans = spans - (lowest - 1)
    if has_unknown:
        spans[is_unknown] = 0
    first, inverse = unique_rows([spans])

    def part(span: int) -> str:
        if not span:
            return ""
        number = span + lowest - 1
        if zone is UTC:
            return times.CUTS[cut](date.fromordinal(_FIRST_DAY + number))  # type: ignore[arg-type]
        return times.key(_EPOCH + number * _PER_QUARTER_HOUR * _MICROSECOND, cut, zone)

    return encoded_again(inverse, [part(span) for span in spans[first].tolist()])


def seconds_of(moments: Any) -> Any:
    """Return times as seconds since 1970; NaN where unknown."""
    seconds = moments.view(np.int64) / 1_000_000
    is_unknown = np.isnat(moments)
    return np.where(is_unknown, NAN, seconds) if is_unknown.any() else seconds
