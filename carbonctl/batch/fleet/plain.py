"""Which delimited text any reader takes alike: as the csv module does."""

from __future__ import annotations

from typing import Any

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
    if '"' in text and not _are_quotes_plain(data, delimiter):
        return False
    starts = range(0, len(data) - _WINDOW, _WINDOW)
    return all(data.find(b"\n", start, start + _WINDOW) >= 0 for start in starts)


def _are_quotes_plain(data: bytes, delimiter: str) -> bool:
    """Whether cells in quotes begin and end with these, and none is open at the end."""
    signs = np.frombuffer(b"".join((b"\n", data, b"\n")), np.uint8)
    at = np.flatnonzero(signs == ord('"'))

    def are_limits(places: Any) -> Any:
        beside = signs[places]
        return (beside == ord(delimiter)) | (beside == ord("\n")) | (beside == ord("\r"))

    if len(at) % 2 == 0 and are_limits(at[::2] - 1).all() and are_limits(at[1::2] + 1).all():
        return True  # each second quote ends what the one before it begins
    if (signs[at - 1] == ord(" ")).any():
        return False  # the csv module skips spaces before a cell
    is_first, is_last = np.diff(at, prepend=-1) > 1, np.diff(at, append=at[-1] + 2) > 1
    first, last = at[is_first], at[is_last]
    return _are_in_order(are_limits(first - 1), are_limits(last + 1), (last - first) % 2 == 1)


def _are_in_order(begins: Any, ends: Any, is_even: Any) -> bool:
    """Whether quotes are in order, of which several together stand for quotes in a cell.

    An even number of quotes in a row changes nothing: they are an empty cell, or stand for
    quotes in one.

    Parameters
    ----------
    begins, ends : array of bool
        Whether a cell may begin with some quotes in a row, or end, by the signs beside them.
    is_even : array of bool
        Whether their number is even.
    """
    if (begins != ends)[is_even].any():
        return False
    begins, ends = begins[~is_even], ends[~is_even]
    opens = np.arange(len(begins)) % 2 == 0
    return len(begins) % 2 == 0 and bool((begins == opens).all() and (ends != opens).all())
