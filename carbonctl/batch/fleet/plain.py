"""Which delimited text any reader takes alike: as the csv module does."""

from __future__ import annotations

import numpy as np

_WINDOW = 1 << 16  # bytes: half of the longest cell that the csv module takes


def is_plain(text: str, data: bytes, delimiter: str) -> bool:
    """Whether ends of lines and quotes are where all readers see them alike.

    Parameters
    ----------
    text : str
        Whole lines.
    data : bytes
        The same in UTF-8.
    delimiter : str
        What is between cells.
    """
    if "\0" in text or ("\r" in text and text.count("\r") != text.count("\r\n")):
        return False
    if '"' in text and (' "' in text or not _are_quotes_in_order(data, delimiter)):
        return False
    starts = range(0, len(data) - _WINDOW, _WINDOW)
    return all(data.find(b"\n", start, start + _WINDOW) >= 0 for start in starts)


def _are_quotes_in_order(data: bytes, delimiter: str) -> bool:
    """Whether cells in quotes begin and end with these, and none is open at the end.

    An even number of quotes in a row changes nothing: they are an empty cell, or stand for
    quotes in one.
    """
    signs = np.frombuffer(b"".join((b"\n", data, b"\n")), np.uint8)
    at = np.flatnonzero(signs == ord('"'))
    first = at[np.diff(at, prepend=-1) > 1]
    last = at[np.diff(at, append=len(signs) + 1) > 1]
    limits = np.zeros(256, dtype=bool)
    limits[[*b"\r\n", ord(delimiter)]] = True
    begins, ends = limits[signs[first - 1]], limits[signs[last + 1]]
    is_even = (last - first) % 2 == 1
    if (begins != ends)[is_even].any():
        return False
    begins, ends = begins[~is_even], ends[~is_even]
    is_first = np.arange(len(begins)) % 2 == 0
    return len(begins) % 2 == 0 and bool((begins == is_first).all() and (ends != is_first).all())
