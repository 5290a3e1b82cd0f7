"""Times of day of many rows as they are written, all at once."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np

WIDTH = len("2026-01-31T09:00:00+00:00")
_DATE = len("2026-01-31")
_PER_SECOND, _PER_DAY = 1_000_000, 86_400  # microseconds, seconds


def written(moments: Any) -> Any:
    """Return times in ISO 8601, in UTC and to the second where they are whole ones.

    Parameters
    ----------
    moments : array of datetime64
        To the microsecond; NaT is unknown.

    Returns
    -------
    array of bytes
        A text for each; empty where unknown. Where all are whole seconds, and known, each has
        `WIDTH` bytes.
    """
    numbers = moments.view(np.int64)
    is_unknown = np.isnat(moments)
    if is_unknown.any():
        numbers = np.where(is_unknown, 0, numbers)
    seconds = numbers // _PER_SECOND
    texts = _to_the_second(seconds)
    is_part = numbers != seconds * _PER_SECOND
    if is_part.any():
        texts = texts.astype(f"S{WIDTH + len('.123456')}")
        parts = np.datetime_as_string(numbers[is_part].view("M8[us]"))
        texts[is_part] = np.char.add(parts, "+00:00").astype("S")
    if is_unknown.any():
        texts[is_unknown] = b""
    return texts


def _to_the_second(seconds: Any) -> Any:
    """Return seconds since 1970 as texts."""
    days = seconds // _PER_DAY
    first, last = (int(days.min()), int(days.max())) if len(days) else (0, 0)
    if last - first <= len(days):
        some, place = np.arange(first, last + 1), days - first
    else:
        some, place = np.unique(days, return_inverse=True)
    dates = np.datetime_as_string(some.view("M8[D]")).astype(f"S{_DATE}")
    texts = np.empty((len(seconds), WIDTH), dtype=np.uint8)
    texts[:, :_DATE] = _signs(dates)[place]
    texts[:, _DATE:] = _of_a_day()[seconds - days * _PER_DAY]
    return texts.view(f"S{WIDTH}").reshape(-1)


@lru_cache(maxsize=1)
def _of_a_day() -> Any:
    """Return the seconds of a day as they stand behind a date, a row of bytes each."""
    second = np.arange(_PER_DAY)
    digits = _signs(np.array([f"{n:02}".encode() for n in range(60)]))
    texts = np.empty((_PER_DAY, WIDTH - _DATE), dtype=np.uint8)
    texts[:] = np.frombuffer(b"T00:00:00+00:00", np.uint8)
    for place, numbers in ((1, second // 3600), (4, second // 60 % 60), (7, second % 60)):
        texts[:, place : place + 2] = digits[numbers]
    return texts


def _signs(texts: Any) -> Any:
    """Return texts of one length as an array of bytes, a row each."""
    return texts.view(np.uint8).reshape(len(texts), texts.dtype.itemsize)
