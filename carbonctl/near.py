"""The nearest known name to one that is not known."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from carbonctl.closest import Names

_MOST_SEARCHES = 20  # in one document
_left: ContextVar[int | None] = ContextVar("left", default=None)


@contextmanager
def few_searches() -> Iterator[None]:
    """Limit the searches of `nearest` to the first unknown names of one document.

    A document with many unknown names then takes little longer than one with none. The limit
    is per document, so that messages do not depend on what was read before.
    """
    before = _left.set(_MOST_SEARCHES)
    try:
        yield
    finally:
        _left.reset(before)


def fold(name: str) -> str:
    """Return ``name`` as it is compared: lower case, no spaces, hyphens or underscores."""
    return re.sub(r"[\s_-]+", "", name).casefold()


def nearest(name: str, known: Iterable[str], most: int = 3) -> list[str]:
    """Return up to ``most`` known names that resemble ``name``, the nearest first.

    Nothing where `few_searches` has reached its limit.
    """
    left = _left.get()
    if left is not None:
        if not left:
            return []
        _left.set(left - 1)
    return list(_closest(fold(name)[:80], tuple(known), most))


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Return ``"; did you mean `x`?"`` for the nearest known name, or nothing."""
    close = nearest(name, known, 1)
    return f"; did you mean `{close[0]}`?" if close else ""


def resembles(name: str, other: str) -> bool:
    """Return whether one name may be a misspelling of the other."""
    return bool(_closest(fold(name)[:80], (other,), 1))


@lru_cache(maxsize=1024)
def _closest(wanted: str, known: tuple[str, ...], most: int) -> tuple[str, ...]:
    names, folded = _index(known)
    return tuple(folded[close] for close in names.closest(wanted, most))


@lru_cache(maxsize=64)
def _index(known: tuple[str, ...]) -> tuple[Names, dict[str, str]]:
    """Return folded names, and the name behind each."""
    from carbonctl.closest import Names  # only needed on a miss

    folded: dict[str, str] = {}
    for candidate in known:
        folded.setdefault(fold(candidate), candidate)
    return Names(folded), folded
