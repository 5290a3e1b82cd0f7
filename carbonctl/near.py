"""The nearest known name to one that is not known."""

from __future__ import annotations

import re
from collections.abc import Iterable


def fold(name: str) -> str:
    """Return ``name`` as it is compared: lower case, no spaces, hyphens or underscores."""
    return re.sub(r"[\s_-]+", "", name).casefold()


def nearest(name: str, known: Iterable[str], most: int = 3) -> list[str]:
    """Return up to ``most`` known names that resemble ``name``, the nearest first."""
    from difflib import get_close_matches  # only needed on a miss

    folded: dict[str, str] = {}
    for candidate in known:
        folded.setdefault(fold(candidate), candidate)
    close = get_close_matches(fold(name)[:80], folded, n=most, cutoff=0.6)
    return [folded[c] for c in close]


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Return ``"; did you mean `x`?"`` for the nearest known name, or nothing."""
    close = nearest(name, known, 1)
    return f"; did you mean `{close[0]}`?" if close else ""
