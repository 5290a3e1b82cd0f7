"""The nearest known name to one that is not known.

Names with other numbers in them are the names of other things (H100 and H200, 22nm and 28nm,
us-east-1 and us-east-2): none of them is suggested for another.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

_FEWEST_LETTERS = 5  # of a word in which one letter may be wrong: in shorter ones it is another


def fold(name: str) -> str:
    """Return ``name`` as it is compared: lower case, no spaces, hyphens or underscores."""
    return re.sub(r"[\s_-]+", "", name).casefold()


def nearest(name: str, known: Iterable[str], most: int = 3) -> list[str]:
    """Return up to ``most`` known names that resemble ``name``, the nearest first."""
    from difflib import get_close_matches  # only needed on a miss

    numbers = re.findall(r"\d+", name)
    folded: dict[str, str] = {}
    for candidate in known:
        if re.findall(r"\d+", candidate) == numbers:
            folded.setdefault(fold(candidate), candidate)
    close = get_close_matches(fold(name)[:80], folded, n=most, cutoff=0.6)
    return [folded[c] for c in close]


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Return ``"; did you mean `x`?"`` for the nearest known name, or nothing."""
    close = nearest(name, known, 1)
    return f"; did you mean `{close[0]}`?" if close else ""


def is_slip(word: str, known: str) -> bool:
    """Return whether a word is a known one with one slip of the pen.

    That is one letter too few, too many or wrong, or two that are swapped; never a digit, and
    not in short words.

    Examples
    --------
    >>> is_slip("gefroce", "geforce"), is_slip("a100", "a10"), is_slip("mwhr", "mwh")
    (True, False, False)
    """
    if min(sum(map(str.isalpha, word)), sum(map(str.isalpha, known))) < _FEWEST_LETTERS:
        return False
    longest = min(len(word), len(known))
    start = next((n for n in range(longest) if word[n] != known[n]), longest)
    rest = longest - start
    end = next((n for n in range(rest) if word[-1 - n] != known[-1 - n]), rest)
    ours, theirs = word[start : len(word) - end], known[start : len(known) - end]
    if ours == theirs or not (ours + theirs).isalpha():
        return False
    is_swapped = len(ours) == 2 and ours == theirs[::-1]
    return is_swapped or max(len(ours), len(theirs)) == 1
